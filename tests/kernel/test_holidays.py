"""Holidays and business days of Colombia."""

from datetime import date, timedelta

import pytest

from eventos.kernel import holidays


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2021, 7, 20), "Día de la Independencia"),
        (date(2021, 8, 16), "La Asunción"),
        (date(2021, 5, 17), "Ascensión del Señor"),
        (date(2024, 3, 29), "Viernes Santo"),
        (date(2025, 6, 30), "Sagrado Corazón; San Pedro y San Pablo"),
        (date(2026, 7, 13), "Día de Nuestra Señora del Rosario de Chiquinquirá"),
        (date(2027, 1, 1), "Año Nuevo"),
    ],
)
def test_holidays_have_spanish_names(day: date, name: str) -> None:
    assert holidays.holiday_name(day) == name


def test_the_day_of_the_fifth_session_was_no_holiday() -> None:
    assert holidays.holiday_name(date(2021, 7, 29)) is None
    assert holidays.is_business_day(date(2021, 7, 29))


def test_a_moved_holiday_frees_the_day_it_left() -> None:
    assert holidays.holiday_name(date(2021, 8, 15)) is None


@pytest.mark.parametrize("year", range(2020, 2031))
def test_a_year_has_eighteen_holidays_and_from_2026_nineteen(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=step) for step in range(365)]
    names = [name for day in days if (name := holidays.holiday_name(day))]
    assert len("; ".join(names).split("; ")) == (18 if year < 2026 else 19)


def test_terms_skip_weekends_and_holidays() -> None:
    friday = date(2021, 7, 16)
    assert holidays.add_business_days(friday, 1) == date(2021, 7, 19)
    assert holidays.add_business_days(friday, 2) == date(2021, 7, 21)
    assert holidays.add_business_days(friday, 10) == date(2021, 8, 2)
    assert holidays.add_business_days(date(2021, 7, 21), -2) == friday
    assert holidays.add_business_days(date(2021, 7, 17), 0) == date(2021, 7, 17)


def test_counting_undoes_adding() -> None:
    for step in range(0, 400, 3):
        start = date(2021, 1, 1) + timedelta(days=step)
        for days in (0, 1, 2, 10, 15):
            end = holidays.add_business_days(start, days)
            assert holidays.business_days_between(start, end) == days
            assert holidays.business_days_between(end, start) == -days
            assert days == 0 or holidays.is_business_day(end)
