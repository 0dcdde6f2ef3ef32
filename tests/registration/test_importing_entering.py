"""A sheet enters whole, once, and without touching anybody's stored data; what it says about attendance becomes evidence."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from eventos.adapters.tables import write_xlsx
from eventos.cycles.service import cancel as cancel_event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Modality
from eventos.people.models import Consent, ConsentText, Person
from eventos.registration.models import Import, ImportMapping, ImportRow, Registration
from eventos.registration.service import cancel, tickets
from eventos.registration.service import importing as service
from eventos.registration.service.importing.enter import BadRowsLeft, EventIsCancelled, NotChecked
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.sheets import TOLD, bring, checked, confirm, line, many, run, seats_and_active, sheet
from tests.support.statements import counted


@pytest.fixture
def event(writing: Opened) -> Any:
    with writing() as db:
        return a_published_event(db)


def count(db: Any, model: Any, *where: Any) -> int:
    return int(db.execute(select(func.count()).select_from(model).where(*where)).scalar_one())


@pytest.mark.both_databases
def test_a_sheet_enters_with_people_seats_consents_tickets_and_evidence(backend: str, app: Flask, event: Any, looking: Opened) -> None:
    entered = bring(app, event.slug, many(12))
    assert (entered.rows, entered.new, entered.known, entered.attended) == (12, 12, 0, 6)
    with looking() as db:
        assert seats_and_active(db, event.id) == (12, 12)
        registration = db.execute(select(Registration).order_by(Registration.id)).scalars().first()
        assert (registration.source, registration.modality, registration.divipola) == ("import", "virtual", "17486")
        assert tickets.ticket_of(registration) != tickets.link_of(registration)
        consent = db.get(Consent, registration.consent_id)
        assert (consent.person_id, consent.channel, consent.purposes) == (registration.person_id, "import", ["event"])
        assert "registro físico o formulario anterior" in db.get(ConsentText, consent.text_hash).body
        rows = db.execute(select(ImportRow.registration_id, ImportRow.attended)).all()
        assert all(registration_id for registration_id, _ in rows)
        assert sum(came for _, came in rows) == 6
        assert count(db, AuditEntry, AuditEntry.action == "registration.enter_import") == 1
        assert count(db, Job, Job.name == "registration.confirm") == 0


@pytest.mark.both_databases
def test_the_same_file_twice_adds_nobody(backend: str, app: Flask, event: Any, looking: Opened) -> None:
    data = sheet(
        line(1),
        line(2, Documento=""),
        line(3, Documento="", Correo=""),
        line(4, Documento="", Correo="", **{"Nombre completo": "Delfina Imaginario Balso3"}, Entidad="Alcaldía de Supía"),
    )
    assert bring(app, event.slug, data).new == 4
    again = bring(app, event.slug, data)
    assert (again.new, again.known, again.bad) == (0, 4, 0)
    with looking() as db:
        assert seats_and_active(db, event.id) == (4, 4)
        assert count(db, Person) == 4


@pytest.mark.both_databases
def test_two_sheets_checked_before_either_entered_add_nobody_twice(backend: str, app: Flask, event: Any, looking: Opened) -> None:
    data = sheet(line(1), line(2, Documento=""), line(3, Documento="", Correo=""))
    with app.app_context():
        one, other = checked(event.id, data), checked(event.id, data)
        assert confirm(one, event.id).new == 3
        second = confirm(other, event.id)
    assert (second.new, second.known) == (0, 3)
    with looking() as db:
        assert seats_and_active(db, event.id) == (3, 3)
        assert count(db, Person) == 3


@pytest.mark.both_databases
def test_a_double_click_enters_once_and_answers_the_same(backend: str, app: Flask, event: Any, looking: Opened) -> None:
    with app.app_context():
        public_id = checked(event.id, many(30))
    answers = []

    def click() -> None:
        with app.app_context():
            answers.append(confirm(public_id, event.id))

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert {replace(answer, again=False) for answer in answers} == {replace(answers[0], again=False)}
    with looking() as db:
        assert seats_and_active(db, event.id) == (30, 30)


@pytest.mark.both_databases
def test_the_statements_of_entering_do_not_grow_with_the_rows(backend: str, app: Flask, event: Any) -> None:
    spent = []
    for number in (3, 150):
        with app.app_context():
            public_id = checked(event.id, many(number), replace(TOLD, send_mails=True))
            with counted() as statements:
                confirm(public_id, event.id)
        spent.append(len(statements))
    assert spent[1] <= spent[0] + 1, spent
    assert max(spent) <= 24, str(statements)


@pytest.mark.both_databases
def test_5000_rows_hold_the_writer_less_than_half_a_second(backend: str, app: Flask, event: Any, is_full: bool) -> None:
    rows = 5000 if is_full else 400
    took = []
    # A busy machine makes any single reading long; what the product needs is the shortest of three.
    for attempt in range(3):
        data = sheet(*(line(attempt * rows + number) for number in range(rows)))
        with app.app_context():
            public_id = checked(event.id, data, replace(TOLD, send_mails=True))
            began = time.perf_counter()
            assert confirm(public_id, event.id).new == rows
            took.append(round(1000 * (time.perf_counter() - began)))
        if took[-1] < 500:
            break
    assert min(took) < (500 if backend == "sqlite" else 3000), f"{rows} rows on {backend}, ms: {took}"


def test_stored_data_of_a_person_never_changes(app: Flask, event: Any, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        other = a_published_event(db)
        a_registration(db, other, document_number="9000000001", given_names="Úrsula", family_names="Prueba", email="ursula@x.example")
    entered = bring(app, event.slug, sheet(line(1, **{"Nombre completo": "Otra Persona", "Correo": "otra@y.example"})))
    assert entered.new == 1
    with looking() as db:
        person = db.execute(select(Person)).scalar_one()
        assert (person.given_names, person.family_names, person.email) == ("Úrsula", "Prueba", "ursula@x.example")
        assert "otro nombre" in db.execute(select(ImportRow.problems)).scalar_one()[0]["message"]


def test_somebody_registered_gets_only_the_evidence(app: Flask, event: Any, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        mine = a_registration(
            db, event, given_names="Delfina", family_names="Imaginario Balso1", email="delfina1@neira.example", post="Enlace"
        )
    data = sheet(line(1, Documento="", Entidad="Otra entidad"))
    assert bring(app, event.slug, data).known == 1
    with looking() as db:
        registration = db.execute(select(Registration)).scalar_one()
        assert (registration.id, registration.post, registration.entity_name) == (mine.id, "Enlace", "Alcaldía de Riosucio")
        assert db.execute(select(ImportRow.registration_id, ImportRow.attended)).one() == (mine.id, True)


def test_the_same_person_twice_in_a_sheet_is_said_and_enters_once(app: Flask, event: Any, looking: Opened) -> None:
    data = sheet(line(2), line(2, Asistió="x"), line(3, Documento="9.000.000.002"), line(2, Documento=""))
    entered = bring(app, event.slug, data)
    assert (entered.new, entered.repeated, entered.attended) == (1, 3, 1)
    with looking() as db:
        notes = [row[0]["message"] for row in db.execute(select(ImportRow.problems).where(ImportRow.verdict == "repeated")).scalars()]
    assert notes == ["Es la misma persona de la fila 2."] * 3


def test_equal_names_of_two_people_do_not_merge(app: Flask, event: Any, looking: Opened) -> None:
    same = {"Nombre completo": "Ana Modelo Inventada", "Documento": "", "Correo": ""}
    two = sheet(line(1, **same), line(2, **same, Entidad="Alcaldía de Supía"), line(3, **{"Nombre completo": "Ana Modelo Inventada"}))
    assert bring(app, event.slug, two).new == 3
    doubtful = sheet(line(4, **same | {"Correo": "delfina3@neira.example"}))
    assert bring(app, event.slug, doubtful).known == 1
    with looking() as db:
        assert count(db, Person) == 3


def test_a_row_that_two_people_answer_asks_for_a_document(app: Flask, event: Any, writing: Opened) -> None:
    with writing() as db:
        for number in ("8000001", "8000002"):
            a_registration(db, event, document_number=number, given_names="Ana", family_names="Modelo", email="casa@x.example")
    with app.app_context(), pytest.raises(BadRowsLeft):
        run(event.slug, sheet(line(1, Documento="", Correo="casa@x.example", **{"Nombre completo": "Ana Modelo"})))
    with app.app_context(), reading() as db:
        assert "Agregue el documento" in db.execute(select(ImportRow.problems)).scalar_one()[0]["message"]


def test_bad_rows_wait_for_the_organiser_and_leave_nothing(app: Flask, event: Any, looking: Opened) -> None:
    data = sheet(line(1), line(2, Municipio="Macondo"), line(3))
    with app.app_context(), pytest.raises(BadRowsLeft):
        run(event.slug, data)
    with looking() as db:
        assert count(db, Registration) == count(db, Person) == count(db, Consent) == 0
    entered = bring(app, event.slug, data, leave_out_bad=True)
    assert (entered.rows, entered.new, entered.bad) == (3, 2, 1)


def test_a_cancelled_registration_comes_back_only_for_who_attended(app: Flask, event: Any, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        came = a_registration(db, event, document_number="9000000001")
        stayed = a_registration(db, event, document_number="9000000002")
        for each in (came, stayed):
            cancel(db, each, by=SYSTEM, now=clock.now())
        ids = came.id, stayed.id
    entered = bring(app, event.slug, sheet(line(1), line(2)))
    assert (entered.known, entered.reactivated) == (2, 1)
    with looking() as db:
        states = dict(db.execute(select(Registration.id, Registration.state)).all())
        assert states == {ids[0]: "active", ids[1]: "cancelled"}
        assert seats_and_active(db, event.id) == (1, 1)


@pytest.mark.both_databases
def test_an_import_may_exceed_the_seats_by_modality(backend: str, app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_virtual=1, capacity_onsite=50)
    headers = ("Documento", "Nombre completo", "Modalidad")
    rows = [line(n, Modalidad="Por Teams" if n < 4 else "presencial") for n in range(6)]
    assert bring(app, event.slug, sheet(*rows, headers=headers)).new == 6
    with looking() as db:
        assert seats_and_active(db, event.id) == (6, 6)


def test_mails_go_only_when_asked_for_and_never_for_a_past_event(
    app: Flask, event: Any, writing: Opened, outbox_run: Any, mailbox: Any
) -> None:
    asked = replace(TOLD, send_mails=True)
    assert bring(app, event.slug, sheet(line(1), line(2, Correo="")), options=asked).mails == 1
    outbox_run()
    assert len(mailbox.to("delfina1@neira.example")) == 1
    with writing() as db:
        past = a_published_event(db, days=(), date_note="En la primavera de 2021")
    assert bring(app, past.slug, sheet(line(1)), options=asked).mails == 0


def test_a_row_staged_before_it_was_entered_changes_no_more(app: Flask, event: Any, writing: Opened) -> None:
    bring(app, event.slug, many(2))
    with pytest.raises(DatabaseError, match="append-only"), writing() as db:
        db.execute(ImportRow.__table__.update().values(attended=True))
    with pytest.raises(DatabaseError, match="append-only"), writing() as db:
        db.execute(ImportRow.__table__.delete())


def test_the_mapping_is_remembered_for_the_same_headings(app: Flask, event: Any, looking: Opened) -> None:
    headers = ("Col A", "Col B")
    data = sheet({"Col A": "Delfina Imaginario", "Col B": "9000000001"}, headers=headers)
    bring(app, event.slug, data, mapping={service.Field.FULL_NAME: 0, service.Field.DOCUMENT_NUMBER: 1})
    with looking() as db:
        assert count(db, ImportMapping) == 1
        assert service.mapping_for(db, ["COL A", "col b"]) == {service.Field.FULL_NAME: 0, service.Field.DOCUMENT_NUMBER: 1}


def test_what_is_not_checked_does_not_enter(app: Flask, event: Any) -> None:
    with app.app_context():
        public_id = checked(event.id, many(1))
        with transaction() as db:
            db.execute(Import.__table__.update().values(state="checking"))
        with pytest.raises(NotChecked):
            confirm(public_id, event.id)


def test_a_cancelled_event_takes_nobody(app: Flask, event: Any, writing: Opened) -> None:
    with app.app_context():
        public_id = checked(event.id, many(1))
    with writing() as db:
        cancel_event(db, db.merge(event), reason="Prueba", by=SYSTEM, now=clock.now())
    with app.app_context(), pytest.raises(EventIsCancelled):
        confirm(public_id, event.id)


def test_a_sheet_belongs_to_its_event(app: Flask, event: Any, writing: Opened) -> None:
    with writing() as db:
        other = a_published_event(db)
    with app.app_context():
        public_id = checked(event.id, many(1))
        with pytest.raises(NotFound):
            confirm(public_id, other.id)


def test_demo_events_bring_demo_people(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, demo=True)
    bring(app, event.slug, many(2))
    with looking() as db:
        assert count(db, Person, Person.demo) == count(db, Registration, Registration.demo) == 2


def test_a_workbook_enters_like_a_csv(app: Flask, event: Any) -> None:
    rows = [[9_000_000_001, "Delfina Imaginario Balso", "17486", True], [9_000_000_002, "=HYPERLINK(1)", "Neira", False]]
    entered = bring(app, event.slug, write_xlsx(["Cédula", "Nombre completo", "Municipio", "Asistió"], rows, sheet="Lista"))
    assert (entered.new, entered.attended) == (2, 1)
