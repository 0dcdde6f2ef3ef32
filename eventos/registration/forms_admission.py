"""The forms of admission: how an event admits people, decisions about requests, and the consent of who was written down by a colleague."""

from dataclasses import replace
from typing import Any, Self

from wtforms import BooleanField, HiddenField, ValidationError

from eventos.kernel.text import normalise_phone
from eventos.kernel.vocabulary import Source
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine
from eventos.registration.forms import ChangeForm, PersonFields, RegistrationForm, WorkplaceFields
from eventos.registration.queries import RegistrationView
from eventos.registration.rules import LARGEST_GROUP, LONGEST_OFFER, ChangeRegistration, Consented, Policy, Register
from eventos.registration.service.decide import SHORTEST_REASON

AUTHORISED = "La oficina tiene la autorización de esta persona para tratar sus datos personales"


class _Whole:
    """A whole number within limits, or nothing."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: BaseForm, field: Any) -> None:
        if field.data and not (field.data.isascii() and field.data.isdigit() and self.least <= int(field.data[:6]) <= self.most):
            raise ValidationError(f"Escriba un número entero entre {self.least} y {self.most}.")


class PolicyForm(BaseForm):
    """How an event admits people."""

    moderated = BooleanField("Aprobar cada solicitud")
    is_private = BooleanField("Evento privado")
    admits_late = BooleanField("Seguir inscribiendo durante el evento")
    offer_hours = TextLine("Horas para aceptar un cupo liberado", [Max(3), _Whole(1, LONGEST_OFFER)], render_kw={"inputmode": "numeric"})
    group_limit = TextLine("Personas por grupo", [Max(2), _Whole(1, LARGEST_GROUP)], render_kw={"inputmode": "numeric"})

    @classmethod
    def of(cls, policy: Policy) -> "PolicyForm":
        return cls(
            data={
                **{name: getattr(policy, name) for name in ("moderated", "is_private", "admits_late")},
                "offer_hours": "" if policy.offer_hours is None else str(policy.offer_hours),
                "group_limit": "" if policy.group_limit == 1 else str(policy.group_limit),
            }
        )

    def to_command(self) -> Policy:
        return Policy(
            moderated=bool(self.moderated.data),
            is_private=bool(self.is_private.data),
            offer_hours=int(self.offer_hours.data) if self.offer_hours.data else None,
            admits_late=bool(self.admits_late.data),
            group_limit=int(self.group_limit.data) if self.group_limit.data else 1,
        )


class DecisionForm(BaseForm):
    """Why somebody is let in or refused."""

    reason = TextBlock("Motivo", [Max(500)], render_kw={"rows": 2})


class ReissueForm(BaseForm):
    """Why somebody gets another code; `seen` names the one there was."""

    reason = TextBlock("Por qué cambia el código", [Needed("Escriba por qué cambia el código: queda en el registro."), Max(300)])
    seen = HiddenField("", [Needed("Recargue la página e intente de nuevo."), Max(16)])


class ByHandForm(RegistrationForm):
    """One person whom staff write down; `reason_is_needed` while the public form is closed."""

    consent_note = TextLine("Dónde reposa", [Max(200)])
    reason = TextBlock("Motivo", [Max(500)], render_kw={"rows": 2})

    reason_is_needed: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("also", "invitations", "web"):
            delattr(self, name)
        self.abroad.label.text = "Vive o trabaja fuera de Colombia"
        self.consent.label.text = AUTHORISED
        self.consent.validators = [Needed("Sin la autorización de la persona no se puede inscribir.")]

    def validate_reason(self, field: Any) -> None:
        if self.reason_is_needed and len(field.data or "") < SHORTEST_REASON:
            raise ValidationError("Escriba por qué se inscribe con las inscripciones cerradas.")

    def to_register(self, slug: str) -> Register:
        """What the service is asked to do, once valid."""
        note = f" Dónde reposa: {self.consent_note.data}" if self.consent_note.data else ""
        modality = (self.modality.data or "") if "modality" in self else ""
        return Register((slug,), self.identity(), self.workplace(), Consented(f"{AUTHORISED}.{note}"), modality, Source.STAFF)


class ConsentForm(PersonFields, WorkplaceFields):
    """What a colleague wrote down, as its person corrects it, and their yes."""

    consent = BooleanField(
        "Autorizo el tratamiento de mis datos para estas finalidades",
        [Needed("Para confirmar su inscripción necesitamos su autorización: marque la casilla.")],
    )
    invitations = BooleanField("Quiero recibir invitaciones a otros eventos")

    def to_command(self) -> ChangeRegistration:
        return ChangeRegistration(
            given_names=self.given_names.data or "",
            family_names=self.family_names.data or "",
            phone=normalise_phone(self.phone.data) if self.phone.data else "",
            workplace=self.workplace(),
        )


class CorrectionForm(ChangeForm):
    """What staff correct for somebody. The phone on file is not shown whole: an empty one stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.abroad.label.text = "Vive o trabaja fuera de Colombia"

    @classmethod
    def of(cls, registration: RegistrationView) -> Self:
        form = super().of(registration)
        form.phone.data = ""
        return form

    def to_correction(self, phone: str) -> ChangeRegistration:
        """The command, once valid; `phone` is the one on file."""
        command = self.to_command()
        return command if command.phone else replace(command, phone=phone)
