"""When a reminder goes out, and which ones may be programmed: data in, verdict out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.spanish import plural
from eventos.kernel.vocabulary import EventState, RegistrationState

MOST = 8
SUGGESTED = (7 * 24 * 60, 24 * 60, 60)  # minutes before the start
OFFERED = (14 * 24 * 60, 7 * 24 * 60, 3 * 24 * 60, 2 * 24 * 60, 24 * 60, 12 * 60, 3 * 60, 60)
# Whoever holds a seat is reminded: also who still has to accept it or say yes.
REMINDED = (RegistrationState.ACTIVE, RegistrationState.OFFERED, RegistrationState.UNCONFIRMED)

PAST = "Ese momento ya pasó: elija uno más cercano al comienzo del evento."


@dataclass(frozen=True)
class AddReminder:
    """At a moment, or so many minutes before the start: one of the two."""

    at: datetime | None = None
    minutes_before: int | None = None


def words(minutes: int) -> str:
    """ "1 día antes", "3 horas antes"."""
    if minutes % (7 * 24 * 60) == 0:
        return f"{plural(minutes // (7 * 24 * 60), 'semana', 'semanas')} antes"
    if minutes % (24 * 60) == 0:
        return f"{plural(minutes // (24 * 60), 'día', 'días')} antes"
    if minutes % 60 == 0:
        return f"{plural(minutes // 60, 'hora', 'horas')} antes"
    return f"{plural(minutes, 'minuto', 'minutos')} antes"


def due(at: datetime | None, minutes_before: int | None, starts_at: datetime | None) -> datetime | None:
    """When it goes out; None while the event has no day. A moment after the start is never reached."""
    if starts_at is None:
        return None
    return at if at is not None else starts_at - timedelta(minutes=minutes_before or 0)


def check(command: AddReminder, others: list[datetime | None], *, state: EventState, starts_at: datetime | None, now: datetime) -> datetime:
    """When it will go out. Raises InvalidInput by the field, RuleViolation when this event reminds nobody."""
    field = "at" if command.at is not None else "minutes_before"
    if state is not EventState.PUBLISHED:
        raise RuleViolation("Publique primero el evento: un borrador o un evento cancelado no recuerda nada a nadie.")
    if starts_at is None:
        raise RuleViolation("Escriba primero el día y la hora del evento.")
    if len(others) >= MOST:
        raise RuleViolation(f"Un evento puede tener como máximo {MOST} recordatorios.")
    if (command.at is None) == (command.minutes_before is None):
        raise InvalidInput(fields={"minutes_before": "Elija cuánto antes, o escriba el momento."})
    moment = due(command.at, command.minutes_before, starts_at)
    if moment is None or moment >= starts_at:
        raise InvalidInput(fields={field: "El recordatorio debe salir antes de que empiece el evento."})
    if moment <= now:
        raise InvalidInput(fields={field: PAST})
    if moment in others:
        raise InvalidInput(fields={field: "Ya hay un recordatorio para ese momento."})
    return moment
