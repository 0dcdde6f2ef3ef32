"""Creating, editing, duplicating, publishing and cancelling events; cycles and their municipalities."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import queries, service
from eventos.cycles.rules import HostGiven, ProgrammeGiven, SpeakerGiven
from eventos.cycles.service import seats
from eventos.kernel import clock, outbox
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import EntityKind, EventState, HostRole, LinkExposure, Modality
from tests.cycles.factories import LINK, a_cycle, a_day, a_published_event, an_event, cycle_command, event_command, the_view
from tests.entities.factories import an_office

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was announced to the rooms above, whoever listens."""
    said: list[tuple[str, int]] = []
    announce = outbox.announce

    def listen(db: Session, fact: str, *, event_id: int, **more: Any) -> None:
        said.append((fact, event_id))
        announce(db, fact, event_id=event_id, **more)

    monkeypatch.setattr(outbox, "announce", listen)
    return said


def edit(db: Session, event: object, **changes: object) -> None:
    service.edit_event(db, event, event_command(**changes), version=event.version, by=SYSTEM, now=clock.now())  # type: ignore[arg-type, attr-defined]


def test_the_link_comes_back_byte_for_byte(db: Session) -> None:
    assert (len(LINK), LINK.count(",")) == (227, 5)
    event = an_event(db)
    db.expire_all()
    assert the_view(db, event).link.encode() == LINK.encode()


def test_a_new_event_is_a_draft_with_seats_for_what_it_offers(db: Session) -> None:
    view = the_view(db, an_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_onsite=80))
    assert view.state is EventState.DRAFT
    assert [(pool.option, pool.capacity, pool.taken) for pool in view.pools] == [("virtual", None, 0), ("presencial", 80, 0)]


def test_every_change_is_written_in_the_audit(db: Session) -> None:
    event = a_published_event(db)
    edit(db, event, summary="Otro resumen.")
    service.duplicate_event(db, event, by=SYSTEM, now=clock.now())
    service.cancel(db, event, reason="Lluvias.", by=SYSTEM, now=clock.now())
    db.flush()
    actions = set(db.execute(select(AuditEntry.action)).scalars())
    assert actions >= {f"cycles.{verb}" for verb in ("save_cycle", "create_event", "publish", "edit_event", "duplicate_event", "cancel")}


def test_numbers_are_given_and_may_leave_gaps_or_repeat(db: Session) -> None:
    cycle = a_cycle(db)
    for number in (1, 3, 5):
        an_event(db, cycle=cycle, number=number)
    again = an_event(db, cycle=cycle, number=5, topic="Otro tema")
    numbers = [card.number for card in queries.events_of_cycle(db, cycle.id, drafts=True)]
    assert numbers == [1, 3, 5, 5]
    same = queries.same_number(db, cycle_id=cycle.id, event_id=again.id, kind=again.kind, number=5)
    assert same == "Quinta asistencia técnica: Gobierno Abierto"
    assert queries.same_number(db, cycle_id=cycle.id, event_id=again.id, kind=again.kind, number=4) is None


def test_addresses_are_unique_and_stay_once_published(db: Session) -> None:
    first, second = an_event(db), an_event(db)
    assert first.slug == "quinta-asistencia-tecnica-gobierno-abierto"
    assert second.slug == "quinta-asistencia-tecnica-gobierno-abierto-2"
    an_office(db)
    service.publish(db, first, by=SYSTEM, now=clock.now())
    edit(db, first, number=6, topic="Datos abiertos")
    assert first.slug == "quinta-asistencia-tecnica-gobierno-abierto"


def test_a_draft_takes_the_address_of_its_title_when_it_is_published(db: Session) -> None:
    event = an_event(db)
    edit(db, event, number=6, topic="Datos abiertos")
    an_office(db)
    service.publish(db, event, by=SYSTEM, now=clock.now())
    assert event.slug == "sexta-asistencia-tecnica-datos-abiertos"


def test_an_event_called_nuevo_does_not_hide_behind_the_form(db: Session) -> None:
    assert an_event(db, kind="otro", number=None, topic="Nuevo").slug == "nuevo-2"


def test_a_title_without_latin_letters_still_has_an_address(db: Session) -> None:
    assert an_event(db, kind="otro", number=None, topic="مرحبا").slug == "evento"


def test_days_are_moved_added_and_taken_away(db: Session) -> None:
    event = an_event(db, days=(a_day(), a_day(date(2030, 7, 26))))
    edit(db, event, days=(a_day(date(2030, 7, 26), time(14), time(16)), a_day(date(2030, 7, 27))))
    db.expire_all()
    view = the_view(db, event)
    assert [(day.on_date.day, clock.local(day.starts_at).hour) for day in view.days] == [(26, 14), (27, 8)]
    assert view.when == "26 y 27 de julio de 2030"


def test_hosts_change_parts_and_order_without_losing_their_name(db: Session) -> None:
    event = an_event(db)
    hosts = (HostGiven("red ciudadana FICTICIA", HostRole.HOST), HostGiven("Universidad Imaginaria", HostRole.SPONSOR, EntityKind.ACADEMIA))
    edit(db, event, hosts=hosts)
    db.expire_all()
    roles = [(host.role, host.name, host.kind) for host in the_view(db, event).roles]
    assert roles == [
        (HostRole.HOST, "Red Ciudadana Ficticia", EntityKind.CIVIL_SOCIETY),
        (HostRole.SPONSOR, "Universidad Imaginaria", EntityKind.ACADEMIA),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"days": (a_day(starts=time(9)),)},
        {"days": (a_day(date(2030, 8, 1)),)},
        {"link": "https://reunion.example/otra"},
        {"link_exposure": LinkExposure.PUBLIC},
        {"topic": "Otro tema"},
        {"number": 6},
        {"modality": Modality.ONSITE, "venue_name": "Auditorio"},
    ],
)
def test_what_an_invite_says_raises_its_sequence(db: Session, told: list[tuple[str, int]], changes: dict[str, object]) -> None:
    event = a_published_event(db)
    edit(db, event, **changes)
    assert event.sequence == 1
    assert ("event.rescheduled", event.id) in told


@pytest.mark.parametrize("changes", [{}, {"summary": "Otro."}, {"capacity_virtual": 30}, {"programme": (ProgrammeGiven("Apertura"),)}])
def test_what_an_invite_does_not_say_leaves_it_alone(db: Session, told: list[tuple[str, int]], changes: dict[str, object]) -> None:
    event = a_published_event(db)
    edit(db, event, **changes)
    assert event.sequence == 0
    assert told == []


def test_a_draft_tells_nobody(db: Session, told: list[tuple[str, int]]) -> None:
    event = an_event(db)
    edit(db, event, days=(a_day(date(2030, 8, 1)),))
    assert (event.sequence, told) == (0, [])


def test_two_people_editing_at_once_do_not_overwrite_each_other(db: Session) -> None:
    event = an_event(db)
    seen_by_both = event.version
    service.edit_event(db, event, event_command(summary="De la primera."), version=seen_by_both, by=SYSTEM, now=clock.now())
    with pytest.raises(service.EventChanged):
        service.edit_event(db, event, event_command(summary="De la segunda."), version=seen_by_both, by=SYSTEM, now=clock.now())
    assert the_view(db, event).summary == "De la primera."


@pytest.mark.postgres
def test_two_transactions_at_once_do_not_overwrite_each_other(writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = an_event(db).slug
    with writing() as first, writing() as second:
        seen = queries.event_for_write(first, slug)
        version = seen.version
        edit(second, queries.event_for_write(second, slug), summary="De la segunda.")
        second.commit()
        with pytest.raises(service.EventChanged):
            service.edit_event(first, seen, event_command(summary="De la primera."), version=version, by=SYSTEM, now=clock.now())
        first.rollback()
    with looking() as db:
        assert queries.event_view(db, slug).summary == "De la segunda."


def test_changing_only_a_row_counts_as_a_change(db: Session) -> None:
    event = an_event(db)
    before = event.version
    edit(db, event, speakers=(SpeakerGiven("Zoila Prueba"),))
    assert event.version > before


def test_seats_cannot_be_fewer_than_the_people_who_hold_them(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=10)
    for _ in range(3):
        seats.take(db, event.id, "virtual")
    with pytest.raises(InvalidInput) as refusal:
        edit(db, event, capacity_virtual=2)
    assert refusal.value.fields == {"capacity_virtual": "Ya hay 3 personas inscritas: los cupos no pueden ser menos."}


def test_seats_may_come_down_to_exactly_those_taken(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=10)
    seats.take(db, event.id, "virtual")
    edit(db, event, capacity_virtual=1)
    assert the_view(db, event).is_full


def test_a_modality_somebody_holds_a_seat_in_cannot_be_taken_away(db: Session) -> None:
    event = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio")
    seats.take(db, event.id, "presencial")
    with pytest.raises(InvalidInput) as refusal:
        edit(db, event, modality=Modality.VIRTUAL)
    assert refusal.value.fields == {"modality": "Hay 1 persona inscrita en la modalidad presencial: no se puede quitar."}
    edit(db, event, modality=Modality.HYBRID, venue_name="Otro auditorio")


def test_an_empty_modality_goes_and_another_comes(db: Session) -> None:
    event = a_published_event(db)
    edit(db, event, modality=Modality.ONSITE, venue_name="Auditorio", capacity_onsite=40)
    assert [(pool.option, pool.capacity) for pool in the_view(db, event).pools] == [("presencial", 40)]


def test_more_seats_are_announced_so_that_the_waitlist_moves(db: Session, told: list[tuple[str, int]]) -> None:
    event = a_published_event(db, capacity_virtual=1)
    edit(db, event, capacity_virtual=1)
    assert told == []
    edit(db, event, capacity_virtual=5)
    edit(db, event, capacity_virtual=None)
    assert told == [("event.seats_added", event.id)] * 2


def test_the_next_of_a_cycle_keeps_hosts_and_texts_and_begins_without_days_link_or_speakers(db: Session) -> None:
    programme, speakers = (ProgrammeGiven("Apertura", "08:00", "Dirección", date(2030, 7, 25)),), (SpeakerGiven("Zoila Prueba"),)
    event = a_published_event(db, programme=programme, speakers=speakers, norms=("Ley 1712 de 2014",), capacity_virtual=50)
    copy = the_view(db, service.duplicate_event(db, event, by=SYSTEM, now=clock.now()))
    first = the_view(db, event)
    assert (copy.number, copy.state, copy.heading) == (6, EventState.DRAFT, "SEXTA ASISTENCIA TÉCNICA")
    assert (copy.roles, copy.norms, copy.summary, copy.pools[0].capacity) == (first.roles, first.norms, first.summary, 50)
    assert (copy.days, copy.link, copy.speakers) == ((), "", ())
    assert [(line.topic, line.on_date, line.speaker) for line in copy.programme] == [("Apertura", None, "")]


def test_an_event_without_a_host_or_a_day_is_not_published(db: Session) -> None:
    event = an_event(db, days=(), hosts=())
    with pytest.raises(InvalidInput) as refusal:
        service.publish(db, event, by=SYSTEM, now=clock.now())
    assert set(refusal.value.fields) == {"days", "hosts"}


def test_nothing_is_published_before_the_office_says_who_it_is(db: Session) -> None:
    event = an_event(db)
    with pytest.raises(service.OfficeUnknown):
        service.publish(db, event, by=SYSTEM, now=clock.now())
    assert event.state == EventState.DRAFT
    an_office(db)
    assert service.publish(db, event, by=SYSTEM, now=clock.now()).state == EventState.PUBLISHED


def test_an_old_event_whose_day_nobody_wrote_down_can_be_published(db: Session) -> None:
    view = the_view(db, a_published_event(db, number=3, days=(), date_note="primavera de 2021"))
    assert (view.when, view.starts_at) == ("primavera de 2021", None)


def test_a_published_event_cannot_lose_what_people_need(db: Session) -> None:
    event = a_published_event(db)
    with pytest.raises(InvalidInput):
        edit(db, event, days=())


def test_cancelling_says_why_and_tells_the_rooms_above_once(db: Session, told: list[tuple[str, int]]) -> None:
    event = a_published_event(db)
    with pytest.raises(InvalidInput):
        service.cancel(db, event, reason="", by=SYSTEM, now=clock.now())
    service.cancel(db, event, reason="Lluvias.", by=SYSTEM, now=clock.now())
    service.cancel(db, event, reason="Otra vez.", by=SYSTEM, now=clock.now())
    assert told == [("event.cancelled", event.id)]
    assert (event.sequence, event.cancel_reason) == (1, "Lluvias.")


def test_what_is_over_calls_nobody(db: Session, told: list[tuple[str, int]]) -> None:
    last_year = a_day(date(2021, 7, 29))
    event = a_published_event(db, days=(last_year,))
    edit(db, event, days=(last_year,), link="https://reunion.example/otra")
    service.cancel(db, event, reason="No se hizo.", by=SYSTEM, now=clock.now())
    assert told == []


def test_a_day_moved_from_the_past_into_the_future_calls_people(db: Session, told: list[tuple[str, int]]) -> None:
    event = a_published_event(db, days=(a_day(date(2021, 7, 29)),))
    edit(db, event, days=(a_day(),))
    assert told == [("event.rescheduled", event.id)]


def test_what_was_cancelled_is_neither_published_nor_edited(db: Session) -> None:
    event = a_published_event(db)
    service.cancel(db, event, reason="Lluvias.", by=SYSTEM, now=clock.now())
    with pytest.raises(RuleViolation):
        service.publish(db, event, by=SYSTEM, now=clock.now())
    with pytest.raises(RuleViolation):
        edit(db, event)


def test_a_cycle_keeps_whom_it_expects(db: Session) -> None:
    cycle = a_cycle(db)
    assert len(cycle.expected) == 27
    service.edit_cycle(db, cycle, cycle_command(name="Otro nombre", expected=("17001", "05001", "17001")), by=SYSTEM)
    db.expire_all()
    assert [row.divipola for row in cycle.expected] == ["05001", "17001"]
    assert cycle.slug == "ciclo-de-asistencias-tecnicas"


@pytest.mark.parametrize(("field", "changes"), [("name", {"name": ""}), ("expected", {"expected": ("17001", "99999")})])
def test_a_cycle_without_a_name_or_with_an_invented_municipio_is_refused(db: Session, field: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        a_cycle(db, **changes)
    assert list(refusal.value.fields) == [field]
