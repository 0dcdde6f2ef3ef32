"""The attendance sheet: whole data on paper, with its reason, each person once, and its header on every page."""

import io

import pikepdf
import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.cycles.models import CycleStaff
from eventos.entities.models import Office
from eventos.kernel.audit import AuditEntry
from eventos.kernel.vocabulary import StaffRole
from eventos.people.models import Person
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


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


def test_the_sheet_has_everybody_once_by_family_name_under_the_same_header(
    client: FlaskClient, admin: SignedIn, slug: str, looking: Opened
) -> None:
    url = f"/escritorio/eventos/{slug}/planilla"
    assert "2 personas inscritas" in client.get(url).text
    day = client.get(url).text.split('name="day" value="')[1].split('"')[0]
    asked = {"csrf_token": admin.csrf, "day": day, "blank": "30", "reason": "Firmarla en la entrada."}
    answer = client.post(url, data=asked)
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
    assert kept == {"rows": 2, "blank": 30, "reason": "Firmarla en la entrada."}


def test_without_a_reason_no_data_leaves_and_an_empty_sheet_names_nobody(client: FlaskClient, admin: SignedIn, slug: str) -> None:
    url = f"/escritorio/eventos/{slug}/planilla"
    day = client.get(url).text.split('name="day" value="')[1].split('"')[0]
    refused = client.post(url, data={"csrf_token": admin.csrf, "day": day, "blank": "7"})
    assert refused.status_code == 422
    assert 'value="7"' in refused.text
    blank = client.post(url, data={"csrf_token": admin.csrf, "day": day, "blank": "3", "empty": "y", "reason": "Visita sin lista."})
    assert "Zoila" not in "".join(pages_of(blank.data))
    for typed in ("900", "9" * 900, "diez"):
        refused = client.post(url, data={"csrf_token": admin.csrf, "day": day, "blank": typed, "reason": "Demasiadas."})
        assert refused.status_code == 422
        assert f'value="{typed}"' in refused.text


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
