"""Dates, hours, numbers, ordinals and lists as the office writes and reads them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from eventos.kernel import spanish

TODAY = date(2021, 7, 1)
FIFTH = date(2021, 7, 29)
FIRST_THIRTY = [
    *("primera", "segunda", "tercera", "cuarta", "quinta", "sexta", "séptima", "octava", "novena", "décima"),
    *("undécima", "duodécima", "decimotercera", "decimocuarta", "decimoquinta", "decimosexta", "decimoséptima", "decimoctava"),
    *("decimonovena", "vigésima", "vigesimoprimera", "vigesimosegunda", "vigesimotercera", "vigesimocuarta", "vigesimoquinta"),
    *("vigesimosexta", "vigesimoséptima", "vigesimoctava", "vigesimonovena", "trigésima"),
]


def test_ordinals_up_to_thirty() -> None:
    assert [spanish.ordinal_feminine(number) for number in range(1, 31)] == FIRST_THIRTY


def test_ordinals_beyond_thirty() -> None:
    told = [spanish.ordinal_feminine(number) for number in (31, 40, 58, 66, 77, 88, 99, 100)]
    assert told[:4] == ["trigésima primera", "cuadragésima", "quincuagésima octava", "sexagésima sexta"]
    assert told[4:] == ["septuagésima séptima", "octogésima octava", "nonagésima novena", "100.ª"]
    assert spanish.ordinal_feminine(10).upper() == "DÉCIMA"
    assert len({spanish.ordinal_feminine(number) for number in range(1, 100)}) == 99


@pytest.mark.parametrize("number", [0, -1])
def test_there_is_no_ordinal_below_one(number: int) -> None:
    with pytest.raises(ValueError):
        spanish.ordinal_feminine(number)


def test_dates_are_told_long_and_full() -> None:
    assert spanish.date_long(FIFTH) == "29 de julio de 2021"
    assert spanish.date_full(FIFTH) == "jueves, 29 de julio de 2021"
    assert spanish.date_long(date(2024, 2, 29)) == "29 de febrero de 2024"


def test_an_aware_moment_is_told_as_bogota_sees_it() -> None:
    late_in_bogota = datetime(2021, 7, 30, 3, 30, tzinfo=UTC)
    assert spanish.date_long(late_in_bogota) == "29 de julio de 2021"
    assert spanish.time_short(late_in_bogota) == "10:30\u00a0p.\u00a0m."


def test_hours_use_no_break_spaces_that_fonts_have() -> None:
    assert spanish.time_short(time(8)) == "8:00\u00a0a.\u00a0m."
    assert [spanish.time_short(time(hour, 5)).replace("\u00a0", " ") for hour in (0, 12, 23)] == [
        "12:05 a. m.",
        "12:05 p. m.",
        "11:05 p. m.",
    ]
    assert spanish.time_range(time(8), time(10)).replace("\u00a0", " ") == "8:00 a. m. a 10:00 a. m."


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([], ""),
        ([FIFTH], "29 de julio de 2021"),
        ([FIFTH, date(2021, 7, 28), FIFTH], "28 y 29 de julio de 2021"),
        ([FIFTH + timedelta(days=step) for step in range(-1, 2)], "del 28 al 30 de julio de 2021"),
        ([FIFTH + timedelta(days=step) for step in range(5)], "del 29 de julio al 2 de agosto de 2021"),
        ([date(2021, 12, 30) + timedelta(days=step) for step in range(3)], "del 30 de diciembre de 2021 al 1 de enero de 2022"),
        ([FIFTH, date(2021, 8, 3)], "29 de julio y 3 de agosto de 2021"),
        ([date(2021, 7, 1), date(2021, 7, 3), date(2021, 7, 8)], "1, 3 y 8 de julio de 2021"),
        ([date(2021, 7, 1), date(2021, 7, 3), date(2021, 8, 4)], "1 y 3 de julio, y 4 de agosto de 2021"),
        ([date(2021, 12, 31), date(2022, 1, 1)], "31 de diciembre de 2021 y 1 de enero de 2022"),
    ],
)
def test_several_days_make_one_phrase(days: list[date], told: str) -> None:
    assert spanish.days_sentence(days) == told


def test_numbers_have_points_and_a_comma() -> None:
    assert [spanish.number(value) for value in (1234.5, 114, 0, -1234567, Decimal("0.25"))] == ["1.234,5", "114", "0", "-1.234.567", "0,25"]
    for whole in (0, 7, -7, 999, 1000, -1000, 1234, 10_000, 999_999, 1_000_000, 123_456_789):
        assert spanish.number(whole) == spanish.number(Decimal(whole)), "whole numbers go a shorter way to the same words"


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c"], "a, b y c"),
        (["Aguadas", "Inírida"], "Aguadas e Inírida"),
        (["padres", "hijos"], "padres e hijos"),
        (["agua", "hielo"], "agua y hielo"),
        (["cobre", "iones"], "cobre y iones"),
        (["uno", "yo"], "uno y yo"),
        (["Ana", "¡Íngrid!"], "Ana e ¡Íngrid!"),
    ],
)
def test_lists_end_with_y_or_e(items: list[str], told: str) -> None:
    assert spanish.join_and(items) == told


def test_nouns_follow_their_number() -> None:
    assert [spanish.plural(count, "cupo", "cupos") for count in (0, 1, 2, 1234)] == ["0 cupos", "1 cupo", "2 cupos", "1.234 cupos"]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (1, "una (1) hora"),
        (2, "dos (2) horas"),
        (1.5, "una y media (1,5) horas"),
        (0.5, "media (0,5) hora"),
        (0.75, "0,75 hora"),
        (Decimal("2.25"), "dos y cuarto (2,25) horas"),
        (Decimal("2.00"), "dos (2) horas"),
        (2.4, "2,4 horas"),
        (21, "veintiuna (21) horas"),
        (31, "treinta y una (31) horas"),
        (100, "cien (100) horas"),
        (121, "ciento veintiuna (121) horas"),
        (540, "quinientas cuarenta (540) horas"),
    ],
)
def test_intensity_in_words(hours: float | Decimal, told: str) -> None:
    assert spanish.hours_in_words(hours) == told


@pytest.mark.parametrize("hours", [0, -1, 1000, float("nan")])
def test_intensity_out_of_reason_is_refused(hours: float) -> None:
    with pytest.raises(ValueError):
        spanish.hours_in_words(hours)


@pytest.mark.parametrize(
    "typed",
    [
        "29 de julio 2021",
        "29 de julio de 2021",
        "29 de julio del 2021",
        "29/07/2021",
        "29-7-2021",
        "29.07.2021",
        "2021-07-29",
        "2021-07-29 00:00:00",
        "2021-07-29T00:00:00",
        "jueves 29 de julio de 2021",
        "Jueves, 29 de Julio de 2021",
        "el jueves 29 de julio",
        "Julio 29 de 2021",
        "29-jul-2021",
        "jue 29 jul 2021",
        " 29  DE  JULIO ",
    ],
)
def test_dates_are_read_as_people_type_them(typed: str) -> None:
    assert spanish.parse_date(typed, today=TODAY) == FIFTH


def test_every_date_we_write_we_can_read() -> None:
    for step in range(0, 1500, 7):
        day = date(2020, 1, 1) + timedelta(days=step)
        for told in (spanish.date_long(day), spanish.date_full(day), day.isoformat(), day.strftime("%d/%m/%Y")):
            assert spanish.parse_date(told, today=TODAY) == day


def test_the_first_of_a_month_and_leap_days_are_read() -> None:
    assert spanish.parse_date("1.º de julio de 2021", today=TODAY) == TODAY
    assert spanish.parse_date("primero de julio", today=TODAY) == TODAY
    assert spanish.parse_date("29 de febrero", today=TODAY) == date(2024, 2, 29)
    assert spanish.parse_date("29 de febrero", today=date(2096, 3, 1)) == date(2104, 2, 29)
    assert spanish.parse_date("30 de junio", today=TODAY) == date(2022, 6, 30)


@pytest.mark.parametrize("typed", ["viernes 29 de julio de 2021", "Miércoles 08 de febrero", "lun 29/07/2021"])
def test_a_weekday_that_does_not_fit_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"El \d+ de \w+ de \d+ es \w+, no \w+\."):
        spanish.parse_date(typed, today=TODAY)


def test_a_weekday_without_year_that_fits_is_read() -> None:
    assert spanish.parse_date("Miércoles 08 de febrero", today=date(2023, 1, 10)) == date(2023, 2, 8)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hoy",
        "31/02/2021",
        "07/29/2021",
        "29/07/21",
        "29 de julio de 0021",
        "29 de febrero de 2023",
        "32 de julio",
        "29 de brumario",
        "0/0/0000",
        "29 ju 2021",
        "jueves",
        "julio de 2021",
        "2021-13-01",
        "9" * 5000,
        "29 de julio de 2021 y 30 de julio de 2021",
        "2021-07-29 10:00",
    ],
)
def test_what_is_no_date_is_refused_in_spanish(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Escriba|no existe"):
        spanish.parse_date(typed, today=TODAY)
