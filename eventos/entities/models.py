"""Entities, and the one office this instance serves."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Entity(Base):
    """A public entity, a civil-society organisation, a university… `name_key` is the name as it is compared."""

    __tablename__ = "entity"
    __table_args__ = (CheckConstraint("kind IN ('public', 'civil_society', 'academia', 'private', 'international')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text, default="public", server_default="public")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")


class Office(Base):
    """The office that runs this instance, as pages, notices and informes name it. One row, id 1."""

    __tablename__ = "office"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str] = mapped_column(Text, default="")
    entity: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    data_email: Mapped[str] = mapped_column(Text, default="")
    departamento: Mapped[str] = mapped_column(Text, default="17")
    process: Mapped[str] = mapped_column(Text, default="")
    format_code: Mapped[str] = mapped_column(Text, default="")
    format_version: Mapped[str] = mapped_column(Text, default="")
    format_date: Mapped[str] = mapped_column(Text, default="")
    signer_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    signer_post: Mapped[str] = mapped_column(Text, default="", server_default="")
    issued_in: Mapped[str] = mapped_column(Text, default="", server_default="")
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    demo: Mapped[bool] = mapped_column(default=False, server_default="0")
