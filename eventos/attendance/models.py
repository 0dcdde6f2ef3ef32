"""The organiser's decisions about who came, and the closed rosters: append-only, each with its author and moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class AttendanceDecision(Base):
    """Somebody of the office decided that a person came, did not come, or (attended NULL) took an earlier decision back."""

    __tablename__ = "attendance_decision"
    __table_args__ = (Index("ix_attendance_decision_registration", "registration_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    attended: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AttendancePart(Base):
    """What part somebody took in an event beside attending: speaker or organiser, whom the rule excludes or counts apart. Append-only."""

    __tablename__ = "attendance_part"
    __table_args__ = (
        CheckConstraint("part IN ('attendee', 'speaker', 'organiser')", name="part"),
        Index("ix_attendance_part_registration", "registration_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    part: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Roster(Base):
    """An acta de asistencia: the attendance frozen by somebody at a moment. A correction is the next version. Append-only.

    `list_hash` is the SHA-256 of the canonical list of entries; `rule` is the event's rule as it was applied.
    """

    __tablename__ = "roster"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    version: Mapped[int]
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    attendees: Mapped[int]
    added: Mapped[int] = mapped_column(default=0, server_default="0")
    removed: Mapped[int] = mapped_column(default=0, server_default="0")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    list_hash: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_by_name: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RosterEntry(Base):
    """One person in a closed roster, as they were then. Append-only."""

    __tablename__ = "roster_entry"
    __table_args__ = (CheckConstraint("part IN ('attendee', 'speaker', 'organiser')", name="part"),)

    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    divipola: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, default="", server_default="")
    entity_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    modality: Mapped[str] = mapped_column(Text, default="", server_default="")
