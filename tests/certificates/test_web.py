"""The pages of constancias: one's own, the office's, and the verification that anybody may ask for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from io import BytesIO

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.certificates import queries, service
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.cycles.models import CycleStaff, Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import StaffRole
from eventos.registration import service as registrations
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.accounts.factories import SignedIn, open_form_token, signed_in
from tests.attendance.factories import a_held_event
from tests.certificates.factories import BEFORE, a_closed_event, close, decide, people_of
from tests.conftest import Opened
from tests.support import judges
from tests.support.statements import counted

Run = Callable[[], int]


@dataclass(frozen=True)
class Scene:
    """A closed event: the links of the first (in the acta), second (in it) and third (not in it), and the office's page."""

    client: FlaskClient
    who: SignedIn
    event_id: int
    slug: str
    links: list[str]
    ids: list[int]

    @property
    def desk(self) -> str:
        return f"/escritorio/eventos/{self.slug}/constancias"

    def post(self, path: str, **data: object) -> int:
        return self.client.post(path, data={"csrf_token": self.who.csrf, **data}).status_code

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return unescape(answer.text)


@pytest.fixture
def scene(client: FlaskClient, writing: Opened) -> Scene:
    who = signed_in(client, writing, StaffRole.ORGANISER)
    with writing() as db:
        event, people = a_closed_event(db)
        db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=who.id))
        links = [f"/i/{tickets.link_of(one)}/constancia" for one in people]
        return Scene(client, who, event.id, event.slug, links, [one.id for one in people])


def ask(client: FlaskClient, url: str) -> int:
    return client.post(url, data={"csrf_token": open_form_token()}).status_code


def code_of(looking: Opened, number: int) -> str:
    with looking() as db:
        found = queries.of_registration(db, number)
    assert found is not None
    return found.code


# --- one's own ---------------------------------------------------------------------------------------------------------------------


def test_who_is_in_the_acta_asks_waits_and_downloads(scene: Scene, looking: Opened, outbox_run: Run) -> None:
    url = scene.links[0]
    assert "Preparar mi constancia" in scene.get(url)
    assert scene.get(url + ".pdf", 404)
    assert ask(scene.client, url) == 303
    page = scene.get(url)
    assert "Estamos preparando su constancia" in page
    assert 'http-equiv="refresh"' in page
    outbox_run()
    page = scene.get(url)
    assert "Descargar constancia" in page
    file = scene.client.get(url + ".pdf")
    assert file.headers["Content-Disposition"].startswith("attachment; filename=constancia-elvira-demo-cedral")
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["X-Robots-Tag"] == "noindex"
    with pikepdf.open(BytesIO(file.data)) as document:
        assert len(document.pages) == 1
    assert "Constancia válida" in scene.get(f"/verificar/{code_of(looking, scene.ids[0])}")


def test_looking_changes_nothing(scene: Scene, looking: Opened) -> None:
    for url in scene.links:
        scene.get(url)
    with looking() as db:
        assert db.execute(select(Certificate.id)).all() == []


def test_asking_twice_makes_one(scene: Scene, looking: Opened) -> None:
    assert [ask(scene.client, scene.links[0]) for _ in range(2)] == [303, 303]
    with looking() as db:
        assert len(db.execute(select(Certificate.id)).all()) == 1


def test_who_is_not_in_the_acta_reads_why(scene: Scene) -> None:
    assert "no está entre los asistentes del acta" in scene.get(scene.links[2])
    assert ask(scene.client, scene.links[2]) == 409
    scene.get(scene.links[2] + ".pdf", 404)


def test_before_the_acta_and_after_cancelling_the_page_says_so(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        people = people_of(db, a_held_event(db))
        links = [f"/i/{tickets.link_of(one)}/constancia" for one in people[:2]]
        with clock.freeze(BEFORE):
            registrations.cancel(db, people[1], by=SYSTEM, now=BEFORE)
    assert "todavía no cierra el acta" in client.get(links[0]).text
    assert "está cancelada" in client.get(links[1]).text
    assert [ask(client, url) for url in links] == [409, 409]


def test_who_a_correction_takes_out_can_no_longer_download(scene: Scene, writing: Opened, outbox_run: Run) -> None:
    ask(scene.client, scene.links[0])
    outbox_run()
    assert scene.client.get(scene.links[0] + ".pdf").status_code == 200
    with writing() as db:
        event = db.get_one(Event, scene.event_id)
        decide(db, event, [db.get_one(Registration, scene.ids[0])], attended=False)
        close(db, event, version=1)
    scene.get(scene.links[0] + ".pdf", 404)
    assert "no está entre los asistentes" in scene.get(scene.links[0])


def test_unknown_link_is_not_found(client: FlaskClient) -> None:
    assert client.get("/i/no-es-de-nadie/constancia").status_code == 404
    assert client.get("/i/no-es-de-nadie/constancia.pdf").status_code == 404


def test_my_registration_leads_to_it_once_the_event_is_over(scene: Scene) -> None:
    assert scene.links[0] in scene.get(scene.links[0].removesuffix("/constancia"))


# --- verification ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def issued(scene: Scene, writing: Opened, looking: Opened) -> str:
    with writing() as db:
        service.issue_all(db, scene.event_id, by=SYSTEM, now=clock.now())
    return code_of(looking, scene.ids[0])


def test_valid_says_what_and_whose_with_the_document_masked(scene: Scene, issued: str) -> None:
    page = scene.get(f"/verificar/{issued}")
    for words in ("Constancia válida", "Elvira Demo Cedral", "CC ···418", "Quinta asistencia técnica: Gobierno Abierto", "Dos (2) horas"):
        assert words in page
    assert "29 de julio de 2021" in page
    assert "1000000418" not in page.replace(".", "")


@pytest.mark.both_databases
def test_verification_costs_three_statements(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event, people = a_closed_event(db)
        service.issue_all(db, event.id, by=SYSTEM, now=clock.now())
    code = code_of(looking, people[0].id)
    client.get(f"/verificar/{code}")
    with counted() as statements:
        assert client.get(f"/verificar/{code}").status_code == 200
    assert len(statements) <= 3, str(statements)


def test_typed_code_is_read_however_it_is_written(scene: Scene, issued: str) -> None:
    typed = "-".join(issued[at : at + 4] for at in range(0, 16, 4)).lower()
    answer = scene.client.get("/verificar", query_string={"codigo": f" {typed} "})
    assert answer.location.endswith(f"/verificar/{issued}")
    assert "Constancia válida" in scene.get(f"/verificar/{typed}")


def test_revoked_says_why_and_names_nobody(scene: Scene, writing: Opened, issued: str) -> None:
    with writing() as db:
        service.revoke(db, scene.event_id, issued, reason="El nombre tenía un error", by=SYSTEM, now=clock.now())
    page = scene.get(f"/verificar/{issued}")
    assert "Revocada" in page
    assert "El nombre tenía un error" in page
    assert "Elvira" not in page


def test_replaced_says_that_there_is_a_new_one(scene: Scene, writing: Opened, issued: str) -> None:
    with writing() as db:
        service.reissue(db, scene.event_id, scene.ids[0], by=SYSTEM, now=clock.now())
    page = scene.get(f"/verificar/{issued}")
    assert "Reemplazada" in page
    assert "Pida el código nuevo" in page


def test_unknown_and_malformed_codes_get_one_answer(client: FlaskClient) -> None:
    pages = {
        re.sub(r'(csrf_token" value="|v=)[^"]+', "", client.get(path, follow_redirects=True).text)
        for path in ("/verificar/0000000000000000", "/verificar/x", "/verificar/%3Cscript%3E", "/verificar?codigo=no-existe")
    }
    assert len(pages) == 1
    assert client.get("/verificar/x").status_code == 404


def test_thirty_first_question_of_a_minute_is_refused(client: FlaskClient, clock_at: Callable[[object], None]) -> None:
    clock_at(clock.now().replace(second=1, microsecond=0))
    codes = [f"/verificar/{at:016d}" if at % 2 else f"/verificar/{at}" for at in range(31)]
    assert [client.get(path).status_code for path in codes] == [404] * 30 + [429]
    assert "Retry-After" in client.get("/verificar/x").headers


def test_the_public_menu_leads_to_it(client: FlaskClient) -> None:
    assert 'href="/verificar"' in client.get("/politicas").text


# --- the office --------------------------------------------------------------------------------------------------------------------


def test_office_issues_all_downloads_and_the_reading_is_written_down(scene: Scene, looking: Opened, outbox_run: Run) -> None:
    assert "Elvira Demo Cedral" in scene.get(scene.desk)
    assert scene.post(scene.desk) == 302
    assert "Preparando constancias" in scene.get(scene.desk)
    outbox_run()
    code = code_of(looking, scene.ids[0])
    assert scene.client.post(f"{scene.desk}/{code}.pdf", data={"csrf_token": scene.who.csrf}).mimetype == "application/pdf"
    with looking() as db:
        assert db.execute(select(AuditEntry.action).where(AuditEntry.action == "certificates.read")).all()
    with counted() as statements:
        scene.get(scene.desk)
    assert len(statements) <= 14, str(statements)


def test_office_revokes_with_a_reason_and_issues_another(scene: Scene, looking: Opened, issued: str) -> None:
    url = f"{scene.desk}/{issued}/revocar"
    scene.get(url)
    assert scene.post(url, reason="") == 422
    assert scene.post(url, reason="El nombre tenía un error") == 302
    assert scene.post(url, reason="El nombre tenía un error") == 404
    assert scene.post(f"{scene.desk}/reexpedir/{scene.ids[0]}") == 302
    assert code_of(looking, scene.ids[0]) != issued
    assert scene.post(f"{scene.desk}/reexpedir/{scene.ids[2]}") == 409


def test_foreign_organiser_and_reader_cannot(scene: Scene, client: FlaskClient, writing: Opened, issued: str) -> None:
    foreign = signed_in(client, writing, StaffRole.ORGANISER)
    for path in (scene.desk, f"{scene.desk}/{issued}/revocar"):
        assert client.get(path).status_code == 404
    for path in (scene.desk, f"{scene.desk}/{issued}.pdf"):
        assert client.post(path, data={"csrf_token": foreign.csrf}).status_code == 404
    reader = signed_in(client, writing, StaffRole.READER)
    assert client.post(scene.desk, data={"csrf_token": reader.csrf}).status_code == 403


def test_code_of_another_event_is_not_found_here(scene: Scene, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        other, people = a_closed_event(db, number=4)
        service.issue_all(db, other.id, by=SYSTEM, now=clock.now())
    foreign = code_of(looking, people[0].id)
    assert scene.post(f"{scene.desk}/{foreign}.pdf") == 404
    assert scene.post(f"{scene.desk}/{foreign}/revocar", reason="No es de aquí") == 404


def test_escarapelas_are_asked_for_made_and_downloaded(scene: Scene, looking: Opened, outbox_run: Run) -> None:
    assert scene.post(f"{scene.desk}/escarapelas") == 302
    assert scene.post(f"{scene.desk}/escarapelas") == 302
    with looking() as db:
        (public_id,) = db.execute(select(BadgeSheet.public_id)).scalars()
    assert "Estamos preparando las escarapelas" in scene.get(f"/escritorio/escarapelas/{public_id}")
    outbox_run()
    assert "3 escarapelas listas" in scene.get(f"/escritorio/escarapelas/{public_id}")
    file = scene.client.post(f"/escritorio/escarapelas/{public_id}/descargar", data={"csrf_token": scene.who.csrf})
    assert file.data.startswith(b"%PDF-")
    with looking() as db:
        (read,) = db.execute(select(AuditEntry).where(AuditEntry.action == "certificates.read_badges")).scalars()
    assert read.actor == f"staff:{scene.who.id}"


@pytest.mark.slow
def test_the_html_checker_finds_no_error(scene: Scene, writing: Opened, outbox_run: Run, looking: Opened) -> None:
    roster = f"/escritorio/eventos/{scene.slug}/asistencia"
    found = {path: scene.client.get(path).text for path in (*scene.links, scene.desk, "/verificar", f"{roster}/actas", roster)}
    ask(scene.client, scene.links[0])
    found["pending"] = scene.client.get(scene.links[0]).text
    scene.post(scene.desk)
    found["issuing"] = scene.client.get(scene.desk).text
    outbox_run()
    code = code_of(looking, scene.ids[0])
    for path in (scene.links[0], scene.desk, f"/verificar/{code}", "/verificar/x", f"{scene.desk}/{code}/revocar"):
        found[f"ready {path}"] = scene.client.get(path).text
    with writing() as db:
        service.revoke(db, scene.event_id, code, reason="El nombre tenía un error", by=SYSTEM, now=clock.now())
    found["revoked"] = scene.client.get(f"/verificar/{code}").text
    found["mine revoked"] = scene.client.get(scene.links[0]).text
    faults = judges.vnu(found)
    assert not faults, "\n".join(faults)
