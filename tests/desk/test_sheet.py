"""The attendance sheet: whole data on paper, with its reason, each person once, and its header on every page."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventos.adapters import storage
from eventos.cycles.models import CycleStaff, Event
from eventos.desk import tasks
from eventos.desk.models import AttendanceSheet
from eventos.desk.service import ask_sheet
from eventos.entities.models import Office
from eventos.jobs import runner
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import StaffRole
from eventos.people.models import Person
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

Run = Callable[[], int]


@pytest.fixture
def slug(writing: Opened) -> str:
    with writing() as db:
        event = a_published_event(db)
        a_registration(db, event, given_names="Zoila", family_names="Abeto", document_number="7000001")
        kept = a_registration(db, event, given_names="Ana", family_names="Zarzal", document_number="7000002")
        twin = a_registration(db, event, given_names="Anita", family_names="Zarzal", document_number="7000003")
        db.get_one(Person, twin.person_id).merged_into_id = kept.person_id
        office = db.get_one(Office, 1)
        office.format_code, office.format_version, office.process = "F-AT-07", "3", "Atención al ciudadano"
        return event.slug


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for page in document:
            text = page.get_textpage()
            found.append(text.get_text_range())
            text.close()
            page.close()
        return found
    finally:
        document.close()


def asked(client: FlaskClient, who: SignedIn, slug: str, **said: str) -> TestResponse:
    url = f"/escritorio/eventos/{slug}/planilla"
    day = client.get(url).text.split('name="day" value="')[1].split('"')[0]
    return client.post(url, data={"csrf_token": who.csrf, "day": day, **said})


def taken(client: FlaskClient, who: SignedIn, page: str) -> TestResponse:
    return client.post(f"{page}/descargar", data={"csrf_token": who.csrf})


@pytest.mark.both_databases
def test_the_sheet_has_everybody_once_by_family_name_under_the_same_header(
    client: FlaskClient, admin: SignedIn, slug: str, looking: Opened, outbox_run: Run
) -> None:
    url = f"/escritorio/eventos/{slug}/planilla"
    assert "2 personas inscritas" in client.get(url).text
    page = asked(client, admin, slug, blank="30", reason="Firmarla en la entrada.").location
    assert "Estamos preparando la planilla" in client.get(page).text
    assert taken(client, admin, page).status_code == 404, "nothing is drawn while somebody waits for the page"
    assert page in client.get(url).text, "who left the page finds it again"
    outbox_run()
    assert "Planilla lista: 2 personas" in client.get(page).text
    answer = taken(client, admin, page)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = pages_of(answer.data)
    assert len(pages) > 1
    assert all("F-AT-07" in page and "Atención al ciudadano" in page and "Firma" in page for page in pages)
    assert pages[0].index("Zoila Abeto") < pages[0].index("Ana Zarzal")
    assert "Anita" not in pages[0]
    assert "7000001" in pages[0]
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        box = document.pages[0].mediabox
        assert box[2] > box[3], "it is landscape"
    with looking() as db:
        kept = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "desk.print_sheet")).scalar_one()
        assert db.execute(select(AuditEntry.action).where(AuditEntry.action == "desk.read_sheet")).scalars().all() == ["desk.read_sheet"]
    assert kept == {"rows": 2, "blank": 30, "reason": "Firmarla en la entrada."}


def test_more_people_than_fit_in_a_file_are_several_that_number_on(
    client: FlaskClient, admin: SignedIn, slug: str, outbox_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PART", 1)
    page = asked(client, admin, slug, blank="2", reason="Firmarla en la entrada.").location
    outbox_run()
    answer = taken(client, admin, page)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["planilla-01-de-02.pdf", "planilla-02-de-02.pdf"]
        first, second = ("".join(pages_of(archive.read(name))) for name in archive.namelist())
    assert ("Zoila Abeto" in first, "Ana Zarzal" in first) == (True, False)
    assert ("Zoila Abeto" in second, "Ana Zarzal" in second) == (False, True)
    assert ("2 Ana Zarzal" in " ".join(second.split()), "4 Sí" in " ".join(second.split())) == (True, True)


@pytest.mark.both_databases
def test_a_sheet_is_forgotten_after_a_day_and_a_younger_one_stays(
    app: Flask, slug: str, outbox_run: Run, writing: Opened, looking: Opened
) -> None:
    now, options = clock.now(), {"day": "", "blank": 1, "empty": True}
    with writing() as db:
        event_id = db.execute(select(Event.id).where(Event.slug == slug)).scalar_one()
        old, young = (
            ask_sheet(db, event_id, options | {"blank": hours}, rows=0, reason="Visita.", by=SYSTEM, now=now - timedelta(hours=hours))
            for hours in (25, 23)
        )
    outbox_run()
    with looking() as db:
        keys = {row.public_id: row.file_sha256 or "" for row in db.execute(select(AttendanceSheet)).scalars()}
    assert all(storage.shelf().exists(key) for key in keys.values())
    runner.sweep(app)
    with looking() as db:
        rows = {row.public_id: (row.state, row.file_sha256) for row in db.execute(select(AttendanceSheet)).scalars()}
    assert rows == {old: ("gone", None), young: ("ready", keys[young])}
    assert (storage.shelf().exists(keys[old]), storage.shelf().exists(keys[young])) == (False, True)


def test_without_a_reason_no_data_leaves_and_an_empty_sheet_names_nobody(
    client: FlaskClient, admin: SignedIn, slug: str, outbox_run: Run
) -> None:
    refused = asked(client, admin, slug, blank="7")
    assert refused.status_code == 422
    assert 'value="7"' in refused.text
    assert asked(client, admin, slug, blank="900", reason="Demasiadas.").status_code == 422
    page = asked(client, admin, slug, blank="3", empty="y", reason="Visita sin lista.").location
    outbox_run()
    assert "Zoila" not in "".join(pages_of(taken(client, admin, page).data))


def test_a_reader_or_another_cycle_prints_nothing(client: FlaskClient, slug: str, writing: Opened) -> None:
    with writing() as db:
        foreign = a_published_event(db, number=9)
        staff = a_staff(db, role=StaffRole.ORGANISER)
        db.add(CycleStaff(cycle_id=foreign.cycle_id, staff_id=staff.id))
    who = signed_in(client, writing, staff=staff)
    assert client.post(f"/escritorio/eventos/{slug}/planilla", data={"csrf_token": who.csrf, "reason": "Quiero verla."}).status_code == 404
    reader = client.application.test_client()
    signed_in(reader, writing, StaffRole.READER)
    assert reader.get(f"/escritorio/eventos/{slug}/planilla").status_code == 403
