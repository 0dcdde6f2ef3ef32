"""What was promised to people after an event: one row for each mail, so that nobody gets it twice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class AfterPlan(Base):
    """What an event sends by itself when its acta closes. No row: nothing."""

    __tablename__ = "after_plan"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    thanks_on_close: Mapped[bool] = mapped_column(default=False, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AfterMail(Base):
    """One mail promised to one person of an event. `person_id` is who they were then; merged people resolve when it is promised.

    `dropped` says why it did not go out: they are no longer in the acta, or have no mail.
    """

    __tablename__ = "after_mail"
    __table_args__ = (
        CheckConstraint("kind IN ('thanks', 'absent')", name="kind"),
        UniqueConstraint("event_id", "person_id", "kind"),
        Index("ix_after_mail_registration", "registration_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(Text)
    promised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dropped: Mapped[str] = mapped_column(Text, default="", server_default="")
