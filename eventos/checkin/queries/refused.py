"""Whoever a phone let in without a signal and nobody could register: as readings, with what was told of them still sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.checkin.models import Device, Scan


@dataclass(frozen=True)
class RefusedRow:
    """One of them. `why`: for people; `detail` holds what was told (`service.refused_walk_in` opens it)."""

    id: int
    at: datetime
    door: str
    why: str
    detail: dict[str, Any]


def refused_walk_ins(db: Session, event_id: int, scan_id: int | None = None) -> list[RefusedRow]:
    """Those of an event, newest first, or the one of this number."""
    asked = (
        select(Scan.id, Scan.scanned_at, Scan.detail, Device.name)
        .join(Device, Device.id == Scan.device_id)
        .where(Scan.event_id == event_id, Scan.verdict == "unknown", Scan.detail["walk_in"].as_string().is_not(None))
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
    )
    rows = db.execute(asked if scan_id is None else asked.where(Scan.id == scan_id))
    return [RefusedRow(row.id, row.scanned_at, row.name, row.detail["refused"], row.detail) for row in rows]
