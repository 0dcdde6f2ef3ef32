"""The base of every form: cleans what was typed, refuses an expired form with its content kept, and speaks Spanish."""

from typing import Any

from flask import g, request
from wtforms import FileField, Form, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from eventos.kernel.text import clean, clean_lines

EXPIRED = "El formulario llevaba mucho tiempo abierto. Sus respuestas siguen aquí: envíelo otra vez."


class TextLine(StringField):
    """One line of text, normalised: NFC, no control characters, no bidirectional overrides, spaces collapsed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean(valuelist[0])


class TextBlock(TextAreaField):
    """Several lines of text, normalised like TextLine, line breaks kept."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_lines(valuelist[0])


def choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    """Options of a select or of radios, from (value, label) pairs: `choices(*Modality.choices())`, `choices(("", "Todos"), …)`."""
    return [SelectChoice(value, label) for value, label in pairs]


class BaseForm(Form):
    """A form read from the request. `form_errors` (WTForms) holds what belongs to no field."""

    form_errors: list[Any]

    class Meta:
        locales = ("es",)

    @classmethod
    def from_request(cls, **kwargs: Any) -> Any:
        form = cls(request.form, **kwargs)
        for field in form:
            if isinstance(field, FileField):  # Only here: a file sent where text belongs is no text.
                field.process(request.files)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if g.get("form_expired"):
            self.form_errors = [*self.form_errors, EXPIRED]
            return False
        return valid

    def refuse(self, fields: dict[str, str], message: str | None = None) -> None:
        """Put a service's refusal beside the fields it names."""
        for name, reason in fields.items():
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, reason]
            else:
                self.form_errors = [*self.form_errors, reason]
        if message and not fields:
            self.form_errors = [*self.form_errors, message]


class Max:
    """At most `length` characters, said in Spanish."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data and len(field.data) > self.length:
            raise ValidationError(f"Escriba como máximo {self.length} caracteres; ahora tiene {len(field.data)}.")


class Needed:
    """The field must say something."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data is None or field.data == "" or field.data is False:
            raise ValidationError(self.message)
