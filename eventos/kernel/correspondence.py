"""What was mailed: one row for each message the transport took, so staff can see it. The address is kept masked."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock, outbox
from eventos.kernel.db import Base, UTCDateTime, upsert
from eventos.kernel.text import mask_email


class MailRecord(Base):
    __tablename__ = "mail_record"
    __table_args__ = (Index("ix_mail_record_sent_at", "sent_at"), Index("ix_mail_record_about", "about_type", "about_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    about_type: Mapped[str] = mapped_column(Text)
    about_id: Mapped[int | None]
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


def came_back(db: Session, *, message_id: str, recipient: str, status: str, diagnostic: str) -> None:
    """A delivery report (RFC 3464) says what became of a message of ours: the rooms whose message it is are told."""
    outbox.announce(db, "mail.bounced", message_id=message_id, recipient=recipient, status=status, diagnostic=diagnostic)


def was_answered(db: Session, *, message_id: str, recipient: str, status: str = "", diagnostic: str = "") -> None:
    """Somebody answered a message of ours by mail. `recipient` is who answered, `diagnostic` the Message-ID of their answer."""
    outbox.announce(db, "mail.replied", message_id=message_id, recipient=recipient, status=status, diagnostic=diagnostic)


def record_sent(db: Session, *, message_id: str, kind: str, recipient: str, subject: str, about: tuple[str, int | None]) -> None:
    """Write down that a message went out; a repeat of the same Message-ID keeps the first row."""
    row = {"message_id": message_id, "kind": kind, "recipient": mask_email(recipient), "subject": subject, "sent_at": clock.now()}
    row |= {"about_type": about[0], "about_id": about[1]}
    db.execute(upsert(db)(MailRecord).values(row).on_conflict_do_nothing(index_elements=["message_id"]))
