"""Staff correct the data of a registration: its approval stays, only their own cycles, only who writes."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import LinkKind, Modality, RegistrationState, StaffRole
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.rules import Policy
from eventos.registration.service import tickets
from eventos.registration.service.policy import save_policy
from tests.accounts.factories import signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.test_web_form import token_of

DATA = {
    "given_names": "Elvira Corregida", "family_names": "Cedral", "phone": "", "municipio": "Riosucio (Caldas)", "municipio_code": "17614",
    "entity": "Personería de Riosucio", "dependency": "Planeación", "post": "Secretaria", "link_kind": LinkKind.PLANTA.value,
}  # fmt: skip


def somebody(writing: Opened, *, moderated: bool = False, **event: Any) -> tuple[str, str]:
    """Somebody with a seat: the address of their data at the desk, and their personal link."""
    with writing() as db:
        one = a_published_event(db, **event)
        registration = a_registration(db, one)
        if moderated:
            save_policy(db, one.id, Policy(moderated=True), by=SYSTEM, now=clock.now())
        return f"/escritorio/inscripciones/{registration.public_id}/datos", tickets.link_of(registration)


def kept(looking: Opened) -> tuple[str, str, str, str]:
    with looking() as db:
        row = db.execute(select(Registration)).scalar_one()
        person = service.person_of(db, row)
        return row.state, person.given_names, person.phone, row.entity_name


def test_what_staff_correct_keeps_the_approval_and_what_the_person_corrects_waits_again(
    client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    url, link = somebody(writing, moderated=True)
    who = signed_in(client, writing, StaffRole.ADMINISTRATOR)
    assert f'href="{url}"' in client.get(url.removesuffix("/datos")).text
    page = client.get(url).text
    assert 'value="Elvira Demo"' in page
    assert "3000000000" not in page, "the phone is not shown whole"
    saved = client.post(url, data={**DATA, "csrf_token": who.csrf})
    assert saved.status_code == 303, saved.text
    assert "Los datos quedaron guardados." in client.get(saved.location).text
    assert kept(looking) == ("active", "Elvira Corregida", "+573000000000", "Personería de Riosucio")
    with looking() as db:
        by = db.execute(select(AuditEntry.actor).where(AuditEntry.action == "registration.change")).scalar_one()
    assert by == f"staff:{who.id}"
    assert client.post(url, data={**DATA, "csrf_token": who.csrf}).location.endswith("aviso=data-as-before")

    assert "vuelve a revisar su solicitud" in client.get(f"/i/{link}/datos").text
    token = token_of(client.get("/mi-inscripcion"))
    own = {**DATA, "phone": "300 000 0000", "entity": "Concejo de Riosucio", "csrf_token": token}
    assert client.post(f"/i/{link}/datos", data=own).status_code == 303
    assert kept(looking)[0] == RegistrationState.PENDING.value


def test_nobody_is_warned_of_a_review_where_there_is_none(client: FlaskClient, writing: Opened) -> None:
    _url, link = somebody(writing)
    assert "vuelve a revisar" not in client.get(f"/i/{link}/datos").text


def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    url, _link = somebody(writing)
    who, before = signed_in(client, writing, StaffRole.ADMINISTRATOR), kept(looking)
    refused = client.post(
        url, data={**DATA, "municipio": "Atlántida", "municipio_code": "", "post": "", "phone": "12", "csrf_token": who.csrf}
    )
    assert refused.status_code == 422
    for said in ("No encontramos «Atlántida»", "Escriba su cargo.", 'value="Elvira Corregida"', 'value="Atlántida"', 'value="12"'):
        assert said in refused.text
    assert kept(looking) == before


def test_a_full_modality_is_refused_beside_it(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, modality=Modality.HYBRID, capacity_onsite=1, venue_name="Sala Ejemplo", venue_divipola="17001")
        a_registration(db, event, modality="presencial")
        url = f"/escritorio/inscripciones/{a_registration(db, event, modality='virtual').public_id}/datos"
    who = signed_in(client, writing, StaffRole.ADMINISTRATOR)
    assert "Lleno" in client.get(url).text
    refused = client.post(url, data={**DATA, "modality": "presencial", "csrf_token": who.csrf})
    assert refused.status_code == 409
    assert 'value="Elvira Corregida"' in refused.text
    with looking() as db:
        assert sorted(db.execute(select(Registration.modality)).scalars()) == ["presencial", "virtual"]


def test_a_name_is_still_corrected_once_the_event_began(client: FlaskClient, writing: Opened, looking: Opened, clock_at: Any) -> None:
    url, link = somebody(writing)
    with looking() as db:
        starts_at = db.execute(select(Registration)).scalar_one().event.days[0].starts_at
    clock_at(starts_at)
    who, token = signed_in(client, writing, StaffRole.ADMINISTRATOR), token_of(client.get("/mi-inscripcion"))
    assert client.post(f"/i/{link}/datos", data={**DATA, "csrf_token": token}).status_code == 409
    assert client.post(url, data={**DATA, "csrf_token": who.csrf}).status_code == 303
    assert kept(looking)[1] == "Elvira Corregida"


@pytest.mark.parametrize(("role", "status"), [(StaffRole.ORGANISER, 404), (StaffRole.READER, 403), (StaffRole.DOOR, 403)])
def test_who_works_in_another_cycle_finds_nothing_and_who_only_reads_may_not(
    client: FlaskClient, writing: Opened, looking: Opened, role: StaffRole, status: int
) -> None:
    url, _link = somebody(writing)
    who, before = signed_in(client, writing, role), kept(looking)
    assert client.get(url).status_code == status
    assert client.post(url, data={**DATA, "csrf_token": who.csrf}).status_code == status
    assert kept(looking) == before


def test_a_cancelled_registration_has_no_data_to_correct(client: FlaskClient, writing: Opened) -> None:
    url, _link = somebody(writing)
    signed_in(client, writing, StaffRole.ADMINISTRATOR)
    assert client.get(url).status_code == 200
    with writing() as db:
        service.cancel(db, db.execute(select(Registration)).scalar_one(), by=SYSTEM, now=clock.now())
    assert client.get(url).status_code == 404
    assert "Editar datos" not in client.get(url.removesuffix("/datos")).text
