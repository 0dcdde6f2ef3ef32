"""What the door says: the word of each verdict, why, and what to do next."""

from datetime import datetime, timedelta

from eventos.checkin.rules import DoorEvent, Rule, Verdict, door_days
from eventos.kernel import clock, spanish
from eventos.kernel.vocabulary import EventState

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
_GOING = {Verdict.ACCEPTED: "Salió", Verdict.REPEATED: "Ya había salido"}
_SEALED = "No se pudo abrir lo que guardó el teléfono. Si la persona está, búsquela por su nombre."
_WHY = {
    Verdict.UNKNOWN: "Este código no es de una inscripción nuestra. Búsquelo por su nombre o inscríbalo ahora.",
    Verdict.OTHER_DAY: "La puerta de hoy no está abierta para este evento. Consulte con el organizador.",
    Verdict.CANCELLED: "Su inscripción está cancelada. Si viene a asistir, inscríbalo de nuevo o consulte con el organizador.",
    Verdict.WAITLISTED: "No tiene cupo confirmado todavía. El organizador decide si puede entrar.",
    Verdict.REVOKED: "Este código fue reemplazado por otro. Pídale que abra el correo más reciente, o búsquelo por su nombre.",
    Verdict.NEEDS_ANSWER: "Para entrar falta responder lo que pide el organizador. Pregúnteselo ahora y léalo otra vez.",
    Verdict.ANNULLED: "Se quitó el ingreso. Puede leer el código otra vez.",
}


def word_of(verdict: Verdict, direction: str = "in") -> str:
    """The word on the screen; somebody who leaves is told so."""
    return _GOING.get(verdict, WORDS[verdict]) if direction == "out" else WORDS[verdict]


def why(
    verdict: Verdict,
    shown_title: str,
    shown_when: str,
    event: DoorEvent,
    *,
    first: tuple[datetime, str] | None,
    at: datetime,
    rule: Rule | None = None,
    direction: str = "in",
    is_sealed: bool = False,
) -> str:
    """The sentence under the verdict: why, and what to do."""
    if verdict is Verdict.ACCEPTED:
        return ""
    if verdict is Verdict.REPEATED:
        return _first_words(first, at, direction)
    if verdict is Verdict.UNKNOWN and is_sealed:
        return _SEALED
    if verdict is Verdict.OTHER_EVENT:
        named = f"Este código es de «{shown_title}»" if shown_title else "Este código es de otro evento"
        return f"{named}{f', {shown_when}' if shown_when else ''}. Búsquelo por su nombre o inscríbalo ahora."
    if verdict is Verdict.CANCELLED and event.state is not EventState.PUBLISHED:
        return "Este evento fue cancelado."
    if verdict is Verdict.ANNULLED and direction == "out":
        return "Se quitó la salida. Puede leer el código otra vez."
    rule = rule or Rule()
    days = door_days(event.days, rule)
    if verdict is Verdict.TOO_EARLY and days:
        opens = clock.local(min(day.starts_at for day in days) - timedelta(minutes=rule.opens))
        return f"La puerta abre el {spanish.date_full(opens.date())}, a las {spanish.time_short(opens)}"
    if verdict is Verdict.TOO_LATE and days:
        closed = clock.local(max(day.ends_at for day in days) + timedelta(minutes=rule.closes))
        return f"La puerta cerró el {spanish.date_full(closed.date())}, a las {spanish.time_short(closed)}"
    return _WHY.get(verdict, "")


def _first_words(first: tuple[datetime, str] | None, at: datetime, direction: str) -> str:
    did, had = ("Salió", "salido") if direction == "out" else ("Ingresó", "ingresado")
    if first is None:
        return f"Esta inscripción ya había {had}."
    moment, where = clock.local(first[0]), first[1]
    minutes = int((at - first[0]).total_seconds() // 60)
    day = "" if moment.date() == clock.local(at).date() else f"el {spanish.date_long(moment.date())} "
    ago = f", hace {spanish.plural(minutes, 'minuto', 'minutos')}" if 1 <= minutes <= 180 else ""
    return f"{did} {day}a las {spanish.time_short(moment)} por «{where}»{ago}. No suma otra vez."


def contact(seen_at: datetime, now: datetime) -> str:
    """When a phone was last heard of, short enough for a table: "Hoy, 8:31 a. m." or with its date."""
    seen = clock.local(seen_at)
    day = "Hoy" if seen.date() == clock.local(now).date() else spanish.date_long(seen.date())
    return f"{day}, {spanish.time_short(seen)}"
