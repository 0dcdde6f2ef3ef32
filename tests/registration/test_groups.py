"""Groups: one colleague writes several down, each says yes by their own mail; on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.attendance.queries import count as headcount
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, VISITOR
from eventos.kernel.errors import InvalidInput, TooManyRequests
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Source
from eventos.people.models import Consent
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.rules import (
    NeedsConsent,
    Policy,
    RegisterGroup,
)
from eventos.registration.service import group
from eventos.registration.service.allowance import PER_ADDRESS
from tests.registration.factories import a_registration, an_identity, register_command
from tests.registration.test_admission import START, an_event, states, taken, told

pytestmark = pytest.mark.both_databases


def write_group(db: Session, event: Event, count: int, **changes: Any) -> RegisterGroup:
    members = changes.pop("members", tuple(an_identity() for _ in range(count)))
    command = RegisterGroup(register_command(event.slug), members, **changes)
    service.register_group(db, command, now=clock.now(), by=VISITOR, address="192.0.2.1")
    return command


def of_group(db: Session, event: Event) -> list[Registration]:
    which = (Registration.event_id == event.id, Registration.group_id.is_not(None))
    return list(db.execute(select(Registration).where(*which).order_by(Registration.id)).scalars())


def test_a_group_member_holds_a_seat_but_is_not_counted_before_consenting(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5), capacity_virtual=3)
    write_group(db, event, 3)
    assert (states(db, event), taken(db, event)) == (["active", "unconfirmed", "unconfirmed", "waitlisted"], 3)
    assert headcount(db, event.id).registered == 1
    assert db.execute(select(func.count()).select_from(Consent)).scalar_one() == 1
    one, other, waits = of_group(db, event)
    assert service.consent(db, one, _a_consent(db, one), by=SYSTEM, now=clock.now())
    assert service.consent(db, waits, _a_consent(db, waits), by=SYSTEM, now=clock.now())
    assert states(db, event) == ["active", "active", "unconfirmed", "waitlisted"]
    assert other.expires_at is not None
    assert service.expire(db, event.id, now=other.expires_at)
    assert (states(db, event), headcount(db, event.id).registered) == (["active", "active", "cancelled", "active"], 3)


def _a_consent(db: Session, registration: Registration) -> int:
    row = Consent(
        person_id=registration.person_id,
        text_hash=db.execute(select(Consent.text_hash)).scalars().first(),
        purposes=["event"],
        given_at=clock.now(),
        channel="form",
    )
    db.add(row)
    db.flush()
    return row.id


def test_who_moves_up_without_having_consented_is_asked_first(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5), capacity_virtual=1)
    write_group(db, event, 1)
    assert states(db, event) == ["active", "waitlisted"]
    (leader,) = db.execute(select(Registration).where(Registration.group_id.is_(None))).scalars()
    service.cancel(db, leader, by=SYSTEM, now=clock.now())
    assert states(db, event) == ["cancelled", "unconfirmed"]
    assert told(db)[-1][1] == "unconfirmed"


def test_a_leader_who_does_not_come_takes_no_seat(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5))
    write_group(db, event, 2, comes=False)
    assert states(db, event) == ["unconfirmed", "unconfirmed"]


def test_somebody_registered_already_stays_as_they_are_in_a_group(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5), capacity_virtual=5)
    known = an_identity()
    a_registration(db, event, **{name: getattr(known, name) for name in ("document_number", "email")})
    write_group(db, event, 0, members=(replace(known, given_names="Otra"), an_identity()))
    assert (states(db, event), taken(db, event)) == (["active", "active", "unconfirmed"], 3)


def test_members_of_a_shared_mailbox_are_several_people(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5))
    write_group(db, event, 0, members=tuple(an_identity(email="alcaldia@riosucio.example") for _ in range(3)))
    assert states(db, event) == ["active", "unconfirmed", "unconfirmed", "unconfirmed"]


def test_the_mails_of_a_shared_mailbox_beyond_the_limit_wait_for_staff(db: Session) -> None:
    event = an_event(db, Policy(group_limit=12))
    write_group(db, event, 0, members=tuple(an_identity(email="alcaldia@riosucio.example") for _ in range(12)))
    held = select(func.count()).select_from(Job).where(Job.name == "registration.confirm", Job.buried_at.is_not(None))
    assert db.execute(held).scalar_one() == 2


def test_each_member_of_a_group_counts_against_the_address_it_comes_from(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PER_ADDRESS", replace(PER_ADDRESS, times=6))
    event = an_event(db, Policy(group_limit=5))
    write_group(db, event, 4)
    with pytest.raises(TooManyRequests):
        write_group(db, event, 1)


@pytest.mark.parametrize("count", [0, 6])
def test_a_group_of_nobody_or_beyond_the_limit_is_refused(db: Session, count: int) -> None:
    event = an_event(db, Policy(group_limit=5))
    with pytest.raises(InvalidInput):
        write_group(db, event, count)


def test_the_leader_and_repeated_documents_are_no_members(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5))
    one = an_identity()
    leader = register_command(event.slug)
    for members in ((one, one), (leader.identity,)):
        with pytest.raises(InvalidInput):
            service.register_group(db, RegisterGroup(leader, members), now=clock.now(), by=VISITOR, address="192.0.2.1")


def test_a_member_who_never_consented_cannot_be_let_in(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5), capacity_virtual=1)
    write_group(db, event, 1)
    (waits,) = of_group(db, event)
    with pytest.raises(NeedsConsent):
        service.let_in(db, waits, "Lo pidió su jefe.", by=SYSTEM, now=clock.now())


def test_a_member_who_registers_by_themselves_has_consented(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5), capacity_virtual=5)
    member = an_identity()
    write_group(db, event, 0, members=(member,))
    a_registration(db, event, document_number=member.document_number, source=Source.FORM)
    assert (states(db, event), taken(db, event)) == (["active", "active"], 2)


def test_a_moderated_group_asks_without_seats_and_approval_asks_for_consent(db: Session) -> None:
    event = an_event(db, Policy(moderated=True, group_limit=5), capacity_virtual=5)
    write_group(db, event, 1)
    (member,) = of_group(db, event)
    assert (member.state, taken(db, event)) == ("pending", 0)
    service.approve(db, member, by=SYSTEM, now=clock.now())
    assert (member.state, taken(db, event)) == ("unconfirmed", 1)


def test_an_event_moved_forward_shortens_what_waits_for_an_answer(db: Session) -> None:
    event = an_event(db, Policy(group_limit=5))
    write_group(db, event, 1)
    (member,) = of_group(db, event)
    member.expires_at = START + timedelta(days=1)
    db.flush()
    service.keep_before_start(db, event.id)
    db.expire_all()
    assert member.expires_at == START


def test_who_is_approved_while_the_event_goes_on_has_until_its_end_to_consent(db: Session) -> None:
    event = an_event(db, Policy(moderated=True, group_limit=5, admits_late=True), capacity_virtual=5)
    write_group(db, event, 1)
    (member,) = of_group(db, event)
    service.approve(db, member, by=SYSTEM, now=START + timedelta(minutes=30))
    assert (member.state, member.expires_at) == ("unconfirmed", START + timedelta(hours=2))
    assert not service.expire(db, event.id, now=START + timedelta(minutes=31))
