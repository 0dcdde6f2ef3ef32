"""Staff write one person down by hand: who telephoned, who comes late; with a reason once the public form is closed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventos.cycles import service as cycles
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Modality, StaffRole
from eventos.people.models import Consent, ConsentText, Person
from eventos.registration.models import Registration
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.accounts.factories import SignedIn, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event, an_event
from tests.flows.guests import answers
from tests.registration.factories import a_registration
from tests.registration.forms import a_workshop

AFTER = datetime(2030, 7, 25, 14, 0, tzinfo=UTC)


@pytest.fixture
def admin(client: FlaskClient, writing: Opened) -> SignedIn:
    return signed_in(client, writing)


def by_hand(client: FlaskClient, admin: SignedIn, slug: str, number: int = 1, **typed: str) -> TestResponse:
    told = answers(number, consent_note="Formato firmado, carpeta 12", csrf_token=admin.csrf)
    return client.post(f"/escritorio/eventos/{slug}/inscribir", data=told | typed)


def test_somebody_who_telephoned_is_registered_without_asking_and_gets_their_confirmation(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        save_policy(db, event.id, Policy(moderated=True, is_private=True), by=SYSTEM, now=clock.now())
        a_workshop(db, event, required=True)
        slug = event.slug
    page = client.get(f"/escritorio/eventos/{slug}/inscribir").text
    assert ("Motivo" in page, "Autorización" in page) == (False, True)
    answer = by_hand(client, admin, slug)
    assert answer.location.endswith("aviso=by-hand")
    detail = client.get(answer.location).text
    assert ("Le enviamos la confirmación" in detail, "Falta responder" in detail) == (True, True)
    with looking() as db:
        one = db.execute(select(Registration)).scalar_one()
        assert (one.state, one.source, one.decision_reason) == ("active", "staff", "")
        consent = db.get_one(Consent, one.consent_id)
        said = db.execute(select(ConsentText.body).where(ConsentText.hash == consent.text_hash)).scalar_one()
        assert (consent.channel, said.endswith("Dónde reposa: Formato firmado, carpeta 12")) == ("staff", True)
        assert db.execute(select(Job.name).where(Job.name == "registration.confirm")).all()


def test_without_the_authorisation_nobody_is_written_down_and_what_was_typed_stays(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    refused = by_hand(client, admin, slug, consent="", email="esto no es")
    assert refused.status_code == 422
    for said in ("Sin la autorización de la persona no se puede inscribir.", 'value="esto no es"', 'value="Visitante 1"', "carpeta 12"):
        assert said in refused.text, said
    with looking() as db:
        assert db.execute(select(Person.id)).all() == []


def test_once_the_form_is_closed_a_reason_is_asked_for_and_kept(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened, clock_at: Callable[[datetime], None]
) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    clock_at(AFTER)
    again = signed_in(client, writing)
    page = client.get(f"/escritorio/eventos/{slug}/inscribir").text
    assert "El formulario público está cerrado" in page
    refused = by_hand(client, again, slug)
    assert (refused.status_code, "Escriba por qué se inscribe" in refused.text) == (422, True)
    done = by_hand(client, again, slug, reason="Reemplaza a su jefe.")
    assert "Reemplaza a su jefe. (25 de julio de 2030" in client.get(done.location).text
    with looking() as db:
        one = db.execute(select(Registration)).scalar_one()
        assert (one.state, one.decision_reason, one.decided_by.partition(":")[0]) == ("active", "Reemplaza a su jefe.", "staff")
        kept = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "registration.by_hand")).scalar_one()
        assert kept == {"reason": "Reemplaza a su jefe."}


def test_a_full_event_puts_them_on_the_waiting_list_and_says_what_can_be_done(
    client: FlaskClient, admin: SignedIn, writing: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        a_registration(db, event)
        slug = event.slug
    answer = by_hand(client, admin, slug)
    assert answer.location.endswith("aviso=by-hand-waits")
    assert "Dar cupo" in client.get(answer.location).text


def test_who_was_there_stays_as_they_were(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    by_hand(client, admin, slug)
    again = by_hand(client, admin, slug, given_names="Otra", entity="Otra entidad")
    assert again.location.endswith("aviso=by-hand-was-there")
    with looking() as db:
        assert db.execute(select(Person.given_names, Registration.entity_name).join(Registration)).one() == (
            "Visitante 1",
            "Alcaldía de Manizales",
        )


def test_nobody_is_written_down_for_a_draft_or_an_event_that_was_called_off(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        draft, off = an_event(db), a_published_event(db, number=6)
        cycles.cancel(db, off, reason="Sin sala.", by=SYSTEM, now=clock.now())
        slugs = [draft.slug, off.slug]
    for slug in slugs:
        assert "Este evento no está publicado" in client.get(f"/escritorio/eventos/{slug}/inscribir").text
        assert by_hand(client, admin, slug, reason="Lo pidió su jefe.").status_code == 409
    with looking() as db:
        assert db.execute(select(Registration.id)).all() == []


def test_a_hybrid_event_asks_how_they_come(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_onsite=3).slug
    assert "Elija cómo va a asistir." in by_hand(client, admin, slug).text
    assert by_hand(client, admin, slug, modality="presencial").status_code == 303
    with looking() as db:
        assert db.execute(select(Registration.modality)).scalar_one() == "presencial"


@pytest.mark.parametrize("role", [StaffRole.READER, StaffRole.DOOR])
def test_who_only_reads_writes_nobody_down(client: FlaskClient, writing: Opened, role: StaffRole) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    reader = signed_in(client, writing, role)
    assert by_hand(client, reader, slug).status_code == 403
    page = client.get(f"/escritorio/eventos/{slug}/inscripciones")
    assert "Inscribir a una persona" not in page.text
