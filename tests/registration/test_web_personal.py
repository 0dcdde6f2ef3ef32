"""The personal link and the ticket: what they show, what they hide, and that looking changes nothing."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.cycles import service as cycles
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import LinkExposure, Modality
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.cycles.factories import LINK, a_published_event
from tests.registration.factories import a_registration
from tests.support.judges import read_qr
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]
Freeze = Callable[[datetime], None]
BEFORE = datetime(2030, 7, 25, 12, 44, tzinfo=UTC)  # 16 minutes before the start
OPEN = datetime(2030, 7, 25, 12, 46, tzinfo=UTC)
AFTER = datetime(2030, 7, 25, 15, 1, tzinfo=UTC)


@dataclass
class Mine:
    link: str
    ticket: str
    id: int
    slug: str

    @property
    def url(self) -> str:
        return f"/i/{self.link}"


def written(writing: Opened, *, cancel_event: bool = False, waiting: bool = False, document: str = "12345678", **event: object) -> Mine:
    with writing() as db:
        found = a_published_event(db, **event)
        if waiting:
            a_registration(db, found)
        one = a_registration(db, found, email="elvira@riosucio.example", document_number=document, given_names="Elvira Demo")
        mine = Mine(tickets.link_of(one), tickets.ticket_of(one), one.id, found.slug)
        if cancel_event:
            cycles.cancel(db, found, reason="Por lluvias.", by=SYSTEM, now=clock.now())
    return mine


@pytest.fixture
def mine(writing: Opened) -> Mine:
    return written(writing, capacity_virtual=5)


def post(client: FlaskClient, url: str, page: str = "/mi-inscripcion", **data: str) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found is not None
    return client.post(url, data={**data, "csrf_token": found[1]})


def state_of(looking: Opened, mine: Mine) -> str:
    with looking() as db:
        return db.execute(select(Registration.state).where(Registration.id == mine.id)).scalar_one()


def html_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True).replace("\xa0", " ")


def test_my_registration_shows_code_and_masks_the_document(client: FlaskClient, mine: Mine) -> None:
    page = client.get(mine.url)
    html = html_of(page)
    assert page.status_code == 200
    for words in ("Confirmada", "Elvira Demo", "CC ···678", "e···@riosucio.example", "jueves, 25 de julio de 2030".capitalize(), "<svg"):
        assert words in html, words
    for hidden in ("12345678", "elvira@riosucio.example", LINK, mine.ticket):
        assert hidden not in html, hidden
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_the_constancia_is_offered_from_the_hour_of_the_event(client: FlaskClient, mine: Mine, clock_at: Freeze) -> None:
    """The office may close the acta before the last hour is over."""
    offered = []
    for moment in (datetime(2030, 7, 25, 12, 59, tzinfo=UTC), datetime(2030, 7, 25, 13, 1, tzinfo=UTC)):
        clock_at(moment)
        offered.append("Mi constancia" in html_of(client.get(mine.url)))
    assert offered == [False, True]


def test_the_qr_of_the_page_is_the_ticket(client: FlaskClient, mine: Mine) -> None:
    picture = client.get(f"{mine.url}/qr.png")
    assert picture.mimetype == "image/png"
    assert read_qr(picture.data) == [f"http://127.0.0.1:8000/q/{mine.ticket}"]


def test_the_invite_can_be_downloaded(client: FlaskClient, mine: Mine) -> None:
    calendar = vobject.readOne(client.get(f"{mine.url}/invitacion.ics").get_data(as_text=True))
    assert calendar.vevent.attendee.value == "mailto:elvira@riosucio.example"


def test_looking_changes_nothing(client: FlaskClient, mine: Mine, looking: Opened) -> None:
    def everything() -> list[tuple[object, ...]]:
        with looking() as db:
            tables = ("registration", "person", "seat_pool", "job", "audit_entry", "rate_counter", "mail_record")
            return [tuple(row) for table in tables for row in db.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]

    before = everything()
    for path in ("", "/datos", "/cancelar", "/correo", "/qr.png", "/invitacion.ics"):
        for method in (client.get, client.head):
            assert method(mine.url + path).status_code == 200, path
    for method in (client.get, client.head):
        assert method(f"/q/{mine.ticket}").status_code == 200
        assert method(f"{mine.url}/entrar").status_code == 405
        assert method(f"{mine.url}/volver").status_code == 405
    assert everything() == before


def test_cancelling_asks_once_and_can_be_undone(
    client: FlaskClient, mine: Mine, looking: Opened, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    assert "¿Cancela su inscripción?" in html_of(client.get(f"{mine.url}/cancelar"))
    answer = post(client, f"{mine.url}/cancelar")
    assert (answer.status_code, state_of(looking, mine)) == (303, "cancelled")
    page = html_of(client.get(answer.location))
    assert "quedó cancelada" in page
    assert "Volver a inscribirme" in page
    assert client.get(f"{mine.url}/qr.png").status_code == 404
    assert post(client, f"{mine.url}/cancelar").status_code == 303
    assert post(client, f"{mine.url}/volver").status_code == 303
    assert state_of(looking, mine) == "active"
    outbox_run()
    # Once registered and cancelled within a second, the mails say how things stand when they go out.
    subjects = {message["Subject"].split(":")[0] for message in mailbox.messages()}
    assert subjects == {"Inscripción confirmada", "Inscripción cancelada"}


def test_leaving_the_waiting_list_says_so(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    mine = written(writing, waiting=True, capacity_virtual=1)
    answer = post(client, f"{mine.url}/cancelar")
    assert state_of(looking, mine) == "cancelled"
    assert "Salió de la lista de espera." in html_of(client.get(answer.location))


def test_what_the_person_did_is_told_to_the_person(client: FlaskClient, mine: Mine) -> None:
    page = html_of(client.get(post(client, f"{mine.url}/cancelar").location))
    assert "Su inscripción quedó cancelada. Le enviamos un correo" in page
    assert "Avisamos a la persona" not in page


def test_after_the_start_nothing_can_be_cancelled_or_changed(client: FlaskClient, mine: Mine, looking: Opened, clock_at: Freeze) -> None:
    clock_at(datetime(2030, 7, 25, 13, 1, tzinfo=UTC))
    refused = post(client, f"{mine.url}/cancelar")
    assert (refused.status_code, "ya comenzó" in html_of(refused), state_of(looking, mine)) == (409, True, "active")
    refused = post(client, f"{mine.url}/datos", **DATA)
    assert (refused.status_code, "Nombre Corregido" in html_of(refused)) == (409, True)
    assert "Cancelar mi inscripción" not in html_of(client.get(mine.url))


DATA = {
    "given_names": "Nombre Corregido",
    "family_names": "Cedral",
    "phone": "",
    "municipio": "Neira, Caldas",
    "entity": "Personería de Neira",
    "post": "Personera",
    "link_kind": "contratista",
}


def test_data_are_corrected_with_what_is_known_filled_in(client: FlaskClient, mine: Mine, looking: Opened) -> None:
    page = html_of(client.get(f"{mine.url}/datos"))
    for words in ("Elvira Demo", "Riosucio, Caldas", "Alcaldía de Riosucio", "CC ···678"):
        assert words in page
    assert "12345678" not in page
    assert post(client, f"{mine.url}/datos", **{**DATA, "municipio": "Riosucio"}).status_code == 422
    assert post(client, f"{mine.url}/datos", **DATA, document_number="99999999", state="cancelled").status_code == 303
    with looking() as db:
        person, row = db.execute(select(Person)).scalar_one(), db.execute(select(Registration)).scalar_one()
    assert (person.given_names, person.document_number, person.phone) == ("Nombre Corregido", "12345678", "")
    assert (row.entity_name, row.divipola, row.link_kind, row.state) == ("Personería de Neira", "17486", "contratista", "active")


def test_a_full_modality_is_refused_beside_its_field(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    hybrid = {"modality": Modality.HYBRID, "venue_name": "Auditorio", "capacity_virtual": 5, "capacity_onsite": 1}
    with writing() as db:
        event = a_published_event(db, **hybrid)
        a_registration(db, event, modality="presencial")
        one = a_registration(db, event, modality="virtual")
        mine = Mine(tickets.link_of(one), "", one.id, event.slug)
    refused = post(client, f"{mine.url}/datos", **DATA, modality="presencial")
    assert (refused.status_code, "Ya no quedan cupos" in html_of(refused)) == (409, True)
    with looking() as db:
        row = db.get_one(Registration, mine.id)
        assert (row.modality, row.entity_name) == ("virtual", "Alcaldía de Riosucio")


def test_the_entrance_opens_a_quarter_of_an_hour_before(client: FlaskClient, mine: Mine, clock_at: Freeze, looking: Opened) -> None:
    clock_at(BEFORE)
    page = html_of(client.get(mine.url))
    assert "Podrá entrar desde aquí el 25 de julio de 2030, 7:45 a. m." in page
    assert "Entrar a la reunión</button>" not in page
    assert post(client, f"{mine.url}/entrar").status_code == 409
    clock_at(OPEN)
    answer = client.get(mine.url)
    assert "Entrar a la reunión</button>" in html_of(answer)
    assert "form-action 'self' https://teams.microsoft.com;" in answer.headers["Content-Security-Policy"]
    entered = post(client, f"{mine.url}/entrar")
    assert (entered.status_code, entered.location) == (303, LINK)
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "registration.enter")).scalar_one()
    assert entry.object_id == mine.id
    clock_at(AFTER)
    assert post(client, f"{mine.url}/entrar").status_code == 409


def test_the_link_is_shown_in_full_only_when_the_event_shows_it(client: FlaskClient, writing: Opened) -> None:
    shown = written(writing, link_exposure=LinkExposure.REGISTERED)
    assert LINK.replace("&", "&amp;") in client.get(shown.url).get_data(as_text=True)


def test_waiting_and_called_off_pages_have_no_code(client: FlaskClient, writing: Opened) -> None:
    waiting = html_of(client.get(written(writing, waiting=True, capacity_virtual=1).url))
    assert "En lista de espera" in waiting
    assert "<title>Código QR" not in waiting
    off = written(writing, cancel_event=True, document="87654321")
    page = html_of(client.get(off.url))
    assert "Evento cancelado" in page
    assert "Por lluvias." in page
    assert "<title>Código QR" not in page
    assert "Evento cancelado" in html_of(client.get(f"/q/{off.ticket}"))


def test_a_ticket_says_event_and_validity_and_names_nobody(client: FlaskClient, mine: Mine) -> None:
    page = html_of(client.get(f"/q/{mine.ticket}"))
    assert "Entrada válida" in page
    assert "Quinta asistencia técnica" in page
    for hidden in ("Elvira", "Cedral", "riosucio.example", "Alcaldía", mine.link):
        assert hidden not in page, hidden
    post(client, f"{mine.url}/cancelar")
    assert "Entrada cancelada" in html_of(client.get(f"/q/{mine.ticket}"))
    for foreign in ("abc", "0" * 113, mine.ticket[:-1] + ("A" if mine.ticket[-1] != "A" else "B"), mine.link):
        answer = client.get(f"/q/{foreign}")
        assert (answer.status_code, "No es de nuestra oficina" in html_of(answer)) == (404, True)


def test_secrets_open_only_their_own_door(client: FlaskClient, mine: Mine, looking: Opened) -> None:
    receipt = tokens.issue("receipt", {"e": [1], "m": ""}, expires_at=clock.now() + timedelta(hours=1))
    for path in (f"/i/{mine.ticket}", f"/i/{receipt}", "/i/x", f"/correo/{receipt}", f"/inscripcion/recibida/{mine.link}", "/correo/x"):
        assert client.get(path).status_code == 404, path
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == 1


def test_guessing_links_is_slowed_down_and_good_ones_are_not(client: FlaskClient, mine: Mine) -> None:
    answers = [client.get(f"/i/no-{number}").status_code for number in range(70)]
    assert set(answers) == {404, 429}
    assert client.get(mine.url).status_code == 200


def test_a_new_mail_address_needs_the_document_and_its_confirmation(
    client: FlaskClient, mine: Mine, looking: Opened, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    outbox_run()
    url = f"{mine.url}/correo"
    wrong = post(client, url, email="nueva@neira.example", document_number="11111111")
    assert (wrong.status_code, "no coincide" in html_of(wrong), "nueva@neira.example" in html_of(wrong)) == (422, True, True)
    assert post(client, url, email="nueva@neira.example", document_number="12.345.678").status_code == 303
    outbox_run()
    (notice,) = mailbox.to("elvira@riosucio.example")[1:]
    (message,) = mailbox.to("nueva@neira.example")
    assert "n···@neira.example" in notice.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    words = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Elvira" not in words
    path = re.search(r"http://127\.0\.0\.1:8000(/correo/\S+)", words)[1]  # type: ignore[index]
    with looking() as db:
        assert db.execute(select(Person.email)).scalar_one() == "elvira@riosucio.example"
    assert client.get(path).status_code == 200
    with looking() as db:
        assert db.execute(select(Person.email)).scalar_one() == "elvira@riosucio.example"
    assert post(client, path).status_code == 200
    with looking() as db:
        assert db.execute(select(Person.email, Person.email_key)).one() == ("nueva@neira.example", "nueva@neira.example")
    assert post(client, path).status_code == 404
    outbox_run()
    assert len(mailbox.to("nueva@neira.example")) == 2


def test_the_document_is_tried_five_times_an_hour(client: FlaskClient, mine: Mine) -> None:
    answers = [post(client, f"{mine.url}/correo", email="x@y.example", document_number=f"1111{number}").status_code for number in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_asking_for_links_answers_the_same_for_everybody(
    client: FlaskClient, mine: Mine, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    outbox_run()
    known, unknown = (post(client, "/mi-inscripcion", email=address) for address in ("elvira@riosucio.example", "elvora@riosucio.example"))
    assert known.status_code == unknown.status_code == 200
    assert html_of(known) == html_of(unknown)
    outbox_run()
    assert len(mailbox.messages()) == 2
    assert f"/i/{mine.link}" in mailbox.messages()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert post(client, "/mi-inscripcion", email="no es").status_code == 422


def test_asking_too_often_sends_nothing_more(
    client: FlaskClient, mine: Mine, outbox_run: Callable[[], int], mailbox: Mailbox, clock_at: Freeze
) -> None:
    now = clock.now().replace(minute=1)
    for number in range(6):
        clock_at(now + timedelta(seconds=2 * number))
        assert post(client, "/mi-inscripcion", email="elvira@riosucio.example").status_code == 200
    outbox_run()
    assert len([message for message in mailbox.messages() if message["Subject"].startswith("Sus inscripciones")]) == 3
    answers = [post(client, "/mi-inscripcion", email=f"p{number}@y.example").status_code for number in range(20)]
    assert 429 in answers
