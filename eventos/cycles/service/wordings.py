"""Word a mail of a cycle: each saving is a new version, and the words of the product are never far."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventos.cycles.models import MailWording
from eventos.kernel import audit, wordings
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import clean


class WordingChanged(RuleViolation):
    code = "wording_changed"
    message = "Otra persona cambió este correo mientras usted lo editaba. Lo que escribió sigue aquí: compárelo con la versión guardada."


def save_wording(db: Session, cycle_id: int, kind: str, *, subject: str, body: str, seen_version: int, by: Actor, now: datetime) -> int:
    """Keep a wording that was read at `seen_version`: the new version. Raises InvalidInput naming what is broken, WordingChanged."""
    found = wordings.faults(wordings.KINDS[kind], subject, body)
    if found:
        raise InvalidInput(fields=found)
    if (subject, body) == (wordings.KINDS[kind].subject, wordings.KINDS[kind].body):
        subject = body = ""
    return _add(db, cycle_id, kind, clean(subject), body.replace("\r\n", "\n").strip(), seen_version, by=by, now=now)


def restore_default(db: Session, cycle_id: int, kind: str, *, seen_version: int, by: Actor, now: datetime) -> int:
    """Go back to the words of the product. Raises WordingChanged."""
    return _add(db, cycle_id, kind, "", "", seen_version, by=by, now=now)


def _add(db: Session, cycle_id: int, kind: str, subject: str, body: str, seen: int, *, by: Actor, now: datetime) -> int:
    last = db.execute(
        select(func.coalesce(func.max(MailWording.version), 0)).where(MailWording.cycle_id == cycle_id, MailWording.kind == kind)
    ).scalar_one()
    if last != seen:
        raise WordingChanged
    told = {"subject": subject, "body": body, "updated_by": by.name or by.ref, "updated_at": now}
    try:
        with db.begin_nested():
            db.add(MailWording(cycle_id=cycle_id, kind=kind, version=last + 1, **told))
            db.flush()
    except IntegrityError as race:
        raise WordingChanged from race
    audit.record(db, by, "cycles.word_mail", "cycle", cycle_id, kind=kind, version=last + 1, default=not body)
    return int(last) + 1
