"""The list narrowed, sorted, with chosen columns, saved by name, and as a file in three formats that say the same."""

import io

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.adapters.tables import read_table
from eventos.cycles.models import CycleStaff
from eventos.desk.models import SavedView
from eventos.desk.rules_list import chosen_from
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.vocabulary import Source, StaffRole
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind, ShownIf
from eventos.registration.service import answers, cancel
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.adapters.test_tables_ods import opened
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question, a_workshop
from tests.support.statements import counted


@pytest.fixture
def slug(writing: Opened) -> str:
    with writing() as db:
        event = a_published_event(db)
        first = a_registration(db, event, given_names="Ana", family_names="Zarzal", entity="Alcaldía de Neira", email="ana@neira.example")
        a_registration(db, event, given_names="Zoila", family_names="Abeto", entity="Gobernación", divipola="17001", document_number="7001")
        first.reply = "declined"
        told = {"kind": "registration.confirm", "recipient": "a···@n···", "subject": "Inscripción", "about_type": "registration"}
        db.add(MailRecord(message_id="<1@x>", about_id=first.id, sent_at=clock.now(), bounced_at=clock.now(), **told))
        return event.slug


def url(slug: str) -> str:
    return f"/escritorio/eventos/{slug}/inscripciones"


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_who_has_to_answer_yet_can_be_asked_for(client: FlaskClient, slug: str, writing: Opened) -> None:
    assert "les falta responder" not in client.get(url(slug)).text, "the event asks nothing"
    with writing() as db:
        ana, zoila = db.execute(select(Registration).order_by(Registration.id)).scalars()
        workshop = a_workshop(db, ana.event, required=True)
        hidden = ShownIf(workshop.key, ("1",))
        a_question(db, ana.event, label="¿Trae equipo?", required=True, shown_if=hidden)
        answers.keep(db, ana.id, ana.event_id, ana.person_id, Told((Given(workshop, "2"),)), channel=Source.STAFF, now=clock.now())
    page = client.get(url(slug)).text
    assert "les falta responder" in page
    lacking = client.get(f"{url(slug)}?falta=si").text
    assert ("Ana Zarzal" in lacking, "Zoila Abeto" in lacking) == (False, True)
    with writing() as db:
        cancel(db, db.get_one(Registration, zoila.id), by=SYSTEM, now=clock.now())
    assert "Ninguna inscripción coincide" in client.get(f"{url(slug)}?falta=si").text, "who left has nothing to answer"


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_each_filter_leaves_whom_it_says(client: FlaskClient, slug: str) -> None:
    for asked, sees in {
        "entidad=gobernacion": (False, True),
        "respuesta=declined": (True, False),
        "rebote=si": (True, False),
        "municipio=17001": (False, True),
        "origen=staff": (True, True),
        "origen=import": (False, False),
        "estado=waitlisted": (False, False),
        "grupo=nadie": (False, False),
        "respuesta=raro&orden=raro&columnas=raro": (True, True),
    }.items():
        page = client.get(f"{url(slug)}?{asked}")
        assert page.status_code == 200, asked
        assert (">Ana Zarzal<" in page.text, ">Zoila Abeto<" in page.text) == sees, asked


@pytest.mark.usefixtures("admin")
def test_the_order_is_the_columns_and_turns_round(client: FlaskClient, slug: str) -> None:
    def first(order: str) -> bool:
        page = client.get(f"{url(slug)}?orden={order}").text
        return page.index(">Ana Zarzal<") < page.index(">Zoila Abeto<")

    assert (first("nombre"), first("-nombre"), first("entidad"), first("-entidad")) == (True, False, True, False)
    assert 'aria-sort="ascending"' in client.get(f"{url(slug)}?orden=entidad").text
    assert 'aria-sort="descending"' in client.get(f"{url(slug)}?orden=-entidad").text


@pytest.mark.usefixtures("admin")
def test_columns_are_chosen_and_a_mail_in_one_is_masked(client: FlaskClient, slug: str) -> None:
    page = client.get(f"{url(slug)}?columnas=correo&columnas=respuesta").text
    assert 'data-label="Correo:"' in page
    assert 'data-label="Entidad:"' not in page
    assert "ana@neira.example" not in page
    assert "No irá" in page


@pytest.mark.both_databases
def test_a_shared_view_is_seen_by_the_cycle_and_removed_by_its_owner(
    client: FlaskClient, slug: str, writing: Opened, looking: Opened
) -> None:
    who = signed_in(client, writing)
    answer = client.post(
        f"{url(slug)}/vistas",
        data={"csrf_token": who.csrf, "name": "De Neira", "shared": "y", "texto": "neira", "columnas": ["correo", "lugar"]},
    )
    assert answer.status_code == 303
    assert "quedó guardada" in client.get(answer.location).text
    with looking() as db:
        view = db.execute(select(SavedView)).scalar_one()
        assert view.chosen == {"texto": "neira", "columnas": ["correo", "lugar"]}
        cycle_id, public_id = view.cycle_id, view.public_id
    refused = client.post(f"{url(slug)}/vistas", data={"csrf_token": who.csrf, "name": "", "texto": "neira"})
    assert refused.status_code == 422
    assert 'value="neira"' in refused.text
    other = client.application.test_client()
    with writing() as db:
        reader = a_staff(db, role=StaffRole.READER, email="lee@oficina.example")
        db.add(CycleStaff(cycle_id=cycle_id, staff_id=reader.id))
    seen = signed_in(other, writing, staff=reader)
    assert "De Neira" in other.get(url(slug)).text
    assert other.post(f"{url(slug)}/vistas/{public_id}/quitar", data={"csrf_token": seen.csrf}).status_code == 403
    assert client.post(f"{url(slug)}/vistas/{public_id}/quitar", data={"csrf_token": who.csrf}).status_code == 303
    assert "De Neira" not in other.get(url(slug)).text


def test_the_three_files_say_the_same_and_hide_what_was_not_asked_for(client: FlaskClient, admin: SignedIn, slug: str) -> None:
    asked = {"csrf_token": admin.csrf, "orden": "nombre", "columnas": ["entidad", "correo"]}
    files = {kind: client.post(f"{url(slug)}.{kind}", data=asked) for kind in ("csv", "xlsx", "ods")}
    assert all(one.status_code == 200 for one in files.values())
    want = [("Nombre", "Entidad", "Correo"), ("Ana Zarzal", "Alcaldía de Neira", "ana@neira.example")]
    table = read_table(files["csv"].data, filename="lista.csv")
    assert [table.headers, table.rows[0]] == want
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"].data)).active
    assert sheet is not None
    from_xlsx = [tuple(str(cell) for cell in row) for row in sheet.iter_rows(values_only=True)]
    from_ods = [tuple(words for _kind, words in row) for row in opened(files["ods"].data)]
    assert from_xlsx == from_ods == [table.headers, *table.rows]
    assert not any("7001" in str(row) for row in from_ods)
    private = client.post(f"{url(slug)}.ods", data=asked | {"private": "y", "reason": "Certificar ante control interno"})
    assert ("string", "7001") in [cell for row in opened(private.data) for cell in row]


def test_a_file_is_written_down_with_its_columns(client: FlaskClient, admin: SignedIn, slug: str, looking: Opened) -> None:
    client.post(f"{url(slug)}.xlsx", data={"csrf_token": admin.csrf, "texto": "ana", "estado": "active", "columnas": ["entidad"]})
    with looking() as db:
        kept = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "desk.export_registrations")).scalar_one()
    assert (kept["kind"], kept["columns"], kept["rows"], kept["filter"]) == ("xlsx", ["entidad"], 1, {"estado": "active"})


@pytest.mark.usefixtures("admin")
def test_five_hundred_registrations_cost_no_more_statements_than_one(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        one = a_registration(db, event)
        slug, kept = (
            event.slug,
            {column.name: getattr(one, column.name) for column in Registration.__table__.columns if column.name != "id"},
        )
    with counted() as alone:
        assert client.get(url(slug)).status_code == 200
    with writing() as db:
        people = {column.name: getattr(db.get_one(Person, one.person_id), column.name) for column in Person.__table__.columns}
        own = {"public_id", "document_number", "ticket_hash", "link_hash", "uid"}
        for number in range(500):
            fresh = {name: f"{number}-{name}" for name in own}
            db.add(Person(**{**people, "id": 1000 + number, **{name: fresh[name] for name in ("public_id", "document_number")}}))
        db.flush()
        for number in range(500):
            fresh = {name: f"{number}-{name}" for name in own - {"document_number"}}
            db.add(Registration(**{**kept, **fresh, "person_id": 1000 + number}))
    with counted() as many:
        page = client.get(url(slug))
    assert "501 inscripciones" in page.text
    assert len(alone) == len(many) <= 11, str(many)


def test_an_address_can_ask_for_anything_and_gets_what_there_is() -> None:
    chosen = chosen_from(
        {"estado": ["raro"], "orden": ["-fecha"], "columnas": ["lugar", "nada", "lugar"], "texto": ["  ana  "], "q-x": ["1"]}
    )
    assert (chosen.estado, chosen.orden, chosen.columnas, chosen.texto, chosen.answers) == ("", "-fecha", ("lugar",), "ana", ())
    assert chosen.address == {"texto": "ana", "orden": "-fecha", "columnas": ["lugar"]}
    assert chosen.sorted_by("fecha").orden == "fecha"
    assert chosen.sorted_by("fecha").sorted_by("fecha").orden == "-fecha"


@pytest.mark.both_databases
def test_the_list_is_narrowed_by_an_answer_and_shows_it_but_never_a_sensitive_one(
    client: FlaskClient, admin: SignedIn, writing: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        ana, zoila = (a_registration(db, event, given_names=name, family_names="Zarzal") for name in ("Ana", "Zoila"))
        workshop = a_workshop(db, event)
        hidden = a_question(db, event, QuestionKind.YES_NO, "¿Necesita apoyos?", sensitive=True)
        for who, option in ((ana, "1"), (zoila, "2")):
            told = Told((Given(workshop, option),))
            answers.keep(db, who.id, event.id, who.person_id, told, channel=Source.STAFF, now=clock.now())
        slug = event.slug
    page = client.get(f"{url(slug)}?{workshop.name}=1&columnas={workshop.name}").text
    assert ">Ana Zarzal<" in page
    assert ">Zoila Zarzal<" not in page
    assert "Taller A</td>" in page
    assert ">Zoila Zarzal<" in client.get(f"{url(slug)}?{workshop.name}=9").text, "an option that does not exist narrows nothing"
    assert hidden.name not in page
    asked = {"csrf_token": admin.csrf, workshop.name: "2"}
    table = read_table(client.post(f"{url(slug)}.csv", data=asked).data, filename="lista.csv")
    assert [(row[0], row[-1]) for row in table.rows] == [("Zoila Zarzal", "Taller B")]
    assert table.headers[-1] == "¿A qué taller va?"


@pytest.mark.usefixtures("admin")
def test_a_page_has_the_rows_that_were_asked_for_and_files_and_views_stand_before_them(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        for _ in range(51):
            a_registration(db, event)
        slug = event.slug
    usual, more, odd = (client.get(f"{url(slug)}{asked}").text for asked in ("", "?filas=100", "?filas=9999"))
    assert [page.count('class="tick"') for page in (usual, more, odd)] == [50, 51, 50]
    assert 'name="filas" value="100"' in more, "a file, a view and what is done to many keep what the page has"
    assert more.index("Descargar la lista") < more.index("<table")
    assert "Inscripciones por estado" not in usual, "one state alone says what the total says"
