"""What stands in the mails of a registration: its facts, and the words of its cycle with their fields filled in."""

from eventos.kernel import clock, spanish, wordings
from eventos.kernel.templating import moment
from eventos.kernel.vocabulary import Modality, RegistrationState
from eventos.kernel.wordings import Kind, Worded
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_mail import ConfirmationView

_ACTIVE = {"first": "confirmed", **{why: why for why in ("repeat", "promoted", "approved", "changed", "reissued")}}
_STANDING = {
    RegistrationState.WAITLISTED: "waitlisted",
    RegistrationState.OFFERED: "offered",
    RegistrationState.UNCONFIRMED: "invited",
    RegistrationState.PENDING: "pending",
    RegistrationState.REJECTED: "rejected",
    RegistrationState.CANCELLED: "cancelled",
}


def kind_of(state: RegistrationState, why: str) -> Kind:
    """Which mail tells how a registration stands. `why` it is sent counts for who holds a seat, and when the event changed."""
    if why in ("rescheduled", "postponed", "reminder") and state not in (RegistrationState.REJECTED, RegistrationState.CANCELLED):
        return wordings.KINDS[why]
    if state is RegistrationState.ACTIVE:
        return wordings.KINDS[_ACTIVE.get(why, "confirmed")]
    return wordings.KINDS[_STANDING[state]]


def worded(view: ConfirmationView, kind: Kind) -> Worded:
    """The subject and text of a mail of this kind to one person."""
    return wordings.fill(view.wordings.get(kind.key) or wordings.default(kind.key), values(view))


def values(view: ConfirmationView) -> dict[str, str]:
    """What each field says for one person."""
    registration, event = view.registration, view.registration.event
    return {
        "nombre": registration.given_names,
        "nombre_completo": registration.full_name,
        "evento": event.title,
        "fecha": spanish.days_sentence(event.dates) or (event.date_note if event.postponed_at is None else "") or "fecha por definir",
        "hora": spanish.time_range(event.days[0].starts_at, event.days[0].ends_at)
        if len(event.days) == 1
        else "horario por día"
        if event.days
        else "hora por definir",
        "lugar": place_of(registration),
        "ciclo": event.cycle_name,
        "oficina": view.office.name or "la oficina",
        "motivo": registration.decision_reason or event.cancel_reason or "sin motivo escrito",
        "plazo": moment(registration.expires_at) or "el comienzo del evento",
        "quien_inscribe": view.leader or "Un colega",
        "falta": _until(view),
    }


def _until(view: ConfirmationView) -> str:
    """How long until the event, as people say it: "hoy, a las 8:00 a. m."."""
    starts_at = view.registration.event.starts_at
    if starts_at is None:
        return "pronto"
    start = clock.local(starts_at)
    left = (start.date() - clock.today()).days
    return f"{ {0: 'hoy', 1: 'mañana'}.get(left, f'en {left} días') }, a las {spanish.time_short(start)}"


def facts(registration: RegistrationView) -> list[tuple[str, str]]:
    """Date, hour and place in words, for the text of a mail and for a page; and how the registration stands, when it holds no seat."""
    event = registration.event
    if len(event.days) == 1:
        day = event.days[0]
        when = [("Fecha", spanish.date_full(day.on_date)), ("Hora", f"{spanish.time_range(day.starts_at, day.ends_at)}, hora de Colombia")]
    else:
        when = [("Fechas" if event.days else "Fecha", "\n".join(day.words for day in event.days) or event.date_note or "Por definir")]
    return [*when, ("Lugar", place_of(registration))]


def standing(registration: RegistrationView) -> list[tuple[str, str]]:
    """What else a mail to somebody who is not, or not yet, registered says whatever its words: state, deadline, reason."""
    state = registration.state
    if state is RegistrationState.ACTIVE:
        return []
    told = [("Estado", state.label)]
    if state in (RegistrationState.OFFERED, RegistrationState.UNCONFIRMED) and registration.expires_at:
        told.append(("Plazo", moment(registration.expires_at)))
    if state is RegistrationState.REJECTED and registration.decision_reason:
        told.append(("Motivo", registration.decision_reason))
    return told


def place_of(registration: RegistrationView) -> str:
    if registration.modality is Modality.VIRTUAL:
        return "Virtual"
    return registration.event.place or "Por definir"
