"""The forms of the door: a device and its events, a typed code, a search, a mark by hand, a registration on the spot."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import ValidationError

from eventos.checkin.rules import SHORTEST_SEARCH
from eventos.kernel.text import fold, normalise_document
from eventos.kernel.vocabulary import Modality, Source
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices
from eventos.people.rules import Identity, Notice
from eventos.registration.forms import MarkedList, RegistrationForm
from eventos.registration.rules import Consented, Register, Workplace

REASONS = ("No trae el código", "El código no se deja leer", "Lo conoce el equipo organizador")


class DeviceForm(BaseForm):
    """A phone to enrol. The name is what others read: the door where it stands, not the volunteer."""

    name = TextLine("Nombre del teléfono o de la puerta", [Needed("Escriba un nombre, por ejemplo «Puerta principal»."), Max(60)])
    events = MarkedList("Eventos para los que leerá", choices=[], validate_choice=False)

    def validate_events(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Marque al menos un evento.")


class CodeForm(BaseForm):
    """A code typed, or sent by a reader that acts as a keyboard."""

    code = StringField("Código", [Needed("Escriba o lea un código."), Max(500)], render_kw={"autocomplete": "off", "spellcheck": "false"})
    nonce = HiddenField("", [Needed("Recargue la página e intente de nuevo."), Max(60)])


class SearchForm(BaseForm):
    text = TextLine(
        "Nombre o documento",
        [Needed("Escriba al menos tres letras o números."), Max(80)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )

    def validate_text(self, field: Any) -> None:
        if len(fold(field.data or "").replace(" ", "")) < SHORTEST_SEARCH:
            raise ValidationError("Escriba al menos tres letras o números.")


class MarkForm(BaseForm):
    """Somebody is let in by name, with the reason."""

    registration = HiddenField("", [Needed("Elija a una persona de la lista."), Max(40)])
    nonce = HiddenField("", [Needed("Recargue la página e intente de nuevo."), Max(60)])
    reason = RadioField("Por qué se marca a mano", choices=choices(*((reason, reason) for reason in REASONS)), validate_choice=False)

    def validate_reason(self, field: Any) -> None:
        if field.data not in REASONS:
            raise ValidationError("Elija el motivo.")


class UndoForm(BaseForm):
    nonce = HiddenField("", [Needed("Recargue la página e intente de nuevo."), Max(60)])


class WalkInForm(RegistrationForm):
    """The shortest registration that can be certified later: who, from where, and the authorisation. The mail is optional."""

    nonce = HiddenField("", [Needed("Recargue la página e intente de nuevo."), Max(60)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("also", "modality", "invitations", "web", "phone", "dependency", "link_kind"):
            delattr(self, name)
        for name in ("email", "post"):
            field = self[name]
            field.validators = [one for one in field.validators if not isinstance(one, Needed)]
            field.flags.required = False

    def workplace(self) -> Workplace:
        away = bool(self.abroad.data)
        return Workplace(
            entity=self.entity.data or "",
            post=self.post.data or "",
            divipola=None if away or self.place is None else self.place.code,
            country=(self.country.data or "") if away else "",
            city=(self.city.data or "") if away else "",
        )

    def walk_in(self, slug: str, notice: Notice, *, onsite: bool) -> Register:
        """What the service is asked to do, once valid."""
        identity = Identity(
            document_type=self.document_type.data,
            document_number=normalise_document(self.document_type.data, self.document_number.data or ""),
            given_names=self.given_names.data or "",
            family_names=self.family_names.data or "",
            email=self.email.data or "",
        )
        return Register(
            event_slugs=(slug,),
            identity=identity,
            workplace=self.workplace(),
            consent=Consented(notice.text),
            modality=Modality.ONSITE.value if onsite else "",
            source=Source.WALK_IN,
        )
