"""One thing done to many: each on its own terms, and put back only where it is still as it was left."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Modality, RegistrationState
from eventos.people import merging
from eventos.people.models import Person
from eventos.registration import service
from eventos.registration.models import AdmissionPolicy, BulkAction, BulkRow, Registration
from eventos.registration.service import bulk, bulk_undo
from eventos.registration.service.bulk import Action, Ask
from eventos.registration.service.merging import merge_people, unmerge_people
from eventos.registration.service.promote import let_go
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

pytestmark = pytest.mark.both_databases
OFFICE = Actor.staff(1, "Marina Ficticia")


def do(db: Session, registrations: list[Registration], ask: Ask) -> BulkAction:
    now = clock.now()
    row = bulk.begin(db, registrations[0].event_id, ask, [one.id for one in registrations], by=OFFICE, now=now)
    while bulk_undo.go_on(db, row.id, now=now):
        pass
    return row


def undo(db: Session, row: BulkAction, *, later: timedelta = timedelta()) -> list[tuple[int, str]]:
    """Undo it whole; gives what stays, with why."""
    now = clock.now() + later
    bulk_undo.undo(db, row, by=OFFICE, now=now)
    while bulk_undo.go_on(db, row.id, now=now):
        pass
    return in_state(db, row, "left")


def in_state(db: Session, row: BulkAction, state: str) -> list[tuple[int, str]]:
    asked = select(BulkRow.registration_id, BulkRow.why).where(BulkRow.bulk_id == row.id, BulkRow.state == state)
    return [(one, why) for one, why in db.execute(asked.order_by(BulkRow.id)).all()]


def states(db: Session, *registrations: Registration) -> list[str]:
    for one in registrations:
        db.refresh(one)
    return [one.state for one in registrations]


def taken(db: Session, event_id: int) -> int:
    return sum(db.execute(select(SeatPool.taken).where(SeatPool.event_id == event_id)).scalars())


def test_cancelled_together_and_put_back_together(db: Session) -> None:
    event = a_published_event(db)
    one, other = a_registration(db, event), a_registration(db, event)
    row = do(db, [one, other], Ask(Action.CANCEL, "Se retiró la alcaldía entera."))
    assert states(db, one, other) == ["cancelled", "cancelled"]
    assert taken(db, event.id) == 0
    assert undo(db, row) == []
    assert states(db, one, other) == ["active", "active"]
    assert (taken(db, event.id), one.cancelled_at) == (2, None)
    with pytest.raises(bulk_undo.CannotUndo):
        undo(db, row)


def test_what_changed_since_stays_and_is_named(db: Session) -> None:
    event = a_published_event(db)
    one, other = a_registration(db, event), a_registration(db, event)
    row = do(db, [one, other], Ask(Action.CANCEL, "Se retiró la alcaldía entera."))
    service.come_back(db, one, by=SYSTEM, now=clock.now())
    left = undo(db, row)
    assert [each for each, _why in left] == [one.id]
    assert "Cambió después" in left[0][1]
    assert states(db, one, other) == ["active", "active"]


def test_a_seat_that_went_to_somebody_else_is_not_taken_from_them(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    holder, waits = a_registration(db, event), a_registration(db, event)
    row = do(db, [holder], Ask(Action.CANCEL, "Lo pidió por teléfono."))
    assert states(db, holder, waits) == ["cancelled", "active"]
    left = undo(db, row)
    assert "no queda otro" in left[0][1]
    assert states(db, holder, waits) == ["cancelled", "active"]
    assert taken(db, event.id) == 1


def test_after_a_day_it_is_too_late_to_undo(db: Session) -> None:
    row = do(db, [a_registration(db, a_published_event(db))], Ask(Action.CANCEL, "Lo pidió por teléfono."))
    with pytest.raises(bulk_undo.CannotUndo):
        undo(db, row, later=timedelta(hours=24, seconds=1))
    assert bulk_undo.undo(db, row, by=OFFICE, now=row.done_at + timedelta(hours=24)) == 1


def test_requests_are_approved_together_and_go_back_to_wait_for_a_decision(db: Session) -> None:
    event = a_published_event(db)
    db.add(AdmissionPolicy(event_id=event.id, moderated=True, updated_at=clock.now()))
    one, other, accepted = (a_registration(db, event) for _ in range(3))
    for asked in (one, other):
        _as_request(db, asked)
    row = do(db, [one, other, accepted], Ask(Action.APPROVE))
    assert states(db, one, other, accepted) == ["active"] * 3
    assert [each for each, _why in in_state(db, row, "skipped")] == [accepted.id]
    assert undo(db, row) == []
    assert states(db, one, other, accepted) == ["pending", "pending", "active"]
    assert taken(db, event.id) == 1
    rejected = do(db, [one, other], Ask(Action.REJECT, "No es servidora pública."))
    assert states(db, one, other) == ["rejected", "rejected"]
    undo(db, rejected)
    assert states(db, one, other) == ["pending", "pending"]
    assert one.decision_reason == ""


def _as_request(db: Session, registration: Registration) -> None:
    let_go(db, registration, clock.now(), to=RegistrationState.PENDING)


def test_the_modality_changes_where_there_are_seats_and_goes_back(db: Session) -> None:
    event = a_published_event(db, modality=Modality.HYBRID, venue_name="Teatro Demo", capacity_virtual=None, capacity_onsite=1)
    one, other = (a_registration(db, event, modality="virtual") for _ in range(2))
    row = do(db, [one, other], Ask(Action.MODALITY, modality="presencial"))
    assert (one.modality, other.modality) == ("presencial", "virtual")
    assert [each for each, _why in in_state(db, row, "skipped")] == [other.id]
    assert undo(db, row) == []
    assert states(db, one, other) == ["active", "active"]
    assert one.modality == "virtual"


def test_a_mail_sent_again_cannot_be_unsent(db: Session) -> None:
    registration = a_registration(db, a_published_event(db))
    before = set(db.execute(select(Job.id)).scalars())
    row = do(db, [registration], Ask(Action.RESEND))
    assert set(db.execute(select(Job.id)).scalars()) >= before
    with pytest.raises(bulk_undo.CannotUndo):
        undo(db, row)


def test_another_events_registration_is_never_touched(db: Session) -> None:
    event, foreign = a_published_event(db), a_published_event(db, number=9)
    mine, theirs = a_registration(db, event), a_registration(db, foreign)
    row = bulk.begin(db, event.id, Ask(Action.CANCEL, "Se retiraron todas."), [mine.id, theirs.id], by=OFFICE, now=clock.now())
    assert not bulk.step(db, row.id, now=clock.now())
    assert states(db, mine, theirs) == ["cancelled", "active"]


def test_an_action_that_was_interrupted_goes_on_where_it_was_left(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=None)
    people = [a_registration(db, event) for _ in range(bulk.STEP + 2)]
    ask, now = Ask(Action.CANCEL, "Se retiró la alcaldía entera."), clock.now()
    row = bulk.begin(db, event.id, ask, [one.id for one in people], by=OFFICE, now=now)
    assert bulk.step(db, row.id, now=now)
    assert states(db, *people) == ["cancelled"] * bulk.STEP + ["active"] * 2
    assert not bulk_undo.go_on(db, row.id, now=now)
    assert states(db, *people) == ["cancelled"] * len(people)
    assert not bulk_undo.go_on(db, row.id, now=now)
    assert {one.sequence for one in people} == {1}, "each once"


def test_undoing_stops_what_is_under_way(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=None)
    people = [a_registration(db, event) for _ in range(bulk.STEP + 2)]
    row = bulk.begin(db, event.id, Ask(Action.CANCEL, "Se retiraron."), [one.id for one in people], by=OFFICE, now=clock.now())
    bulk.step(db, row.id, now=clock.now())
    assert undo(db, row) == []
    assert not bulk.step(db, row.id, now=clock.now()), "nor does a worker that comes late go on"
    assert states(db, *people) == ["active"] * len(people)
    assert in_state(db, row, "skipped") == [(one.id, bulk_undo.STOPPED) for one in people[-2:]]


def test_many_are_the_workers_at_once_and_few_only_when_the_request_died(db: Session) -> None:
    event = a_published_event(db)
    one, now = a_registration(db, event), clock.now()
    few = bulk.begin(db, event.id, Ask(Action.RESEND), [one.id], by=OFFICE, now=now)
    many = bulk.begin(db, event.id, Ask(Action.RESEND), [one.id] * (bulk.AT_ONCE + 1), by=OFFICE, now=now)
    due = {job.args["bulk_id"]: job.due_at for job in db.execute(select(Job).where(Job.name == "registration.bulk")).scalars()}
    assert due[few.id] == now + bulk.GRACE
    assert due[many.id] < now + bulk.GRACE


def test_what_needs_a_reason_is_refused_without_one() -> None:
    for ask in (Action.CANCEL, Action.REJECT):
        with pytest.raises(InvalidInput):
            Ask(ask)
    with pytest.raises(InvalidInput):
        Ask(Action.MODALITY, modality="hibrida")
    assert Ask(Action.APPROVE).reason == ""


def test_merging_sets_the_other_registration_aside_and_undoing_brings_it_back(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=2)
    kept, gone, waits = (a_registration(db, event) for _ in range(3))
    now = clock.now()
    done = merge_people(db, kept.person_id, gone.person_id, set_aside=[(gone.id, kept.id)], by=OFFICE, now=now)
    assert states(db, kept, gone, waits) == ["active", "cancelled", "active"]
    assert db.get_one(Person, gone.person_id).merged_into_id == kept.person_id
    service.cancel(db, waits, by=SYSTEM, now=now)
    assert unmerge_people(db, done, by=OFFICE, now=now) == []
    assert states(db, kept, gone) == ["active", "active"]
    assert db.get_one(Person, gone.person_id).merged_into_id is None
    with pytest.raises(bulk_undo.CannotUndo):
        unmerge_people(db, done, by=OFFICE, now=now)


def test_a_merge_touches_only_registrations_of_its_two_people(db: Session) -> None:
    event = a_published_event(db)
    kept, gone, stranger = (a_registration(db, event) for _ in range(3))
    with pytest.raises(RuleViolation, match="cambiaron"):
        merge_people(db, kept.person_id, gone.person_id, set_aside=[(stranger.id, kept.id)], by=OFFICE, now=clock.now())
    assert states(db, stranger) == ["active"]
    assert merging.same_people(db, stranger.person_id) == [stranger.person_id]
