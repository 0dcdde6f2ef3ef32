"""What a registration asks for and when it is admitted: data in, verdict out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from eventos.cycles.rules import Registrable, Window, registration_window
from eventos.kernel import clock, spanish
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import EventState, Modality, Source
from eventos.people.rules import Identity, Purpose
from eventos.registration.rules_answers import Told

RECEIPT_LIFE = timedelta(minutes=30)
MAIL_CHANGE_LIFE = timedelta(hours=48)
DOORS_OPEN = timedelta(minutes=15)
MY_EVENTS_LIFE = timedelta(minutes=30)
GROUP_LIFE = timedelta(hours=72)
LARGEST_GROUP = 50
LONGEST_OFFER = 168

HELD_REASON = (
    "Esta dirección ya recibió muchos correos de inscripción. Revise que nadie esté abusando del formulario y, si todo está bien, envíelo."
)


NO_MAIL_REASON = (
    "Esta persona no tiene correo en el sistema y lo escrito no basta para reconocerla: escríbale o corrija sus datos, y reintente."
)


class RegistrationClosed(RuleViolation):
    code = "registration_closed"
    message = "Las inscripciones para este evento ya cerraron."


class NoSeatThere(RuleViolation):
    code = "no_seat_there"
    message = "Ya no quedan cupos en la modalidad que eligió. Su inscripción sigue como estaba."


class CannotDecide(RuleViolation):
    code = "cannot_decide"
    message = "Esta inscripción ya no espera una decisión: alguien la atendió, o la persona la canceló."


class NoTicket(RuleViolation):
    code = "no_ticket"
    message = "Esta inscripción no tiene cupo: no hay código que cambiar."


class NotPublished(RuleViolation):
    code = "not_published"
    message = "Este evento no está publicado: no hay inscripciones que decidir."


class NeedsConsent(RuleViolation):
    code = "needs_consent"
    message = "La inscribió un colega y todavía no autoriza el uso de sus datos: solo esa persona puede confirmarla."


class OfferGone(RuleViolation):
    code = "offer_gone"
    message = "El plazo para aceptar este cupo ya pasó. Si todavía quiere asistir, vuelva a inscribirse."


class TooLate(RuleViolation):
    code = "too_late"
    message = "El evento ya comenzó: esta inscripción ya no se puede cambiar."


@dataclass(frozen=True)
class Workplace:
    """Where somebody works, as they told it for one event. `divipola` or `country` and `city`, never both."""

    entity: str = ""
    dependency: str = ""
    post: str = ""
    link_kind: str = ""
    divipola: str | None = None
    country: str = ""
    city: str = ""


@dataclass(frozen=True)
class Consented:
    """The wording that was shown, and the purposes that were ticked."""

    text: str
    purposes: tuple[Purpose, ...] = (Purpose.EVENT,)


@dataclass(frozen=True)
class Register:
    """Somebody asks to be written down for one event, or several of one cycle. `modality` counts for hybrid events only.

    `answers`: to the own questions of each event, by its address.
    """

    event_slugs: tuple[str, ...]
    identity: Identity
    workplace: Workplace
    consent: Consented
    modality: str = ""
    source: Source = Source.FORM
    answers: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class RegisterGroup:
    """Somebody writes colleagues of one workplace down. `leader` consents for themselves alone, and registers too when they `come`."""

    leader: Register
    members: tuple[Identity, ...]
    comes: bool = True


@dataclass(frozen=True)
class Policy:
    """How an event admits people; what stands here is the plain way (see AdmissionPolicy)."""

    moderated: bool = False
    is_private: bool = False
    offer_hours: int | None = None
    admits_late: bool = False
    group_limit: int = 1


@dataclass(frozen=True)
class ChangeRegistration:
    """What the person changes through their personal link."""

    given_names: str
    family_names: str
    phone: str
    workplace: Workplace
    modality: str = ""


class Timed(Registrable, Protocol):
    """An event as its registration window needs it."""

    @property
    def ends_at(self) -> datetime | None: ...


class Dated(Timed, Protocol):
    """An event as the words about its window need it."""

    @property
    def title(self) -> str: ...


def window_of(event: Timed, now: datetime, *, late: bool = False) -> Window:
    """The window of an event; one that admits late stays open until its end, unless the organiser gave an hour to close."""
    window = registration_window(event, now)
    if late and window is Window.CLOSED and event.registration_closes_at is None and event.ends_at is not None and now < event.ends_at:
        return Window.FULL if event.is_full else Window.OPEN
    return window


def admit(event: Dated, now: datetime, *, late: bool = False) -> Window:
    """Open or full (then: the waitlist). Raises RegistrationClosed with the dates that explain it."""
    window = window_of(event, now, late=late)
    if not window.accepts:
        raise RegistrationClosed(why_closed(event, now))
    return window


def why_closed(event: Dated, now: datetime) -> str:
    """Why nobody can register now, with its dates."""
    window = registration_window(event, now)
    if window is Window.CANCELLED:
        return "Este evento fue cancelado."
    if window is Window.NOT_YET and event.registration_opens_at:
        return spanish.sentence(f"Las inscripciones abren el {_moment(event.registration_opens_at)}")
    if event.ends_at and now >= event.ends_at:
        return f"Este evento ya pasó: fue el {spanish.date_full(clock.local(event.ends_at).date())}."
    closes_at = event.registration_closes_at or event.starts_at
    if closes_at is None:
        return "Las inscripciones de este evento están cerradas."
    return spanish.sentence(f"Las inscripciones cerraron el {_moment(closes_at)}")


def _moment(moment: datetime) -> str:
    here = clock.local(moment)
    return f"{spanish.date_full(here.date())}, a las {spanish.time_short(here)}"


def modality_for(offered: Modality, wanted: str) -> str:
    """The seat to ask for: what the event offers, or for a hybrid one what was wanted (virtual when nothing was)."""
    if offered is not Modality.HYBRID:
        return offered.value
    return wanted if wanted in (Modality.VIRTUAL.value, Modality.ONSITE.value) else Modality.VIRTUAL.value


class Day(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def entrance(days: Sequence[Day], now: datetime) -> tuple[bool, datetime | None]:
    """Whether the link de ingreso is open now, and when it opens next (None when it does not open again)."""
    for day in sorted(days, key=lambda each: each.starts_at):
        opens_at = day.starts_at - DOORS_OPEN
        if now < opens_at:
            return False, opens_at
        if now <= day.ends_at:
            return True, None
    return False, None


def can_change(state: EventState, starts_at: datetime | None, now: datetime) -> bool:
    """Until the event starts people may correct their data, cancel, or come back."""
    return state is EventState.PUBLISHED and (starts_at is None or now < starts_at)


def held_until(starts_at: datetime | None, ends_at: datetime | None, now: datetime, life: timedelta) -> datetime:
    """Until when a seat waits for an answer: never past the start of the event, nor past its end when it began already."""
    last = starts_at if starts_at is None or now < starts_at else ends_at
    return now + life if last is None else min(now + life, last)
