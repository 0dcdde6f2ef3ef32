"""What the door says to somebody who presents a code: facts in, verdict out; and for how long it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from eventos.kernel import clock, spanish
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import EventState, RegistrationState

OPENS_BEFORE = timedelta(hours=3)
CLOSES_AFTER = timedelta(hours=2)
UNDO_WITHIN = timedelta(minutes=15)
CLOCK_TOLERANCE = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
MOST_AT_ONCE = 50
SHORTEST_SEARCH = 3


class Verdict(StrEnum):
    """What a scan is answered; the value is stored."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    OTHER_EVENT = "other_event"
    OTHER_DAY = "other_day"
    CANCELLED = "cancelled"
    WAITLISTED = "waitlisted"
    REVOKED = "revoked"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NEEDS_ANSWER = "needs_answer"
    ANNULLED = "annulled"


class UndoTooLate(RuleViolation):
    code = "undo_too_late"
    message = "Solo se puede deshacer en los 15 minutos siguientes y desde el mismo teléfono. Pida al organizador que lo corrija."


class LinkGone(RuleViolation):
    code = "link_gone"
    message = "Este vínculo ya se usó, venció o fue retirado. Pida uno nuevo a quien organiza el evento."


class Hours(Protocol):
    """One day of an event, as the door needs it."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class DoorEvent(Protocol):
    """An event, as the door judges by it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> EventState: ...
    @property
    def days(self) -> Sequence[Hours]: ...


@dataclass(frozen=True)
class SeenScan:
    """What a device saw: a code, or a registration ticked by name (its public id) with the reason."""

    nonce: str
    code: str = ""
    registration: str = ""
    direction: str = "in"
    scanned_at: datetime | None = None
    offline: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Presented:
    """What a code or a tick turned out to be. `is_ours`: signed by us. `event_id` is the event it was issued for."""

    is_ours: bool
    event_id: int | None = None
    event_title: str = ""
    event_when: str = ""
    registration_id: int | None = None
    state: RegistrationState | None = None


def judge(shown: Presented, event: DoorEvent, at: datetime) -> Verdict:
    """What is answered before the database settles who was first: ACCEPTED means "if nobody entered with it before"."""
    if not shown.is_ours or shown.event_id is None:
        return Verdict.UNKNOWN
    if shown.event_id != event.id:
        return Verdict.OTHER_EVENT
    if event.state is not EventState.PUBLISHED:
        return Verdict.CANCELLED
    if shown.registration_id is None:
        return Verdict.REVOKED
    if shown.state is not None and not shown.state.is_open:
        return Verdict.CANCELLED
    if shown.state is not RegistrationState.ACTIVE:  # They wait for a seat, an approval, or have an answer to give.
        return Verdict.WAITLISTED
    return _on_time(event.days, at)


def _on_time(days: Sequence[Hours], at: datetime) -> Verdict:
    """The door opens three hours before the first hour of each day and closes two hours after its end; without days it has no hours."""
    if not days or any(day.starts_at - OPENS_BEFORE <= at <= day.ends_at + CLOSES_AFTER for day in days):
        return Verdict.ACCEPTED
    if at < min(day.starts_at for day in days):
        return Verdict.TOO_EARLY
    return Verdict.TOO_LATE if at > max(day.ends_at for day in days) else Verdict.OTHER_DAY


def flag(scanned_at: datetime, received_at: datetime, *, offline: bool) -> str:
    """Why a scan deserves a look: "clock" when the phone's clock is more than five minutes off (offline scans may be old, never ahead)."""
    ahead = scanned_at - received_at
    if ahead > CLOCK_TOLERANCE:
        return "clock"
    return "clock" if not offline and -ahead > CLOCK_TOLERANCE else ""


def can_undo(accepted_at: datetime, now: datetime) -> bool:
    return now - accepted_at <= UNDO_WITHIN


def day_of(days: Sequence[Hours], at: datetime) -> str:
    """The day of the event whose door is open at that moment ("2030-07-25"), or "" for an event without days and between its days.

    A person enters once on each day. Of two doors open at once (an evening and the next morning) it is the one that opened last.
    """
    open_now = [day.starts_at for day in days if day.starts_at - OPENS_BEFORE <= at <= day.ends_at + CLOSES_AFTER]
    return clock.local(max(open_now)).date().isoformat() if open_now else ""


def contact(seen_at: datetime, now: datetime) -> str:
    """When a phone was last heard of, short enough for a table: "Hoy, 8:31 a. m." or with its date."""
    seen = clock.local(seen_at)
    day = "Hoy" if seen.date() == clock.local(now).date() else spanish.date_long(seen.date())
    return f"{day}, {spanish.time_short(seen)}"


# --- what is said --------------------------------------------------------------------------------------------------------------

TONES = {Verdict.ACCEPTED: "accepted", Verdict.REPEATED: "repeated", Verdict.ANNULLED: "repeated"}
WORDS = {
    Verdict.ACCEPTED: "Adelante",
    Verdict.REPEATED: "Ya ingresó",
    Verdict.UNKNOWN: "Desconocido",
    Verdict.OTHER_EVENT: "Otro evento",
    Verdict.OTHER_DAY: "Otro día",
    Verdict.CANCELLED: "Cancelada",
    Verdict.WAITLISTED: "En lista de espera",
    Verdict.REVOKED: "Código retirado",
    Verdict.TOO_EARLY: "Muy temprano",
    Verdict.TOO_LATE: "Ya terminó",
    Verdict.NEEDS_ANSWER: "Falta una respuesta",
    Verdict.ANNULLED: "Deshecho",
}
_WHY = {
    Verdict.UNKNOWN: "Este código no es de una inscripción nuestra. Búsquelo por su nombre o inscríbalo ahora.",
    Verdict.OTHER_DAY: "La puerta de hoy no está abierta para este evento. Consulte con el organizador.",
    Verdict.CANCELLED: "Su inscripción está cancelada. Si viene a asistir, inscríbalo de nuevo o consulte con el organizador.",
    Verdict.WAITLISTED: "No tiene cupo confirmado todavía. El organizador decide si puede entrar.",
    Verdict.REVOKED: "Este código fue reemplazado por otro. Pídale que abra el correo más reciente, o búsquelo por su nombre.",
    Verdict.NEEDS_ANSWER: "Pase con el organizador para responder lo que falta.",
    Verdict.ANNULLED: "Se quitó el ingreso. Puede leer el código otra vez.",
}


def why(verdict: Verdict, shown_title: str, shown_when: str, event: DoorEvent, *, first: tuple[datetime, str] | None, at: datetime) -> str:
    """The sentence under the verdict: why, and what to do."""
    if verdict is Verdict.ACCEPTED:
        return ""
    if verdict is Verdict.REPEATED:
        return _first_words(first, at)
    if verdict is Verdict.OTHER_EVENT:
        named = f"Este código es de «{shown_title}»" if shown_title else "Este código es de otro evento"
        return f"{named}{f', {shown_when}' if shown_when else ''}. Búsquelo por su nombre o inscríbalo ahora."
    if verdict is Verdict.CANCELLED and event.state is not EventState.PUBLISHED:
        return "Este evento fue cancelado."
    if verdict is Verdict.TOO_EARLY and event.days:
        opens = clock.local(min(day.starts_at for day in event.days) - OPENS_BEFORE)
        return f"La puerta abre el {spanish.date_full(opens.date())}, a las {spanish.time_short(opens)}"
    if verdict is Verdict.TOO_LATE and event.days:
        closed = clock.local(max(day.ends_at for day in event.days) + CLOSES_AFTER)
        return f"La puerta cerró el {spanish.date_full(closed.date())}, a las {spanish.time_short(closed)}"
    return _WHY.get(verdict, "")


def _first_words(first: tuple[datetime, str] | None, at: datetime) -> str:
    if first is None:
        return "Esta inscripción ya había ingresado."
    moment, where = clock.local(first[0]), first[1]
    minutes = int((at - first[0]).total_seconds() // 60)
    day = "" if moment.date() == clock.local(at).date() else f"el {spanish.date_long(moment.date())} "
    ago = f", hace {spanish.plural(minutes, 'minuto', 'minutos')}" if 1 <= minutes <= 180 else ""
    return f"Ingresó {day}a las {spanish.time_short(moment)} por «{where}»{ago}. No suma otra vez."
