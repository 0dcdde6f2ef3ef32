"""Several people marked at once and lists on paper: nothing is written before it was shown, and the same judge answers."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.rules_paper import Expected, match, read_cells, read_lines
from eventos.checkin.web import marking
from eventos.cycles.models import Event
from eventos.kernel.audit import AuditEntry
from eventos.registration.models import Registration
from tests.accounts.factories import signed_in
from tests.checkin.factories import OPEN
from tests.checkin.stage import At
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

AURA = Expected("a", "Aura Guadual Cedral", ("1053000001",))
BRUNO = Expected("b", "Bruno Arrayán Peña", ("24300002", "77001"))
OTHER = Expected("c", "Bruno Arrayán Peña", ("30300003",))
CARLA = Expected("d", "Carla María Yarumo Ruiz", ("AB123456",))


@pytest.mark.parametrize(
    ("line", "document", "name"),
    [
        ("1.053.000.001", "1053000001", ""),
        ("3. Aura Guadual Cedral; CC 1.053.000.001; Alcaldía", "1053000001", "Aura Guadual Cedral"),
        ("Aura Guadual Cedral\tPlaneación", "", "Aura Guadual Cedral"),
        ("CE77001 Bruno Arrayán", "77001", ""),
        ("AB123456, Carla Yarumo", "AB123456", "Carla Yarumo"),
        ("12", "", ""),
    ],
)
def test_a_line_says_a_document_or_a_name(line: str, document: str, name: str) -> None:
    (read,) = read_lines(f"\n{line}\n")
    assert (read.number, read.document, read.name or name) == (2, document, name or read.name)


def test_each_line_is_somebody_may_be_somebody_or_is_nobody() -> None:
    told = ("1053000001", "Bruno Arrayán Peña", "BRUNO ARRAYAN PEÑA, 30300003", "Carla Yarumo", "Aura Guadual Cedral, 99999999", "Guadual")
    text = "\n".join((*told, "AURA GUADUAL CEDRAL"))
    found = match(read_lines(text), [AURA, BRUNO, OTHER, CARLA])
    assert [(one.is_sure, [person.public_id for person in one.people]) for one in found] == [
        (True, ["a"]),
        (False, ["b", "c"]),
        (True, ["c"]),
        (False, ["d"]),
        (False, ["a"]),
        (False, []),
        (False, []),
    ]
    assert "ya está en otra línea" in found[-1].why
    assert match([read_cells(1, ["ce 77001"])], [BRUNO])[0].is_sure


def an_event(writing: Opened, many: int = 3) -> tuple[Event, list[Registration], list[str]]:
    with writing() as db:
        event = a_published_event(db)
        people = [a_registration(db, event) for _ in range(many)]
        return event, people, [one.person.document_number or "" for one in people]


def told(page: str, csrf: str, **changes: Any) -> dict[str, Any]:
    """What the form on a page would send."""
    batch = re.search(r'name="batch" value="([^"]+)"', page)
    assert batch is not None
    at = OPEN.replace(tzinfo=None).strftime("%Y-%m-%dT%H:%M")
    whole = {"csrf_token": csrf, "batch": batch[1], "room": "entrada", "direction": "in", "at": at, "reason": "Entraron juntas"}
    return whole | changes


def accepted(looking: Opened, event: Event) -> int:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Acceptance).join(Registration).where(Registration.event_id == event.id)) or 0


@pytest.mark.both_databases
def test_people_chosen_are_marked_once_with_moment_and_reason(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    event, people, _ = an_event(writing)
    with writing() as db:
        gone = a_registration(db, event)
        row = db.get_one(Registration, gone.id)
        row.state, row.seat_pool_id = "cancelled", None
    clock_at(OPEN + timedelta(days=3))
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/marcar"
    form = client.get(page).text
    assert gone.public_id not in form
    ids = [people[0].public_id, people[1].public_id, gone.public_id]
    refused = client.post(page, data=told(form, csrf, personas=ids, reason=""))
    assert (refused.status_code, "Escriba el motivo" in refused.text) == (422, True)
    assert re.search(rf'value="{ids[0]}"[^>]* checked', refused.text), "who was ticked stays ticked"
    later = client.post(page, data=told(form, csrf, personas=ids, at="2099-01-01T00:00"))
    assert (later.status_code, "Esa hora no ha llegado" in later.text) == (422, True)
    assert client.post(page, data=told(form, csrf)).status_code == 422, "nobody was chosen"
    assert accepted(looking, event) == 0
    for _ in range(2):
        done = client.post(page, data=told(form, csrf, personas=ids))
        assert (done.status_code, "Quedaron marcadas 2 personas" in done.text, "Cancelada" in done.text) == (200, True, True)
    elsewhen = client.post(page, data=told(form, csrf, personas=ids[:1], at=told(form, csrf)["at"].replace("T08", "T09")))
    assert "1 ya estaba" in elsewhen.text, "sent again with another moment it is another mark"
    again = client.post(page, data=told(client.get(page).text, csrf, personas=ids[:1]))
    assert "No se marcó a nadie" in again.text
    assert "1 ya estaba: no suma otra vez" in again.text
    assert accepted(looking, event) == 2
    with looking() as db:
        scans = db.execute(select(Scan).where(Scan.event_id == event.id).order_by(Scan.id)).scalars().all()
        assert len(scans) == 5
        assert {(scan.manual, scan.reason, scan.detail["by"] is not None) for scan in scans} == {(True, "Entraron juntas", True)}
        assert scans[0].scanned_at == OPEN.replace(second=0)
        assert db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "checkin.mark_many")) == 4


def test_everybody_who_matches_is_marked_without_ticking_each(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    with writing() as db:
        event = a_published_event(db)
        here = [a_registration(db, event, entity="Personería de Ejemplo") for _ in range(2)]
        a_registration(db, event)
    clock_at(OPEN + timedelta(hours=1))
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/marcar"
    form = client.get(f"{page}?texto=personeria&faltan=si").text
    assert "2 personas con cupo" in form
    done = client.post(page, data=told(form, csrf, todas="si", texto="personeria", faltan="si")).text
    assert "Quedaron marcadas 2 personas" in done
    assert "Ninguna persona coincide" in client.get(f"{page}?texto=personeria&faltan=si").text
    with looking() as db:
        assert set(db.execute(select(Acceptance.registration_id)).scalars()) == {one.id for one in here}


def test_a_crowd_is_marked_in_parts_and_who_was_before_is_told_first(
    client: FlaskClient, writing: Opened, looking: Opened, clock_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "TOGETHER", 2)
    monkeypatch.setattr(marking, "MOST_TOLD", 3)
    event, people, _ = an_event(writing, many=5)
    clock_at(OPEN + timedelta(hours=1))
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/marcar"
    form = client.get(page).text
    assert client.post(page, data=told(form, csrf, personas=[people[3].public_id])).status_code == 200
    done = client.post(page, data=told(client.get(page).text, csrf, todas="si")).text
    assert "Quedaron marcadas 4 personas" in done
    assert "Y 2 personas más" in done
    shown = re.findall(r"/puerta/personas/([^\"]+)\"", done)
    assert (shown[0], len(shown)) == (people[3].public_id, 3)
    assert accepted(looking, event) == 5
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "checkin.mark_many")) == 4


def test_a_list_on_paper_is_shown_before_it_is_written(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    event, people, documents = an_event(writing)
    clock_at(OPEN + timedelta(days=1))
    csrf = signed_in(client, writing).csrf
    door = f"/escritorio/eventos/{event.slug}/puerta"
    empty = client.post(f"{door}/lista", data={"csrf_token": csrf, "text": " "})
    assert (empty.status_code, "al menos una persona" in empty.text) == (422, True)
    checked = client.post(f"{door}/lista", data={"csrf_token": csrf, "text": f"{documents[0]}\nElvira Demo\nNadie De Aquí"})
    assert "1 línea reconocida, 3 dudosas" not in checked.text
    assert "1 línea reconocida, 1 dudosa y 1 sin inscripción" in checked.text
    assert documents[0] in checked.text, "the line as it was written"
    assert documents[1] not in checked.text, "the documents of others stay masked"
    assert accepted(looking, event) == 0
    back = client.post(f"{door}/lista", data={"csrf_token": csrf, "text": f"{documents[0]}\nElvira", "cambiar": "si"})
    assert (back.status_code, f"{documents[0]}\nElvira</textarea>" in back.text) == (200, True), "what was typed is kept"
    ticked = re.findall(r'name="personas" value="([^"]+)"[^>]* checked', checked.text)
    assert ticked == [people[0].public_id]
    done = client.post(f"{door}/marcar", data=told(checked.text, csrf, personas=ticked)).text
    assert "Quedó marcada 1 persona" in done
    assert accepted(looking, event) == 1


def test_a_sheet_says_who_came_by_its_headings(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    event, people, documents = an_event(writing)
    clock_at(OPEN + timedelta(days=1))
    csrf = signed_in(client, writing).csrf
    door = f"/escritorio/eventos/{event.slug}/puerta"

    def check(sheet: str) -> str:
        file = (io.BytesIO(sheet.encode()), "firmas.csv")
        return client.post(f"{door}/lista", data={"csrf_token": csrf, "text": "", "file": file}, content_type="multipart/form-data").text

    page = check(f"Cédula;Nombre completo;Asistió\n{documents[0]};Elvira Demo;sí\n{documents[1]};Elvira Demo;no\n999999;Otra Persona;sí\n")
    assert re.findall(r'name="personas" value="([^"]+)"[^>]* checked', page) == [people[0].public_id]
    assert "1 línea reconocida, 0 dudosas y 1 sin inscripción" in page
    plain = check(f"{documents[0]};uno\n{documents[2]};dos\n")
    assert "2 líneas reconocidas" in plain, "a sheet without headings is read by what its cells look like"
    assert "Revise un dato" in check("\x00\x01\x02")
    assert accepted(looking, event) == 0
