"""The organiser's page about admission: settings, requests one by one or several, letting somebody in; never another cycle's."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import RegistrationState, Source, StaffRole
from eventos.registration.models import AdmissionPolicy, Registration
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.accounts.factories import SignedIn, signed_in
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def admin(client: FlaskClient, writing: Opened) -> SignedIn:
    return signed_in(client, writing)


def moderated(db: Session, **changes: object) -> Event:
    event = a_published_event(db, **changes)
    save_policy(db, event.id, Policy(moderated=True), by=SYSTEM, now=clock.now())
    return event


def requests(db: Session, event: Event, count: int) -> list[str]:
    return [a_registration(db, event, source=Source.FORM).public_id for _ in range(count)]


def states(db: Session) -> list[str]:
    return list(db.execute(select(Registration.state).order_by(Registration.id)).scalars())


def test_settings_are_kept_audited_and_shown_again(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    url = f"/escritorio/eventos/{slug}/admision"
    typed = {"csrf_token": admin.csrf, "moderated": "y", "is_private": "y", "offer_hours": "24", "group_limit": "5"}
    assert client.post(url, data=typed).status_code == 303
    page = client.get(url).text
    assert 'value="24"' in page
    assert "/privado/" in page
    with looking() as db:
        row = db.execute(select(AdmissionPolicy)).scalar_one()
        assert (row.moderated, row.is_private, row.admits_late, row.offer_hours, row.group_limit) == (True, True, False, 24, 5)
        assert db.execute(select(AuditEntry).where(AuditEntry.action == "registration.save_policy")).scalar_one()


@pytest.mark.parametrize(("name", "typed"), [("offer_hours", "0"), ("offer_hours", "169"), ("offer_hours", "²"), ("group_limit", "51")])
def test_what_cannot_be_meant_is_said_beside_the_field_and_kept(
    client: FlaskClient, admin: SignedIn, writing: Opened, name: str, typed: str
) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    answer = client.post(f"/escritorio/eventos/{slug}/admision", data={"csrf_token": admin.csrf, name: typed})
    assert answer.status_code == 422
    assert "Escriba un número entero entre" in answer.text
    assert f'value="{typed}"' in answer.text


def test_a_new_invitation_takes_the_place_of_the_old_one(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        save_policy(db, event.id, Policy(is_private=True), by=SYSTEM, now=clock.now())
        slug, before = event.slug, db.get_one(AdmissionPolicy, event.id).invitation_hash
    assert client.post(f"/escritorio/eventos/{slug}/admision/invitacion", data={"csrf_token": admin.csrf}).status_code == 303
    with looking() as db:
        assert db.execute(select(AdmissionPolicy.invitation_hash)).scalar_one() not in (None, before)


def test_requests_are_approved_or_rejected_together(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = moderated(db)
        slug, ids = event.slug, requests(db, event, 4)
    url = f"/escritorio/eventos/{slug}/admision/solicitudes"
    assert "4 solicitudes esperan" in client.get(f"/escritorio/eventos/{slug}/admision").text
    without = client.post(url, data={"csrf_token": admin.csrf, "decision": "reject", "solicitud": ids[:2]})
    assert without.status_code == 422
    assert "Escriba el motivo" in without.text
    assert client.post(url, data={"csrf_token": admin.csrf, "decision": "approve", "solicitud": ids[:2]}).status_code == 303
    rejected = {"csrf_token": admin.csrf, "decision": "reject", "solicitud": ids[1:3], "reason": "Es solo para enlaces."}
    assert client.post(url, data=rejected).status_code == 303
    with looking() as db:
        assert states(db) == ["active", "active", "rejected", "pending"]


def test_somebody_rejected_is_let_in_with_a_reason_beyond_the_capacity(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = moderated(db, capacity_virtual=1)
        a_registration(db, event)
        (public_id,) = requests(db, event, 1)
    url = f"/escritorio/inscripciones/{public_id}/decidir"
    for decision in ("reject", "let_in"):
        assert client.get(url).status_code == 200
        assert client.post(url, data={"csrf_token": admin.csrf, "decision": decision}).status_code == 422
        sent = {"csrf_token": admin.csrf, "decision": decision, "reason": "Lo pidió la alcaldesa."}
        assert client.post(url, data=sent).status_code == 303
    assert client.post(url, data={"csrf_token": admin.csrf, "decision": "approve"}).status_code == 409
    with looking() as db:
        row = db.execute(select(Registration).where(Registration.public_id == public_id)).scalar_one()
        assert (row.state, row.decided_by, row.decision_reason) == ("active", f"staff:{admin.id}", "Lo pidió la alcaldesa.")


def test_an_organiser_of_another_cycle_finds_neither_the_page_nor_the_decision(
    client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = moderated(db)
        slug, (public_id,) = event.slug, requests(db, event, 1)
    signed = signed_in(client, writing, StaffRole.ORGANISER)
    sent = {"csrf_token": signed.csrf, "decision": "approve", "solicitud": public_id, "reason": "Porque quiero."}
    for path in (f"eventos/{slug}/admision", f"inscripciones/{public_id}/decidir"):
        assert client.get(f"/escritorio/{path}").status_code == 404
        assert client.post(f"/escritorio/{path}", data=sent).status_code == 404
    for path in ("invitacion", "solicitudes"):
        assert client.post(f"/escritorio/eventos/{slug}/admision/{path}", data=sent).status_code == 404
    with looking() as db:
        assert states(db) == [RegistrationState.PENDING.value]


def test_the_desk_says_which_event_has_requests_to_decide(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    with writing() as db:
        event = moderated(db)
        slug, (public_id, _other) = event.slug, requests(db, event, 2)
    assert "2 solicitudes esperan su decisión" in client.get("/escritorio").text
    for each in (public_id, _other):
        client.post(f"/escritorio/inscripciones/{each}/decidir", data={"csrf_token": admin.csrf, "decision": "approve"})
    desk = client.get("/escritorio").text
    assert "su decisión" not in desk
    assert f"/escritorio/eventos/{slug}" in desk


def test_another_event_that_is_moderated_says_so_before_it_is_ticked(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        slug, other = a_published_event(db, cycle=cycle).slug, a_published_event(db, cycle=cycle, number=6)
        event_id = other.id
    assert "Será una solicitud" not in client.get(f"/eventos/{slug}/inscripcion").text
    with writing() as db:
        save_policy(db, event_id, Policy(moderated=True), by=SYSTEM, now=clock.now())
    assert "Será una solicitud: el equipo organizador la revisa." in client.get(f"/eventos/{slug}/inscripcion").text


def test_the_organiser_is_told_when_some_of_those_approved_found_no_seat(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    with writing() as db:
        event = moderated(db, capacity_virtual=1)
        slug, asked = event.slug, requests(db, event, 2)
    typed = {"csrf_token": admin.csrf, "solicitud": asked, "decision": "approve"}
    answer = client.post(f"/escritorio/eventos/{slug}/admision/solicitudes", data=typed)
    assert answer.location.endswith("aviso=requests-approved-waiting")
    assert "no hubo cupo para todas" in client.get(answer.location).text


def test_the_requests_of_an_event_that_was_called_off_wait_without_buttons(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = moderated(db)
        slug, asked = event.slug, requests(db, event, 1)
    url = f"/escritorio/eventos/{slug}/admision"
    assert "Aprobar las marcadas" in client.get(url).text
    with writing() as db:
        cycles.cancel(db, db.execute(select(Event)).scalar_one(), reason="Sin sala.", by=SYSTEM, now=clock.now())
    assert "Aprobar las marcadas" not in client.get(url).text
    typed = {"csrf_token": admin.csrf, "solicitud": asked, "decision": "approve", "reason": "Motivo escrito"}
    refused = client.post(f"{url}/solicitudes", data=typed)
    assert (refused.status_code, "no hay inscripciones que decidir" in refused.text) == (409, True)
    one = f"/escritorio/inscripciones/{asked[0]}/decidir"
    assert "no hay inscripciones que decidir" in client.get(one).text
    assert client.post(one, data={"csrf_token": admin.csrf, "decision": "let_in", "reason": "Motivo"}).status_code == 409
    with looking() as db:
        assert states(db) == ["pending"]
