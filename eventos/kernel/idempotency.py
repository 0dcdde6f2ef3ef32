"""A request that counts once: what was answered to an Idempotency-Key is kept a day, in the transaction of the fact itself.

A key belongs to its caller, method and path; the same key with another body is refused. Of two requests at the same moment the second waits
for the first one's transaction and gets its answer. Refusals are not kept: nothing happened, so the key may be used again.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, Text, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock, tokens
from eventos.kernel.db import Base, UTCDateTime, per_dialect
from eventos.kernel.errors import InvalidInput

KEPT = timedelta(hours=24)
_PURPOSE = "idempotency"


class IdempotencyKey(Base):
    """What was answered; the answer is sealed, because it may tell of a person."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller", "method", "path", "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    body_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


@dataclass(frozen=True)
class Asked:
    """A request as its key knows it. `key` is hashed before it is kept."""

    caller: str
    method: str
    path: str
    key: str
    body_hash: str

    def named(self) -> dict[str, str]:
        return {"caller": self.caller, "method": self.method, "path": self.path, "key": tokens.digest(self.key)}


class KeyUsedOtherwise(InvalidInput):
    code = "idempotency_key_reused"
    message = "Esta Idempotency-Key ya se usó con otro contenido. Use una llave nueva."


def recall(db: Session, asked: Asked) -> tuple[int, Any] | None:
    """What was answered (status, content) to this request before, or None: then it is being done now. Raises KeyUsedOtherwise."""
    now = clock.now()
    named = asked.named()
    mine = [getattr(IdempotencyKey, name) == value for name, value in named.items()]
    db.execute(delete(IdempotencyKey).where(*mine, IdempotencyKey.created_at < now - KEPT))
    begun = db.execute(_begin(db), {**named, "body_hash": asked.body_hash, "created_at": now}).scalar_one_or_none()
    if begun is not None:
        return None
    kept = db.execute(select(IdempotencyKey.body_hash, IdempotencyKey.status, IdempotencyKey.answer_sealed).where(*mine)).one()
    if kept.body_hash != asked.body_hash:
        raise KeyUsedOtherwise
    return kept.status, json.loads(tokens.unseal(_PURPOSE, kept.answer_sealed))


@per_dialect
def _begin(insert: Any) -> Any:
    """Another transaction that holds the same key makes this one wait, and finds it there afterwards."""
    table = IdempotencyKey.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["caller", "method", "path", "key"]).returning(table.c.id)


def keep(db: Session, asked: Asked, status: int, content: Any) -> None:
    """Write down what is answered, before the transaction that did it commits."""
    mine = [getattr(IdempotencyKey, name) == value for name, value in asked.named().items()]
    sealed = tokens.seal(_PURPOSE, json.dumps(content).encode())
    db.execute(update(IdempotencyKey).where(*mine).values(status=status, answer_sealed=sealed))


def forget_expired(db: Session) -> None:
    """Drop the answers that nobody may ask for any more (the sweep does)."""
    db.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT))
