"""What the office may decide about somebody's attendance, and what it must say when it does."""

from dataclasses import dataclass

from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import RegistrationState

LONGEST_REASON = 500
SHORTEST_REASON = 5


class CannotAttend(RuleViolation):
    code = "cannot_attend"
    message = "Esta inscripción está cancelada y no se cuenta. Si la persona vino, inscríbala otra vez y márquela."


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
    """Raise CannotAttend when a cancelled registration would be marked as attended."""
    if attended and state is RegistrationState.CANCELLED:
        raise CannotAttend
