"""Several registrations at once, through the pages: chosen, looked at again, done, undone; and never somebody else's."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventos.cycles.models import CycleStaff
from eventos.kernel.vocabulary import StaffRole
from eventos.registration.models import BulkAction, Registration
from eventos.registration.service.bulk import AT_ONCE
from eventos.registration.tasks import bulk_action
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.desk.factories import a_fifth
from tests.registration.factories import a_registration


def ask(client: FlaskClient, who: SignedIn, slug: str, **said: object) -> TestResponse:
    return client.post(f"/escritorio/eventos/{slug}/inscripciones/varias", data={"csrf_token": who.csrf, **said})


def states(looking: Opened) -> list[str]:
    with looking() as db:
        return list(db.execute(select(Registration.state).order_by(Registration.id)).scalars())


@pytest.mark.both_databases
def test_chosen_ones_are_looked_at_again_then_cancelled_then_put_back(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        slug, ids = a_fifth(db, 3)
    said = {"ids": ids[:2], "action": "cancel", "bulk_reason": "Se retiró la alcaldía."}
    looked = ask(client, admin, slug, **said)
    assert looked.status_code == 200
    assert "Cancelar: 2 inscripciones" in looked.text
    assert states(looking) == ["active"] * 3, "nothing is done before it is looked at"
    done = ask(client, admin, slug, seguro="si", **said)
    assert done.status_code == 303
    assert states(looking) == ["cancelled", "cancelled", "active"]
    page = client.get(done.location).text
    assert "Se retiró la alcaldía." in page
    assert "Deshacer" in page
    undone = client.post(f"{done.location}/deshacer", data={"csrf_token": admin.csrf})
    assert undone.status_code == 303
    assert states(looking) == ["active"] * 3
    again = client.post(f"{done.location}/deshacer", data={"csrf_token": admin.csrf})
    assert again.status_code == 409
    assert "no se puede deshacer" in again.text


def the_worker_comes(client: FlaskClient) -> None:
    """It does what was asked for many; the mails that this promises stay promised."""
    with client.application.app_context():
        bulk_action(1)


def test_more_than_a_request_should_do_are_done_by_the_worker_while_the_page_counts(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=None)
        for _ in range(AT_ONCE + 1):
            a_registration(db, event)
        slug = event.slug
    said = {"todas": "si", "action": "cancel", "bulk_reason": "Se aplazó sin fecha.", "seguro": "si"}
    done = ask(client, admin, slug, **said)
    page = client.get(done.location).text
    assert f"0 de {AT_ONCE + 1}" in page
    assert "Detener y deshacer" in page
    assert set(states(looking)) == {"active"}
    the_worker_comes(client)
    assert states(looking) == ["cancelled"] * (AT_ONCE + 1)
    after = client.get(done.location).text
    assert f"Cancelar: {AT_ONCE + 1} inscripciones" in after
    assert "progress" not in after
    assert done.location in client.get(f"/escritorio/eventos/{slug}/inscripciones").text, "the list leads back to it"
    client.post(f"{done.location}/deshacer", data={"csrf_token": admin.csrf})
    assert f"0 de {AT_ONCE + 1}" in client.get(done.location).text
    the_worker_comes(client)
    assert set(states(looking)) == {"active"}


def test_what_lacks_is_said_and_what_was_ticked_stays(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    with writing() as db:
        slug, ids = a_fifth(db, 2)
    for said, words in (
        ({"ids": ids[:1]}, "Elija qué hacer"),
        ({"ids": ids[:1], "action": "cancel"}, "Escriba el motivo"),
        ({"action": "cancel", "bulk_reason": "Se retiraron."}, "Marque al menos una"),
        ({"ids": ids[:1], "action": "borrar"}, "Revise"),
    ):
        refused = ask(client, admin, slug, **said)
        assert refused.status_code == 422, said
        assert words in refused.text, said
        ticked = re.findall(r'value="(\w+)" form="varias"[^>]*checked', refused.text)
        assert ticked == said.get("ids", []), said


def test_all_of_the_list_means_the_list_as_it_is_narrowed(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        for name in ("Neira", "Neira", "Supía"):
            a_registration(db, event, entity=f"Alcaldía de {name}")
        slug = event.slug
    said = {"todas": "si", "texto": "neira", "action": "cancel", "bulk_reason": "Se retiró la alcaldía.", "seguro": "si"}
    assert ask(client, admin, slug, **said).status_code == 303
    assert states(looking) == ["cancelled", "cancelled", "active"]


@pytest.mark.both_databases
def test_another_cycles_registrations_and_actions_do_not_exist(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug, _ids = a_fifth(db)
        foreign, theirs = a_fifth(db)
        event_cycle = db.execute(select(Registration).order_by(Registration.id)).scalars().first()
        assert event_cycle is not None
        staff = a_staff(db, role=StaffRole.ORGANISER, email="organiza@oficina.example")
        db.add(CycleStaff(cycle_id=event_cycle.event.cycle_id, staff_id=staff.id))
    who = signed_in(client, writing, staff=staff)
    said = {"ids": theirs, "action": "cancel", "bulk_reason": "Porque sí puedo.", "seguro": "si"}
    assert ask(client, who, foreign, **said).status_code == 404
    refused = ask(client, who, slug, **said)
    assert refused.status_code == 422
    assert "Ninguna de las elegidas" in refused.text
    assert states(looking) == ["active", "active"]
    boss = client.application.test_client()
    done = ask(boss, signed_in(boss, writing), foreign, **said)
    assert client.get(done.location).status_code == 404
    assert client.post(f"{done.location}/deshacer", data={"csrf_token": who.csrf}).status_code == 404
    with looking() as db:
        assert db.execute(select(BulkAction.undone_at)).scalars().all() == [None]


def test_a_reader_sees_the_list_without_ways_to_change_it(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        public_id = a_registration(db, event).public_id
        staff = a_staff(db, role=StaffRole.READER)
        db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
        slug = event.slug
    who = signed_in(client, writing, staff=staff)
    assert 'name="ids"' not in client.get(f"/escritorio/eventos/{slug}/inscripciones").text
    assert ask(client, who, slug, ids=[public_id], action="resend").status_code == 403
