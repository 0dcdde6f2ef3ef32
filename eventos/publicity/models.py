"""Flyers of an event, version by version, and the logos that entities lend."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Flyer(Base):
    """One version of an event's pieza: its fields, the SHA-256 of each file made from them, and when it was published (frozen).

    `files` is {"pdf": sha256, "square": sha256, "wide": sha256}; `fields_hash` tells whether the event still says the same.
    """

    __tablename__ = "flyer"
    __table_args__ = (UniqueConstraint("event_id", "version"), CheckConstraint("state IN ('pending', 'ready', 'error')", name="state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    fields_hash: Mapped[str] = mapped_column(Text)
    files: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Logo(Base):
    """The logo or shield an entity uploaded, re-encoded as PNG and kept by SHA-256."""

    __tablename__ = "logo"

    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), primary_key=True)
    file_sha256: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
