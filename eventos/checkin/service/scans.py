"""Readings: every one is kept with its verdict, a nonce is answered once and for all, and what stands decides what comes next.

The registrations that a batch names are locked before what stands of them is read, so doors that read one code at once are judged one after
another; on SQLite there is one writer. Five statements, for one reading or a thousand, with the one that found the phone (decision 0016).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.checkin import queries, rules
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries import Attendee, DeviceView, DoorEvent, Moved
from eventos.checkin.rules import Flag, Movement, Presented, Rule, Ruling, SeenScan, Verdict
from eventos.checkin.service.asked import DoorSheet, sheet_for
from eventos.checkin.service.told import Answer, Said, again
from eventos.kernel import tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import per_dialect


@dataclass
class _Case:
    """One reading on its way to a verdict. `room` is the room it is judged in; `scanned_at` what the phone's clock said."""

    seen: SeenScan
    room: str
    rule: Rule
    scanned_at: datetime
    dated: bool
    flags: list[Flag]
    shown: Presented
    attendee: Attendee | None
    at: datetime
    verdict: Verdict = Verdict.UNKNOWN
    day: str = ""
    where: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def flagged(self) -> str:
        return " ".join(flag for flag in Flag if flag in self.flags)

    @property
    def let_in(self) -> bool:
        """Whether they went through: by the verdict, or because a phone without a signal let them (`queries.LET_IN`)."""
        was_told = self.seen.offline and self.seen.told == Verdict.ACCEPTED
        return self.verdict is Verdict.ACCEPTED or (was_told and self.verdict is Verdict.REPEATED)

    @property
    def said(self) -> Said:
        return Said(self.seen.nonce, self.verdict, self.room, self.seen.direction, self.flagged, self.detail, self.at)


def record_scans(
    db: Session, device: DeviceView, event: DoorEvent, seen: Sequence[SeenScan], *, now: datetime, hours: bool = True
) -> list[Answer]:
    """Judge and keep what a device saw for one of its events; answers in the order given. A refusal is an answer, not an error.

    `hours` False: a paper list, whose moments are believed and whose hours are not asked.
    """
    once: dict[str, SeenScan] = {}
    for one in seen:
        once.setdefault(one.nonce, one)
    hashes = {nonce: tokens.digest(run) for nonce, one in once.items() if len(run := tokens.longest_run(one.code)) == tokens.TICKET_LENGTH}
    names = [one.registration for one in once.values() if one.registration]
    found = queries.look_up(db, device.id, event.id, nonces=list(once), tickets=hashes.values(), names=names)
    fresh = [one for one in once.values() if one.nonce not in found.nonces]
    whose = queries.by_ids(db, sorted({*found.tickets.values(), *found.names.values()})) if fresh else {}
    rooms = {key: _room(event, key) for key in {one.room for one in fresh}}
    cases = []
    for one in fresh:
        read = hashes.get(one.nonce, "")
        number = found.names.get(one.registration) if one.registration else found.tickets.get(read)
        attendee = whose.get(number) if number is not None else None
        # A code whose hash we keep is ours: only of the others the signature is looked at, which costs more than all the rest.
        ticket = (read, attendee.event_id) if attendee is not None and read else _ticket(one.code)
        cases.append(_case(one, rooms[one.room], event, attendee, ticket, now, hours=hours))
    _judge_all(db, device, event, cases, now, hours=hours)
    answers = _keep(db, device, event, cases, now)
    missing = [nonce for nonce in once if nonce not in answers]
    if missing:
        earlier = queries.earlier(db, device.id, missing)
        answers |= again(db, device, event, earlier.values(), now)
        if facts := [_fact(once[nonce]) for nonce, scan in earlier.items() if _let_in_since(once[nonce], scan)]:
            record_scans(db, device, event, facts, now=now)
    return [answers[one.nonce] for one in seen]


def _let_in_since(one: SeenScan, scan: Scan) -> bool:
    """Whether a phone let somebody in by itself because it never heard that the door refused: they did enter."""
    refused = Verdict(scan.verdict) in rules.FORCIBLE and not scan.offline
    return refused and one.offline and one.told == Verdict.ACCEPTED


def _fact(one: SeenScan) -> SeenScan:
    """That entry, as a reading of its own: under a name that no phone can give, so that it is written down once."""
    return replace(one, nonce=f"{one.nonce} hecho")


def _ticket(code: str) -> tuple[str, int] | None:
    """(hash, event) of a code that we signed."""
    try:
        return tokens.digest(tokens.longest_run(code)), tokens.read_ticket(code).event_id
    except tokens.BadToken:
        return None


def _room(event: DoorEvent, key: str) -> tuple[str, Rule]:
    """The key and the rule of the room where a reading is judged."""
    room = event.room(key)
    return room.key, Rule.of(room.rule)


def _case(
    one: SeenScan,
    room: tuple[str, Rule],
    event: DoorEvent,
    attendee: Attendee | None,
    ticket: tuple[str, int] | None,
    now: datetime,
    *,
    hours: bool,
) -> _Case:
    scanned_at = one.scanned_at or now
    flags = [*one.flags, *rules.clock_flag(scanned_at, now, offline=one.offline, on_paper=not hours)]
    dated = (one.offline or not hours) and Flag.CLOCK not in flags
    if attendee is None:
        # Signed by us for this event, and nobody's any longer; of another event, its name says whether it is one of ours.
        shown = Presented(ticket is not None, ticket[1] if ticket else None, revoked=True)
    else:
        revoked = ticket is not None and not one.registration and attendee.ticket_hash != ticket[0]
        shown = Presented(True, attendee.event_id, "", "", attendee.registration_id, attendee.state, revoked)
    mine = attendee if attendee is not None and attendee.event_id == event.id else None
    case = _Case(one, *room, scanned_at, dated, flags, shown, mine, now)
    if one.refused:
        case.detail |= {"refused": one.refused, "walk_in": one.kept}
    if one.by is not None:
        case.detail["by"] = one.by
    return case


# --- judging, in order of moment --------------------------------------------------------------------------------------------------


def _judge_all(db: Session, device: DeviceView, event: DoorEvent, cases: Sequence[_Case], now: datetime, *, hours: bool) -> None:
    moved: dict[tuple[int, str], list[Moved]] = {}
    for case in cases:
        case.at = min(case.scanned_at, now) if case.dated else now
        if case.attendee is not None:
            mine = (case.attendee.registration_id, case.room)
            moved.setdefault(mine, [one for one in case.attendee.moved if one.room == case.room])
    asks = {key for case in cases for key in case.rule.asks}
    sheet = sheet_for(db, event.id, asks, (number for number, _room in moved))
    for case in sorted(cases, key=lambda each: (each.at, each.scanned_at)):
        past = moved[case.attendee.registration_id, case.room] if case.attendee is not None else []
        _judge(db, device, event, case, past, sheet, now, hours=hours)
        if case.let_in:
            past.append(Moved(case.room, case.seen.direction, case.at, case.day, device.id, case.seen.nonce, device.name))
            past.sort(key=lambda each: each.at)
    _name_other_events(db, cases)


def _judge(
    db: Session, device: DeviceView, event: DoorEvent, case: _Case, past: list[Moved], sheet: DoorSheet, now: datetime, *, hours: bool
) -> None:
    movements = [Movement(one.direction, one.at, one.day, one.where) for one in past]
    case.at = rules.moment_of(case.scanned_at, now, movements, dated=case.dated)
    case.day = rules.counts_on(event.days, case.at, case.rule) if case.attendee is not None else ""
    if Flag.CLOCK in case.flags:
        case.detail["clock"] = case.scanned_at.isoformat()
    if case.attendee is None:
        ruling = rules.judge(case.shown, event, case.rule, (), case.at)
    else:
        ruling = _rule(db, device, event, case, case.attendee, movements, sheet, now, hours=hours)
    case.verdict = ruling.verdict
    if ruling.first is not None:
        first = past[movements.index(ruling.first)]
        case.where = first.where
        case.detail |= {"first_at": first.at.isoformat(), "first_device": first.device_id}


def _rule(
    db: Session,
    device: DeviceView,
    event: DoorEvent,
    case: _Case,
    attendee: Attendee,
    movements: list[Movement],
    sheet: DoorSheet,
    now: datetime,
    *,
    hours: bool,
) -> Ruling:
    """The ruling on somebody of this event, after keeping what they answered at the door."""
    lacks = sheet.lacks(attendee.registration_id, case.rule.asks)
    given = sheet.given(case.rule.asks, case.seen.answers, now=now)
    told = {each.question.key for each in given}
    ruling, flags = _ruling(event, case, movements, tuple(key for key in lacks if key not in told), hours=hours)
    if given and ruling.verdict is Verdict.ACCEPTED:
        full = sheet.keep(db, attendee, given, by=Actor(f"device:{device.id}"), now=now)
        if full or (lacks := sheet.lacks(attendee.registration_id, case.rule.asks)):  # one answer may bring another question
            ruling, flags = _ruling(event, case, movements, (*lacks, *(key for key in full if key not in lacks)), hours=hours)
    case.flags += flags
    if ruling.verdict is Verdict.NEEDS_ANSWER:
        case.detail["questions"] = [key for key in lacks if key not in told] or list(lacks)
    return ruling


def _ruling(event: DoorEvent, case: _Case, movements: list[Movement], lacks: tuple[str, ...], *, hours: bool) -> tuple[Ruling, list[Flag]]:
    shown, direction = rules.lacking(case.shown, lacks), case.seen.direction
    if not (case.seen.offline and hours):
        return rules.judge(shown, event, case.rule, movements, case.at, direction=direction, hours=hours), []
    ruling, flags = rules.as_happened(shown, event, case.rule, movements, case.at, told=case.seen.told, direction=direction)
    if Flag.FORCED in flags:
        case.detail["online"] = rules.judge(shown, event, case.rule, movements, case.at, direction=direction).verdict.value
    return ruling, flags


def _name_other_events(db: Session, cases: Sequence[_Case]) -> None:
    """Say of which event a code is; one of an event that is none of ours is unknown."""
    others = [case for case in cases if case.verdict is Verdict.OTHER_EVENT]
    if not others:
        return
    names = queries.event_names(db, {case.shown.event_id for case in others if case.shown.event_id is not None})
    for case in others:
        if case.shown.event_id in names:
            case.detail["event"], case.detail["when"] = names[case.shown.event_id]
        else:
            case.verdict = Verdict.UNKNOWN


# --- writing down -----------------------------------------------------------------------------------------------------------------


def _keep(db: Session, device: DeviceView, event: DoorEvent, cases: Sequence[_Case], now: datetime) -> dict[str, Answer]:
    """Write the readings down, and the first entries among them; gives the answers to those that nobody wrote down meanwhile."""
    if not cases:
        return {}
    ordered = sorted(cases, key=lambda each: (each.at, each.scanned_at))
    written = set(db.execute(_writing(db), [_row(device, event, case, now) for case in ordered]).scalars())
    mine = [case for case in ordered if case.seen.nonce in written]
    entries = _first_entries(device, mine)
    if entries:
        db.execute(_entering(db), entries)
    return {case.seen.nonce: case.said.answer(event, case.attendee, where=case.where, rule=case.rule) for case in mine}


def _first_entries(device: DeviceView, cases: Sequence[_Case]) -> list[dict[str, Any]]:
    """The acceptances that these readings change: of each registration, day and room the entry that is now the first."""
    first: dict[tuple[int, str, str], tuple[datetime, str]] = {}
    for case in cases:
        if case.let_in and case.seen.direction == "in" and case.attendee is not None:
            stood = [one.at for one in case.attendee.entered if (one.day, one.room) == (case.day, case.room)]
            key = (case.attendee.registration_id, case.day, case.room)
            earliest = min([*stood, *([first[key][0]] if key in first else [])], default=None)
            if earliest is None or case.at < earliest:
                first[key] = (case.at, case.seen.nonce)
    return [
        {"registration_id": number, "day": day, "room": room, "device_id": device.id, "nonce": nonce, "accepted_at": at}
        for (number, day, room), (at, nonce) in sorted(first.items())
    ]


def _row(device: DeviceView, event: DoorEvent, case: _Case, now: datetime) -> dict[str, Any]:
    seen = case.seen
    return {
        "device_id": device.id,
        "nonce": seen.nonce,
        "event_id": event.id,
        "registration_id": case.shown.registration_id,
        "code_hash": tokens.digest(seen.code) if seen.code else "",
        "room": case.room,
        "day": case.day,
        "direction": seen.direction,
        "verdict": case.verdict.value,
        "detail": case.detail,
        "manual": bool(seen.registration) and not seen.phone_key,
        "reason": seen.reason,
        "offline": seen.offline,
        "told": seen.told if seen.offline else "",
        "phone_key": seen.phone_key,
        "flagged": case.flagged,
        "scanned_at": case.at,
        "received_at": now,
    }


@per_dialect
def _writing(insert: Any) -> Any:
    return insert(Scan.__table__).on_conflict_do_nothing(index_elements=["device_id", "nonce"]).returning(Scan.__table__.c.nonce)


@per_dialect
def _entering(insert: Any) -> Any:
    row = insert(Acceptance.__table__)
    newer = {name: row.excluded[name] for name in ("device_id", "nonce", "accepted_at")}
    return row.on_conflict_do_update(index_elements=["registration_id", "day", "room"], set_=newer)
