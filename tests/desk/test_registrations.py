"""Registrations masked, unmasked by a click that is remembered, exported, sent again and cancelled."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.cycles.models import CycleStaff
from eventos.kernel.audit import AuditEntry
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import RegistrationState, Source, StaffRole
from eventos.registration.models import Registration
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.desk.factories import a_fifth
from tests.registration.factories import a_registration
from tests.support.statements import counted


@pytest.mark.usefixtures("admin")
def test_registrations_are_masked_and_can_be_searched(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        slug = event.slug
        a_registration(db, event, document_number="10123456", given_names="Hilario", family_names="Modelo", email="hilario@viterbo.example")
        a_registration(db, event, given_names="Elvira", divipola="05001")
    url = f"/escritorio/eventos/{slug}/inscripciones"
    page = client.get(url).text
    assert "CC ···456" in page
    assert "10123456" not in page
    assert "hilario@viterbo.example" not in page
    assert "Elvira" not in client.get(f"{url}?texto=hilário").text
    assert "Hilario" not in client.get(f"{url}?municipio=05001").text
    assert "Ninguna inscripción coincide" in client.get(f"{url}?texto=nadie%25").text
    assert client.get(f"{url}?pagina=99999999&estado=raro&modalidad=x&municipio=zz").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_the_list_costs_the_same_for_one_person_and_for_many(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        small, _one = a_fifth(db)
        large, _many = a_fifth(db, 20)
    costs = []
    for slug in (small, large):
        with counted() as statements:
            assert client.get(f"/escritorio/eventos/{slug}/inscripciones").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 11, str(statements)


def test_seeing_a_document_whole_is_a_click_and_is_remembered(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        public_id = a_registration(db, event, document_number="10123456").public_id
    masked = client.get(f"/escritorio/inscripciones/{public_id}").text
    whole = client.post(f"/escritorio/inscripciones/{public_id}/ver", data={"csrf_token": admin.csrf}).text
    assert "10123456" not in masked
    assert "10123456" in whole
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "desk.unmask")).scalar_one()
        assert entry.actor == f"staff:{admin.id}"
        assert "10123456" not in str(entry.detail)


def test_a_reader_sees_lists_but_never_whole_documents(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        public_id = a_registration(db, event, document_number="10123456").public_id
        slug = event.slug
        staff = a_staff(db, role=StaffRole.READER)
        db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
    who = signed_in(client, writing, staff=staff)
    assert client.get(f"/escritorio/inscripciones/{public_id}").status_code == 200
    assert client.post(f"/escritorio/inscripciones/{public_id}/ver", data={"csrf_token": who.csrf}).status_code == 403
    asked = {"csrf_token": who.csrf, "private": "y", "reason": "quiero"}
    answer = client.post(f"/escritorio/eventos/{slug}/inscripciones.csv", data=asked)
    assert answer.status_code == 200
    assert "10123456" not in answer.text


def test_the_door_sees_no_registrations(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, (public_id,) = a_fifth(db)
    signed_in(client, writing, StaffRole.DOOR)
    assert client.get(f"/escritorio/eventos/{slug}/inscripciones").status_code == 403
    assert client.get(f"/escritorio/inscripciones/{public_id}").status_code == 403
    assert client.get("/escritorio/correos").status_code == 403


def test_the_list_leaves_without_documents_unless_somebody_says_why(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        a_registration(db, event, document_number="10123456", entity='=HYPERLINK("http://pesca.example")')
        slug = event.slug
    url = f"/escritorio/eventos/{slug}/inscripciones.csv"
    plain = client.post(url, data={"csrf_token": admin.csrf}).text
    assert "10123456" not in plain
    assert "'=HYPERLINK" in plain
    refused = client.post(url, data={"csrf_token": admin.csrf, "private": "y"})
    assert refused.status_code == 422
    assert "Escriba para qué los necesita" in refused.text
    private = client.post(url, data={"csrf_token": admin.csrf, "private": "y", "reason": "Certificar ante control interno"})
    assert "10123456" in private.text
    assert private.headers["Content-Disposition"].startswith("attachment")
    with looking() as db:
        kept = db.execute(
            select(AuditEntry.detail).where(AuditEntry.action == "desk.export_registrations").order_by(AuditEntry.id)
        ).scalars()
        assert [(entry["private"], entry["rows"]) for entry in kept] == [(False, 1), (True, 1)]


def test_a_confirmation_can_be_sent_again(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        _slug, (public_id,) = a_fifth(db)
        before = db.execute(select(Job.id)).scalars().all()
    answer = client.post(f"/escritorio/inscripciones/{public_id}/reenviar", data={"csrf_token": admin.csrf})
    assert answer.status_code == 303
    assert "La confirmación va en camino" in client.get(answer.location).text
    with looking() as db:
        names = db.execute(select(Job.name).where(Job.id.not_in(before))).scalars().all()
    assert names == ["registration.confirm"]


def test_too_many_confirmations_to_one_address_wait_for_a_decision(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    with writing() as db:
        _slug, (public_id,) = a_fifth(db)
    url = f"/escritorio/inscripciones/{public_id}/reenviar"
    answers = [client.post(url, data={"csrf_token": admin.csrf}).location for _ in range(12)]
    assert "confirmation-resent" in answers[0]
    assert "confirmation-held" in answers[-1]


@pytest.mark.both_databases
def test_cancelling_for_somebody_needs_a_reason_and_gives_the_seat_to_who_waits(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        first = a_registration(db, event, source=Source.FORM).public_id
        second = a_registration(db, event, source=Source.FORM).public_id
    url = f"/escritorio/inscripciones/{first}/cancelar"
    assert client.post(url, data={"csrf_token": admin.csrf}).status_code == 422
    assert client.post(url, data={"csrf_token": admin.csrf, "reason": "Lo pidió por teléfono."}).status_code == 303
    again = client.post(url, data={"csrf_token": admin.csrf, "reason": "Lo pidió por teléfono."})
    assert "already-cancelled" in again.location
    with looking() as db:
        states = {row.public_id: row.state for row in db.execute(select(Registration.public_id, Registration.state))}
    assert states == {first: RegistrationState.CANCELLED.value, second: RegistrationState.ACTIVE.value}
