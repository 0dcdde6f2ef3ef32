"""How much a mail that came in is believed: data in, verdict and reason out. Whatever the verdict, no seat is freed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from eventos.kernel.errors import RuleViolation

KEPT = timedelta(days=90)

KINDS = {
    "bounce": "Correo devuelto",
    "calendar": "Respuesta a la cita",
    "reply": "Respuesta por correo",
    "automatic": "Respuesta automática",
    "unknown": "Otro correo",
}
VERDICTS = {
    "applied": ("success", "Anotado"),
    "doubtful": ("warning", "Espera su decisión"),
    "refused": ("error", "No se cree"),
    "foreign": ("idle", "No es de este sistema"),
    "noted": ("info", "Solo se guardó"),
}
ANSWERS = {"accepted": "Asistirá", "tentative": "Tal vez asista", "declined": "No asistirá"}


class AlreadyDecided(RuleViolation):
    code = "already_decided"
    message = "Este correo ya no espera una decisión."


class Reported(Protocol):
    """What a delivery report says of one recipient."""

    @property
    def recipient(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def diagnostic(self) -> str: ...


class Answered(Protocol):
    """What a calendar answered."""

    @property
    def uid(self) -> str: ...
    @property
    def attendee(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def sequence(self) -> int | None: ...


class Letter(Protocol):
    """A mail as it claims to be (`adapters.mail.inbox.Arrived` says it)."""

    @property
    def kind(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipients(self) -> tuple[str, ...]: ...
    @property
    def refers_to(self) -> tuple[str, ...]: ...
    @property
    def dmarc(self) -> str: ...
    @property
    def reports(self) -> Sequence[Reported]: ...
    @property
    def answer(self) -> Answered | None: ...


@dataclass(frozen=True)
class Verdict:
    """What becomes of a mail, and why, for staff."""

    verdict: str
    reason: str


class Invited(Protocol):
    """The registration an answer is about. `day`: which day of the event the invite was for, of how many."""

    @property
    def email(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def is_registered(self) -> bool: ...
    @property
    def day(self) -> int: ...
    @property
    def days(self) -> int: ...


FOREIGN = Verdict("foreign", "No responde a ningún correo enviado desde aquí.")


def judge_bounce(*, is_known: bool, came_home: bool) -> Verdict:
    """A bounce counts when it names a message of ours and came to the address made for that message alone."""
    if not is_known:
        return FOREIGN
    if not came_home:
        return Verdict("doubtful", "Dice ser el rebote de un correo nuestro, pero no llegó a la dirección secreta de ese correo.")
    return Verdict("applied", "El servidor del destinatario devolvió el correo.")


def judge_answer(letter: Letter, answer: Answered, invited: Invited | None, *, checks_senders: bool) -> Verdict:
    """An answer counts when the invite is ours, its sender is who was invited, and our own server vouches for the sender (DMARC)."""
    if invited is None:
        return FOREIGN
    if not letter.sender or letter.sender != answer.attendee or letter.sender != invited.email.lower():
        return Verdict("refused", "Quien lo envía no es la persona invitada.")
    if checks_senders and letter.dmarc != "pass":
        return Verdict("refused", "El servidor de correo no pudo comprobar quién lo envía (DMARC).")
    if answer.answer not in ANSWERS:
        return Verdict("noted", "La respuesta no dice si asistirá.")
    if not invited.is_registered:
        return Verdict("noted", "La inscripción ya no está confirmada.")
    if answer.sequence is not None and answer.sequence < invited.sequence:
        return Verdict("noted", "Responde a una cita anterior: el evento cambió después.")
    if max(invited.day, invited.days) > 1:  # who cannot come one day may come the others: it says nothing of the registration
        return Verdict("noted", f"{ANSWERS[answer.answer]} el día {invited.day} del evento.")
    if not checks_senders:
        return Verdict("doubtful", f"{ANSWERS[answer.answer]}. Nadie comprobó quién lo envía: confírmelo usted.")
    return Verdict("applied", f"{ANSWERS[answer.answer]}.")


def judge_reply(*, is_known: bool) -> Verdict:
    return Verdict("applied", "Respondió a un correo nuestro.") if is_known else FOREIGN
