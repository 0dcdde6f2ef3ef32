"""Registering, cancelling, coming back, swapping and moving up, as the service decides them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, Actor
from eventos.kernel.errors import InvalidInput, TooManyRequests
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Modality, RegistrationState, Source
from eventos.people.models import Consent, Person
from eventos.registration import queries, service
from eventos.registration.models import Registration
from eventos.registration.rules import HELD_REASON, ChangeRegistration, NoSeatThere, RegistrationClosed, TooLate, Workplace
from eventos.registration.service import tickets
from tests.cycles.factories import a_cycle, a_published_event, an_event
from tests.registration.factories import a_registration, register_command

pytestmark = pytest.mark.both_databases
LATER = datetime(2030, 7, 25, 13, 30, tzinfo=UTC)  # half an hour after the event began


def register(db: Session, *slugs: str, **changes: object) -> service.Outcome:
    (outcome,) = service.register(db, register_command(*slugs, **changes), now=clock.now(), by=SYSTEM, address="192.0.2.1")
    return outcome


def pool(db: Session, event: Event, option: str = "virtual") -> SeatPool:
    found = db.execute(select(SeatPool).where(SeatPool.event_id == event.id, SeatPool.option == option)).scalar_one()
    db.refresh(found)
    return found


def state(db: Session, registration_id: int) -> RegistrationState:
    return RegistrationState(db.execute(select(Registration.state).where(Registration.id == registration_id)).scalar_one())


def jobs(db: Session, name: str) -> list[Job]:
    return list(db.execute(select(Job).where(Job.name == name).order_by(Job.id)).scalars())


def test_registering_takes_a_seat_keeps_a_consent_and_promises_a_mail(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=3)
    outcome = register(db, event.slug)
    assert outcome.state is RegistrationState.ACTIVE
    assert pool(db, event).taken == 1
    assert db.execute(select(func.count()).select_from(Consent)).scalar_one() == 1
    (job,) = jobs(db, "registration.confirm")
    assert job.args == {"registration_id": outcome.registration_id, "why": "first", "number": job.args["number"], "other_mail": ""}


def test_full_event_puts_the_person_on_the_waiting_list(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    assert register(db, event.slug).state is RegistrationState.ACTIVE
    second = register(db, event.slug)
    assert second.state is RegistrationState.WAITLISTED
    assert pool(db, event).taken == 1
    row = db.get(Registration, second.registration_id)
    assert row is not None
    assert (row.seat_pool_id, row.waitlisted_at is None) == (None, False)


def test_a_repeated_registration_changes_nothing_and_promises_the_mail_again(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=3)
    first = register(db, event.slug, document_number="12345678", email="vieja@riosucio.example")
    again = register(
        db, event.slug, document_number="12345678", email="otra@lejos.example", given_names="Otra", entity="Otra entidad", phone=""
    )
    assert (again.registration_id, again.is_repeat) == (first.registration_id, True)
    assert pool(db, event).taken == 1
    person = db.execute(select(Person).where(Person.document_number == "12345678")).scalar_one()
    assert (person.email, person.given_names, person.phone) == ("vieja@riosucio.example", "Elvira Demo", "+573000000000")
    row = db.get(Registration, first.registration_id)
    assert row is not None
    assert (row.entity_name, row.sequence) == ("Alcaldía de Riosucio", 0)
    assert db.execute(select(func.count()).select_from(Consent)).scalar_one() == 1
    assert [(job.args["why"], job.args["other_mail"]) for job in jobs(db, "registration.confirm")] == [
        ("first", ""),
        ("repeat", "o···@lejos.example"),
    ]


def test_registering_for_several_events_of_a_cycle_takes_a_seat_in_each(db: Session) -> None:
    cycle = a_cycle(db)
    fifth, sixth = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6, topic="Datos abiertos")
    outcomes = service.register(db, register_command(fifth.slug, sixth.slug), now=clock.now(), by=SYSTEM)
    assert [outcome.event_id for outcome in outcomes] == [fifth.id, sixth.id]
    assert (pool(db, fifth).taken, pool(db, sixth).taken) == (1, 1)


def test_events_of_different_cycles_or_unknown_are_refused(db: Session) -> None:
    here, there, draft = a_published_event(db), a_published_event(db), an_event(db)
    for slugs in ((here.slug, there.slug), (here.slug, "no-existe"), (draft.slug,)):
        with pytest.raises(InvalidInput):
            service.register(db, register_command(*slugs), now=clock.now(), by=SYSTEM)


def test_a_closed_window_refuses_with_its_date_and_the_office_may_still_write_down(db: Session) -> None:
    event = a_published_event(db)
    with pytest.raises(RegistrationClosed, match="25 de julio de 2030"):
        service.register(db, register_command(event.slug), now=LATER, by=SYSTEM)
    assert a_registration(db, event, now=LATER).state == "active"


def test_cancelling_gives_the_seat_to_whoever_waits_longest(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    first, second, third = (a_registration(db, event) for _ in range(3))
    assert service.cancel(db, first, by=Actor.person(first.person_id), now=clock.now())
    assert [state(db, each.id) for each in (first, second, third)] == ["cancelled", "active", "waitlisted"]
    assert pool(db, event).taken == 1
    assert [job.args["registration_id"] for job in jobs(db, "registration.confirm") if job.args["why"] == "promoted"] == [second.id]
    assert [job.args["registration_id"] for job in jobs(db, "registration.cancelled")] == [first.id]


def test_cancelling_twice_does_nothing_the_second_time(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=5)
    one = a_registration(db, event)
    assert service.cancel(db, one, by=SYSTEM, now=clock.now())
    assert not service.cancel(db, one, by=SYSTEM, now=clock.now())
    assert pool(db, event).taken == 0


def test_nobody_cancels_once_the_event_began(db: Session) -> None:
    one = a_registration(db, a_published_event(db))
    with pytest.raises(TooLate):
        service.cancel(db, one, by=SYSTEM, now=LATER)


def test_who_cancelled_may_come_back_and_queues_when_the_seat_is_gone(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    one, other = a_registration(db, event), a_registration(db, event)
    service.cancel(db, one, by=SYSTEM, now=clock.now())
    assert service.come_back(db, one, by=SYSTEM, now=clock.now())
    assert (state(db, one.id), state(db, other.id)) == ("waitlisted", "active")
    service.cancel(db, one, by=SYSTEM, now=clock.now())
    with pytest.raises(RegistrationClosed):
        service.come_back(db, one, by=SYSTEM, now=LATER)


def test_registering_again_after_cancelling_is_a_new_promise(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    one = a_registration(db, event, document_number="7654321")
    service.cancel(db, one, by=SYSTEM, now=clock.now())
    again = register(db, event.slug, document_number="7654321")
    assert (again.registration_id, again.is_repeat, state(db, one.id)) == (one.id, False, RegistrationState.ACTIVE)
    assert pool(db, event).taken == 1


def changed(**changes: object) -> ChangeRegistration:
    values = {"given_names": "Elvira", "family_names": "Cedral", "phone": "", "workplace": Workplace("Personería", divipola="17614")}
    return ChangeRegistration(**{**values, **changes})  # type: ignore[arg-type]


def test_a_modality_swap_moves_one_seat_and_promotes_in_the_other(db: Session) -> None:
    event = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_virtual=1, capacity_onsite=1)
    one, waiting = a_registration(db, event, modality="virtual"), a_registration(db, event, modality="virtual")
    assert waiting.state == "waitlisted"
    service.change(db, one, changed(modality="presencial"), by=SYSTEM, now=clock.now())
    assert (pool(db, event, "virtual").taken, pool(db, event, "presencial").taken) == (1, 1)
    assert (one.modality, state(db, one.id), state(db, waiting.id)) == ("presencial", "active", "active")
    with pytest.raises(NoSeatThere):
        service.change(db, waiting, changed(modality="presencial"), by=SYSTEM, now=clock.now())
    assert (pool(db, event, "virtual").taken, pool(db, event, "presencial").taken) == (1, 1)


def test_changing_data_writes_names_and_workplace_and_keeps_the_document(db: Session) -> None:
    one = a_registration(db, a_published_event(db))
    before = service.person_of(db, one).document_number
    names = service.change(db, one, changed(), by=SYSTEM, now=clock.now())
    assert {"given_names", "entity_name"} <= set(names)
    assert (one.entity_name, one.entity_key, service.person_of(db, one).full_name) == ("Personería", "personeria", "Elvira Cedral")
    assert service.person_of(db, one).document_number == before


def test_promotion_goes_by_waiting_time_and_stops_with_the_seats(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    a_registration(db, event)
    start = clock.now()
    late = a_registration(db, event, now=start + timedelta(minutes=2))
    early = a_registration(db, event, now=start + timedelta(minutes=1))
    pool(db, event).capacity = 2
    db.flush()
    assert service.promote(db, event.id, "virtual", now=start, limit=10) == [early.id]
    assert state(db, late.id) == "waitlisted"


def test_ten_mails_an_hour_to_one_recipient_and_the_rest_wait_for_staff(db: Session) -> None:
    event = a_published_event(db)
    for number in range(14):
        register(db, event.slug, document_number=str(20_000_000 + number), email="victima@ciudad.example", source=Source.FORM)
    promised = jobs(db, "registration.confirm")
    assert (len(promised), sum(job.buried_at is None for job in promised)) == (14, 10)
    assert "muchos correos" in (promised[-1].last_error or "")


def test_who_got_hold_of_a_link_cannot_fill_a_mailbox_by_leaving_and_coming_back(db: Session) -> None:
    row = a_registration(db, a_published_event(db), source=Source.FORM)
    now = clock.now()
    for turn in range(12):
        service.cancel(db, row, by=Actor.person(row.person_id), now=now + timedelta(seconds=2 * turn))
        service.come_back(db, row, by=Actor.person(row.person_id), now=now + timedelta(seconds=2 * turn + 1))
    going = db.scalars(select(Job.id).where(Job.buried_at.is_(None))).all()
    held = db.scalars(select(Job.last_error).where(Job.buried_at.is_not(None))).all()
    assert (len(going), set(held)) == (1 + 10, {HELD_REASON}), "the office wrote them down, which is not counted"
    service.cancel(db, row, by=SYSTEM, now=now + timedelta(minutes=1))
    assert len(db.scalars(select(Job.id).where(Job.buried_at.is_(None))).all()) == 12, "what staff do always goes out"


def test_one_document_is_tried_twenty_times_an_hour(db: Session) -> None:
    event = a_published_event(db)
    for _ in range(20):
        register(db, event.slug, document_number="30303030")
    with pytest.raises(TooManyRequests):
        register(db, event.slug, document_number="30303030")


def test_secrets_differ_and_are_found_by_their_hash(db: Session) -> None:
    one = a_registration(db, a_published_event(db))
    ticket, link = tickets.ticket_of(one), tickets.link_of(one)
    assert ticket != link
    by_ticket = queries.ticket_view(db, one.ticket_hash)
    assert by_ticket is not None
    assert (by_ticket.id, queries.my_registration_view(db, one.link_hash).id) == (one.id, one.id)
    assert queries.ticket_view(db, one.link_hash) is None


def test_a_changed_mail_waits_for_its_confirmation(db: Session, clock_at: Callable[[datetime], None]) -> None:
    one = a_registration(db, a_published_event(db), document_number="40404040", email="antes@riosucio.example")
    with pytest.raises(service.WrongDocument):
        service.ask_mail_change(db, one, "nueva@riosucio.example", "40404041", by=SYSTEM, now=clock.now())
    service.ask_mail_change(db, one, "nueva@riosucio.example", "40.404.040", by=SYSTEM, now=clock.now())
    person = service.person_of(db, one)
    assert person.email == "antes@riosucio.example"
    (asked,) = jobs(db, "registration.mail_change")
    assert "nueva" not in str(asked.args)
    token = service.mail_change_token(service.read_asked(asked.args["asked"]))
    service.confirm_mail_change(db, token, now=clock.now())
    assert person.email == "nueva@riosucio.example"
    with pytest.raises(Exception, match="ya se usó"):
        service.confirm_mail_change(db, token, now=clock.now())


def test_the_staff_list_filters_and_counts(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=2)
    one = a_registration(db, event, given_names="Ñaña", entity="Personería de Neira", divipola="17486", document_number="55667788")
    a_registration(db, event)
    a_registration(db, event)
    rows, total = queries.registrations_of(db, event.id)
    assert (len(rows), total, rows[-1].state) == (3, 3, RegistrationState.WAITLISTED)
    for filters in (
        queries.Filters(words="nana"),
        queries.Filters(words="personeria"),
        queries.Filters(words="55.667"),
        queries.Filters(divipola="17486"),
    ):
        assert [row.id for row in queries.registrations_of(db, event.id, filters)[0]] == [one.id]
