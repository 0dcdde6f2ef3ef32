"""Sheets of registrants on their way in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventos.cycles.models import Event
from eventos.kernel.db import Base, UTCDateTime


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
