"""Rooms with their rules, devices enrolled for named events, and scans: append-only, one row for each (device, nonce)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime

WALK_IN = "Inscripción en la puerta"  # the reason of somebody registered on the spot
VERDICTS = (  # the words of `rules.Verdict`, as they are kept
    *("accepted", "repeated", "unknown", "other_event", "other_day", "cancelled", "waitlisted", "revoked", "too_early", "too_late"),
    *("needs_answer", "annulled"),
)
LINK_LIFE = timedelta(hours=24)
AFTER_THE_EVENT = timedelta(hours=24)
WITHOUT_DAYS = timedelta(days=7)


class DoorRoom(Base):
    """A place of an event where people are let in, with its rule as data (`rules.Rule`): `key` "" is the event's own door.

    An event without a row has its own door with the common rule. A room that was retired is not offered any longer; its scans stay.
    """

    __tablename__ = "door_room"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True, default="", server_default="")
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    rule: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Device(Base):
    """A phone at the door. Its link is used once to enrol it; its token is kept as SHA-256 and can be revoked at once.

    When it stops reading is not kept: it follows the hours of its events (`expires_at`), also when they are moved. `kind`: a "phone"; the
    "screen" of a room, whose changing code people confirm on their own phones; or the "desk", by which staff mark people and enter paper
    lists. Screens and desks are rows that scans point at, made when they are first needed: they have no bearer and nobody made them.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("kind IN ('phone', 'screen', 'desk')", name="kind"),
        CheckConstraint("kind <> 'phone' OR created_by IS NOT NULL", name="maker"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text, default="phone", server_default="phone")
    name: Mapped[str] = mapped_column(Text)
    link_hash: Mapped[str] = mapped_column(Text, unique=True)
    link_expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    enrolled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @staticmethod
    def expires_at(made_at: datetime, last_hour: datetime | None) -> datetime:
        """It lives until a day after the last hour of its events; a week and a day without hours; never less than its link."""
        return max((last_hour or made_at + WITHOUT_DAYS) + AFTER_THE_EVENT, made_at + LINK_LIFE)


class DeviceEvent(Base):
    """An event a device may read for."""

    __tablename__ = "device_event"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, index=True)


class Scan(Base):
    """What a device saw; the verdict given then is the verdict given again to the same nonce.

    `scanned_at` is the moment it counts at: when it was read without a signal, when it arrived otherwise, and also when the phone's clock
    was off (`detail["clock"]` is what that said).

    `code_hash` is the SHA-256 of what was read (never the code itself). `manual` marks a person ticked by name, with its reason;
    an undo is another row that points at the one it annuls. `room` is the key of the room, `day` the door's day it belongs to
    ("2030-07-25"). `told` is the verdict a phone without signal gave by itself. `flagged` holds words of `rules.Flag`, in order.
    `phone_key` is a keyed hash of the phone on which somebody confirmed their own arrival.
    """

    __tablename__ = "scan"
    __table_args__ = (
        UniqueConstraint("device_id", "nonce"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint(
            f"verdict IN ({', '.join(map(repr, VERDICTS))})",
            name="verdict",
        ),
        Index("ix_scan_event_verdict", "event_id", "verdict"),
        Index("ix_scan_registration", "registration_id", "scanned_at"),
        Index("ix_scan_event_received", "event_id", "received_at"),
        Index("ix_scan_device_received", "device_id", "received_at"),
        Index("ix_scan_annuls", "annuls_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    nonce: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    code_hash: Mapped[str] = mapped_column(Text, default="", server_default="")
    room: Mapped[str] = mapped_column(Text, default="", server_default="")
    day: Mapped[str] = mapped_column(Text, default="", server_default="")
    direction: Mapped[str] = mapped_column(Text, default="in", server_default="in")
    verdict: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    manual: Mapped[bool] = mapped_column(default=False, server_default="0")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    offline: Mapped[bool] = mapped_column(default=False, server_default="0")
    told: Mapped[str] = mapped_column(Text, default="", server_default="")
    phone_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    flagged: Mapped[str] = mapped_column(Text, default="", server_default="")
    annuls_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Acceptance(Base):
    """The first entry that stands of a registration in a room on a day: its primary key is what settles a race between doors.

    `day` is the door's day in Bogotá ("2030-07-25"), "" for an event without days. `device_id` and `nonce` name the scan that says it. It
    can be told again from the scans (`service.restate`): an undo takes it away, or hands it to the entry that stands next.
    """

    __tablename__ = "acceptance"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True, default="", server_default="")
    room: Mapped[str] = mapped_column(Text, primary_key=True, default="", server_default="")
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    nonce: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime)
