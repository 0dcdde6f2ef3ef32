"""The count of an event: every breakdown adds up to it, zeroes are named, and the last decision wins over the sheet."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.attendance import queries, service
from eventos.attendance.queries import ABROAD, NO_PLACE, OTHER_DEPARTAMENTOS, Count, RosterFilter, count
from eventos.attendance.rules import Decide
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.people.models import Person
from eventos.registration.models import Registration
from tests.attendance.factories import Guest, caldas, register, sheet, the_114
from tests.cycles.factories import a_cycle, a_published_event
from tests.support.statements import counted

pytestmark = pytest.mark.both_databases


def decide(db: Session, event: Event, attended: bool | None, *registrations: str) -> None:
    service.decide(db, event.id, Decide(registrations, attended, "Firmó la lista de la entrada"), by=SYSTEM, now=clock.now())


def adds_up(found: Count) -> bool:
    parts = (*found.municipalities, *found.apart)
    sums = [parts, found.entities, found.modalities]
    return (
        all(sum(each.attended for each in figures) == found.attended for figures in sums)
        and all(sum(each.registered for each in figures) == found.registered for figures in sums)
        and found.marked + found.listed == found.attended
    )


def test_114_of_123_came_from_25_of_27_municipalities_and_13_from_elsewhere(db: Session) -> None:
    event = a_published_event(db)
    register(db, event, the_114())
    found = count(db, event.id)
    assert (found.registered, found.attended, found.inside, found.other_departamentos.attended) == (123, 114, 101, 13)
    assert len(found.municipalities) == 27
    assert [place.name for place in found.missing] == ["Marulanda", "Norcasia"]
    assert len(found.present) == 25
    assert (found.municipalities[0].name, found.municipalities[0].attended) == ("Manizales", 16)
    assert found.home_words == "Caldas"
    assert adds_up(found)


def test_count_costs_two_statements_whatever_the_number_of_people(db: Session) -> None:
    event = a_published_event(db)
    register(db, event, the_114())
    with counted() as statements:
        count(db, event.id)
    assert len(statements) == 2, str(statements)


def test_an_event_without_registrations_counts_zero_and_names_the_27(db: Session) -> None:
    found = count(db, a_published_event(db).id)
    assert (found.registered, found.attended, len(found.municipalities), len(found.missing)) == (0, 0, 27, 27)
    assert adds_up(found)


def test_where_nobody_said_and_abroad_stand_apart(db: Session) -> None:
    event = a_published_event(db)
    register(
        db,
        event,
        [
            Guest("Aguas", divipola=caldas("Aguadas"), attended=True),
            Guest("Lejos", country="Ecuador", city="Quito", attended=True),
            Guest("Nadie sabe", attended=True),
            Guest("En Colombia", country="Colombia", attended=False),
            Guest("Chocó", divipola="27615", attended=True),
        ],
    )
    found = count(db, event.id)
    assert (found.abroad.attended, found.unknown.attended, found.unknown.registered, found.other_departamentos.attended) == (1, 1, 2, 1)
    assert adds_up(found)
    for key, registered in ((ABROAD, 1), (NO_PLACE, 2), (OTHER_DEPARTAMENTOS, 1), (caldas("Aguadas"), 1), (caldas("Riosucio"), 0)):
        assert queries.roster(db, event.id, RosterFilter(municipio=key)).total == registered, key


def test_without_expected_municipalities_every_municipality_is_listed(db: Session) -> None:
    event = a_published_event(db, cycle=a_cycle(db, expected=()))
    register(db, event, [Guest("Una", divipola="05001", attended=True), Guest("Otra", divipola="17001")])
    found = count(db, event.id)
    assert [(each.name, each.registered, each.attended) for each in found.municipalities] == [("Medellín", 1, 1), ("Manizales", 1, 0)]
    assert found.missing == ()
    assert adds_up(found)


def test_an_entity_is_one_whatever_its_spelling_and_shows_the_commonest(db: Session) -> None:
    event = a_published_event(db)
    spellings = ("ALCALDIA DE NEIRA", "Alcaldía de Neira", "Alcaldía de Neira", "")
    register(db, event, [Guest(f"Persona {n}", entity=name, attended=True) for n, name in enumerate(spellings)])
    assert [(each.name, each.attended) for each in count(db, event.id).entities] == [("Alcaldía de Neira", 3), ("Sin entidad", 1)]


def test_cancelled_do_not_count_and_the_waitlist_counts_only_who_came(db: Session) -> None:
    event = a_published_event(db)
    _, _cancelled, waiting, came = register(
        db,
        event,
        [
            Guest("Activa", attended=False),
            Guest("Cancelada", state="cancelled", attended=True),
            Guest("Espera", state="waitlisted"),
            Guest("Vino de la espera", state="waitlisted"),
        ],
    )
    decide(db, event, True, came)
    found = count(db, event.id)
    assert (found.registered, found.attended) == (2, 1)
    assert adds_up(found)
    assert {row.public_id for row in queries.roster(db, event.id, RosterFilter(estado="espera")).rows} == {waiting, came}


def test_the_last_decision_wins_and_taking_it_back_lets_the_sheet_speak_again(db: Session) -> None:
    event = a_published_event(db)
    listed, unlisted = register(db, event, [Guest("En la lista", attended=True), Guest("Sin marca", attended=None)])

    def numbers() -> tuple[int, int, int]:
        found = count(db, event.id)
        assert adds_up(found)
        return found.attended, found.marked, found.listed

    assert numbers() == (1, 0, 1)
    decide(db, event, False, listed)
    assert numbers() == (0, 0, 0)
    decide(db, event, True, listed, unlisted)
    assert numbers() == (2, 2, 0)
    decide(db, event, None, listed, unlisted)
    assert numbers() == (1, 0, 1)


def test_only_the_latest_entered_sheet_counts(db: Session) -> None:
    event = a_published_event(db)
    (person,) = register(db, event, [Guest("Quien vino", attended=False)])
    number = db.execute(select(Registration.id).where(Registration.public_id == person)).scalar_one()
    sheet(db, event, [(number, True)], state="checked")
    assert count(db, event.id).attended == 0
    sheet(db, event, [(number, True)])
    assert count(db, event.id).attended == 1
    sheet(db, event, [(number, None)])
    assert count(db, event.id).attended == 1


def test_another_event_does_not_count_here(db: Session) -> None:
    cycle = a_cycle(db)
    one, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
    register(db, one, [Guest("Una", attended=True)])
    register(db, other, the_114())
    assert count(db, one.id).attended == 1
    assert len(queries.attended_ids(db, other.id)) == 114


def test_somebody_merged_is_listed_as_the_person_they_became(db: Session) -> None:
    event = a_published_event(db)
    register(db, event, [Guest("Elvira", "Cedral Vieja"), Guest("Elvira", "Cedral Nueva")])
    old, new = db.execute(select(Person).order_by(Person.id)).scalars()
    old.merged_into_id = new.id
    db.flush()
    assert {row.family_names for row in queries.export_rows(db, event.id, RosterFilter())} == {"Cedral Nueva"}
    assert queries.roster(db, event.id, RosterFilter(texto="vieja")).total == 0
