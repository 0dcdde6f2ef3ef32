"""Spanish as the office writes it (es-CO): dates, hours, numbers, ordinals and lists; also reads the dates people type.

Aware datetimes are told as a wall clock in Bogotá shows them; naive ones, dates and times are told as they are.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from babel.dates import format_date, format_time, get_day_names, get_month_names
from babel.numbers import format_decimal

from eventos.kernel.clock import local
from eventos.kernel.text import fold

_LOCALE = "es_CO"
_NBSP = "\u00a0"

_UNIT_ORDINALS = ("", "primera", "segunda", "tercera", "cuarta", "quinta", "sexta", "séptima", "octava", "novena")
_TEN_ORDINALS = (
    "",
    "décima",
    "vigésima",
    "trigésima",
    "cuadragésima",
    "quincuagésima",
    "sexagésima",
    "septuagésima",
    "octogésima",
    "nonagésima",
)

_SMALL_NUMBERS = (
    *(
        "cero",
        "una",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
        "trece",
        "catorce",
        "quince",
    ),
    *(
        "dieciséis",
        "diecisiete",
        "dieciocho",
        "diecinueve",
        "veinte",
        "veintiuna",
        "veintidós",
        "veintitrés",
        "veinticuatro",
        "veinticinco",
    ),
    *("veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)
_TENS = ("", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    "",
    "ciento",
    *(f"{stem}cientas" for stem in ("dos", "tres", "cuatro")),
    "quinientas",
    "seiscientas",
    "setecientas",
    "ochocientas",
    "novecientas",
)

_MONTHS: dict[str, int] = {fold(name): number for number, name in get_month_names("wide", locale=_LOCALE).items()} | {"setiembre": 9}
_WEEKDAYS: dict[str, int] = {fold(name): number for number, name in get_day_names("wide", locale=_LOCALE).items()}
_WEEKDAY_NAMES: dict[int, str] = dict(get_day_names("wide", locale=_LOCALE).items())
_WEEKDAY = "|".join(_WEEKDAYS)
_LEADING_WEEKDAY = re.compile(rf"({_WEEKDAY}|lun|mar|mie|jue|vie|sab|dom) (?:el )?(?:dia )?")
_DAY_MONTH = re.compile(r"(?P<day>[0-9]{1,2})(?: ?(?:o|ro|er))?(?: de)? (?P<month>[a-z]+)(?:(?: del?| ano| del ano)* (?P<year>[0-9]{4}))?")
_MONTH_DAY = re.compile(r"(?P<month>[a-z]+) (?P<day>[0-9]{1,2})(?:(?: del?| ano| del ano)* (?P<year>[0-9]{4}))?")
_NUMERIC = re.compile(r"(?P<day>[0-9]{1,2}) (?P<month>[0-9]{1,2}) (?P<year>[0-9]{4})")
_ISO = re.compile(r"(?P<year>[0-9]{4}) (?P<month>[0-9]{1,2}) (?P<day>[0-9]{1,2})(?:[t ]00? 00(?: 00)?)?")
_HOW_TO_WRITE = "Escriba la fecha como «29 de julio de 2021» o «29/07/2021»."


def ordinal_feminine(number: int) -> str:
    """The number of an asistencia or session: 5 → "quinta", 13 → "decimotercera", 31 → "trigésima primera"; from 100 on "100.ª"."""
    if number < 1:
        raise ValueError("El número de la serie empieza en 1.")
    if number > 99:
        return f"{number}.ª"
    tens, units = divmod(number, 10)
    if tens == 1 and units in (1, 2):
        return ("undécima", "duodécima")[units - 1]
    if tens in (1, 2) and units:
        return (("decimo", "vigesimo")[tens - 1] + _UNIT_ORDINALS[units]).replace("oo", "o")
    return f"{_TEN_ORDINALS[tens]} {_UNIT_ORDINALS[units]}".strip()


def date_long(day: date) -> str:
    """ "29 de julio de 2021"."""
    return format_date(_calendar_day(day), "long", locale=_LOCALE)


def date_full(day: date) -> str:
    """ "jueves, 29 de julio de 2021"."""
    return format_date(_calendar_day(day), "full", locale=_LOCALE)


def _calendar_day(day: date) -> date:
    if isinstance(day, datetime):
        return local(day).date() if day.tzinfo else day.date()
    return day


def time_short(moment: datetime | time) -> str:
    """ "8:00 a. m.", with no-break spaces; Babel's U+202F is missing from many fonts and breaks in PDFs."""
    if isinstance(moment, datetime):
        moment = (local(moment) if moment.tzinfo else moment).time()
    return format_time(moment.replace(tzinfo=None), "short", locale=_LOCALE).replace("\u202f", _NBSP)


def sentence(words: str) -> str:
    """The words as a sentence: first letter capital, one full stop ("a. m." already has it)."""
    capital = words[:1].upper() + words[1:]
    return capital if capital.endswith((".", "…", "?", "!")) else f"{capital}."


def time_range(start: datetime | time, end: datetime | time) -> str:
    """ "8:00 a. m. a 10:00 a. m."."""
    return f"{time_short(start)} a {time_short(end)}"


def days_sentence(days: Sequence[date]) -> str:
    """The days of an event as one phrase: "28 y 29 de julio de 2021", "del 28 al 30 de julio de 2021"; "" without days."""
    ordered = sorted({_calendar_day(day) for day in days})
    if len(ordered) < 2:
        return date_long(ordered[0]) if ordered else ""
    first, last = ordered[0], ordered[-1]
    if len(ordered) > 2 and last - first == timedelta(days=len(ordered) - 1):
        return f"del {_start_of_run(first, last)} al {date_long(last)}"
    phrases: list[str] = []
    for (year, _), in_month in groupby(ordered, key=lambda day: (day.year, day.month)):
        month_days = list(in_month)
        told = date_long(month_days[-1])
        if year == last.year and month_days[-1] != last:
            told = told.removesuffix(f" de {year}")
        _, month = told.split(" ", 1)
        phrases.append(f"{join_and([str(day.day) for day in month_days])} {month}")
    if len(phrases) > 1 and any(" y " in phrase for phrase in phrases):
        return f"{', '.join(phrases[:-1])}, y {phrases[-1]}"
    return join_and(phrases)


def _start_of_run(first: date, last: date) -> str:
    """The first day of a run, with only what the last one does not already say."""
    if (first.year, first.month) == (last.year, last.month):
        return str(first.day)
    return date_long(first).removesuffix(f" de {first.year}") if first.year == last.year else date_long(first)


def number(value: int | float | Decimal) -> str:
    """ "1.234,5": at most three decimals."""
    if isinstance(value, int):  # pages are full of them, and Babel takes fifty times as long
        return f"{value:,}".replace(",", ".")
    return format_decimal(value, locale=_LOCALE)


def join_and(items: Sequence[str]) -> str:
    """ "a, b y c"; before the sound of an i, "e": "Aguadas e Inírida", but "agua y hielo"."""
    if len(items) < 2:
        return "".join(items)
    word = "e" if re.match(r"h?i(?![aeou])|y(?![aeiou])", fold(items[-1])) else "y"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def plural(count: int, one: str, many: str) -> str:
    """The number with its noun: "1 cupo", "1.234 cupos", "0 cupos"."""
    return f"{number(count)} {one if count == 1 else many}"


def hours_in_words(hours: int | float | Decimal) -> str:
    """An intensity as certificates print it: "dos (2) horas", "una y media (1,5) horas", "media (0,5) hora"."""
    if not 0 < hours < 1000:
        raise ValueError("La intensidad se escribe en horas, entre 0,25 y 999.")
    whole, rest = int(hours), hours - int(hours)
    fraction = {0: "", 0.5: "media", 0.25: "cuarto"}.get(float(rest))
    if fraction is None or (not whole and fraction == "cuarto"):
        return f"{number(hours)} {'hora' if hours < 1 else 'horas'}"
    words = " y ".join(part for part in (_feminine_cardinal(whole) if whole else "", fraction) if part)
    return f"{words} ({number(hours)}) {'hora' if hours <= 1 else 'horas'}"


def _feminine_cardinal(value: int) -> str:
    if value < 30:
        return _SMALL_NUMBERS[value]
    if value < 100:
        tens, units = divmod(value, 10)
        return _TENS[tens] + (f" y {_SMALL_NUMBERS[units]}" if units else "")
    hundreds, below = divmod(value, 100)
    if not below:
        return "cien" if hundreds == 1 else _HUNDREDS[hundreds]
    return f"{_HUNDREDS[hundreds]} {_feminine_cardinal(below)}"


def parse_date(text: str, *, today: date) -> date:
    """Read a date as people type it: "29 de julio 2021", "jueves 29 de julio de 2021", "julio 29 de 2021", "29/07/2021", "2021-07-29".

    Without a year it is the first such day from `today` on. Raises ValueError when it is no date, or when its weekday does not fit.
    """
    words = fold(text).removeprefix("el ")
    weekday = _LEADING_WEEKDAY.match(words)
    rest = words[weekday.end() :] if weekday else words
    rest = re.sub(r"^primero\b", "1", rest)
    match = next((found for shape in (_ISO, _NUMERIC, _DAY_MONTH, _MONTH_DAY) if (found := shape.fullmatch(rest))), None)
    if match is None:
        raise ValueError(_HOW_TO_WRITE)
    month = _month(match["month"])
    day = _first_from(today, month, int(match["day"])) if match["year"] is None else _existing(int(match["year"]), month, int(match["day"]))
    said = next((number for name, number in _WEEKDAYS.items() if weekday and name.startswith(weekday.group(1))), None)
    if said is not None and said != day.weekday():
        raise ValueError(_misfit(day, said))
    return day


def _month(word: str) -> int:
    if word.isdigit():
        return int(word)
    known = _MONTHS.get(word) or next((number for name, number in _MONTHS.items() if len(word) in (3, 4) and name.startswith(word)), None)
    if known is None:
        raise ValueError(_HOW_TO_WRITE)
    return known


def _existing(year: int, month: int, day: int) -> date:
    if not 1900 <= year <= 2199:
        raise ValueError("Escriba el año con cuatro cifras, entre 1900 y 2199.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"Esa fecha no existe en el calendario. {_HOW_TO_WRITE}") from None


def _first_from(today: date, month: int, day: int) -> date:
    leap_in_reach = 8 if (month, day) == (2, 29) else 1
    for year in range(today.year, today.year + leap_in_reach):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return _existing(today.year + leap_in_reach, month, day)


def _misfit(day: date, said: int) -> str:
    return f"El {date_long(day)} es {_WEEKDAY_NAMES[day.weekday()]}, no {_WEEKDAY_NAMES[said]}."
