"""Colombia's holidays and the business days that legal deadlines are counted in.

The dates (Ley 51 de 1983; from 2026 also Ley 2578 de 2026) come from PyPI `holidays`: a new law arrives by updating it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

_OBSERVED = " (observado)"
_SATURDAY = 5


@cache
def _of_year(year: int) -> Mapping[date, str]:
    """A year's holidays, frozen: the library's own object fills itself while it is read, which threads must not share."""
    return MappingProxyType(dict(country_holidays("CO", language="es", years=year, expand=False)))


def holiday_name(day: date) -> str | None:
    """ "Batalla de Boyacá" for 7 August; None for a day that is no holiday. Two on one day are parted by "; "."""
    names = _of_year(day.year).get(_plain(day))
    if names is None:
        return None
    return "; ".join(_worded(name) for name in names.split("; "))


def is_business_day(day: date) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < _SATURDAY and holiday_name(day) is None


def business_days_between(start: date, end: date) -> int:
    """Business days after `start` up to and including `end`, as legal terms run: the day of the notice does not count.

    Negative when `end` comes before `start`.
    """
    if end < start:
        return -business_days_between(end, start)
    first, last = _plain(start), _plain(end)
    return sum(is_business_day(first + timedelta(days=step)) for step in range(1, (last - first).days + 1))


def add_business_days(start: date, days: int) -> date:
    """The day on which a term of so many business days ends; zero gives `start` itself, a negative number goes back."""
    day, step = _plain(start), timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_business_day(day)
    return day


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)


def _worded(name: str) -> str:
    return name.removesuffix(_OBSERVED).replace("del señor", "del Señor")
