"""Registrations, their tickets that were replaced, how an event admits people, groups, and links to "Mis eventos"."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventos.cycles.models import Event
from eventos.kernel.db import Base, UTCDateTime
from eventos.people.models import Person


class Registration(Base):
    """A person's promise to come to one event, with where they work as they told it for this event.

    Two secrets: the ticket (in the QR, shown in public) and the personal link ("Mi inscripción"). Both are sealed because they are shown
    again, and looked up by SHA-256. `uid` and `sequence` name the calendar invite (RFC 5545); `seat_pool_id` is set while a seat is held.
    `expires_at` is until when an offered seat, or one that waits for its person's consent, is held. `decided_*` say who approved, rejected
    or let in beyond the rules, and why. `reply` is what a calendar answered (RFC 5546, PARTSTAT); it frees no seat.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        CheckConstraint("state IN ('active', 'waitlisted', 'offered', 'unconfirmed', 'pending', 'rejected', 'cancelled')", name="state"),
        CheckConstraint("(state IN ('active', 'offered', 'unconfirmed')) = (seat_pool_id IS NOT NULL)", name="active_holds_seat"),
        CheckConstraint("reply IN ('', 'accepted', 'tentative', 'declined')", name="reply"),
        CheckConstraint("source IN ('form', 'import', 'walk_in', 'staff')", name="source"),
        Index("ix_registration_event_state", "event_id", "state"),
        Index("ix_registration_person", "person_id"),
        Index("ix_registration_expires", "expires_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    seat_pool_id: Mapped[int | None] = mapped_column(ForeignKey("seat_pool.id"))
    entity_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    entity_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    dependency: Mapped[str] = mapped_column(Text, default="", server_default="")
    post: Mapped[str] = mapped_column(Text, default="", server_default="")
    link_kind: Mapped[str] = mapped_column(Text, default="", server_default="")
    divipola: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, default="", server_default="")
    city: Mapped[str] = mapped_column(Text, default="", server_default="")
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))
    source: Mapped[str] = mapped_column(Text)
    ticket_hash: Mapped[str] = mapped_column(Text, unique=True)
    ticket_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    link_hash: Mapped[str] = mapped_column(Text, unique=True)
    link_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    waitlisted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    decision_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("registration_group.id"), index=True)
    reply: Mapped[str] = mapped_column(Text, default="", server_default="")
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()


class RevokedTicket(Base):
    """A ticket that was replaced by another: whose it was, so that the door says it was withdrawn, also without a signal."""

    __tablename__ = "revoked_ticket"
    __table_args__ = (Index("ix_revoked_ticket_event", "event_id", "revoked_at"),)

    ticket_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    revoked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str] = mapped_column(Text)


class AdmissionPolicy(Base):
    """How one event admits people, where it differs from the plain way: open to all, first come first served. No row: the plain way.

    `moderated`: somebody approves each request. `is_private`: only whoever has the invitation link finds it and registers. `offer_hours`:
    a seat that falls free is offered to the next in the waiting list for so long; NULL gives it at once. `admits_late`: also after the
    start, until the end. `group_limit`: how many people one form may register, 1 for no groups.
    """

    __tablename__ = "admission_policy"
    __table_args__ = (
        CheckConstraint("offer_hours IS NULL OR offer_hours BETWEEN 1 AND 168", name="offer_hours"),
        CheckConstraint("group_limit BETWEEN 1 AND 50", name="group_limit"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    moderated: Mapped[bool] = mapped_column(default=False, server_default="0")
    is_private: Mapped[bool] = mapped_column(default=False, server_default="0")
    invitation_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    invitation_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    offer_hours: Mapped[int | None]
    admits_late: Mapped[bool] = mapped_column(default=False, server_default="0")
    group_limit: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UsedLink(Base):
    """A one-time link to "Mis eventos" that was opened; kept until the link would have expired anyway."""

    __tablename__ = "used_link"

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RegistrationGroup(Base):
    """Several people one colleague wrote down; each of them confirms and consents by their own mail."""

    __tablename__ = "registration_group"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")
