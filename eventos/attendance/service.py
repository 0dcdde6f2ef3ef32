"""Write down what the office decided about who came, and close the acta: each with its author, moment and reason, none ever erased."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from eventos.attendance import acta, rules
from eventos.attendance.acta import Part
from eventos.attendance.models import AttendanceDecision, AttendancePart, Roster, RosterEntry
from eventos.attendance.queries import closed, marks_by_hand
from eventos.attendance.rules import CloseRoster, Decide
from eventos.cycles.models import Event, EventDay
from eventos.kernel import audit, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import CountKind, EventState, RegistrationState
from eventos.registration.models import Registration


def decide(db: Session, event_id: int, command: Decide, *, by: Actor, now: datetime) -> int:
    """Decide about the registrations named by their public ids, all or none; gives how many.

    Raises InvalidInput without people or reason, NotFound when one is not of this event, CannotAttend for a cancelled one.
    """
    rules.check(command)
    wanted = set(command.registrations)
    found = db.execute(
        select(Registration.id, Registration.state).where(Registration.event_id == event_id, Registration.public_id.in_(wanted))
    ).all()
    if len(found) != len(wanted):
        raise NotFound("Una de las personas elegidas no está inscrita en este evento.")
    for _, state in found:
        rules.admit(RegistrationState(state), attended=command.attended)
    decision = {"attended": command.attended, "reason": command.reason, "decided_by": by.staff_id, "decided_at": now}
    db.execute(insert(AttendanceDecision), [{"registration_id": number, **decision} for number, _ in found])
    numbers = sorted(number for number, _ in found)
    audit.record(db, by, "attendance.decide", "event", event_id, attended=command.attended, registrations=numbers)
    return len(numbers)


def assign_part(db: Session, event_id: int, public_id: str, part: Part, *, by: Actor, now: datetime) -> None:
    """Say what part somebody took: speakers and organisers are not counted as asistentes. Raises NotFound."""
    number = db.execute(
        select(Registration.id).where(Registration.event_id == event_id, Registration.public_id == public_id)
    ).scalar_one_or_none()
    if number is None:
        raise NotFound("No encontramos esa inscripción en este evento.")
    db.add(AttendancePart(registration_id=number, part=part.value, decided_by=by.staff_id, decided_at=now))
    audit.record(db, by, "attendance.assign_part", "registration", number, part=part.value)


def close_roster(db: Session, event_id: int, command: CloseRoster, *, by: Actor, now: datetime) -> Roster:
    """Freeze the list as the next version of the acta. Announces "roster.closed".

    Raises ClosedMeanwhile, CannotClose, NothingToCorrect, InvalidInput (a correction needs its reason).
    """
    # One closing at a time for each event: the second sees what the first did.
    event = db.execute(select(Event.state, Event.count_kind, Event.presence_rule).where(Event.id == event_id).with_for_update()).one()
    starts_at = db.execute(select(func.min(EventDay.starts_at)).where(EventDay.event_id == event_id)).scalar_one()
    rules.admit_closing(EventState(event.state), CountKind(event.count_kind), starts_at, now)
    before = closed.latest(db, event_id)
    rules.check_closing(command, latest=before.version if before else 0)
    entries = closed.entries_now(db, event_id, command.others)
    digest = acta.list_hash(entries)
    rule = {**event.presence_rule, "others": command.others.value}
    if before and before.list_hash == digest and before.rule == rule:
        raise rules.NothingToCorrect
    moved = acta.compare(closed.entries_of(db, before.id), entries) if before else acta.Difference((), (), ())
    roster = Roster(
        event_id=event_id,
        version=command.version + 1,
        rule=rule,
        attendees=sum(1 for entry in entries if entry.part == Part.ATTENDEE),
        added=len(moved.added),
        removed=len(moved.removed),
        reason=command.reason,
        list_hash=digest,
        closed_by=by.staff_id,
        closed_by_name=by.name or by.ref,
        closed_at=now,
    )
    db.add(roster)
    db.flush()
    rows = closed.would_close(event_id, command.others, roster_id=roster.id)
    db.execute(insert(RosterEntry).from_select(["roster_id", *closed.ENTRY], rows))
    # A scan or decision may have come in between the two looks (PostgreSQL): what is signed is what is kept.
    if acta.list_hash(closed.entries_of(db, roster.id)) != digest:
        raise rules.ClosedMeanwhile
    marked = {f"{each.device or 'oficina'}: {each.by}": len(each.marks) for each in marks_by_hand(db, event_id)}
    audit.record(
        db, by, "attendance.close", "event", event_id, version=roster.version, attendees=roster.attendees, hash=digest, by_hand=marked
    )
    outbox.announce(db, "roster.closed", event_id=event_id, roster_id=roster.id)
    return roster


def record_export(
    db: Session, event_id: int, *, kind: str, filters: dict[str, str], rows: int, private: bool, reason: str, by: Actor
) -> None:
    """Write down that a list left the product: who, when, which part of it, with documents and phones or without, and why."""
    # What was typed in the search field may be somebody's name: the audit keeps only that there was a search.
    told = {name: value if name != "texto" else "…" for name, value in filters.items()}
    audit.record(db, by, "attendance.export", "event", event_id, format=kind, filters=told, rows=rows, private=private, reason=reason)
