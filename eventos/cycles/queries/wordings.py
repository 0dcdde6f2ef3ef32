"""How a cycle words its mails: what counts now, and every version there was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from eventos.cycles.models import MailWording
from eventos.kernel import wordings
from eventos.kernel.wordings import Wording

_wording = MailWording.__table__.c
_last = (
    select(_wording.kind, func.max(_wording.version).label("version"))
    .where(_wording.cycle_id == bindparam("cycle"))
    .group_by(_wording.kind)
    .subquery()
)
_NOW = (
    select(_wording.kind, _wording.subject, _wording.body, _wording.version)
    .join(_last, (_last.c.kind == _wording.kind) & (_last.c.version == _wording.version))
    .where(_wording.cycle_id == bindparam("cycle"), _wording.body != "")
)


def wordings_of(db: Session, cycle_id: int) -> Mapping[str, Wording]:
    """The kinds of mail this cycle words in its own way: one statement. What is not here says what the product says."""
    return {row.kind: Wording(row.subject, row.body, row.version) for row in db.execute(_NOW, {"cycle": cycle_id})}


@dataclass(frozen=True)
class WordingVersion:
    """One version of a mail; a restored one says what the product says."""

    version: int
    subject: str
    body: str
    is_default: bool
    updated_by: str
    updated_at: datetime


def wording_versions(db: Session, cycle_id: int, kind: str) -> list[WordingVersion]:
    """Every version of one kind, the newest first."""
    rows = db.execute(
        select(MailWording.version, MailWording.subject, MailWording.body, MailWording.updated_by, MailWording.updated_at)
        .where(MailWording.cycle_id == cycle_id, MailWording.kind == kind)
        .order_by(MailWording.version.desc())
    )
    default = wordings.default(kind)
    return [
        WordingVersion(row.version, row.subject or default.subject, row.body or default.body, not row.body, row.updated_by, row.updated_at)
        for row in rows
    ]
