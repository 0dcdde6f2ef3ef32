"""The words of the mails after an event, and every kind of mail with invented data, to look at it before it is used."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from eventos.adapters.mail import Mail
from eventos.cycles.queries import DayView, EventView
from eventos.entities.queries import OfficeView
from eventos.kernel import clock, links, wordings
from eventos.kernel.templating import plain
from eventos.kernel.vocabulary import CountKind, EventKind, EventState, LinkExposure, Modality, RegistrationState
from eventos.kernel.wordings import Kind, Wording
from eventos.mailings.queries import ABSENT, THANKS
from eventos.registration import messages as registration
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_mail import ConfirmationView
from eventos.registration.service import tickets
from eventos.registration.worded import facts, worded

_OUT = {"event_cancelled": "event", "withdrawn": "request", "declined": "declined", "expired": "expired", "review": "review"}
_OUT |= {"cancelled": "person", "left": "person"}
_STATES = {
    "waitlisted": RegistrationState.WAITLISTED,
    "offered": RegistrationState.OFFERED,
    "pending": RegistrationState.PENDING,
    "rejected": RegistrationState.REJECTED,
    "invited": RegistrationState.UNCONFIRMED,
}
_WHY = {"confirmed": "first"}


def letter(view: ConfirmationView, kind: str, *, identifier: str) -> Mail:
    """The mail after an event to one person: thanks with the constancia, or "we missed you"."""
    told, about = worded(view, wordings.KINDS[kind]), registration.about(view.registration, view.office)
    context = {
        **about,
        "facts": facts(view.registration),
        "told": told,
        "heading": wordings.KINDS[kind].heading,
        "thanks": kind == THANKS,
        "certificate_url": f"{about['my_url']}/constancia",
    }
    return Mail(
        to=view.registration.email,
        to_name=view.registration.full_name,
        subject=told.subject,
        text=plain("mail/mailings/after.txt", **context),
        html=plain("mail/mailings/after.html", **context),
        message_id=identifier,
        reply_to=registration.reply_to(view.office),
    )


def after_message_id(kind: str, after_mail_id: int) -> str:
    """The same at every attempt."""
    return f"<mailings-{kind}-{after_mail_id}@{links.host()}>"


def sample(
    kind: Kind, wording: Wording, cycle_name: str, office: OfficeView, *, to: str = "", to_name: str = "", mail_id: str = ""
) -> Mail:
    """A mail of this kind to somebody invented, about an invented event of this cycle, under these words; no invite travels with it."""
    view = ConfirmationView(_somebody(kind, cycle_name), office, {kind.key: wording}, leader=wordings.FIELDS["quien_inscribe"][1])
    identifier = f"<prueba.{mail_id or 'vista'}@{links.host()}>"
    if kind.key in (THANKS, ABSENT):
        made = letter(view, kind.key, identifier=identifier)
    elif kind.key == "reminder":
        made = registration.reminder(view, identifier=identifier)
    elif kind.key in _OUT:
        made = registration.cancelled(view, why=_OUT[kind.key], number=0, held=kind.key != "left")[0]
    else:
        made = registration.confirmation(view, why=_WHY.get(kind.key, kind.key), number=0)[0]
    subject = f"[Prueba] {made.subject}" if to else made.subject
    return replace(made, to=to or made.to, to_name=to_name or made.to_name, subject=subject, message_id=identifier, calendar=None)


def _somebody(kind: Kind, cycle_name: str) -> RegistrationView:
    now = clock.now()
    secrets = tickets.make(0)
    return RegistrationView(
        id=0,
        public_id=secrets.public_id,
        state=_STATES.get(kind.key, RegistrationState.ACTIVE),
        modality=Modality.ONSITE,
        entity_name="Alcaldía de Ejemplo",
        dependency="",
        post="",
        link_kind="",
        divipola=None,
        country="",
        city="",
        ticket_sealed=secrets.ticket_sealed,
        link_sealed=secrets.link_sealed,
        uid=secrets.uid,
        sequence=0,
        registered_at=now,
        cancelled_at=None,
        expires_at=now + timedelta(days=1),
        decision_reason=wordings.FIELDS["motivo"][1] if kind.key == "rejected" else "",
        group_id=None,
        consent_id=None,
        demo=False,
        person_id=0,
        document_type=None,
        document_number=None,
        given_names=wordings.FIELDS["nombre"][1],
        family_names="Cedral Pinares",
        email="elvira.cedral@entidad.example",
        phone="",
        event=_something(cycle_name, now, kind.key),
    )


def _something(cycle_name: str, now: datetime, kind: str) -> EventView:
    cancelled, postponed = kind == "event_cancelled", kind == "postponed"
    day = clock.today() + timedelta(days=1)
    starts_at = clock.at_local(day, time(8))
    return EventView(
        id=0,
        slug="evento-de-ejemplo",
        cycle_id=0,
        cycle_slug="ciclo-de-ejemplo",
        cycle_name=cycle_name,
        kind=EventKind.ASISTENCIA_TECNICA,
        number=5,
        topic="Gobierno Abierto",
        summary="",
        description="",
        context="",
        objective="",
        norms=(),
        modality=Modality.HYBRID,
        venue_name="Auditorio de Ejemplo",
        venue_address="",
        venue_divipola=None,
        link="",
        link_exposure=LinkExposure.PERSONAL,
        intensity_hours=None,
        registration_opens_at=None,
        registration_closes_at=None,
        presence_rule={},
        count_kind=CountKind.EXACT,
        date_note="",
        prepared_by="",
        state=EventState.CANCELLED if cancelled else EventState.PUBLISHED,
        published_at=now,
        cancelled_at=now if cancelled else None,
        postponed_at=now if postponed else None,
        cancel_reason=wordings.FIELDS["motivo"][1] if cancelled else "",
        sequence=0,
        version=1,
        created_at=now,
        updated_at=now,
        demo=False,
        demo_note="",
        days=() if postponed else (DayView(day, starts_at, starts_at + timedelta(hours=2)),),
    )
