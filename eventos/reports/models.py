"""Informes asked for, with the content frozen at the moment they were made, and the texts an organiser wrote for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventos.cycles.models import Event
from eventos.kernel.db import Base, UTCDateTime


class Report(Base):
    """One informe: pending, ready (with its file) or error (with a sentence for people)."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'ready', 'error')", name="state"),
        CheckConstraint("format IN ('docx', 'pdf')", name="format"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    format: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    file_sha256: Mapped[str | None] = mapped_column(Text)
    file_size: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()


class ReportWords(Base):
    """What an event's informe says in words of its own; where empty, it says what the event says."""

    __tablename__ = "report_words"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    context: Mapped[str] = mapped_column(Text, default="", server_default="")
    objective: Mapped[str] = mapped_column(Text, default="", server_default="")
    prepared_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    reviewed_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    approved_by: Mapped[str] = mapped_column(Text, default="", server_default="")


class ReportSection(Base):
    """A titled text or table that belongs to one event's informe, in order: {"paragraphs": […]} or {"headers": […], "rows": [[…]]}."""

    __tablename__ = "report_section"
    __table_args__ = (UniqueConstraint("event_id", "position"), CheckConstraint("kind IN ('text', 'table')", name="kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
