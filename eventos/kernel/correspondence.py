"""What was mailed: one row for each message the transport took, so staff can see it. The address is kept masked."""

from datetime import datetime

from sqlalchemy import Index, Text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock, outbox
from eventos.kernel.db import Base, UTCDateTime, upsert
from eventos.kernel.text import mask_email


class MailRecord(Base):
    __tablename__ = "mail_record"
    __table_args__ = (
        Index("ix_mail_record_sent_at", "sent_at"),
        Index("ix_mail_record_about", "about_type", "about_id"),
        Index("ix_mail_record_bounced_at", "bounced_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    about_type: Mapped[str] = mapped_column(Text)
    about_id: Mapped[int | None]
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    bounce_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


def came_back(db: Session, *, message_id: str, recipient: str, status: str, diagnostic: str) -> None:
    """A delivery report (RFC 3464) says what became of a message of ours: it is marked, and the rooms whose message it is are told."""
    if status.startswith("5."):
        _mark_bounced(db, message_id, " ".join(part for part in (status, diagnostic) if part))
    outbox.announce(db, "mail.bounced", message_id=message_id, recipient=mask_email(recipient), status=status, diagnostic=diagnostic)


def was_refused(db: Session, *, message_id: str, kind: str, recipient: str, subject: str, about: tuple[str, int | None], why: str) -> None:
    """The mail server would not take a message (RFC 5321, 5xx): it is written down as bounced, and announced like any bounce."""
    record_sent(db, message_id=message_id, kind=kind, recipient=recipient, subject=subject, about=about)
    came_back(db, message_id=message_id, recipient=recipient, status="5.0.0", diagnostic=why)


def _mark_bounced(db: Session, message_id: str, reason: str) -> None:
    """The first report of a message counts; a later one says nothing new."""
    marked = update(MailRecord).where(MailRecord.message_id == message_id, MailRecord.bounced_at.is_(None))
    db.execute(marked.values(bounced_at=clock.now(), bounce_reason=reason[:300]).execution_options(synchronize_session=False))


def was_answered(db: Session, *, message_id: str, recipient: str, status: str = "", diagnostic: str = "") -> None:
    """Somebody answered a message of ours by mail. `recipient` is who answered, `diagnostic` the Message-ID of their answer."""
    outbox.announce(db, "mail.replied", message_id=message_id, recipient=recipient, status=status, diagnostic=diagnostic)


def record_sent(db: Session, *, message_id: str, kind: str, recipient: str, subject: str, about: tuple[str, int | None]) -> None:
    """Write down that a message went out; a repeat of the same Message-ID keeps the first row, and clears what it said of coming back."""
    row = {"message_id": message_id, "kind": kind, "recipient": mask_email(recipient), "subject": subject, "sent_at": clock.now()}
    row |= {"about_type": about[0], "about_id": about[1]}
    written = upsert(db)(MailRecord).values(row)
    anew = {"bounced_at": None, "bounce_reason": ""}
    db.execute(written.on_conflict_do_update(index_elements=["message_id"], set_=anew, where=MailRecord.bounced_at.is_not(None)))
