"""Pairs that look alike are proposed with why, merged by hand, told apart for good, and never shown to another cycle."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.cycles.models import Event
from eventos.desk.rules_duplicates import OnFile, Standing, alike, clashes, shares_a_name
from eventos.kernel.audit import AuditEntry
from eventos.kernel.vocabulary import RegistrationState, StaffRole
from eventos.people.models import Person
from eventos.registration.models import Registration
from tests.accounts.factories import SignedIn, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.desk.factories import an_organiser_of
from tests.registration.factories import a_registration
from tests.support.statements import counted

URL = "/escritorio/repetidas"
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
ELVIRA = OnFile(1, "a", "Elvira", "Cedral", "elvira cedral", "CC", "100", "elvira@x.example", "elvira@x.example", "+573001234567", WHEN)
STRANGER = OnFile(2, "b", "Otra", "Persona", "otra persona", "CC", "200", "o@x.example", "o@x.example", "", WHEN)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(STRANGER, document_type="CE", document_number="100"), "otro tipo de documento"),
        (
            replace(STRANGER, document_number=None, document_type=None, email_key="elvira@x.example", name_key="elvira maria cedral"),
            "mismo correo",
        ),
        (replace(STRANGER, name_key="elvira cedral", entities=frozenset(["alcaldia"])), "misma entidad"),
        (replace(STRANGER, name_key="elvira cedral", places=frozenset(["17614"])), "mismo municipio"),
        (replace(STRANGER, document_number=None, document_type=None, phone="+573001234567", name_key="cedral elvira"), "mismo celular"),
    ],
)
def test_what_agrees_is_said(other: OnFile, words: str) -> None:
    one = replace(ELVIRA, entities=frozenset(["alcaldia"]), places=frozenset(["17614"]))
    assert any(words in reason for reason in alike(one, other))
    assert alike(one, STRANGER) == []


def test_colleagues_who_share_a_mailbox_or_a_telephone_are_not_proposed() -> None:
    colleague = replace(STRANGER, email_key=ELVIRA.email_key, phone=ELVIRA.phone, document_number=None, document_type=None)
    assert alike(ELVIRA, colleague) == []
    sister = replace(ELVIRA, id=3, document_number="300", name_key="zoila cedral")
    assert alike(ELVIRA, sister) == []
    assert [shares_a_name("ana ruiz", other) for other in ("ana maria ruiz", "ana", "ana gil", "luz paz")] == [True, True, False, False]


def a_standing(number: int, person: int, **changes: object) -> Standing:
    plain = {"state": RegistrationState.ACTIVE, "has_evidence": False, "registered_at": WHEN} | changes
    return Standing(number, f"r{number}", 7, "Foro", person, **plain)  # type: ignore[arg-type]


def test_the_registration_with_evidence_stands_then_the_active_then_the_first() -> None:
    first, second = a_standing(1, 1), a_standing(2, 2, has_evidence=True)
    (clash,) = clashes([first, second])
    assert (clash.stands.id, clash.aside) == (2, first)
    (clash,) = clashes([a_standing(1, 1, state=RegistrationState.WAITLISTED), a_standing(2, 2)])
    assert clash.stands.id == 2
    (clash,) = clashes([a_standing(1, 1), a_standing(2, 2)])
    assert (clash.stands.id, clash.aside and clash.aside.id) == (1, 2)
    (clash,) = clashes([a_standing(1, 1, has_evidence=True), a_standing(2, 2, has_evidence=True)])
    assert clash.aside is None
    (clash,) = clashes([a_standing(1, 1), a_standing(2, 2, state=RegistrationState.CANCELLED)])
    assert clash.aside is None
    assert clashes([a_standing(1, 1), replace(a_standing(2, 2), event_id=8)]) == []
    assert clashes([a_standing(number, number, state=RegistrationState.CANCELLED) for number in (1, 2)]) == []


def two_elviras(writing: Opened) -> tuple[str, str, int]:
    """The same document with two types, both registered for one event, and a third person who is nobody's double."""
    with writing() as db:
        event = a_published_event(db, capacity_virtual=3)
        one = a_registration(db, event, document_number="100200300", given_names="Elvira", family_names="Cedral")
        other = a_registration(db, event, document_type="CE", document_number="100200300", given_names="Elvira", family_names="Cedral Toro")
        a_registration(db, event, given_names="Zoila", family_names="Prueba Yarumo")
        return one.person.public_id, other.person.public_id, event.id


@pytest.mark.both_databases
def test_merged_by_hand_then_undone(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    first, second, event_id = two_elviras(writing)
    page = client.get(URL).text
    assert "El mismo número con otro tipo de documento" in page
    assert f"{URL}/{first}/{second}" in page
    compared = client.get(f"{URL}/{first}/{second}")
    assert "Vale la de la primera" in compared.text
    assert "100200300" not in compared.text
    whole = client.post(f"{URL}/{first}/{second}/ver", data={"csrf_token": admin.csrf})
    assert "100200300" in whole.text
    assert client.post(f"{URL}/{first}/{second}/unir", data={"csrf_token": admin.csrf}).status_code == 422
    done = client.post(f"{URL}/{first}/{second}/unir", data={"csrf_token": admin.csrf, "queda": second})
    assert done.status_code == 303
    after = client.get(done.location).text
    assert "Nadie parece repetido" in after
    assert "Ya unidas" in after
    with looking() as db:
        assert db.execute(select(Registration.state).order_by(Registration.id)).scalars().all() == ["active", "cancelled", "active"]
        into = db.execute(select(Person.merged_into_id).where(Person.public_id == first)).scalar_one()
        assert into == db.execute(select(Person.id).where(Person.public_id == second)).scalar_one()
        assert {"people.merge", "desk.unmask"} <= set(db.execute(select(AuditEntry.action)).scalars())
    assert client.get(f"{URL}/{first}/{second}").status_code == 404
    undo = after.split(f'action="{URL}/deshacer/')[1].split('"')[0]
    assert client.post(f"{URL}/deshacer/{undo}", data={"csrf_token": admin.csrf}).status_code == 303
    with looking() as db:
        states = select(Registration.state).where(Registration.event_id == event_id).order_by(Registration.id)
        assert db.execute(states).scalars().all() == ["active"] * 3
        assert db.execute(select(Person.merged_into_id)).scalars().all() == [None] * 3
    assert f"{URL}/{first}/{second}" in client.get(URL).text


@pytest.mark.both_databases
def test_two_told_apart_are_not_proposed_again(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    first, second, _event_id = two_elviras(writing)
    answer = client.post(f"{URL}/{second}/{first}/distintas", data={"csrf_token": admin.csrf})
    assert "No volveremos a proponer" in client.get(answer.location).text
    assert "Nadie parece repetido" in client.get(URL).text


@pytest.mark.both_databases
def test_people_of_another_cycle_are_neither_proposed_nor_merged(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    first, second, event_id = two_elviras(writing)
    with writing() as db:
        mine = a_published_event(db, number=8)
        a_registration(db, mine, document_number="100200300")
        staff = an_organiser_of(db, mine)
        both = an_organiser_of(db, db.get_one(Event, event_id))
    who = signed_in(client, writing, staff=staff)
    assert "Elvira Cedral" not in client.get(URL).text
    assert client.get(f"{URL}/{first}/{second}").status_code == 404
    for way in ("unir", "distintas", "ver"):
        assert client.post(f"{URL}/{first}/{second}/{way}", data={"csrf_token": who.csrf, "queda": first}).status_code == 404, way
    other = client.application.test_client()
    signed_in(other, writing, staff=both)
    assert other.get(f"{URL}/{first}/{second}").status_code == 404, "one of the two is also in a cycle that is not theirs"
    with looking() as db:
        assert db.execute(select(Person.merged_into_id)).scalars().all() == [None] * 3
    reader = client.application.test_client()
    signed_in(reader, writing, StaffRole.READER)
    assert reader.get(URL).status_code == 403


def test_the_page_costs_the_same_for_one_pair_and_for_many(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    assert admin.id
    two_elviras(writing)
    with counted() as one:
        client.get(URL)
    with writing() as db:
        event = db.execute(select(Event)).scalars().one()
        for number in range(6):
            for kind in ("CC", "CE"):
                a_registration(db, event, document_type=kind, document_number=f"50050050{number}")
    with counted() as many:
        page = client.get(URL)
    assert page.text.count("otro tipo de documento") == 7
    assert len(one) == len(many) <= 12, str(many)
