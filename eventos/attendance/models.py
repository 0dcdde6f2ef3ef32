"""The organiser's decisions about who came: append-only, each with its author and reason."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventos.kernel.db import Base, UTCDateTime


class AttendanceDecision(Base):
    """Somebody of the office decided that a person came, did not come, or (attended NULL) took an earlier decision back."""

    __tablename__ = "attendance_decision"
    __table_args__ = (Index("ix_attendance_decision_registration", "registration_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    attended: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
