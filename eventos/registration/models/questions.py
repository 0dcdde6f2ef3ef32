"""The own questions of an event, each in its versions, and what people answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


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
