"""What the team does to many at once: reminders, and actions that can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Reminder(Base):
    """A mail to everybody registered for an event, at a moment or so long before its start (then it moves with the event).

    `due_at` is when it goes out now, NULL while the event has no day; `sent_at` when its mails were promised, or when it was too late for
    them, which `sent_to` tells apart (NULL).
    """

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("(at IS NULL) != (minutes_before IS NULL)", name="one_moment"),
        CheckConstraint("minutes_before IS NULL OR minutes_before BETWEEN 10 AND 86400", name="minutes_before"),
        Index("ix_reminder_event", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    minutes_before: Mapped[int | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_to: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BulkAction(Base):
    """One thing done to several registrations at once. `reason`: what was given, or the modality. `merge_id`: it came with a merge."""

    __tablename__ = "bulk_action"
    __table_args__ = (CheckConstraint("action IN ('approve', 'reject', 'cancel', 'resend', 'modality', 'merge')", name="action"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    action: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    merge_id: Mapped[int | None] = mapped_column(ForeignKey("person_merge.id"), index=True)
    done_by: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="", server_default="")


class BulkRow(Base):
    """One registration of a bulk action: waiting → done, or skipped; when it is undone, done → back, or left as it is. `why` says so.

    `before` and `after` picture the columns in `service.bulk.PICTURED`, so that only what nobody changed since is put back.
    """

    __tablename__ = "bulk_row"
    __table_args__ = (
        UniqueConstraint("bulk_id", "registration_id"),
        CheckConstraint("state IN ('waiting', 'done', 'skipped', 'back', 'left')", name="state"),
        Index("ix_bulk_row_standing", "bulk_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_action.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    why: Mapped[str] = mapped_column(Text, default="", server_default="")
