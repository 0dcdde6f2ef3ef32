"""Cycles, events and what belongs to exactly one event. An event is never called a session: that word is the database's."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventos.entities.models import Entity
from eventos.kernel.db import Base, UTCDateTime
from eventos.kernel.vocabulary import EventState, LinkExposure, Modality


class Cycle(Base):
    """A numbered series of events with shared hosts and expected municipalities."""

    __tablename__ = "cycle"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")

    expected: Mapped[list["CycleMunicipio"]] = relationship(order_by="CycleMunicipio.divipola", cascade="all, delete-orphan")


class CycleMunicipio(Base):
    """A municipality the cycle expects."""

    __tablename__ = "cycle_municipio"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    divipola: Mapped[str] = mapped_column(Text, primary_key=True)


class CycleStaff(Base):
    """An organiser, door helper or reader works in the cycles listed here; administrators in all."""

    __tablename__ = "cycle_staff"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)


class MailWording(Base):
    """What one kind of mail says in this cycle from some moment on. Versions are added and never changed; the last one counts.

    A version without words (`subject` and `body` empty) goes back to the words of the product.
    """

    __tablename__ = "mail_wording"
    __table_args__ = (UniqueConstraint("cycle_id", "kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    updated_by: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Event(Base):
    """One meeting with its own link, list and count.

    `link` is kept byte for byte as it was pasted. `sequence` grows with every change its invites must carry (RFC 5546, SEQUENCE).
    `presence_rule` is data: {"kind": "evidence"} or {"kind": "minutes", "minutes": 72} or {"kind": "share", "percent": 60}.
    `date_note` tells the date of an old event whose day nobody wrote down; such an event has no days. Nor has one that was put off
    (`postponed_at`): people stay registered, and hear when it has a day again.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'cancelled')", name="state"),
        CheckConstraint("modality IN ('virtual', 'presencial', 'hibrida')", name="modality"),
        CheckConstraint("link_exposure IN ('public', 'registered', 'personal')", name="link_exposure"),
        CheckConstraint("count_kind IN ('exact', 'approximate', 'unknown')", name="count_kind"),
        Index("ix_event_cycle_number", "cycle_id", "number"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[str] = mapped_column(Text, default="asistencia_tecnica", server_default="asistencia_tecnica")
    number: Mapped[int | None]
    topic: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    context: Mapped[str] = mapped_column(Text, default="", server_default="")
    objective: Mapped[str] = mapped_column(Text, default="", server_default="")
    norms: Mapped[list[Any]] = mapped_column(JSON, default=list)
    modality: Mapped[str] = mapped_column(Text, default=Modality.VIRTUAL.value)
    venue_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    venue_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    venue_divipola: Mapped[str | None] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text, default="", server_default="")
    link_exposure: Mapped[str] = mapped_column(Text, default=LinkExposure.PERSONAL.value)
    intensity_hours: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    registration_opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    presence_rule: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    count_kind: Mapped[str] = mapped_column(Text, default="exact", server_default="exact")
    date_note: Mapped[str] = mapped_column(Text, default="", server_default="")
    prepared_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    state: Mapped[str] = mapped_column(Text, default=EventState.DRAFT.value)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancel_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    postponed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")
    demo_note: Mapped[str] = mapped_column(Text, default="", server_default="")

    __mapper_args__ = {"version_id_col": version}

    cycle: Mapped[Cycle] = relationship()
    days: Mapped[list["EventDay"]] = relationship(order_by="EventDay.starts_at", cascade="all, delete-orphan")
    pools: Mapped[list["SeatPool"]] = relationship(
        primaryjoin="and_(Event.id == SeatPool.event_id, SeatPool.kind == 'modality')", order_by="SeatPool.id", cascade="all, delete-orphan"
    )
    roles: Mapped[list["EventRole"]] = relationship(order_by="EventRole.position", cascade="all, delete-orphan")
    programme: Mapped[list["ProgrammeItem"]] = relationship(order_by="ProgrammeItem.position", cascade="all, delete-orphan")
    speakers: Mapped[list["Speaker"]] = relationship(order_by="Speaker.position", cascade="all, delete-orphan")


class EventDay(Base):
    """One day of an event, with its hours."""

    __tablename__ = "event_day"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"), UniqueConstraint("event_id", "on_date"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    on_date: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SeatPool(Base):
    """Seats of one kind: of a modality ("modality"), or of an option of a question ("question:<key>"). `capacity` NULL has no limit.

    `taken` always equals the registrations that hold a seat here; it moves by conditional UPDATE only.
    """

    __tablename__ = "seat_pool"
    __table_args__ = (UniqueConstraint("event_id", "kind", "option"), CheckConstraint("taken >= 0", name="taken_not_negative"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(Text, default="modality")
    option: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)


class EventRole(Base):
    """An entity's part in one event: allies change between events of a cycle."""

    __tablename__ = "event_role"
    __table_args__ = (
        UniqueConstraint("event_id", "entity_id"),
        CheckConstraint("role IN ('host', 'co_host', 'partner', 'sponsor')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    role: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)

    entity: Mapped[Entity] = relationship()


class ProgrammeItem(Base):
    """A line of the programme: hour (Bogotá, "HH:MM"), topic, who speaks."""

    __tablename__ = "programme_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    position: Mapped[int]
    on_date: Mapped[date | None] = mapped_column(Date)
    hour: Mapped[str] = mapped_column(Text, default="")
    topic: Mapped[str] = mapped_column(Text)
    speaker: Mapped[str] = mapped_column(Text, default="")


class Speaker(Base):
    """Who speaks or moderates at one event."""

    __tablename__ = "speaker"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, default="expositor")
    post: Mapped[str] = mapped_column(Text, default="")
    entity: Mapped[str] = mapped_column(Text, default="")


class Material(Base):
    """Slides or a file of exactly one event. `page_images` are the SHA-256 of its pages as PNG, once they are made."""

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint("kind IN ('slides', 'file')", name="kind"),
        CheckConstraint("state IN ('pending', 'ready', 'error')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    dated_on: Mapped[date | None] = mapped_column(Date)
    is_public: Mapped[bool] = mapped_column(default=True, server_default="1")
    state: Mapped[str] = mapped_column(Text)
    pages: Mapped[int | None]
    page_images: Mapped[list[Any]] = mapped_column(JSON, default=list)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
