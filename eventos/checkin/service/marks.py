"""Staff mark many people at once, or enter a paper list: the same record and the same judge as at the door."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import MOST_AT_ONCE, SeenScan
from eventos.checkin.service.scans import record_scans
from eventos.checkin.service.told import Answer
from eventos.kernel import audit
from eventos.kernel.audit import Actor


def mark_many(
    db: Session,
    desk: DeviceView,
    event: DoorEvent,
    registrations: Sequence[str],
    *,
    batch: str,
    reason: str,
    by: Actor,
    now: datetime,
    room: str = "",
    at: datetime | None = None,
    direction: str = "in",
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Answer]:
    """Mark these registrations (public ids) as entered at a moment, whatever the hour. Who entered before is repeated, who may not refused.

    `batch` names the whole, so that sent twice it is done once. `answers`: what they answered, by public id and key of the question.
    """
    told = answers or {}
    seen = [
        SeenScan(
            f"{batch}-{public_id}",
            registration=public_id,
            room=room,
            direction=direction,
            scanned_at=at,
            reason=reason,
            answers=dict(told.get(public_id, {})),
            by=by.staff_id,
        )
        for public_id in dict.fromkeys(registrations)
    ]
    found: list[Answer] = []
    for start in range(0, len(seen), MOST_AT_ONCE):
        found += record_scans(db, desk, event, seen[start : start + MOST_AT_ONCE], now=now, hours=False)
    audit.record(db, by, "checkin.mark_many", "event", event.id, count=len(found), room=room, reason=reason)
    return found
