"""The forms of registration: what is typed becomes a command, and what cannot be meant is said beside the field."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Self

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, ValidationError, widgets

from eventos.kernel import divipola
from eventos.kernel.text import names_refuse_links, normalise_document, normalise_phone
from eventos.kernel.vocabulary import DocumentType, LinkKind, Modality
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices
from eventos.people.rules import Identity, Notice, Purpose
from eventos.registration.queries import RegistrationView
from eventos.registration.rules import ChangeRegistration, Consented, Register, Workplace

# A company's number is nobody's document, and minors come with their representative, not through this form.
_NOT_HERE = {DocumentType.NIT, DocumentType.RC, DocumentType.TI}
DOCUMENTS = choices(*((kind.value, kind.label) for kind in DocumentType if kind not in _NOT_HERE))
SEATS = choices(*((kind.value, kind.label) for kind in (Modality.VIRTUAL, Modality.ONSITE)))
_MAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^\s@.]+(\.[^\s@.]+)+")
_HOW_MAIL = "Escriba un correo como nombre@entidad.gov.co."


class NoLinks:
    """Names travel in our mails: they carry no links or addresses."""

    def __call__(self, _form: BaseForm, field: Any) -> None:
        if field.data and names_refuse_links(field.data):
            raise ValidationError("Escriba aquí solo palabras, sin vínculos ni correos.")


class OneOf:
    """A choice of the list, said in Spanish."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: BaseForm, field: Any) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(self.message)


def mail_shape(_form: BaseForm, field: Any) -> None:
    if not field.data:
        return
    try:
        ascii_form = f"x@{field.data.rpartition('@')[2].encode('idna').decode('ascii')}"
    except UnicodeError:
        ascii_form = ""
    if not _MAIL.fullmatch(field.data) or not re.fullmatch(r"x@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", ascii_form) or "=?" in field.data:
        raise ValidationError(_HOW_MAIL)


def _said(normalise: Callable[[str], str]) -> Callable[[BaseForm, Any], None]:
    """A validator from a normal form that raises ValueError with its sentence."""

    def check(_form: BaseForm, field: Any) -> None:
        if field.data:
            try:
                normalise(field.data)
            except ValueError as reason:
                raise ValidationError(str(reason)) from None

    return check


class MarkedList(SelectMultipleField):
    """Several choices as checkboxes; what is not in the list is refused by the service."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def radios(label: str, *, options: Sequence[Any], validators: Sequence[Any] = ()) -> RadioField:
    return RadioField(label, choices=list(options), validators=list(validators), validate_choice=False)


class PersonFields(BaseForm):
    """Names and phone, as everybody types them."""

    given_names = TextLine("Nombres", [Needed("Escriba sus nombres."), Max(80), NoLinks()], render_kw={"autocomplete": "given-name"})
    family_names = TextLine("Apellidos", [Needed("Escriba sus apellidos."), Max(80), NoLinks()], render_kw={"autocomplete": "family-name"})
    phone = TextLine("Celular", [Max(40), _said(normalise_phone)], render_kw={"autocomplete": "tel", "inputmode": "tel"})


class WorkplaceFields(BaseForm):
    """Where somebody works: a municipality of DIVIPOLA, or a country and city outside Colombia."""

    municipio = TextLine("Municipio", [Max(100)])
    municipio_code = HiddenField("Municipio", [Max(5)])
    municipio_choice = radios("¿Cuál de estos?", options=())
    abroad = BooleanField("Vivo o trabajo fuera de Colombia")
    country = TextLine("País", [Max(60), NoLinks()], render_kw={"autocomplete": "country-name"})
    city = TextLine("Ciudad", [Max(80), NoLinks()])
    entity = TextLine(
        "Entidad", [Needed("Escriba la entidad donde trabaja."), Max(160), NoLinks()], render_kw={"autocomplete": "organization"}
    )
    dependency = TextLine("Dependencia", [Max(120), NoLinks()])
    post = TextLine("Cargo", [Needed("Escriba su cargo."), Max(120), NoLinks()], render_kw={"autocomplete": "organization-title"})
    link_kind = radios(
        "Su vinculación con la entidad",
        options=choices(*LinkKind.choices()),
        validators=[OneOf("Elija cuál es su vinculación con la entidad.")],
    )

    place: divipola.Municipio | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Fields first, then the place they tell together."""
        valid = super().validate(extra_validators)
        return self._validate_place() and valid

    def _validate_place(self) -> bool:
        if self.abroad.data:
            missing = {"country": "Escriba el país.", "city": "Escriba la ciudad."}
            wrong = {name: sentence for name, sentence in missing.items() if not self[name].data}
            self.refuse(wrong)
            return not wrong
        self.place = self._told_place()
        return self.place is not None

    def _told_place(self) -> divipola.Municipio | None:
        """The municipality that was picked, chosen among the candidates, or written well enough; else the error and the candidates."""
        told = self.municipio.data or ""
        if not told:
            self.refuse({"municipio": "Escriba el municipio donde trabaja, o marque que vive fuera de Colombia."})
            return None
        match = divipola.resolve(told)
        picked = divipola.get(self.municipio_code.data or "")
        if picked is not None and divipola.resolve(told, departamento=picked.departamento_code).municipio == picked:
            return picked
        chosen = divipola.get(self.municipio_choice.data or "")
        if chosen is not None and chosen in match.candidates:
            return chosen
        if match.municipio is not None:
            return match.municipio
        self.municipio_code.data = ""
        self.municipio_choice.choices = choices(*((place.code, place.label) for place in match.candidates[:8]))
        if match.certainty is divipola.Certainty.AMBIGUOUS:
            said = f"Hay más de un municipio con el nombre {told}: elija cuál es el suyo."
        elif match.candidates:
            said = f"No encontramos «{told}». Elija uno de estos o escríbalo de otra forma."
        else:
            said = f"No encontramos «{told}» en la lista de municipios de Colombia. Revise cómo está escrito."
        self.refuse({"municipio": said})
        return None

    def workplace(self) -> Workplace:
        """What was told, once valid."""
        away = bool(self.abroad.data)
        return Workplace(
            entity=self.entity.data or "",
            dependency=self.dependency.data or "",
            post=self.post.data or "",
            link_kind=self.link_kind.data or "",
            divipola=None if away or self.place is None else self.place.code,
            country=(self.country.data or "") if away else "",
            city=(self.city.data or "") if away else "",
        )


class RegistrationForm(PersonFields, WorkplaceFields):
    """The public form. `offer_seats` keeps or drops the question about the modality."""

    document_type = SelectField(
        "Tipo de documento",
        [OneOf("Elija un tipo de documento de la lista.")],
        choices=DOCUMENTS,
        validate_choice=False,
        render_kw={"required": False},  # one is always chosen, and HTML wants an empty first choice beside `required`
    )
    document_number = TextLine("Número", [Needed("Escriba el número de su documento."), Max(30)], render_kw={"autocomplete": "off"})
    email = TextLine(
        "Correo electrónico",
        [Needed("Escriba su correo: allí le llega la confirmación."), Max(200), mail_shape],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    modality = radios("Cómo va a asistir", options=SEATS, validators=[OneOf("Elija cómo va a asistir.")])
    also = MarkedList("Inscribirme también a", choices=[], validate_choice=False)
    consent = BooleanField(
        "Autorizo el tratamiento de mis datos para estas finalidades",
        [Needed("Para inscribirlo necesitamos su autorización: marque la casilla.")],
    )
    invitations = BooleanField("Quiero recibir invitaciones a otros eventos")
    _fields: dict[str, Any]
    web = StringField("Deje vacío este campo", render_kw={"autocomplete": "off", "tabindex": "-1"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The summary of errors reads in the order of the page.
        first = ("document_type", "document_number", "given_names", "family_names", "email")
        self._fields = {name: self._fields[name] for name in (*first, *self._fields)}

    @property
    def is_trap(self) -> bool:
        """Whether a machine filled the field that people do not see."""
        return bool(self.web.data)

    def offer_seats(self, modality: Modality) -> None:
        """Ask how somebody will attend only when there is a choice."""
        if modality is not Modality.HYBRID:
            del self.modality

    def validate_document_number(self, field: Any) -> None:
        if field.data and self.document_type.data in {choice.value for choice in DOCUMENTS}:
            try:
                normalise_document(self.document_type.data, field.data)
            except ValueError as reason:
                raise ValidationError(str(reason)) from None

    def identity(self) -> Identity:
        """Who it is, once valid."""
        return Identity(
            document_type=self.document_type.data,
            document_number=normalise_document(self.document_type.data, self.document_number.data or ""),
            given_names=self.given_names.data or "",
            family_names=self.family_names.data or "",
            email=self.email.data or "",
            phone=normalise_phone(self.phone.data) if self.phone.data else "",
        )

    def to_command(self, slug: str, notice: Notice) -> Register:
        """What the service is asked to do, once valid."""
        purposes = (Purpose.EVENT, Purpose.INVITATIONS) if self.invitations.data else (Purpose.EVENT,)
        others = [other for other in (self.also.data or () if "also" in self else ()) if other != slug]
        return Register(
            event_slugs=(slug, *dict.fromkeys(others)),
            identity=self.identity(),
            workplace=self.workplace(),
            consent=Consented(notice.text, purposes),
            modality=(self.modality.data or "") if "modality" in self else "",
        )


class ChangeForm(PersonFields, WorkplaceFields):
    """What a person corrects through their personal link."""

    modality = radios("Cómo va a asistir", options=SEATS, validators=[OneOf("Elija cómo va a asistir.")])

    @classmethod
    def of(cls, registration: RegistrationView) -> Self:
        """Filled with what is on file."""
        place = divipola.get(registration.divipola) if registration.divipola else None
        kept = ("given_names", "family_names", "phone", "country", "city", "dependency", "post", "link_kind")
        told = {name: getattr(registration, name) for name in kept}
        where = {
            "municipio": place.label if place else "",
            "municipio_code": place.code if place else "",
            "abroad": bool(registration.country),
        }
        form = cls(data={**told, **where, "entity": registration.entity_name, "modality": registration.modality.value})
        form.offer_seats(registration.event.modality)
        return form

    def offer_seats(self, modality: Modality) -> None:
        if modality is not Modality.HYBRID:
            del self.modality

    def to_command(self) -> ChangeRegistration:
        return ChangeRegistration(
            given_names=self.given_names.data or "",
            family_names=self.family_names.data or "",
            phone=normalise_phone(self.phone.data) if self.phone.data else "",
            workplace=self.workplace(),
            modality=(self.modality.data or "") if "modality" in self else "",
        )


class MailChangeForm(BaseForm):
    """A new mail address, asked for with the document."""

    email = TextLine(
        "Correo nuevo",
        [Needed("Escriba el correo nuevo."), Max(200), mail_shape],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    document_number = TextLine(
        "Número de su documento", [Needed("Escriba el número de su documento."), Max(30)], render_kw={"autocomplete": "off"}
    )


class LinksForm(BaseForm):
    """Where to send the personal links again."""

    email = TextLine(
        "Correo electrónico", [Needed("Escriba el correo con el que se inscribió."), Max(200), mail_shape],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )  # fmt: skip
