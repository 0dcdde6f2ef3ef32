"""Every reading as staff go through them: narrowed, by person, taken away as a file; an entry taken back is never erased."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries.log import Narrowed, log, log_of
from eventos.checkin.rules import SeenScan
from eventos.checkin.rules_log import asked_from
from eventos.checkin.web.log import narrowed
from eventos.cycles.models import Event
from eventos.kernel.audit import AuditEntry
from eventos.registration.models import Registration
from tests.accounts.factories import signed_in
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.checkin.stage import At
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

MINUTE = timedelta(minutes=1)


def read_some(writing: Opened) -> tuple[Event, list[Registration]]:
    """Two doors: somebody in and again, somebody by hand, a code of nobody, and one read without a signal after it was cancelled."""
    with writing() as db:
        event = a_published_event(db)
        names = (("Aura", "Guadual Cedral"), ("Bruno", "Arrayán Peña"), ("Carla", "Yarumo Ruiz"))
        people = [a_registration(db, event, given_names=one, family_names=two) for one, two in names]
        people[0].entity_name, people[0].entity_key = "=Alcaldía de Ejemplo", "alcaldia de ejemplo"
        main, side = a_device(db, event), a_device(db, event, name="Puerta lateral")
        service.record_scans(db, main, door_of(main, event), [a_scan(people[0])], now=OPEN)
        service.record_scans(db, side, door_of(side, event), [a_scan(people[0])], now=OPEN + MINUTE)
        by_hand = SeenScan("lectura-a-mano", registration=people[1].public_id, reason="No trajo su código")
        service.record_scans(db, side, door_of(side, event), [by_hand, a_scan(code="nada")], now=OPEN + 2 * MINUTE)
        people[2].state, people[2].seat_pool_id = "cancelled", None
        db.flush()
        let_in = a_scan(people[2], offline=True, told="accepted", scanned_at=OPEN + 3 * MINUTE)
        service.record_scans(db, main, door_of(main, event), [let_in], now=OPEN + 9 * MINUTE)
    return event, people


@pytest.mark.both_databases
def test_the_log_is_narrowed_by_what_was_answered_where_whom_and_when(writing: Opened) -> None:
    event, _ = read_some(writing)
    with writing() as db:

        def found(**asked: str) -> list[tuple[str, str]]:
            rows, total = log(db, event.id, narrowed(asked_from(asked)))
            assert len(rows) == total
            return [(row.name, row.verdict) for row in rows]

        aura, bruno, carla = "Aura Guadual Cedral", "Bruno Arrayán Peña", "Carla Yarumo Ruiz"
        side = next(row.public_id for row in queries.devices_of(db, event.id, now=OPEN) if row.name == "Puerta lateral")
        assert found() == [(carla, "accepted"), ("", "unknown"), (bruno, "accepted"), (aura, "repeated"), (aura, "accepted")]
        assert found(veredicto="rechazadas") == [("", "unknown")]
        assert found(veredicto="repeated", puerta=side) == [(aura, "repeated")]
        assert found(texto="alcaldia ejemplo") == found(texto="cedral guadual") == [(aura, "repeated"), (aura, "accepted")]
        assert found(texto="nadie así") == found(sala="inventada") == []
        assert found(marca="revisar") == found(marca="forced") == found(marca="sin-senal") == [(carla, "accepted")]
        assert found(marca="a-mano") == [(bruno, "accepted")]
        local = OPEN.replace(tzinfo=None)
        second = (local + 2 * MINUTE).isoformat()
        assert found(desde=second, hasta=second) == [
            ("", "unknown"),
            (bruno, "accepted"),
        ]
        assert len(found(veredicto="inventado", desde="ayer", marca="otra")) == 5, "a word that is none of ours asks for nothing"
        assert log(db, event.id, Narrowed(), limit=2, offset=4)[0][0].name == aura


def test_a_code_of_another_event_names_nobody_in_this_log(writing: Opened) -> None:
    with writing() as db:
        event, other = a_published_event(db), a_published_event(db)
        stranger = a_registration(db, other)
        phone = a_device(db, event)
        service.record_scans(db, phone, door_of(phone, event), [a_scan(stranger)], now=OPEN)
        rows, _ = log(db, event.id, Narrowed())
        assert [(row.verdict, row.name, row.public_id, row.document, row.entity) for row in rows] == [("other_event", "", "", "", "")]
        assert log_of(db, event.id, stranger.public_id) == []


@pytest.mark.both_databases
def test_an_entry_taken_back_with_a_reason_stays_written(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    event, people = read_some(writing)
    clock_at(OPEN + 20 * MINUTE)
    csrf = signed_in(client, writing).csrf
    door = f"/escritorio/eventos/{event.slug}/puerta"
    with looking() as db:
        first = next(row for row in log_of(db, event.id, people[0].public_id) if row.can_annul)
    assert "Anular" in client.get(f"{door}/personas/{people[0].public_id}").text
    assert first.door in client.get(f"{door}/lecturas/{first.id}/anular").text
    refused = client.post(f"{door}/lecturas/{first.id}/anular", data={"csrf_token": csrf, "reason": " "})
    assert (refused.status_code, "Escriba el motivo" in refused.text) == (422, True)
    told = {"csrf_token": csrf, "reason": "Se leyó el código de una colega"}
    done = client.post(f"{door}/lecturas/{first.id}/anular", data=told)
    assert (done.status_code, people[0].public_id in done.location) == (303, True)
    assert client.post(f"{door}/lecturas/{first.id}/anular", data=told).status_code == 303, "twice is once"
    page = client.get(done.location).text
    assert "Dijo «Adelante»; ya no cuenta: Se leyó el código de una colega" in page
    assert "ya fue anulada" in client.get(f"{door}/lecturas/{first.id}/anular").text
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(Scan).where(Scan.event_id == event.id)) == 6
        assert db.scalar(select(func.count()).select_from(Acceptance).where(Acceptance.registration_id == people[0].id)) == 0
        assert len(db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.annul")).all()) == 1
        refusal = next(row for row in log(db, event.id, Narrowed(verdicts=("unknown",)))[0])
    assert client.get(f"{door}/lecturas/{refusal.id}/anular").status_code == 404, "what was refused let nobody in"
    with writing() as db:
        other = a_published_event(db)
    assert client.post(f"/escritorio/eventos/{other.slug}/puerta/lecturas/{first.id}/anular", data=told).status_code == 404
    assert client.get(f"/escritorio/eventos/{other.slug}/puerta/personas/{people[0].public_id}").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_log_leaves_as_it_was_narrowed_with_documents_masked(client: FlaskClient, writing: Opened, looking: Opened, kind: str) -> None:
    event, people = read_some(writing)
    csrf = signed_in(client, writing).csrf
    page = f"/escritorio/eventos/{event.slug}/puerta/lecturas"
    assert client.get(f"{page}.{kind}").status_code == 405
    asked = {"csrf_token": csrf, "texto": "guadual", "veredicto": "accepted"}
    file = client.post(f"{page}.{kind}", data=asked)
    assert file.status_code == 200
    if kind == "csv":
        text = file.data.decode("utf-8-sig")
        assert len(text.strip().splitlines()) == 2
        assert "'=Alcaldía de Ejemplo" in text, "a spreadsheet must not run it"
        with looking() as db:
            assert db.get_one(Registration, people[0].id).person.document_number not in text
    with looking() as db:
        (entry,) = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.export_log")).scalars()
    assert (entry.detail["filter"], entry.detail["rows"]) == ({"veredicto": "accepted"}, 1)


def test_the_page_asks_as_much_of_the_database_for_fifty_readings_as_for_one(client: FlaskClient, writing: Opened, clock_at: At) -> None:
    clock_at(OPEN)
    with writing() as db:
        event = a_published_event(db)
        phone = a_device(db, event)
    signed_in(client, writing)
    page = f"/escritorio/eventos/{event.slug}/puerta/lecturas"
    asked = []
    for many in (1, 60):
        with writing() as db:
            person = a_registration(db, event)
            seen = [a_scan(person, nonce=f"lectura-{many}-{number}") for number in range(many)]
            service.record_scans(db, phone, door_of(phone, event), seen, now=OPEN)
        with counted() as statements:
            text = client.get(page).text
        asked.append(len(statements))
    assert "pagina=2" in text
    assert asked[0] == asked[1] <= 10


def test_the_page_of_readings_says_what_is_to_be_looked_at(client: FlaskClient, writing: Opened) -> None:
    event, _ = read_some(writing)
    signed_in(client, writing)
    page = client.get(f"/escritorio/eventos/{event.slug}/puerta/lecturas").text
    assert "5 lecturas" in page
    assert "Código de nadie" in page
    assert "Entró sin señal aunque la puerta la rechazaba" in page
    assert "No trajo su código. A mano." in page
    none = client.get(f"/escritorio/eventos/{event.slug}/puerta/lecturas?texto=nadie").text
    assert "Ninguna lectura con esos filtros" in none
