"""What others see of events: whole views in few statements, lists, and the scope of each member of the staff."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from eventos.cycles import queries, service
from eventos.cycles.rules import HostGiven, ProgrammeGiven, SpeakerGiven
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import HostRole, Modality, StaffRole
from tests.cycles.factories import a_cycle, a_day, a_member, a_published_event, an_event, the_view
from tests.support.statements import counted

FULL = {
    "days": tuple(a_day(date(2030, 7, 20 + n)) for n in range(1, 8)),
    "programme": tuple(ProgrammeGiven(f"Parte {n}", f"{8 + n:02}:00", on_date=date(2030, 7, 21)) for n in range(9)),
    "speakers": tuple(SpeakerGiven(f"Persona {n}") for n in range(9)),
    "hosts": tuple(HostGiven(f"Entidad {n}", HostRole.HOST if n == 0 else HostRole.PARTNER) for n in range(9)),
    "modality": Modality.HYBRID,
    "venue_name": "Auditorio",
}


@pytest.mark.both_databases
def test_a_whole_event_costs_at_most_five_statements(db: Session) -> None:
    event = a_published_event(db, **FULL)
    db.flush()
    with counted() as statements:
        view = queries.event_view(db, event.slug)
    assert len(statements) <= 5, str(statements)
    parts = [len(part) for part in (view.days, view.programme, view.speakers, view.roles, view.pools, view.expected)]
    assert parts == [7, 9, 9, 9, 2, 27]
    assert [line.topic for line in view.programme] == [f"Parte {n}" for n in range(9)]
    assert view.programme[0].on_date == date(2030, 7, 21)


def test_many_events_cost_as_much_as_one(db: Session) -> None:
    cycle = a_cycle(db)
    slugs = [a_published_event(db, cycle=cycle, number=n).slug for n in range(1, 7)]
    db.flush()
    with counted() as statements:
        views = queries.event_views(db, [*slugs, "no-existe"])
    assert len(statements) <= 5, str(statements)
    assert [view.number for view in views] == [1, 2, 3, 4, 5, 6]


def test_an_unknown_event_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        queries.event_view(db, "no-existe")
    assert queries.event_views(db, []) == []


def test_the_view_names_the_event_as_the_house_does(db: Session) -> None:
    view = the_view(db, an_event(db, days=(a_day(date(2021, 7, 29)),)))
    assert view.heading == "QUINTA ASISTENCIA TÉCNICA"
    assert view.when.replace("\u00a0", " ") == "jueves, 29 de julio de 2021, 8:00 a. m. a 10:00 a. m."
    assert [host.name for host in view.hosts(HostRole.HOST)] == ["Oficina de Gobierno Abierto"]


def test_the_place_is_told_with_its_municipio(db: Session) -> None:
    venue = {"venue_name": "Auditorio", "venue_address": "Carrera 1 # 2-03", "venue_divipola": "17614"}
    view = the_view(db, an_event(db, modality=Modality.ONSITE, **venue))
    assert view.place == "Auditorio, Carrera 1 # 2-03, Riosucio, Caldas"
    assert the_view(db, an_event(db)).place == ""


def test_the_agenda_shows_what_comes_and_what_was_and_no_drafts_in_one_statement(db: Session) -> None:
    cycle = a_cycle(db)
    an_event(db, cycle=cycle, topic="Borrador")
    later = a_published_event(db, cycle=cycle, days=(a_day(date(2031, 1, 9)),))
    soon = a_published_event(db, cycle=cycle)
    past = a_published_event(db, cycle=cycle, days=(a_day(date(2021, 7, 29)),))
    undated = a_published_event(db, cycle=cycle, days=(), date_note="primavera de 2021")
    off = service.cancel(
        db, a_published_event(db, cycle=cycle, days=(a_day(date(2030, 9, 3)),)), reason="Lluvias.", by=SYSTEM, now=clock.now()
    )
    db.flush()
    with counted() as statements:
        agenda = queries.agenda(db, clock.now())
    assert len(statements) == 1, str(statements)
    assert [card.id for card in agenda.upcoming] == [soon.id, off.id, later.id]
    assert [card.id for card in agenda.past] == [past.id, undated.id]


def test_an_event_that_goes_on_now_is_not_past(db: Session) -> None:
    event = a_published_event(db)
    ends_at = the_view(db, event).ends_at
    assert ends_at is not None
    assert len(queries.agenda(db, ends_at - timedelta(minutes=1)).upcoming) == 1
    assert len(queries.agenda(db, ends_at).past) == 1


def test_an_organiser_sees_the_cycles_they_work_in_and_no_others(db: Session) -> None:
    mine, other = a_cycle(db), a_cycle(db, name="Ciclo ajeno")
    an_event(db, cycle=mine)
    foreign = an_event(db, cycle=other)
    organiser = a_member(db, cycles=(mine,))
    assert [row.name for row in queries.cycles_for(db, Working(organiser))] == [mine.name]
    assert [card.cycle_id for card in queries.events_for(db, Working(organiser))] == [mine.id]
    with pytest.raises(NotFound):
        queries.event_in_scope(db, foreign.slug, Working(organiser))
    with pytest.raises(NotFound):
        queries.cycle_in_scope(db, other.slug, Working(organiser))


@pytest.mark.parametrize("role", [StaffRole.ORGANISER, StaffRole.DOOR, StaffRole.READER])
def test_whoever_works_in_no_cycle_sees_none(db: Session, role: StaffRole) -> None:
    event = an_event(db)
    with pytest.raises(NotFound):
        queries.event_in_scope(db, event.slug, Working(a_member(db, role)))


def test_an_administrator_sees_every_cycle(db: Session) -> None:
    event = an_event(db)
    administrator = Working(a_member(db, StaffRole.ADMINISTRATOR))
    assert queries.event_in_scope(db, event.slug, administrator).id == event.id
    assert [row.expected for row in queries.cycles_for(db, administrator)] == [27]


class Working:
    """A member of the staff as the scope sees them."""

    def __init__(self, staff: object) -> None:
        self.id, self.role = staff.id, staff.staff_role  # type: ignore[attr-defined]
