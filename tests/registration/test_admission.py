"""How an event admits people, as the service decides it: requests, offers, groups, late comers, letting in; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.attendance.queries import count as headcount
from eventos.cycles.models import Event, SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, VISITOR, Actor
from eventos.kernel.errors import InvalidInput
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import RegistrationState, Source
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.rules import (
    CannotDecide,
    ChangeRegistration,
    OfferGone,
    Policy,
    RegistrationClosed,
    Workplace,
)
from eventos.registration.service.policy import save_policy
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration, register_command

pytestmark = pytest.mark.both_databases
START = datetime(2030, 7, 25, 13, 0, tzinfo=UTC)
DURING, AFTER = START + timedelta(minutes=30), START + timedelta(hours=3)


def an_event(db: Session, policy: Policy, **changes: Any) -> Event:
    event = a_published_event(db, **changes)
    save_policy(db, event.id, policy, by=SYSTEM, now=clock.now())
    return event


def states(db: Session, event: Event) -> list[str]:
    db.expire_all()
    return list(db.execute(select(Registration.state).where(Registration.event_id == event.id).order_by(Registration.id)).scalars())


def taken(db: Session, event: Event) -> int:
    return int(db.execute(select(SeatPool.taken).where(SeatPool.event_id == event.id)).scalar_one())


def told(db: Session, name: str = "registration.confirm") -> list[tuple[int, str]]:
    found = db.execute(select(Job.args).where(Job.name == name).order_by(Job.id)).scalars()
    return [(args["registration_id"], args["why"]) for args in found]


# --- moderation ------------------------------------------------------------------------------------------------------------------


def test_a_request_takes_no_seat_until_it_is_approved(db: Session) -> None:
    event = an_event(db, Policy(moderated=True), capacity_virtual=1)
    one, other = (a_registration(db, event, source=Source.FORM) for _ in range(2))
    assert (states(db, event), taken(db, event)) == (["pending", "pending"], 0)
    assert service.approve(db, one, by=Actor.staff(1, ""), now=clock.now()) is RegistrationState.ACTIVE
    assert service.approve(db, other, by=Actor.staff(1, ""), now=clock.now()) is RegistrationState.WAITLISTED
    assert (states(db, event), taken(db, event)) == (["active", "waitlisted"], 1)
    with pytest.raises(CannotDecide):
        service.approve(db, one, by=SYSTEM, now=clock.now())


def test_whom_the_office_writes_down_needs_no_approval(db: Session) -> None:
    event = an_event(db, Policy(moderated=True))
    for source in (Source.STAFF, Source.WALK_IN):
        a_registration(db, event, source=source)
    assert states(db, event) == ["active", "active"]


def test_a_rejection_needs_a_reason_and_asking_again_does_not_undo_it(db: Session) -> None:
    event = an_event(db, Policy(moderated=True))
    one = a_registration(db, event, source=Source.FORM, document_number="12345678")
    with pytest.raises(InvalidInput):
        service.reject(db, one, "no", by=SYSTEM, now=clock.now())
    service.reject(db, one, "Es solo para enlaces.", by=SYSTEM, now=clock.now())
    a_registration(db, event, source=Source.FORM, document_number="12345678")
    assert states(db, event) == ["rejected"]
    assert not service.come_back(db, one, by=SYSTEM, now=clock.now())


def _change(db: Session, one: Registration, *, by: Actor) -> None:
    person = service.person_of(db, one)
    command = ChangeRegistration(person.given_names, person.family_names, person.phone, Workplace("Otra entidad", divipola="17614"))
    service.change(db, one, command, by=by, now=clock.now())


def test_what_a_moderated_person_changes_returns_to_pending_and_what_the_manager_changes_does_not(db: Session) -> None:
    event = an_event(db, Policy(moderated=True), capacity_virtual=1)
    one, waiting = a_registration(db, event), a_registration(db, event)
    _change(db, one, by=Actor.staff(1, ""))
    assert states(db, event) == ["active", "waitlisted"]
    _change(db, waiting, by=Actor.staff(1, ""))
    one.entity_name = "La de antes"
    _change(db, one, by=Actor.person(one.person_id))
    assert (states(db, event), taken(db, event)) == (["pending", "active"], 1)
    assert told(db, "registration.cancelled") == [(one.id, "review")]


def test_where_nobody_moderates_a_change_stays_what_it_is(db: Session) -> None:
    event = a_published_event(db)
    one = a_registration(db, event)
    _change(db, one, by=Actor.person(one.person_id))
    assert states(db, event) == ["active"]


# --- offers ----------------------------------------------------------------------------------------------------------------------


def test_a_freed_seat_is_offered_to_who_waits_longest_and_counts_nobody_until_they_accept(db: Session) -> None:
    event = an_event(db, Policy(offer_hours=24), capacity_virtual=1)
    one, second, _third = (a_registration(db, event) for _ in range(3))
    now = clock.now()
    service.cancel(db, one, by=SYSTEM, now=now)
    assert (states(db, event), taken(db, event)) == (["cancelled", "offered", "waitlisted"], 1)
    assert headcount(db, event.id).registered == 0
    assert second.expires_at == now + timedelta(hours=24)
    assert service.accept_offer(db, second, by=SYSTEM, now=now)
    assert not service.accept_offer(db, second, by=SYSTEM, now=now)
    assert (states(db, event), headcount(db, event.id).registered) == (["cancelled", "active", "waitlisted"], 1)


def test_an_offer_that_is_declined_or_expires_goes_to_the_next(db: Session) -> None:
    event = an_event(db, Policy(offer_hours=2), capacity_virtual=1)
    people = [a_registration(db, event) for _ in range(4)]
    now = clock.now()
    service.cancel(db, people[0], by=SYSTEM, now=now)
    service.cancel(db, people[1], by=Actor.person(people[1].person_id), now=now)
    assert states(db, event) == ["cancelled", "cancelled", "offered", "waitlisted"]
    assert not service.expire(db, event.id, now=now + timedelta(minutes=119))
    assert service.expire(db, event.id, now=now + timedelta(hours=2))
    assert not service.expire(db, event.id, now=now + timedelta(hours=2))
    assert (states(db, event), taken(db, event)) == (["cancelled", "cancelled", "cancelled", "offered"], 1)
    with pytest.raises(OfferGone):
        service.accept_offer(db, people[2], by=SYSTEM, now=now)
    with pytest.raises(OfferGone):
        service.accept_offer(db, people[3], by=SYSTEM, now=now + timedelta(hours=5))
    assert [why for _id, why in told(db, "registration.cancelled")] == ["person", "declined", "expired"]


def test_no_offer_lives_past_the_start_and_then_nobody_moves_up(db: Session) -> None:
    event = an_event(db, Policy(offer_hours=48), capacity_virtual=1)
    one, second, _third = (a_registration(db, event) for _ in range(3))
    service.cancel(db, one, by=SYSTEM, now=START - timedelta(hours=1))
    assert second.expires_at == START
    due = db.execute(select(Job.due_at).where(Job.name == "registration.expire")).scalars().all()
    assert due == [START]
    assert service.expire(db, event.id, now=START)
    assert (states(db, event), taken(db, event)) == (["cancelled", "cancelled", "waitlisted"], 0)


def test_places_in_the_line_are_by_hour_then_by_number_whoever_left_uses_none(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    now = clock.now()
    holder, late, early, left = (a_registration(db, event, now=now) for _ in range(4))
    late.waitlisted_at = now + timedelta(seconds=1)
    db.flush()
    service.cancel(db, early, by=SYSTEM, now=now)
    service.come_back(db, early, by=SYSTEM, now=now + timedelta(seconds=2))
    service.cancel(db, left, by=SYSTEM, now=now)
    assert taken(db, event) == 1
    service.cancel(db, holder, by=SYSTEM, now=now)
    assert states(db, event) == ["cancelled", "active", "waitlisted", "cancelled"]


# --- letting in, late --------------------------------------------------------------------------------------------------------------


def test_the_organiser_lets_in_beyond_the_capacity_and_out_of_order_with_a_reason(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    _holder, _first, last = (a_registration(db, event) for _ in range(3))
    with pytest.raises(InvalidInput):
        service.let_in(db, last, "", by=SYSTEM, now=DURING)
    service.let_in(db, last, "Viene a exponer su caso.", by=Actor.staff(7, ""), now=DURING)
    assert (states(db, event), taken(db, event)) == (["active", "waitlisted", "active"], 2)
    assert (last.decided_by, last.decision_reason) == ("staff:7", "Viene a exponer su caso.")
    service.cancel(db, last, by=SYSTEM, now=START - timedelta(hours=1))
    assert (states(db, event), taken(db, event)) == (["active", "waitlisted", "cancelled"], 1)


def test_late_comers_register_until_the_end_where_the_event_says_so(db: Session) -> None:
    plain, late = a_published_event(db), an_event(db, Policy(admits_late=True))
    for event, now, is_in in ((plain, DURING, False), (late, DURING, True), (late, AFTER, False)):
        if is_in:
            assert a_registration(db, event, source=Source.FORM, now=now).state == "active"
        else:
            with pytest.raises(RegistrationClosed):
                a_registration(db, event, source=Source.FORM, now=now)


def test_an_hour_to_close_rules_over_late_admission(db: Session) -> None:
    event = an_event(db, Policy(admits_late=True), registration_closes_at=START - timedelta(hours=1))
    with pytest.raises(RegistrationClosed):
        a_registration(db, event, source=Source.FORM, now=DURING)


def test_a_private_event_is_registered_for_by_invitation_alone(db: Session) -> None:
    event = an_event(db, Policy(is_private=True))
    command = register_command(event.slug)
    with pytest.raises(InvalidInput):
        service.register(db, command, now=clock.now(), by=VISITOR, address="192.0.2.1")
    (outcome,) = service.register(db, command, now=clock.now(), by=VISITOR, address="192.0.2.1", invited_to=event.id)
    assert outcome.state is RegistrationState.ACTIVE
