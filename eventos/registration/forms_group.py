"""The form by which somebody writes several colleagues of their workplace down."""

from typing import Any

from wtforms import BooleanField, SelectField, ValidationError

from eventos.cycles.forms.fields import RowForm, Rows
from eventos.kernel.text import normalise_document
from eventos.kernel.webforms import Max, Needed, TextLine
from eventos.people.rules import Identity, Notice
from eventos.registration.forms import DOCUMENTS, NoLinks, OneOf, RegistrationForm, mail_shape
from eventos.registration.rules import LARGEST_GROUP, RegisterGroup

FIRST_ROWS = 3


class MemberForm(RowForm):
    """One colleague, as their group's leader knows them; the rest is theirs to tell."""

    document_type = SelectField(
        "Tipo de documento",
        [OneOf("Elija un tipo de documento de la lista.")],
        choices=DOCUMENTS,
        validate_choice=False,
        render_kw={"required": False},
    )
    document_number = TextLine("Número", [Needed("Escriba el número de su documento."), Max(30)], render_kw={"autocomplete": "off"})
    given_names = TextLine("Nombres", [Needed("Escriba sus nombres."), Max(80), NoLinks()], render_kw={"autocomplete": "off"})
    family_names = TextLine("Apellidos", [Needed("Escriba sus apellidos."), Max(80), NoLinks()], render_kw={"autocomplete": "off"})
    email = TextLine(
        "Correo electrónico",
        [Needed("Escriba su correo: allí le pedimos confirmar."), Max(200), mail_shape],
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )

    def validate_document_number(self, field: Any) -> None:
        if field.data and self.document_type.data in {choice.value for choice in DOCUMENTS}:
            try:
                normalise_document(self.document_type.data, field.data)
            except ValueError as reason:
                raise ValidationError(str(reason)) from None

    def to_identity(self) -> Identity:
        return Identity(
            document_type=self.document_type.data,
            document_number=normalise_document(self.document_type.data, self.document_number.data or ""),
            given_names=self.given_names.data or "",
            family_names=self.family_names.data or "",
            email=self.email.data or "",
            phone="",
        )


class GroupForm(RegistrationForm):
    """Who writes them down, where all of them work, and a row for each colleague."""

    comes = BooleanField("Yo también asisto", default=True)
    members = Rows(MemberForm, "Sus colegas", most=LARGEST_GROUP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.also

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.members.said():
            self.refuse({"members": "Escriba los datos de al menos una persona."})
            return False
        return valid

    def offer_rows(self) -> None:
        """Empty rows to fill in."""
        while len(self.members.entries) < FIRST_ROWS:
            self.members.offer_blank()

    def to_group(self, slug: str, notice: Notice) -> RegisterGroup:
        members = tuple(row.to_identity() for _place, row in self.members.said())
        return RegisterGroup(self.to_command(slug, notice), members, comes=bool(self.comes.data))
