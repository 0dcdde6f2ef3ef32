"""What the office may decide about somebody's attendance, what it must say when it does, and what an acta freezes."""

from dataclasses import dataclass
from datetime import datetime

from eventos.attendance.acta import Others
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import CountKind, EventState, RegistrationState

LONGEST_REASON = 500
SHORTEST_REASON = 5


class CannotAttend(RuleViolation):
    code = "cannot_attend"
    message = "Esta inscripción está cancelada y no se cuenta. Si la persona vino, inscríbala otra vez y márquela."


class NotConsented(RuleViolation):
    code = "not_consented"
    message = "La inscribió un colega y todavía no autoriza el uso de sus datos: no se puede contar hasta que lo haga."


@dataclass(frozen=True)
class Decide:
    """A decision about one or more registrations of an event: came, did not come, or (None) earlier decisions are taken back."""

    registrations: tuple[str, ...]
    attended: bool | None
    reason: str


def check(command: Decide) -> None:
    """Raise InvalidInput when nobody was chosen or no reason was given."""
    wrong: dict[str, str] = {}
    if not command.registrations:
        wrong["registrations"] = "Elija al menos una persona de la lista."
    if len(command.reason) < SHORTEST_REASON:
        wrong["reason"] = "Escriba el motivo: queda en el historial con su nombre."
    if len(command.reason) > LONGEST_REASON:
        wrong["reason"] = f"Escriba el motivo en {LONGEST_REASON} caracteres como máximo."
    if wrong:
        raise InvalidInput(fields=wrong)


def admit(state: RegistrationState, *, attended: bool | None) -> None:
    """Raise CannotAttend when the registration does not stand, NotConsented when its person never said yes."""
    if attended and not state.is_open:
        raise CannotAttend
    if attended and state is RegistrationState.UNCONFIRMED:
        raise NotConsented


# --- parts and actas -------------------------------------------------------------------------------------------------------------


class NothingToCorrect(RuleViolation):
    code = "nothing_to_correct"
    message = "No hay cambios desde la última acta: no hace falta otra versión."


class ClosedMeanwhile(RuleViolation):
    code = "closed_meanwhile"
    message = "Alguien cerró otra versión o cambió la asistencia mientras tanto. Revise la lista y vuelva a intentarlo."


class CannotClose(RuleViolation):
    code = "cannot_close"
    message = "Este evento todavía no se puede cerrar."


@dataclass(frozen=True)
class CloseRoster:
    """Freeze the list; `version` is the acta the person was looking at (0: none)."""

    version: int
    others: Others
    reason: str = ""


def check_closing(command: CloseRoster, *, latest: int) -> None:
    """Raise ClosedMeanwhile when another acta was closed, InvalidInput for a correction without a reason."""
    if command.version != latest:
        raise ClosedMeanwhile
    if latest and len(command.reason) < SHORTEST_REASON:
        raise InvalidInput(fields={"reason": "Escriba por qué se corrige: queda en el acta con su nombre."})
    if len(command.reason) > LONGEST_REASON:
        raise InvalidInput(fields={"reason": f"Escriba el motivo en {LONGEST_REASON} caracteres como máximo."})


def admit_closing(state: EventState, count_kind: CountKind, starts_at: datetime | None, now: datetime) -> None:
    """Raise CannotClose for an event that was not held, or whose attendance nobody kept."""
    if state is not EventState.PUBLISHED:
        raise CannotClose("El acta se cierra cuando el evento está publicado y se realizó.")
    if count_kind is CountKind.UNKNOWN:
        raise CannotClose("De este evento no se conserva el número de asistentes: no hay lista que cerrar.")
    if starts_at is not None and now < starts_at:
        raise CannotClose("El evento todavía no empieza. El acta se cierra después.")
