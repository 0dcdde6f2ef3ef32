"""Whoever comes without a code: searched by name (each search is written down), or registered on the spot and let in."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from eventos.checkin import queries
from eventos.checkin.models import WALK_IN
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import SeenScan
from eventos.checkin.service.scans import record_scans
from eventos.checkin.service.told import Answer
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import TooManyRequests
from eventos.kernel.limits import Limit
from eventos.registration import service as registration
from eventos.registration.models import Registration
from eventos.registration.rules import Register

PER_DEVICE_SCANS = Limit("checkin.scans", 120, timedelta(minutes=1))
PER_DEVICE_SEARCHES = Limit("checkin.searches", 30, timedelta(minutes=1))

_REFUSED = "door-walk-in"


def walk_in(db: Session, device: DeviceView, event: DoorEvent, command: Register, seen: SeenScan, *, now: datetime) -> Answer:
    """Write somebody down for the event and let them in, when a seat is left; who was registered already is simply let in.

    `seen` says with which nonce, in which room and when. Sent twice with one nonce, it is done once.
    """
    if queries.earlier(db, device.id, [seen.nonce]):
        return record_scans(db, device, event, [seen], now=now)[0]
    (outcome,) = registration.register(db, command, now=now, by=Actor(f"device:{device.id}"), demo=event.demo)
    row = db.get_one(Registration, outcome.registration_id)
    return record_scans(db, device, event, [replace(seen, registration=row.public_id, reason=WALK_IN)], now=now)[0]


def keep_refused(
    db: Session, device: DeviceView, event: DoorEvent, seen: SeenScan, told: dict[str, Any], *, why: str, now: datetime
) -> Answer:
    """Keep that somebody was let in without a signal and could not be written down: why, for whoever reads the log, and what the phone
    told of them, sealed, so that staff can write them down (`refused_walk_in` opens it). Sent twice with one nonce, it is done once.
    """
    kept = base64.b64encode(tokens.seal(_REFUSED, json.dumps(told).encode())).decode()
    bare = replace(seen, code="", registration="", answers={}, reason=f"No se pudo inscribir. {why}", refused=why, kept=kept)
    return record_scans(db, device, event, [bare], now=now)[0]


def refused_walk_in(detail: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a phone told of somebody who could not be written down, from the detail of that reading."""
    if "walk_in" not in detail:
        return None
    told: dict[str, Any] = json.loads(tokens.unseal(_REFUSED, base64.b64decode(detail["walk_in"])))
    return told


def keep_pace(device: DeviceView) -> None:
    """Refuse a phone that brought readings in too many requests within the last minute. Raises TooManyRequests.

    They were counted among the readings when the phone was found, so that one more costs no statement.
    """
    if device.recent >= PER_DEVICE_SCANS.times:
        raise TooManyRequests(retry_after=int(PER_DEVICE_SCANS.per.total_seconds()), detail=PER_DEVICE_SCANS.name)


def note_names(db: Session, device: DeviceView, event: DoorEvent, *, told: int) -> None:
    """That a phone took names along to search without a signal: which phone, when, how many."""
    audit.record(db, Actor(f"device:{device.id}"), "checkin.names", "event", event.id, told=told)


def note_search(db: Session, device: DeviceView, event: DoorEvent, *, found: int) -> None:
    """That somebody looked for a person: who, when, for which event, never what was typed."""
    audit.record(db, Actor(f"device:{device.id}"), "checkin.search", "event", event.id, found=found)
