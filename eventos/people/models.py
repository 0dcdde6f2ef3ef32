"""People, their consents, and who turned out to be whom. Where somebody works belongs to each registration, because it changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Person(Base):
    """An attendee. Recognised by document; without one (imported sheets), by mail and name together.

    `merged_into_id` points at the person this one turned out to be; queries resolve it and undo clears it.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_document", "document_type", "document_number", unique=True),
        Index("ix_person_email_key_name_key", "email_key", "name_key"),
        # The few people who turned out to be somebody else.
        Index(
            "ix_person_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        CheckConstraint("(document_type IS NULL) = (document_number IS NULL)", name="document_whole"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    document_type: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    given_names: Mapped[str] = mapped_column(Text)
    family_names: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, default="", server_default="")
    email_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    phone: Mapped[str] = mapped_column(Text, default="", server_default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()


class Consent(Base):
    """An authorisation to treat personal data (Ley 1581 de 2012, art. 9; Decreto 1377 de 2013, arts. 5 to 8): append-only."""

    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("channel IN ('form', 'import', 'walk_in', 'staff')", name="channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text_hash: Mapped[str] = mapped_column(Text)
    purposes: Mapped[list[Any]] = mapped_column(JSON)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    channel: Mapped[str] = mapped_column(Text)


class ConsentText(Base):
    """Every wording of the notice ever shown, by its SHA-256."""

    __tablename__ = "consent_text"

    hash: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PersonMerge(Base):
    """Somebody decided that `gone` is `kept`. It stands until undone; `Person.merged_into_id` is what those that stand add up to."""

    __tablename__ = "person_merge"
    __table_args__ = (
        Index(
            "uq_person_merge_standing",
            "gone_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_person_merge_kept_id", "kept_id"),
        CheckConstraint("kept_id <> gone_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    merged_by: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="", server_default="")


class DuplicateDismissed(Base):
    """Two people who look alike and are not the same: they are not proposed again. `first_id` is the smaller one."""

    __tablename__ = "duplicate_dismissed"
    __table_args__ = (UniqueConstraint("first_id", "second_id"), CheckConstraint("first_id < second_id", name="in_order"))

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    dismissed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dismissed_by: Mapped[str] = mapped_column(Text)
