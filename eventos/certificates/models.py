"""Certificates, each with the code that verifies it; what it says is frozen when it is issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Certificate(Base):
    """A constancia: pending until its PDF is made, ready, or revoked (with the reason the public may read).

    `code` is 16 Crockford characters (80 random bits). One live certificate for each registration and part, by a partial unique index.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'ready', 'error', 'revoked')", name="state"),
        CheckConstraint("part IN ('attendee', 'speaker')", name="part"),
        Index(
            "uq_certificate_live",
            "registration_id",
            "part",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id"))
    part: Mapped[str] = mapped_column(Text, default="attendee", server_default="attendee")
    state: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    file_sha256: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoke_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))


class BadgeSheet(Base):
    """Escarapelas asked for: everybody registered at that moment, eight on each A4 sheet."""

    __tablename__ = "badge_sheet"
    __table_args__ = (CheckConstraint("state IN ('pending', 'ready', 'error')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(default=0, server_default="0")
    file_sha256: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
