"""Registrations, and sheets of registrants on their way in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
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


class FormQuestion(Base):
    """A question an event asks besides the common ones. What it says is in its versions; `key` names it in forms and never changes."""

    __tablename__ = "form_question"
    __table_args__ = (UniqueConstraint("key"), Index("ix_form_question_event", "event_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FormQuestionVersion(Base):
    """What a question said from some moment on: append-only, so that an answer keeps the question it answered.

    `options`: [{"id", "label", "capacity", "retired"}]. `shown_if`: {"question": key, "any_of": [option ids]} or NULL. `limits`:
    {"least", "most"} of letters, of the number, of the date, or of how many are ticked.
    """

    __tablename__ = "form_question_version"
    __table_args__ = (UniqueConstraint("question_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("form_question.id"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    help: Mapped[str] = mapped_column(Text, default="", server_default="")
    required: Mapped[bool] = mapped_column(default=False, server_default="0")
    sensitive: Mapped[bool] = mapped_column(default=False, server_default="0")
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    shown_if: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    limits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class Answer(Base):
    """What a registration answers to one question of its event, and the version it read."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"), Index("ix_answer_question", "question_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("form_question.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("form_question_version.id"))
    value: Mapped[Any] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SensitiveAnswer(Base):
    """An answer under an authorisation of its own (Ley 1581 de 2012, arts. 5 and 6). It leaves this table as a count, and never alone."""

    __tablename__ = "sensitive_answer"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"), Index("ix_sensitive_answer_question", "question_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("form_question.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("form_question_version.id"))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent.id"))
    value: Mapped[Any] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OptionSeat(Base):
    """A registration holds one seat of an option ("taller A: 20 cupos"): given back when it answers otherwise or is cancelled."""

    __tablename__ = "option_seat"
    __table_args__ = (UniqueConstraint("registration_id", "seat_pool_id"), Index("ix_option_seat_pool", "seat_pool_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("form_question.id"))
    seat_pool_id: Mapped[int] = mapped_column(ForeignKey("seat_pool.id"))


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


class Import(Base):
    """A sheet of registrants on its way in: uploaded → mapped → checked → entered, or abandoned. Nothing enters before `entered`."""

    __tablename__ = "registrant_import"
    __table_args__ = (CheckConstraint("state IN ('uploaded', 'checking', 'checked', 'entered', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    file_sha256: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    headers: Mapped[list[Any]] = mapped_column(JSON)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(Text)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    event: Mapped[Event] = relationship()


class ImportRow(Base):
    """A row of the sheet, staged: clean values ready to enter set-wise, or the reasons it cannot. Its tickets are made beforehand.

    Once its import is entered, the row with its `attended` value is the evidence the sheet brought, and stays as it is.
    """

    __tablename__ = "registrant_import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        CheckConstraint("verdict IN ('new', 'known', 'repeated', 'bad')", name="verdict"),
        Index("ix_registrant_import_row_registration", "registration_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("registrant_import.id"))
    line: Mapped[int]
    verdict: Mapped[str] = mapped_column(Text)
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)
    raw: Mapped[list[Any]] = mapped_column(JSON)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    person_public_id: Mapped[str] = mapped_column(Text, default="")
    document_type: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    given_names: Mapped[str] = mapped_column(Text, default="")
    family_names: Mapped[str] = mapped_column(Text, default="")
    name_key: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    email_key: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    entity_name: Mapped[str] = mapped_column(Text, default="")
    entity_key: Mapped[str] = mapped_column(Text, default="")
    dependency: Mapped[str] = mapped_column(Text, default="")
    post: Mapped[str] = mapped_column(Text, default="")
    link_kind: Mapped[str] = mapped_column(Text, default="")
    divipola: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    modality: Mapped[str] = mapped_column(Text, default="")
    attended: Mapped[bool | None]
    public_id: Mapped[str] = mapped_column(Text, default="")
    ticket_hash: Mapped[str] = mapped_column(Text, default="")
    ticket_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    link_hash: Mapped[str] = mapped_column(Text, default="")
    link_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    uid: Mapped[str] = mapped_column(Text, default="")


class ImportMapping(Base):
    """Which column was which, the last time a sheet with these headings came in."""

    __tablename__ = "registrant_import_mapping"

    headers_key: Mapped[str] = mapped_column(Text, primary_key=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
