"""Mails that came in, each once, with the verdict they got; both tables are append-only. The file itself is kept 90 days."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class InboundMail(Base):
    """One file that arrived, by the SHA-256 of its bytes: the same file twice counts once.

    `says` is what it claims: {"recipient", "status", "diagnostic"} of a bounce, {"answer"} of a calendar. `sender` is masked.
    """

    __tablename__ = "inbound_mail"
    __table_args__ = (
        CheckConstraint("kind IN ('bounce', 'calendar', 'reply', 'automatic', 'unknown')", name="kind"),
        CheckConstraint("verdict IN ('applied', 'doubtful', 'refused', 'foreign', 'noted')", name="verdict"),
        CheckConstraint("via IN ('folder', 'upload')", name="via"),
        Index("ix_inbound_mail_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    via: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text, default="", server_default="")
    about_message_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    says: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class InboundDecision(Base):
    """What somebody of the staff decided about a doubtful mail."""

    __tablename__ = "inbound_decision"

    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_mail.id"), primary_key=True, autoincrement=False)
    accepted: Mapped[bool]
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
