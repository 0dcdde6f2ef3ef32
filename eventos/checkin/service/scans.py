"""Scans: every one is kept with its verdict, a nonce is answered once and for all, and one acceptance a day for each registration stands.

The acceptance is settled by its primary key, so doors that read the same code at once agree on who was first without any lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eventos.checkin import queries, rules
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries import Attendee, DeviceView, DoorEvent
from eventos.checkin.rules import Movement, Presented, Rule, SeenScan, UndoTooLate, Verdict
from eventos.checkin.rules_words import TONES, WORDS, why
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.errors import NotFound


@dataclass(frozen=True)
class Answer:
    """What the phone shows for a scan."""

    nonce: str
    verdict: Verdict
    name: str = ""
    work: tuple[str, ...] = ()
    document: str = ""
    why: str = ""
    can_undo: bool = False

    @property
    def word(self) -> str:
        return WORDS[self.verdict]

    @property
    def tone(self) -> str:
        """accepted, repeated or refused: green, amber or red."""
        return TONES.get(self.verdict, "refused")


@dataclass
class _Case:
    """One scan on its way to a verdict."""

    seen: SeenScan
    scanned_at: datetime
    at: datetime
    flagged: str
    shown: Presented
    attendee: Attendee | None
    verdict: Verdict = Verdict.UNKNOWN
    detail: dict[str, Any] = field(default_factory=dict)
    first: tuple[datetime, str] | None = None


def record_scans(db: Session, device: DeviceView, event: DoorEvent, seen: Sequence[SeenScan], *, now: datetime) -> list[Answer]:
    """Judge and keep what a device saw for one of its events; answers in the order given. A refusal is an answer, not an error."""
    known = queries.earlier(db, device.id, [one.nonce for one in seen])
    fresh: dict[str, SeenScan] = {}
    for one in seen:
        if one.nonce not in known:
            fresh.setdefault(one.nonce, one)
    answers = _again(db, device, event, known.values(), now) if known else {}
    cases = _cases(db, event, list(fresh.values()), now)
    # Everywhere in the same order, so that two doors sending many at once never wait for each other in a circle.
    for case in sorted(cases, key=lambda each: (each.shown.registration_id or 0, each.scanned_at)):
        past = [Movement("in", one.at, one.day, one.where) for one in case.attendee.entered] if case.attendee else []
        ruling = rules.judge(case.shown, event, Rule(), past, case.at, direction=case.seen.direction)
        case.verdict = Verdict.ACCEPTED if ruling.verdict is Verdict.REPEATED else ruling.verdict
        if case.verdict is Verdict.ACCEPTED and case.seen.direction == "in":
            _settle(db, device, case, rules.day_of(event.days, case.at))
        answers[case.seen.nonce] = _keep(db, device, event, case, now)
    return [answers[one.nonce] for one in seen]


def _cases(db: Session, event: DoorEvent, fresh: list[SeenScan], now: datetime) -> list[_Case]:
    tickets: dict[str, int] = {}
    hashes: dict[str, str] = {}
    for one in fresh:
        if one.code:
            try:
                issued_for = tokens.read_ticket(one.code).event_id
            except tokens.BadToken:
                continue
            hashes[one.nonce] = tokens.digest(tokens.longest_run(one.code))
            tickets[hashes[one.nonce]] = issued_for
    by_code = queries.by_tickets(db, tickets)
    by_name = queries.by_public_ids(db, [one.registration for one in fresh if one.registration], event.id)
    cases = []
    for one in fresh:
        ticket = hashes.get(one.nonce, "")
        found = by_name.get(one.registration) if one.registration else by_code.get(ticket)
        scanned_at = one.scanned_at or now
        flagged = " ".join(rules.clock_flag(scanned_at, now, offline=one.offline))
        shown = _presented(found, tickets.get(ticket))
        attendee = found if isinstance(found, Attendee) and found.event_id == event.id else None
        cases.append(_Case(one, scanned_at, now if flagged else scanned_at, flagged, shown, attendee))
    return cases


def _presented(found: Attendee | tuple[str, str] | None, issued_for: int | None) -> Presented:
    if isinstance(found, Attendee):
        return Presented(True, found.event_id, found.event_title, found.event_when, found.registration_id, found.state)
    if found is not None:
        return Presented(True, issued_for, *found, revoked=True)
    return Presented(is_ours=False)


def _settle(db: Session, device: DeviceView, case: _Case, day: str) -> None:
    """Be the first of that day, or learn who was: by what is there, else by the one insert that the database lets through."""
    attendee = case.attendee
    if attendee is None:
        raise RuntimeError("an accepted scan is somebody's")
    first = attendee.entered_on(day)
    if first is None:
        row = {"registration_id": attendee.registration_id, "day": day, "device_id": device.id, "nonce": case.seen.nonce}
        insert = upsert(db)(Acceptance).values(row | {"accepted_at": case.at})
        winner = db.execute(
            insert.on_conflict_do_update(index_elements=["registration_id", "day", "room"], set_={"nonce": Acceptance.nonce}).returning(
                Acceptance.device_id, Acceptance.nonce, Acceptance.accepted_at
            )
        ).one()
        if (winner.device_id, winner.nonce) == (device.id, case.seen.nonce):
            return
        where = device.name if winner.device_id == device.id else queries.device_names(db, [winner.device_id])[winner.device_id]
        first = queries.Entered(day, winner.device_id, winner.nonce, winner.accepted_at, where)
    case.verdict = Verdict.REPEATED
    case.first = (first.at, first.where)
    case.detail = {"first_at": first.at.isoformat(), "first_device": first.device_id}


def _keep(db: Session, device: DeviceView, event: DoorEvent, case: _Case, now: datetime) -> Answer:
    """Write the scan down. When the same nonce was written meanwhile, what that one was told is told again."""
    if case.verdict is Verdict.OTHER_EVENT:
        case.detail = {"event": case.shown.event_title, "when": case.shown.event_when}
    row = {
        "device_id": device.id,
        "nonce": case.seen.nonce,
        "event_id": event.id,
        "registration_id": case.shown.registration_id,
        "code_hash": tokens.digest(case.seen.code) if case.seen.code else "",
        "direction": case.seen.direction,
        "verdict": case.verdict.value,
        "detail": case.detail,
        "manual": bool(case.seen.registration),
        "reason": case.seen.reason,
        "offline": case.seen.offline,
        "flagged": case.flagged,
        "scanned_at": case.scanned_at,
        "received_at": now,
    }
    insert = upsert(db)(Scan).values(row).on_conflict_do_nothing(index_elements=["device_id", "nonce"])
    if db.execute(insert.returning(Scan.id)).scalar_one_or_none() is not None:
        return _answer(case.seen.nonce, case.verdict, case.attendee, case.shown, event, first=case.first, at=case.at)
    kept = queries.earlier(db, device.id, [case.seen.nonce])
    if kept[case.seen.nonce].registration_id != case.shown.registration_id and case.shown.registration_id is not None:
        _take_away(db, device.id, case.shown.registration_id, case.seen.nonce)
    return _again(db, device, event, kept.values(), now)[case.seen.nonce]


def _answer(
    nonce: str,
    verdict: Verdict,
    attendee: Attendee | None,
    shown: Presented,
    event: DoorEvent,
    *,
    first: tuple[datetime, str] | None,
    at: datetime,
    can_undo: bool = True,
) -> Answer:
    return Answer(
        nonce,
        verdict,
        name=attendee.name if attendee else "",
        work=attendee.work if attendee else (),
        document=attendee.document if attendee else "",
        why=why(verdict, shown.event_title, shown.event_when, event, first=first, at=at),
        can_undo=verdict is Verdict.ACCEPTED and can_undo,
    )


def _again(db: Session, device: DeviceView, event: DoorEvent, scans: Iterable[Scan], now: datetime) -> dict[str, Answer]:
    """What was answered then, whatever became of the registration since."""
    scans = list(scans)
    whose = queries.by_ids(db, [scan.registration_id for scan in scans if scan.registration_id is not None])
    first_at = {scan.detail["first_device"] for scan in scans if "first_device" in scan.detail}
    names = queries.device_names(db, sorted(first_at)) if first_at else {}
    answers = {}
    for scan in scans:
        attendee = whose.get(scan.registration_id) if scan.registration_id is not None else None
        first = None
        if "first_device" in scan.detail:
            first = (datetime.fromisoformat(scan.detail["first_at"]), names.get(scan.detail["first_device"], device.name))
        shown = Presented(True, event_title=scan.detail.get("event", ""), event_when=scan.detail.get("when", ""))
        mine = attendee if attendee is not None and attendee.event_id == event.id else None
        can_undo = rules.can_undo(scan.received_at, now)
        answers[scan.nonce] = _answer(
            scan.nonce, Verdict(scan.verdict), mine, shown, event, first=first, at=scan.received_at, can_undo=can_undo
        )
    return answers


def undo(db: Session, device: DeviceView, event: DoorEvent, nonce: str, *, now: datetime) -> Answer:
    """Take an entry of this device back within fifteen minutes: another row says so, the first stays. Twice is once.

    Raises NotFound, UndoTooLate.
    """
    accepted = select(Scan).where(Scan.device_id == device.id, Scan.nonce == nonce, Scan.event_id == event.id)
    scan = db.execute(accepted.where(Scan.verdict == Verdict.ACCEPTED.value, Scan.direction == "in")).scalar_one_or_none()
    if scan is None or scan.registration_id is None:
        raise NotFound("No encontramos ese ingreso entre los de este teléfono.")
    if not rules.can_undo(scan.received_at, now):
        raise UndoTooLate
    row = {
        "device_id": device.id,
        "nonce": f"deshacer-{nonce}",
        "event_id": event.id,
        "registration_id": scan.registration_id,
        "verdict": Verdict.ANNULLED.value,
        "detail": {},
        "annuls_id": scan.id,
        "scanned_at": now,
        "received_at": now,
    }
    insert = upsert(db)(Scan).values(row).on_conflict_do_nothing(index_elements=["device_id", "nonce"])
    if db.execute(insert.returning(Scan.id)).scalar_one_or_none() is not None:
        _take_away(db, device.id, scan.registration_id, nonce)
        audit.record(db, Actor(f"device:{device.id}"), "checkin.undo", "registration", scan.registration_id)
    attendee = queries.by_ids(db, [scan.registration_id])[scan.registration_id]
    return _answer(nonce, Verdict.ANNULLED, attendee, Presented(True), event, first=None, at=now)


def _take_away(db: Session, device_id: int, registration_id: int, nonce: str) -> None:
    db.execute(
        delete(Acceptance).where(
            Acceptance.registration_id == registration_id, Acceptance.device_id == device_id, Acceptance.nonce == nonce
        )
    )
