"""The acta: closed once by somebody, corrected with a reason, its versions kept as they were, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventos.attendance import acta as lists
from eventos.attendance import queries, rules, service
from eventos.attendance.acta import Entry, Others, Part
from eventos.attendance.models import AttendancePart, Roster, RosterEntry
from eventos.attendance.queries import closed
from eventos.attendance.rules import CloseRoster, Decide
from eventos.checkin import service as checkin
from eventos.cycles.models import CycleStaff, Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import Modality, StaffRole
from tests.accounts.factories import signed_in
from tests.attendance.factories import Guest, a_held_event, register, the_114
from tests.attendance.test_marks import tick
from tests.attendance.test_web import Stage
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.cycles.factories import a_cycle, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
MORNING = datetime.fromisoformat("2021-07-29T08:05:00-05:00")
FIVE = [Guest(f"Persona {n}", attended=n < 4) for n in range(5)]


def close(db: Session, event_id: int, *, version: int = 0, others: Others = Others.APART, reason: str = "") -> Roster:
    return service.close_roster(db, event_id, CloseRoster(version, others, reason), by=SYSTEM, now=clock.now())


def decide(db: Session, event_id: int, who: list[str], attended: bool | None) -> None:
    service.decide(db, event_id, Decide(tuple(who), attended, "Folio 3 de la lista"), by=SYSTEM, now=clock.now())


@pytest.mark.both_databases
def test_first_acta_freezes_the_114_in_few_statements(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, the_114())
    db.flush()
    with counted() as statements:
        acta = close(db, event.id)
    assert len(statements) <= 10, str(statements)  # the last announces it to who thanks people
    assert (acta.version, acta.attendees, acta.closed_by_name) == (1, 114, "El sistema")
    entries = closed.entries_of(db, acta.id)
    assert len(entries) == 114
    assert lists.list_hash(entries) == acta.list_hash
    assert {entry.evidence for entry in entries} == {"lista"}
    assert db.execute(select(AuditEntry.action)).scalars().all()[-1] == "attendance.close"


@pytest.mark.both_databases
def test_correction_is_the_next_version_and_names_what_it_added_and_removed(db: Session) -> None:
    event = a_held_event(db)
    people = register(db, event, FIVE)
    first = close(db, event.id)
    decide(db, event.id, people[4:], True)
    decide(db, event.id, people[:1], False)
    acta = queries.latest(db, event.id)
    assert acta is not None
    assert queries.has_changed(db, event.id, acta)
    second = close(db, event.id, version=1, reason="Apareció el folio 3")
    assert (second.version, second.attendees, second.added, second.removed) == (2, 4, 1, 1)
    change = queries.changes_between(db, queries.versions(db, event.id))[2]
    assert [one.public_id for one in change.added] == people[4:]
    assert [one.public_id for one in change.removed] == people[:1]
    assert len(closed.entries_of(db, first.id)) == 4, "the first version stays as it was"


def test_decision_after_closing_says_there_are_changes_and_the_acta_stays(db: Session) -> None:
    event = a_held_event(db)
    people = register(db, event, FIVE)
    close(db, event.id)
    acta = queries.latest(db, event.id)
    assert acta is not None
    assert not queries.has_changed(db, event.id, acta)
    decide(db, event.id, people[4:], True)
    assert queries.has_changed(db, event.id, acta)
    assert queries.latest(db, event.id) == acta


def test_closing_again_without_changes_is_refused(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, FIVE)
    close(db, event.id)
    with pytest.raises(rules.NothingToCorrect):
        close(db, event.id, version=1, reason="Otra vez")


def test_correction_without_reason_is_refused(db: Session) -> None:
    event = a_held_event(db)
    people = register(db, event, FIVE)
    close(db, event.id)
    decide(db, event.id, people[4:], True)
    with pytest.raises(InvalidInput):
        close(db, event.id, version=1, reason="no")


def test_double_click_closes_one_version(db: Session) -> None:
    event = a_held_event(db)
    register(db, event, FIVE)
    close(db, event.id)
    with pytest.raises(rules.ClosedMeanwhile):
        close(db, event.id)


def test_draft_and_future_events_cannot_be_closed(db: Session) -> None:
    for event in (an_event(db, number=9), a_published_event(db, number=8)):
        with pytest.raises(rules.CannotClose):
            close(db, event.id)


@pytest.mark.both_databases
def test_speakers_and_organisers_are_told_apart_or_left_out(db: Session) -> None:
    event = a_held_event(db)
    people = register(db, event, FIVE)
    service.assign_part(db, event.id, people[0], Part.SPEAKER, by=SYSTEM, now=clock.now())
    service.assign_part(db, event.id, people[1], Part.ORGANISER, by=SYSTEM, now=clock.now())
    db.flush()
    assert queries.count(db, event.id).attended == 2
    apart = close(db, event.id)
    assert (apart.attendees, len(closed.entries_of(db, apart.id))) == (2, 4)
    out = close(db, event.id, version=1, others=Others.EXCLUDED, reason="Sin el equipo")
    assert (out.attendees, len(closed.entries_of(db, out.id))) == (2, 2)
    service.assign_part(db, event.id, people[0], Part.ATTENDEE, by=SYSTEM, now=clock.now())
    db.flush()
    assert queries.count(db, event.id).attended == 3


@pytest.mark.both_databases
@pytest.mark.parametrize("model", [Roster, RosterEntry, AttendancePart])
@pytest.mark.parametrize("verb", ["change", "remove"])
def test_closed_actas_and_parts_are_append_only(db: Session, model: type, verb: str) -> None:
    event = a_held_event(db)
    people = register(db, event, FIVE)
    service.assign_part(db, event.id, people[0], Part.SPEAKER, by=SYSTEM, now=clock.now())
    close(db, event.id)
    change = {Roster: {"attendees": 999}, RosterEntry: {"evidence": "x"}, AttendancePart: {"part": "attendee"}}[model]
    with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
        db.execute(update(model).values(**change) if verb == "change" else delete(model))


@pytest.mark.both_databases
def test_who_came_in_by_the_door_is_in_the_acta_with_that_evidence(db: Session) -> None:
    event = a_published_event(db, modality=Modality.ONSITE, venue_name="Auditorio Ficticio", venue_divipola="17001")
    came, _stayed = a_registration(db, event, modality="presencial"), a_registration(db, event, modality="presencial")
    device = a_device(db, event)
    checkin.record_scans(db, device, door_of(device, event), [a_scan(came)], now=OPEN)
    acta = service.close_roster(db, event.id, CloseRoster(0, Others.APART), by=SYSTEM, now=OPEN)
    assert [(entry.registration_id, entry.evidence) for entry in closed.entries_of(db, acta.id)] == [(came.id, "puerta")]


def test_hash_does_not_depend_on_the_order_and_tells_every_field_apart() -> None:
    one = Entry(1, "attendee", "lista", "17001", "", "Alcaldía", "virtual")
    two = Entry(2, "attendee", "lista", None, "", "a,b", "virtual")
    assert lists.list_hash([one, two]) == lists.list_hash([two, one])
    assert lists.list_hash([one]) != lists.list_hash([Entry(1, "attendee", "oficina", "17001", "", "Alcaldía", "virtual")])


@pytest.fixture
def stage(client: FlaskClient, writing: Opened) -> Callable[..., Stage]:
    """An event that was held, with its people, and an organiser of its cycle."""

    def build(guests: list[Guest] | None = None) -> Stage:
        who = signed_in(client, writing, StaffRole.ORGANISER)
        with writing() as db:
            cycle = a_cycle(db)
            event = a_held_event(db, cycle=cycle)
            people = register(db, event, the_114() if guests is None else guests)
            db.add(CycleStaff(cycle_id=cycle.id, staff_id=who.id))
            return Stage(client, who, event.id, cycle.id, f"/escritorio/eventos/{event.slug}/asistencia", people)

    return build


# --- pages -----------------------------------------------------------------------------------------------------------------------


def test_organiser_closes_and_corrects_without_scripts(stage: Callable[..., Stage]) -> None:
    scene = stage(FIVE)
    assert "Cerrar el acta con 4" in scene.get()
    assert "Sin cerrar" in scene.get()
    scene.get("/actas")
    answer = scene.post("/actas", version="0", others="apart", reason="")
    assert answer.status_code == 302
    page = scene.get("/actas")
    assert "Versión 1: 4 asistentes" in page
    scene.post(f"/{scene.people[4]}", mark="si", reason="Folio 3")
    assert "Hay cambios desde el acta" in scene.get()
    assert scene.post("/actas", version="1", others="apart", reason="").status_code == 422
    scene.post("/actas", version="1", others="apart", reason="Apareció el folio 3")
    page = scene.get("/actas")
    assert "Versión 2: 5 asistentes (+1 −0)" in page
    assert scene.post("/actas", version="1", others="apart", reason="Otra vez").status_code == 409


def test_pages_of_closing_cost_few_statements(stage: Callable[..., Stage]) -> None:
    scene = stage()
    scene.post("/actas", version="0", others="apart")
    for path in ("", "/actas", "/lista"):
        scene.get(path)
        with counted() as statements:
            scene.get(path)
        assert len(statements) <= 10, f"{path}\n{statements}"


def test_actas_page_costs_few_statements_also_with_changes_and_two_versions(stage: Callable[..., Stage]) -> None:
    scene = stage(FIVE)
    scene.post("/actas", version="0", others="apart")
    scene.post(f"/{scene.people[4]}", mark="si", reason="Folio 3")
    scene.post("/actas", version="1", others="apart", reason="Apareció el folio 3")
    scene.post(f"/{scene.people[0]}", mark="no", reason="Prestó su código")
    with counted() as statements:
        page = scene.get("/actas")
    assert len(statements) <= 10, str(statements)
    assert "Salen (−1)" in page
    assert "Entran (+1)" in page


def test_page_lists_the_marks_by_hand_before_closing_and_the_audit_keeps_how_many_each_made(
    stage: Callable[..., Stage], writing: Opened, looking: Opened
) -> None:
    scene = stage([Guest(f"Persona {n:02d}") for n in range(10)])
    assert "a-mano" not in scene.get("/actas")
    with writing() as db:
        event = db.execute(select(Event).where(Event.id == scene.event_id)).scalar_one()
        tick(db, event, a_device(db, event, name="Puerta norte", now=MORNING), scene.people, since=MORNING)
    page = scene.get("/actas")
    assert "10 personas cuentan por una marca hecha a mano" in page
    assert "Puerta, teléfono «Puerta norte»" in page
    assert page.count("Es conocida de la entidad") == 10
    assert page.rindex("Es conocida de la entidad") < page.index('name="version"'), "before the button that closes"
    scene.post("/actas", version="0", others="apart")
    assert scene.get("/actas").count("Es conocida de la entidad") == 10, "and afterwards, as proof"
    with looking() as db:
        detail = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "attendance.close")).scalar_one()
    assert [(name.split(":")[0], number) for name, number in detail["by_hand"].items()] == [("Puerta norte", 10)]


def test_part_is_told_on_the_page_of_the_person(stage: Callable[..., Stage]) -> None:
    scene = stage(FIVE)
    assert scene.post(f"/{scene.people[0]}/parte", part="speaker").status_code == 302
    assert scene.post(f"/{scene.people[0]}/parte", part="presidente").status_code == 422
    assert "Persona 0" in scene.get("/lista?estado=equipo")
    assert "Persona 0" not in scene.get("/lista")
    assert "del equipo, aparte" in scene.get()
