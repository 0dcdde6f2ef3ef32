"""When the demonstration's events fall."""

from datetime import date, timedelta

from eventos.demo import texts
from eventos.kernel.holidays import is_business_day


def test_the_forum_falls_on_the_first_business_day_from_two_weeks_on() -> None:
    for step in range(400):
        today = date(2026, 11, 1) + timedelta(days=step)
        (day,) = texts.forum(today).days
        wanted = today + timedelta(days=14)
        while not is_business_day(wanted):
            wanted += timedelta(days=1)
        assert day.on_date == wanted
    assert texts.forum(date(2026, 11, 22)).days[0].on_date == date(2026, 12, 7)  # from a Sunday
    assert texts.forum(date(2026, 11, 24)).days[0].on_date == date(2026, 12, 9)  # over the holiday of the 8th
