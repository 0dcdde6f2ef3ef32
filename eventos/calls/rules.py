"""What may be said in a call, when it may go out, and what an entity may answer: commands in, verdicts out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from eventos.calls import wording
from eventos.calls.standing import Whom
from eventos.kernel import spanish
from eventos.kernel.clock import local
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.holidays import holiday_name
from eventos.kernel.text import names_refuse_links
from eventos.kernel.vocabulary import EventState, Word

LONGEST_SUBJECT = 180
LONGEST_BODY = 8_000
MOST_ATTACHMENTS = 6
MOST_BYTES = 12 * 1024 * 1024  # of all annexes: base64 adds a third, and many mailboxes refuse 20 MB
MOST_DESIGNEES = 20
FROZEN = "Esta convocatoria ya se envió: su texto y sus anexos no cambian. Puede redactar otra."
_SATURDAY, _SUNDAY = 5, 6


class FlyerUse(Word):
    """What a call does with the event's published pieza."""

    SHOWN = "shown", "Mostrar la pieza dentro del correo"
    LINKED = "linked", "Poner solo su vínculo"
    NONE = "none", "Sin pieza"


class Via(Word):
    """How a confirmation came that staff write down."""

    PHONE = "phone", "Por teléfono"
    MAIL = "mail", "Por correo"
    PAPER = "paper", "Por oficio"
    PERSON = "person", "En persona"


class CallClosed(RuleViolation):
    code = "call_closed"
    message = "Esta convocatoria ya no recibe respuestas: el evento pasó o se canceló."


class NothingToSend(RuleViolation):
    code = "nothing_to_send"
    message = "No hay a quién enviar: ninguna entidad de ese grupo tiene correo."


class CallChanged(RuleViolation):
    code = "call_changed"
    message = "La convocatoria cambió mientras tenía abierta esta página. Mírela otra vez antes de enviar."


@dataclass(frozen=True)
class SaveConvened:
    """An entity to convene, with clean texts; `divipola` is a code of five digits or None."""

    entity: str
    mailbox: str = ""
    liaison_name: str = ""
    liaison_post: str = ""
    liaison_email: str = ""
    phone: str = ""
    divipola: str | None = None
    note: str = ""


@dataclass(frozen=True)
class SaveCall:
    """The words of a call. `deadline_at` is aware, or None when no answer is awaited by a moment."""

    subject: str
    body: str
    deadline_at: datetime | None = None
    flyer: FlyerUse = FlyerUse.NONE


@dataclass(frozen=True)
class Designee:
    """Somebody an entity names to attend."""

    given_names: str
    family_names: str
    email: str
    post: str = ""
    document_type: str | None = None
    document_number: str | None = None


@dataclass(frozen=True)
class Signed:
    """Who answers for an entity."""

    name: str
    post: str


@dataclass(frozen=True)
class RecordConfirmation:
    """A confirmation that staff write down: who of the entity said it, how, when (aware), and what is worth keeping."""

    name: str
    post: str
    via: Via
    told_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Ready:
    """What a call has when somebody wants it to go out."""

    event_state: EventState
    ends_at: datetime | None
    deadline_at: datetime | None
    flyer: FlyerUse
    has_flyer: bool
    version: int
    seen_version: int
    is_postponed: bool = False
    stale: tuple[str, ...] = ()  # what the pieza that would be frozen shows otherwise than the event says


def check_call(command: SaveCall, *, now: datetime) -> None:
    """Raise InvalidInput, with the field to mend: unknown fields, nothing said, a deadline that is over."""
    wrong = {"subject": wording.fault(command.subject, links=False), "body": wording.fault(command.body)}
    if not command.subject:
        wrong["subject"] = "Escriba el asunto del correo."
    elif len(command.subject) > LONGEST_SUBJECT:
        wrong["subject"] = f"Escriba como máximo {LONGEST_SUBJECT} caracteres."
    if not command.body:
        wrong["body"] = "Escriba el texto de la convocatoria."
    elif len(command.body) > LONGEST_BODY:
        wrong["body"] = f"Escriba como máximo {spanish.number(LONGEST_BODY)} caracteres."
    if "{plazo}" in command.body.lower() + command.subject.lower() and command.deadline_at is None:
        wrong["deadline_at"] = "El texto nombra el plazo: escriba hasta cuándo."
    if command.deadline_at is not None and command.deadline_at <= now:
        wrong["deadline_at"] = "El plazo ya pasó: debe ser posterior al envío."
    if found := {name: sentence for name, sentence in wrong.items() if sentence}:
        raise InvalidInput(fields=found)


def check_send(ready: Ready, whom: Whom, *, now: datetime) -> None:
    """Raise RuleViolation when a mail of the call may not leave now. A deadline at or before the sending is refused (trap 1);
    a reminder may still follow it."""
    if ready.version != ready.seen_version:
        raise CallChanged
    if ready.event_state is not EventState.PUBLISHED:
        raise RuleViolation("Publique primero el evento: la convocatoria lleva a su página.")
    if ready.is_postponed:
        raise RuleViolation("El evento está aplazado y sin fecha: escriba la nueva fecha antes de convocar o recordar.")
    if ready.ends_at is not None and ready.ends_at <= now:
        raise RuleViolation("El evento ya pasó: no se puede convocar.")
    if ready.deadline_at is not None and ready.deadline_at <= now and not whom.is_reminder:
        raise RuleViolation("El plazo para responder ya pasó: debe ser posterior al envío.")
    if ready.flyer is not FlyerUse.NONE and not ready.has_flyer:
        raise RuleViolation("La convocatoria lleva la pieza publicitaria, y el evento aún no tiene una publicada.")
    if ready.stale:
        shows = spanish.join_and(list(ready.stale))
        raise RuleViolation(f"La pieza publicada muestra {shows}: publique otra versión, o envíe la convocatoria sin pieza.")


def advice(deadline_at: datetime | None, event_starts_at: datetime | None) -> list[str]:
    """What is worth a second look about a deadline; nothing here is refused."""
    if deadline_at is None:
        return []
    day, told = local(deadline_at).date(), []
    if name := holiday_name(day):
        told.append(f"El plazo vence en festivo: {name}.")
    elif day.weekday() in (_SATURDAY, _SUNDAY):
        told.append(f"El plazo vence un {'sábado' if day.weekday() == _SATURDAY else 'domingo'}.")
    if event_starts_at is not None and deadline_at > event_starts_at:
        told.append("El plazo vence después de que empieza el evento.")
    return told


def check_open(event_state: EventState, ends_at: datetime | None, *, now: datetime) -> None:
    """Raise CallClosed once nobody can be designated any more: answers after the deadline are taken, after the event they are not."""
    if event_state is EventState.CANCELLED or (ends_at is not None and now > ends_at):
        raise CallClosed


def check_signed(signed: Signed) -> None:
    """Raise InvalidInput when nobody answers, or with what a name cannot carry."""
    wrong = {}
    if not signed.name:
        wrong["name"] = "Escriba su nombre."
    for name, said in (("name", signed.name), ("post", signed.post)):
        if names_refuse_links(said):
            wrong[name] = "Escriba aquí solo palabras, sin vínculos ni correos."
    if wrong:
        raise InvalidInput(fields=wrong)


def check_recorded(command: RecordConfirmation, *, sent_at: datetime | None, now: datetime) -> None:
    """Raise InvalidInput with the field to mend: nobody named, a moment that has not come, or from before the call."""
    wrong = {}
    if not command.name:
        wrong["name"] = "Escriba quién confirmó."
    if command.told_at > now:
        wrong["told_at"] = "Ese momento todavía no llega."
    elif sent_at is not None and command.told_at < sent_at.replace(second=0, microsecond=0):
        wrong["told_at"] = "Es anterior al envío de la convocatoria."
    if wrong:
        raise InvalidInput(fields=wrong)


def check_extension(before: datetime | None, deadline_at: datetime, *, now: datetime) -> None:
    """Raise InvalidInput for a deadline that is over or gives no more time; RuleViolation when there is none to extend."""
    if before is None:
        raise RuleViolation("Esta convocatoria no tiene plazo: recibe respuestas hasta el evento.")
    if deadline_at <= now:
        raise InvalidInput(fields={"deadline_at": "Ese momento ya pasó."})
    if deadline_at <= before:
        raise InvalidInput(fields={"deadline_at": "El nuevo plazo debe ser posterior al que hay."})


def content_hash(call: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of what was sent: subject, text, deadline, pieza and annexes in canonical JSON (RFC 8259, keys sorted)."""
    whole = {**call, "attachments": [[each["filename"], each["sha256"]] for each in attachments]}
    return sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def is_permanent(status: str) -> bool:
    """Whether a delivery status (RFC 3463) says that the mail came back, and not that it is only late."""
    return not status.startswith(("2", "4"))
