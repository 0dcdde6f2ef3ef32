"""Lists as somebody likes to look at them, saved by name for every event of a cycle; and attendance sheets on paper."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class SavedView(Base):
    """Filters, order and columns under a name. `chosen` is what the address of the list says. A shared one is seen by all of the cycle."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("cycle_id", "staff_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AttendanceSheet(Base):
    """A sheet to sign that was asked for: pending until it is drawn, ready, error, or gone once its time is over.

    `options`: the day, how many blank rows, and whether it names nobody. `parts`: how many files were drawn, each of 200 people.
    """

    __tablename__ = "attendance_sheet"
    __table_args__ = (CheckConstraint("state IN ('pending', 'ready', 'error', 'gone')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(default=0, server_default="0")
    parts: Mapped[int] = mapped_column(default=0, server_default="0")
    file_sha256: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
