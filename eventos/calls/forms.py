"""The forms of the room: an entity to convene, a call, its annexes, whom to send it to; and what an entity answers."""

from datetime import datetime
from typing import Any, cast

from wtforms import FileField, HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from eventos.accounts.rules import check_email
from eventos.calls.queries import BoardRow, CallView, ConvenedView
from eventos.calls.rules import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    MOST_DESIGNEES,
    Designee,
    FlyerUse,
    RecordConfirmation,
    SaveCall,
    SaveConvened,
    Signed,
    Via,
)
from eventos.calls.sheets import Column
from eventos.calls.standing import Whom
from eventos.cycles.forms.fields import MomentField, RowForm, Rows
from eventos.kernel import divipola
from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import names_refuse_links, normalise_document, normalise_email, normalise_phone, show_phone
from eventos.kernel.vocabulary import DocumentType
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine, choices
from eventos.registration.forms import DOCUMENTS, NoLinks


def _mail(_form: Any, field: Any) -> None:
    if field.data:
        try:
            check_email(field.data)
        except InvalidInput as refused:
            raise ValidationError(refused.fields["email"]) from None


def _phone(_form: Any, field: Any) -> None:
    if field.data:
        try:
            normalise_phone(field.data)
        except ValueError as reason:
            raise ValidationError(str(reason)) from None


class ConvenedForm(BaseForm):
    entity = TextLine(
        "Entidad", [Needed("Escriba el nombre de la entidad."), Max(200), NoLinks()], render_kw={"list": "entidades", "autocomplete": "off"}
    )
    mailbox = TextLine("Correo institucional", [Max(160), _mail], render_kw={"type": "email", "autocomplete": "off"})
    municipio = TextLine("Municipio", [Max(120)], render_kw={"autocomplete": "off"})
    municipio_code = HiddenField()
    liaison_name = TextLine("Persona de contacto", [Max(160), NoLinks()], render_kw={"autocomplete": "off"})
    liaison_post = TextLine("Cargo", [Max(160), NoLinks()], render_kw={"autocomplete": "off"})
    liaison_email = TextLine("Correo de esa persona", [Max(160), _mail], render_kw={"type": "email", "autocomplete": "off"})
    phone = TextLine("Teléfono", [Max(60), _phone], render_kw={"type": "tel", "autocomplete": "off"})
    note = TextBlock("Nota", [Max(400)])

    @classmethod
    def of(cls, view: ConvenedView) -> "ConvenedForm":
        place = divipola.get(view.divipola) if view.divipola else None
        names = ("entity", "mailbox", "liaison_name", "liaison_post", "liaison_email", "phone", "note")
        told = {name: getattr(view, name) for name in names} | {
            "phone": show_phone(view.phone),
            "municipio": place.label if place else "",
            "municipio_code": view.divipola or "",
        }
        return cls(data=told)

    def validate_municipio(self, field: Any) -> None:
        self.place = None
        if not field.data:
            return
        named = divipola.resolve(field.data)
        self.place = named.municipio or self._picked(field.data)
        if self.place is None:
            raise ValidationError("Elija el municipio de la lista, o escriba también su departamento.")

    def _picked(self, typed: str) -> divipola.Municipio | None:
        picked = divipola.get(self.municipio_code.data or "")
        return picked if picked and picked.label == typed else None

    def to_command(self) -> SaveConvened:
        said = {name: self[name].data or "" for name in ("entity", "liaison_name", "liaison_post", "note")}
        said |= {name: normalise_email(self[name].data or "") for name in ("mailbox", "liaison_email")}
        phone = normalise_phone(self.phone.data) if self.phone.data else ""
        return SaveConvened(**said, phone=phone, divipola=self.place.code if self.place else None)


class SheetForm(BaseForm):
    file = FileField("Lista de entidades")


class ColumnsForm(BaseForm):
    """Which column is which, from the address: looking at a preview changes nothing."""

    entity = SelectField(Column.ENTITY.label, validate_choice=False)
    mailbox = SelectField(Column.MAILBOX.label, validate_choice=False)
    municipio = SelectField(Column.MUNICIPIO.label, validate_choice=False)
    liaison_name = SelectField(Column.LIAISON_NAME.label, validate_choice=False)
    liaison_post = SelectField(Column.LIAISON_POST.label, validate_choice=False)
    liaison_email = SelectField(Column.LIAISON_EMAIL.label, validate_choice=False)
    phone = SelectField(Column.PHONE.label, validate_choice=False)
    note = SelectField(Column.NOTE.label, validate_choice=False)

    def offer(self, headers: tuple[str, ...], guessed: dict[Column, int]) -> None:
        """Offer the headings of the sheet; what the address does not say is what was guessed."""
        asked = any(field.raw_data for field in self)
        for column in Column:
            field: Any = self[column.value]
            field.choices = choices(
                ("", "No está en la hoja"), *((str(at), heading or f"Columna {at + 1}") for at, heading in enumerate(headers))
            )
            if not asked:
                field.data = str(guessed[column]) if column in guessed else ""

    def mapping(self, headers: tuple[str, ...]) -> dict[Column, int]:
        told = {column: self[column.value].data or "" for column in Column}
        return {column: int(at) for column, at in told.items() if at.isascii() and at.isdigit() and int(at) < len(headers)}


class CallForm(BaseForm):
    subject = TextLine("Asunto", [Needed("Escriba el asunto del correo."), Max(LONGEST_SUBJECT)], render_kw={"autocomplete": "off"})
    body = TextBlock("Texto", [Needed("Escriba el texto de la convocatoria."), Max(LONGEST_BODY)])
    deadline_at = MomentField("Plazo para responder")
    flyer = RadioField("Pieza publicitaria", choices=choices(*FlyerUse.choices()), default=FlyerUse.SHOWN.value)

    @classmethod
    def of(cls, view: CallView) -> "CallForm":
        return cls(data={"subject": view.subject, "body": view.body, "deadline_at": view.deadline_at, "flyer": view.flyer})

    def to_command(self) -> SaveCall:
        return SaveCall(self.subject.data or "", self.body.data or "", self.deadline_at.data, FlyerUse(self.flyer.data))


class AnnexForm(BaseForm):
    file = FileField("Archivo")


class SampleForm(BaseForm):
    """Which entity the test is written for."""

    entity = SelectField("Como la recibiría", validate_choice=False)

    def offer(self, rows: list[BoardRow], chosen: str = "") -> None:
        self.entity.choices = choices(*((row.convened, row.entity) for row in rows if not row.is_removed))
        if chosen:
            self.entity.data = chosen


class SendForm(BaseForm):
    whom = HiddenField()
    version = HiddenField()

    def chosen(self) -> Whom | None:
        return Whom(self.whom.data) if self.whom.data in set(Whom) else None

    def seen_version(self) -> int:
        told = self.version.data or ""
        return int(told) if told.isascii() and told.isdigit() else 0


class SignedForm(BaseForm):
    """Who answers for the entity."""

    name = TextLine("Su nombre", [Needed("Escriba su nombre."), Max(160), NoLinks()], render_kw={"autocomplete": "name"})
    post = TextLine("Su cargo", [Needed("Escriba su cargo."), Max(160), NoLinks()], render_kw={"autocomplete": "organization-title"})

    def signed(self) -> Signed:
        return Signed(self.name.data or "", self.post.data or "")


class RecordForm(BaseForm):
    """A confirmation that staff write down."""

    name = TextLine("Quién confirmó", [Needed("Escriba quién confirmó."), Max(160), NoLinks()], render_kw={"autocomplete": "off"})
    post = TextLine("Su cargo", [Max(160), NoLinks()], render_kw={"autocomplete": "off"})
    via = RadioField("Cómo", choices=choices(*Via.choices()), default=Via.PHONE.value)
    told_at = MomentField("Cuándo", [Needed("Escriba cuándo.")])
    note = TextBlock("Nota", [Max(400)])

    def to_command(self) -> RecordConfirmation:
        said = {name: self[name].data or "" for name in ("name", "post", "note")}
        return RecordConfirmation(**said, via=Via(self.via.data), told_at=cast(datetime, self.told_at.data))


class ExtendForm(BaseForm):
    deadline_at = MomentField("Nuevo plazo", [Needed("Escriba el nuevo plazo.")])


class DeclineForm(SignedForm):
    reason = TextBlock("Motivo", [Needed("Escriba el motivo."), Max(600)])

    def validate_reason(self, field: Any) -> None:
        if names_refuse_links(field.data or ""):
            raise ValidationError("Escriba el motivo sin vínculos ni correos.")


class DesigneeForm(RowForm):
    given_names = TextLine("Nombres", [Needed("Escriba los nombres."), Max(80), NoLinks()], render_kw={"autocomplete": "off"})
    family_names = TextLine("Apellidos", [Needed("Escriba los apellidos."), Max(80), NoLinks()], render_kw={"autocomplete": "off"})
    post = TextLine("Cargo", [Max(120), NoLinks()], render_kw={"autocomplete": "off"})
    email = TextLine("Correo", [Needed("Escriba el correo."), Max(160), _mail], render_kw={"type": "email", "autocomplete": "off"})
    document_type = SelectField("Tipo de documento", choices=DOCUMENTS, default=DocumentType.CC.value)
    document_number = TextLine("Número de documento", [Max(30)], render_kw={"autocomplete": "off", "inputmode": "numeric"})

    def validate_document_number(self, field: Any) -> None:
        if field.data:
            try:
                normalise_document(self.document_type.data, field.data)
            except ValueError as reason:
                raise ValidationError(str(reason)) from None

    def designee(self) -> Designee:
        number = self.document_number.data or ""
        kind = self.document_type.data if number else None
        return Designee(
            self.given_names.data or "",
            self.family_names.data or "",
            self.email.data or "",
            self.post.data or "",
            kind,
            normalise_document(kind, number) if kind else None,
        )


class DesignateForm(SignedForm):
    people = Rows(DesigneeForm, "Personas", most=MOST_DESIGNEES, min_entries=1)

    def add_row(self, name: str) -> None:
        if name == "people":
            self.people.offer_blank()

    def designees(self) -> list[Designee]:
        return [form.designee() for _at, form in self.people.said()]
