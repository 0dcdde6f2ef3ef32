"""Entities convened by a cycle, calls of an event, what each entity got and answered, and the thread that proves it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Convened(Base):
    """An entity that a cycle convenes, with its institutional mailbox and its liaison. Removed is not forgotten: undo clears it."""

    __tablename__ = "convened"
    __table_args__ = (UniqueConstraint("cycle_id", "entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    mailbox: Mapped[str] = mapped_column(Text, default="", server_default="")
    liaison_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    liaison_post: Mapped[str] = mapped_column(Text, default="", server_default="")
    liaison_email: Mapped[str] = mapped_column(Text, default="", server_default="")
    phone: Mapped[str] = mapped_column(Text, default="", server_default="")
    divipola: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Call(Base):
    """The convocatoria of an event. Once sent, its words, pieza and annexes are frozen, and `content_sha256` is their hash.

    `attachments`: [{"filename", "media_type", "sha256", "size"}]. `version` grows with every change, so that a page opened before it
    sends nothing. `extended_to`: a longer deadline that was given after the sending. `evidence_*`: the printed thread, made by a worker.
    """

    __tablename__ = "event_call"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sent')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        CheckConstraint("flyer IN ('none', 'shown', 'linked')", name="flyer"),
        CheckConstraint("evidence_state IN ('', 'pending', 'ready', 'error')", name="evidence_state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    deadline_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extended_to: Mapped[datetime | None] = mapped_column(UTCDateTime)
    flyer: Mapped[str] = mapped_column(Text, default="none", server_default="none")
    flyer_version: Mapped[int | None]
    flyer_files: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attachments: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    evidence_state: Mapped[str] = mapped_column(Text, default="", server_default="")
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    evidence_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    evidence_error: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}


class CallRecipient(Base):
    """One entity's copy of a call: where it went, how it got there, and what the entity answered.

    The link of its receipt is sealed (it is mailed again in reminders) and looked up by SHA-256. `mails` counts what was promised to it,
    the number in each Message-ID. `state` is the delivery of the last mail; what the entity answered stands apart from it.
    `confirmed_via`, `confirmed_note` and `recorded_by`: when staff wrote the confirmation down, how it came, and who did.
    """

    __tablename__ = "event_call_recipient"
    __table_args__ = (
        UniqueConstraint("call_id", "convened_id"),
        CheckConstraint("state IN ('queued', 'sent', 'failed', 'bounced')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("event_call.id"))
    convened_id: Mapped[int] = mapped_column(ForeignKey("convened.id"), index=True)
    entity_name: Mapped[str] = mapped_column(Text)
    mailbox: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    token_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    mails: Mapped[int] = mapped_column(default=1, server_default="1")
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    confirmed_post: Mapped[str] = mapped_column(Text, default="", server_default="")
    confirmed_via: Mapped[str] = mapped_column(Text, default="", server_default="")
    confirmed_note: Mapped[str] = mapped_column(Text, default="", server_default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decline_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class CallDesignee(Base):
    """Somebody an entity names to attend. They register and consent by themselves: this is an invitation, not a registration."""

    __tablename__ = "event_call_designee"
    __table_args__ = (UniqueConstraint("recipient_id", "email_key", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("event_call_recipient.id"))
    given_names: Mapped[str] = mapped_column(Text)
    family_names: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)
    post: Mapped[str] = mapped_column(Text, default="", server_default="")
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    document_type: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallEntry(Base):
    """A line of the thread, append-only: what was mailed, what came back, what was answered. `key` keeps a fact from being told twice."""

    __tablename__ = "event_call_entry"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('sent', 'call', 'reminder', 'failed', 'bounced', 'reply', 'confirmed', 'declined', 'designated', 'withdrawn', "
            "'invited', 'changed', 'called_off', 'unconfirmed', 'extended', 'needless')",
            name="kind",
        ),
        Index("ix_event_call_entry_call", "call_id", "id"),
        Index("ix_event_call_entry_recipient", "recipient_id"),
        Index("ix_event_call_entry_message", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("event_call.id"))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("event_call_recipient.id"))
    designee_id: Mapped[int | None] = mapped_column(ForeignKey("event_call_designee.id"))
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(Text, default="", server_default="")
    message_id: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
