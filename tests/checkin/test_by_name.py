"""Whoever comes without a code, from outside: searches, marks by hand and their undoing, registrations on the spot."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.checkin import queries
from eventos.checkin.models import Scan
from eventos.kernel.audit import AuditEntry
from eventos.kernel.outbox import Job
from eventos.people.models import Consent, Person
from eventos.registration.models import Registration
from tests.checkin.factories import OPEN, a_bearer, carry
from tests.checkin.stage import At, Stage, accepted, one_scan
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


def test_a_search_shows_masked_people_and_is_written_down(stage: Stage, looking: Opened) -> None:
    answer = stage.post("buscar", text="guadual")
    assert [name in answer.text for name in ("Aurora", "Irene", "Lucio")] == [True] * 3
    assert all(one.person.document_number not in answer.text for one in stage.people)
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.search")).scalar_one()
    assert entry.detail == {"found": 3}


@pytest.mark.parametrize("text", ["", "ab", "a b", "··"])
def test_a_search_needs_three_letters(stage: Stage, text: str) -> None:
    assert stage.post("buscar", text=text).status_code == 422


def test_the_thirty_first_search_of_a_minute_waits(stage: Stage) -> None:
    assert {stage.post("buscar", text="guadual").status_code for _ in range(30)} == {200}
    answer = stage.post("buscar", text="guadual")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


def test_the_hundred_and_twenty_first_scan_of_a_minute_waits(stage: Stage, clock_at: At) -> None:
    statuses = []
    for number in range(121):
        clock_at(OPEN + timedelta(milliseconds=number))
        statuses.append(stage.sent(one_scan("nada", f"lectura-{number:04}")).status_code)
    assert statuses == [200] * 120 + [429]
    clock_at(OPEN + timedelta(minutes=1, milliseconds=1))
    assert stage.sent(one_scan("nada", "lectura-0122")).status_code == 200


def test_somebody_is_marked_by_hand_and_undone(stage: Stage, looking: Opened, clock_at: At) -> None:
    data = {"registration": stage.people[1].public_id, "nonce": "marca-00001"}
    assert stage.post("marcar", **data, reason="porque sí").status_code == 422
    answer = stage.post("marcar", **data, reason="No trae el código")
    assert "Irene Ejemplo Guadual" in answer.text
    assert accepted(looking) == 1
    undone = stage.post("deshacer", nonce="marca-00001")
    assert (undone.status_code, "Deshecho" in undone.text) == (200, True)
    assert accepted(looking) == 0
    stage.post("marcar", registration=stage.people[1].public_id, nonce="marca-00002", reason="No trae el código")
    clock_at(OPEN + timedelta(minutes=16))
    late = stage.post("deshacer", nonce="marca-00002")
    assert (late.status_code, "15 minutos" in late.text) == (409, True)
    assert accepted(looking) == 1


WALK_IN = {
    "document_type": "CC",
    "document_number": "71.222.333",
    "given_names": "Hilario",
    "family_names": "Modelo Laurel",
    "municipio": "Riosucio, Caldas",
    "entity": "Alcaldía de Riosucio",
    "consent": "y",
    "nonce": "puerta-00001",
}


def test_a_walk_in_is_registered_and_let_in_at_once(stage: Stage, looking: Opened) -> None:
    answer = stage.post("inscribir", **WALK_IN)
    assert (answer.status_code, "Adelante" in answer.text, "Hilario Modelo Laurel" in answer.text) == (200, True, True)
    assert "Adelante" in stage.post("inscribir", **WALK_IN).text
    with looking() as db:
        row = db.execute(select(Registration).join(Person).where(Person.document_number == "71222333")).scalar_one()
        assert (row.source, row.divipola, row.state) == ("walk_in", "17614", "active")
        assert db.execute(select(Consent.channel).where(Consent.person_id == row.person_id)).scalars().all() == ["walk_in"]
        assert [job for job in db.execute(select(Job)).scalars() if job.args.get("registration_id") == row.id] == []
        kept = db.execute(select(Scan)).scalar_one()
        assert (kept.manual, kept.reason, kept.verdict) == (True, "Inscripción en la puerta", "accepted")
        (phone,) = queries.devices_of(db, stage.event.id, now=OPEN)
        assert (phone.accepted, phone.manual, phone.walk_ins) == (1, 0, 1)
    assert accepted(looking) == 1


def test_a_walk_in_with_a_mail_gets_the_confirmation(stage: Stage, looking: Opened) -> None:
    stage.post("inscribir", **WALK_IN, email="hilario@pacora.example")
    with looking() as db:
        assert "registration.confirm" in {job.name for job in db.execute(select(Job).order_by(Job.id.desc()).limit(1)).scalars()}


def test_a_walk_in_who_was_registered_is_let_in_and_stays_as_they_were(stage: Stage, looking: Opened) -> None:
    document = stage.people[2].person.document_number or ""
    answer = stage.post("inscribir", **{**WALK_IN, "document_number": document})
    assert "Lucio Ejemplo Guadual" in answer.text
    assert accepted(looking) == 1


@pytest.mark.parametrize("missing", ["document_number", "given_names", "family_names", "municipio", "entity", "consent"])
def test_a_walk_in_without_what_is_needed_is_told(stage: Stage, looking: Opened, missing: str) -> None:
    answer = stage.post("inscribir", **{name: value for name, value in WALK_IN.items() if name != missing})
    assert answer.status_code == 422
    assert "Laurel" in answer.text or missing == "family_names"
    assert accepted(looking) == 0


def test_a_walk_in_at_a_full_event_waits(client: FlaskClient, writing: Opened, looking: Opened, clock_at: At) -> None:
    clock_at(OPEN)
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        a_registration(db, event)
        bearer = a_bearer(db, event)
    csrf = carry(client, bearer)
    answer = client.post(f"/acreditacion/{event.slug}/inscribir", data={"csrf_token": csrf, **WALK_IN})
    assert "En lista de espera" in answer.text
    assert accepted(looking) == 0
