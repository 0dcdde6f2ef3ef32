"""Who did what, and when: an append-only record (a trigger refuses UPDATE and DELETE) with ids, never names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock
from eventos.kernel.db import Base, UTCDateTime


@dataclass(frozen=True)
class Actor:
    """Who acts: `staff:3`, `person:12`, `system`. The name is for the page at hand and is not recorded."""

    ref: str
    name: str = ""

    @classmethod
    def staff(cls, staff_id: int, name: str) -> "Actor":
        return cls(f"staff:{staff_id}", name)

    @classmethod
    def person(cls, person_id: int) -> "Actor":
        return cls(f"person:{person_id}")

    @classmethod
    def api(cls, token_id: int, name: str) -> "Actor":
        """A program with a token; whose token it is, its row says."""
        return cls(f"api:{token_id}", f"API: {name}")

    @property
    def staff_id(self) -> int | None:
        kind, _, number = self.ref.partition(":")
        return int(number) if kind == "staff" else None


SYSTEM = Actor("system", "El sistema")
VISITOR = Actor("visitor")


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(db: Session, by: Actor, action: str, object_type: str, object_id: int | None, **detail: Any) -> None:
    """Write down an action (`room.verb`) on an object, in the same transaction as the action itself."""
    entry = {"at": clock.now(), "actor": by.ref, "action": action, "object_type": object_type, "object_id": object_id, "detail": detail}
    db.execute(_WRITE, entry)


_WRITE = insert(AuditEntry.__table__)
