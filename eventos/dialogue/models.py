"""Questions of an event and their answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class Question(Base):
    """Something asked. `registration_id` is a plain number: registration stands above this room and knows what it points at."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("moment IN ('before', 'session')", name="moment"),
        CheckConstraint("state IN ('pending', 'answered', 'set_aside')", name="state"),
        Index("ix_question_event", "event_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    registration_id: Mapped[int | None] = mapped_column(index=True)
    asked_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[str] = mapped_column(Text)
    moment: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
