"""Fields that read what people write: dates with their weekday, hours, whole and decimal numbers, a link kept byte for byte, rows."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField
from wtforms.validators import ValidationError

from eventos.kernel import clock, spanish
from eventos.kernel.text import clean

_HOUR = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))?(?::[0-9]{2})?\s*(?P<half>a|p|m)?\.?\s*m?\.?", re.IGNORECASE)


class _Read(StringField):
    """A line of text that becomes a value; what cannot be read stays as it was typed, beside its error."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.typed = clean(valuelist[0])
        self.data = None
        if self.typed:
            self.data = self.read(self.typed)

    def _value(self) -> str:
        typed: str | None = getattr(self, "typed", None)
        if typed is not None and (self.data is None or self.errors or self.process_errors):
            return typed
        return "" if self.data is None else self.write(self.data)

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)


class Read:
    """The field must say something; what could not be read has its own error already."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(self.message)


class DayField(_Read):
    """A date: "jueves 29 de julio de 2021", "29/07/2021" or what a date picker sends. The weekday, when told, must fit."""

    def read(self, typed: str) -> date:
        return spanish.parse_date(typed, today=clock.today())

    def write(self, value: date) -> str:
        return spanish.date_full(value)


class HourField(_Read):
    """An hour in Bogotá: "8:00", "14:30", "2:30 p. m."."""

    def read(self, typed: str) -> time:
        return read_hour(typed)

    def write(self, value: time) -> str:
        return f"{value:%H:%M}"


def read_hour(typed: str) -> time:
    """Read an hour as people type it. Raises ValueError with the sentence to print."""
    told = _HOUR.fullmatch(typed.strip())
    hour, minute = (int(told["hour"]), int(told["minute"] or 0)) if told else (99, 0)
    half = (told["half"] or "").lower() if told else ""
    if half and not 1 <= hour <= 12:
        hour = 99
    elif half == "p" or (half == "m" and hour == 12):
        hour = hour % 12 + 12
    elif half == "a":
        hour %= 12
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise ValueError("Escriba la hora como 8:00 o 14:30.")
    return time(hour, minute)


class MomentField(_Read):
    """A date and hour in Bogotá, as a datetime picker sends it or as people write it; aware UTC."""

    def read(self, typed: str) -> datetime:
        day, _, hour = typed.partition("T")
        if not hour:
            day, _, hour = typed.rpartition(",") if "," in typed else typed.partition(" ")
        try:
            return clock.at_local(spanish.parse_date(day, today=clock.today()), read_hour(hour))
        except ValueError:
            raise ValueError("Escriba la fecha y la hora, por ejemplo 28/07/2021 17:00.") from None

    def write(self, value: datetime) -> str:
        return f"{clock.local(value):%Y-%m-%dT%H:%M}"


class WholeField(_Read):
    """A whole number, with or without dots between thousands."""

    def read(self, typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}|[0-9]{1,3}(\.[0-9]{3}){1,2}", typed, re.ASCII):
            raise ValueError("Escriba solo un número entero, por ejemplo 5.")
        return int(typed.replace(".", ""))


class DecimalField(_Read):
    """A number with at most two decimals: "2,5" or "2.5"."""

    def read(self, typed: str) -> Decimal:
        try:
            if re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,2})?", typed, re.ASCII):
                return Decimal(typed.replace(",", "."))
        except InvalidOperation:
            pass
        raise ValueError("Escriba un número, por ejemplo 2 o 2,5.")

    def write(self, value: Decimal) -> str:
        return spanish.number(value)


class VerbatimField(TextAreaField):
    """Text that is kept byte for byte; only the space and line ends around it go (trap 7: a Teams link with commas)."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = valuelist[0].strip()


class RowForm(Form):
    """One row of a list; a row with nothing typed in it says nothing."""

    class Meta:
        locales = ("es",)

    @property
    def is_blank(self) -> bool:
        return not any(_said(field) for field in self if isinstance(field, StringField))

    def validate(self, extra_validators: Any = None) -> bool:
        return self.is_blank or bool(super().validate(extra_validators))


def _said(field: StringField) -> bool:
    return bool(getattr(field, "typed", None) or field.data)


class AtMost:
    """So many rows at most, said in Spanish."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, _form: Form, field: "Rows") -> None:
        if len(field.said()) > self.most:
            raise ValidationError(f"Caben hasta {self.most} filas.")


class Rows(FieldList):
    """Repeated rows. Validation counts those that say something."""

    def __init__(self, row: type[RowForm], label: str, *, most: int, **bound: Any) -> None:
        super().__init__(FormField(row), label, [AtMost(most)], **bound)
        self.most = most

    def said(self) -> list[tuple[int, RowForm]]:
        """The rows that say something, each with its place on the page."""
        return [(index, entry.form) for index, entry in enumerate(self.entries) if not entry.form.is_blank]

    def offer_blank(self) -> None:
        """One more empty row, while there is room."""
        if len(self.entries) < self.most:
            self.append_entry()
