"""Registrations through the API: by the rules of the public form, and people only for those who may read them."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import ApiScope, Modality
from eventos.people.models import Consent, Person
from eventos.registration.models import Registration
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.api.factories import Program, a_program
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import one_of_each_kind
from tests.support.statements import counted


@pytest.fixture
def program(client: FlaskClient, writing: Opened) -> Program:
    return a_program(client, writing)


@pytest.fixture
def url(writing: Opened) -> str:
    with writing() as db:
        return f"/events/{a_published_event(db).slug}/registrations"


def test_somebody_is_registered_with_their_consent_and_gets_their_confirmation(
    program: Program, url: str, looking: Opened, outbox_run: Any, mailbox: Any
) -> None:
    person = program.person(
        phone="3001234567", consent={"authorised": True, "notice": program.person()["consent"]["notice"], "invitations": True}
    )
    made = program.post(url, person)
    told = made.get_json()
    assert (made.status_code, told["state"], told["modality"]) == (201, "active", "virtual")
    assert set(told) == {"public_id", "state", "modality", "links"}
    read = program.get(f"{url}/{told['public_id']}").get_json()
    assert read["person"]["document_number"] == person["document_number"]
    assert (read["workplace"]["divipola"], read["source"], read["registered_at"][-6:]) == ("17614", "form", "-05:00")
    with looking() as db:
        consent = db.execute(select(Consent)).scalar_one()
        assert set(consent.purposes) == {"event", "invitations"}
        assert db.execute(select(AuditEntry.actor).where(AuditEntry.action == "registration.first")).scalar_one().startswith("api:")
    outbox_run()
    (message,) = mailbox.messages()
    assert person["email"] in message["To"]


def test_a_repeated_registration_answers_like_the_first_and_adds_nobody(program: Program, url: str, looking: Opened) -> None:
    person = program.person()
    first, again = program.post(url, person), program.post(url, person | {"given_names": "Otra"})
    assert (first.status_code, first.get_json()) == (again.status_code, again.get_json())
    with looking() as db:
        assert db.execute(select(Person.given_names)).scalars().all() == ["Elvira Demo"]


def test_somebody_abroad_and_somebody_of_a_hybrid_event(program: Program, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, modality=Modality.HYBRID, venue_name="Sala", capacity_onsite=1)
        url = f"/events/{event.slug}/registrations"
    abroad = program.person(divipola=None, country="Ecuador", city="Quito", modality="presencial")
    assert program.post(url, abroad).get_json()["modality"] == "presencial"
    assert program.post(url, program.person(modality="presencial")).get_json()["state"] == "waitlisted"
    assert list(program.post(url, program.person()).get_json()["errors"]) == ["modality"]
    both = program.person(country="Ecuador", city="Quito", modality="virtual")
    assert list(program.post(url, both).get_json()["errors"]) == ["divipola"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"consent": None}, "consent"),
        ({"consent": {"authorised": False, "notice": "0" * 64}}, "consent.authorised"),
        ({"consent": {"authorised": True, "notice": "0" * 64}}, "consent.notice"),
        ({"document_number": "abc"}, "document_number"),
        ({"document_type": "NIT", "document_number": "900123456"}, "document_type"),
        ({"given_names": "https://mal.example"}, "given_names"),
        ({"email": "sin arroba"}, "email"),
        ({"phone": "xx"}, "phone"),
        ({"divipola": "99999"}, "divipola"),
        ({"divipola": None}, "divipola"),
        ({"divipola": None, "country": "Ecuador"}, "city"),
        ({"link_kind": "jefe"}, "link_kind"),
        ({"answers": {"no-se-pregunta": "x"}}, "answers.no-se-pregunta"),
        ({"answers": {"a": {"b": 1}}}, "answers.a"),
        ({"document": "41000777"}, "document"),
    ],
)
def test_what_the_form_refuses_is_refused_by_its_name(
    program: Program, url: str, looking: Opened, changes: dict[str, Any], where: str
) -> None:
    answer = program.post(url, program.person(**changes))
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [where])
    with looking() as db:
        assert db.execute(select(Person.id)).all() == []


def test_a_closed_event_says_why_and_a_draft_takes_nobody(program: Program, url: str, writing: Opened) -> None:
    with writing() as db:
        event = db.execute(select(Event)).scalar_one()
        cycles.cancel(db, event, reason="Sin sala.", by=SYSTEM, now=clock.now())
    refused = program.post(url, program.person())
    assert (refused.status_code, refused.get_json()["code"]) == (409, "registration_closed")
    assert "cancelado" in refused.get_json()["title"]


def test_a_registration_is_corrected_and_cancelled_as_on_its_page(program: Program, url: str, writing: Opened) -> None:
    made = program.post(url, program.person()).get_json()
    one = f"{url}/{made['public_id']}"
    before = program.get(one).get_json()
    assert program.patch(one, {"post": "Secretaria de Hacienda"}).status_code == 200
    after = program.get(one).get_json()
    assert after["workplace"] == before["workplace"] | {"post": "Secretaria de Hacienda"}
    assert after["person"] == before["person"]
    moved = program.patch(one, {"country": "Ecuador", "city": "Quito"})
    assert moved.status_code == 200
    assert program.get(one).get_json()["workplace"]["divipola"] is None
    assert list(program.patch(one, {"email": "otra@riosucio.example"}).get_json()["errors"]) == ["email"]
    assert list(program.patch(one, {"entity": "http://mal.example"}).get_json()["errors"]) == ["entity"]
    assert [program.post(f"{one}/cancel").get_json()["state"] for _ in range(2)] == ["cancelled", "cancelled"]


def test_no_answer_tells_of_people_without_the_scope(
    client: FlaskClient, writing: Opened, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    writer = a_program(client, writing, ApiScope.REGISTRATIONS_WRITE, ApiScope.EVENTS_READ, ApiScope.EVENTS_WRITE, ApiScope.IMPORT_WRITE)
    person = writer.person(phone="3001234567")
    made = writer.post(url, person, idempotency="a")
    one = f"{url}/{made.get_json()['public_id']}"
    told = [made, writer.post(url, person), writer.patch(one, {"post": "Otra"}), writer.get("/events"), writer.get(url), writer.get(one)]
    assert [answer.status_code for answer in told] == [201, 201, 200, 200, 403, 403]
    canaries = [person[name] for name in ("document_number", "email", "family_names", "phone")]
    assert [(answer.request.path, secret) for answer in told for secret in canaries if secret in answer.text] == []
    assert [secret for secret in (*canaries, writer.key) if secret in caplog.text] == []


def test_own_questions_are_read_answered_and_judged_by_their_key(program: Program, url: str, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        asked = {kind.value: question.key for kind, question in one_of_each_kind(db, db.execute(select(Event)).scalar_one()).items()}
    told = program.get(url.replace("registrations", "questions")).get_json()["items"]
    assert {each["key"]: each["kind"] for each in told} == {key: kind for kind, key in asked.items()}
    workshop = told[0]
    assert (workshop["required"], workshop["options"][0]["left"], workshop["options"][1]["left"]) == (True, 20, None)
    bare = program.post(url, program.person())
    assert (bare.status_code, list(bare.get_json()["errors"])) == (422, [f"answers.{asked['choice']}"])
    answers = {asked["choice"]: "1", asked["text"]: "Hojas de cálculo", asked["multiple"]: ["1", "2"], asked["municipio"]: "17614"}
    made = program.post(url, program.person(answers=answers))
    read = program.get(f"{url}/{made.get_json()['public_id']}").get_json()["answers"]
    assert {each["key"]: each["answer"] for each in read}[asked["municipio"]] == "Riosucio, Caldas"
    assert len(read) == 4
    sensitive = program.person(answers=answers | {asked["yes_no"]: "si"})
    assert list(program.post(url, sensitive).get_json()["errors"]) == ["consent.sensitive"]
    secret = program.post(url, sensitive | {"consent": sensitive["consent"] | {"sensitive": True}})
    assert secret.status_code == 201
    assert asked["yes_no"] not in program.get(f"{url}/{secret.get_json()['public_id']}").text
    for key, value in (("number", "muchas"), ("number", ["5"]), ("file", "carta.pdf"), ("choice", "9")):
        wrong = program.post(url, program.person(answers=answers | {asked[key]: value}))
        assert list(wrong.get_json()["errors"]) == [f"answers.{asked[key]}"], (key, wrong.text)


def test_a_private_and_moderated_event_takes_the_request_of_a_key_of_its_cycle(program: Program, url: str, writing: Opened) -> None:
    with writing() as db:
        event = db.execute(select(Event)).scalar_one()
        save_policy(db, event.id, Policy(moderated=True, is_private=True), by=SYSTEM, now=clock.now())
    made = program.post(url, program.person()).get_json()
    assert made["state"] == "pending"
    assert [each["state"] for each in program.get(f"{url}?state=pending").get_json()["items"]] == ["pending"]
    assert program.post(f"{url}/{made['public_id']}/cancel").get_json()["state"] == "cancelled"


def test_every_look_at_people_is_audited(client: FlaskClient, writing: Opened, looking: Opened, url: str) -> None:
    reader = a_program(client, writing, ApiScope.REGISTRATIONS_READ)
    with writing() as db:
        person = a_registration(db, db.execute(select(Event)).scalar_one())
    reader.get(f"{url}?state=active")
    reader.get(f"{url}/{person.public_id}")
    with looking() as db:
        seen = db.execute(select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.action.startswith("registration.api_"))).all()
    assert [row.action for row in seen] == ["registration.api_list", "registration.api_read"]
    assert seen[0].detail == {"rows": 1, "filter": {"state": "active"}}


def test_pages_of_people_follow_each_other_and_cost_the_same(program: Program, writing: Opened, url: str) -> None:
    with writing() as db:
        event = db.execute(select(Event)).scalar_one()
        for _ in range(7):
            a_registration(db, event)
        ids = list(db.execute(select(Registration.public_id).order_by(Registration.id)).scalars())
    seen: list[str] = []
    path = f"{url}?limit=3"
    while path:
        page = program.get(path).get_json()
        seen += [each["public_id"] for each in page["items"]]
        path = (page["links"]["next"] or "").partition("/api/v1")[2]
    assert seen == ids
    with counted() as few:
        program.get(f"{url}?limit=1")
    with counted() as many:
        program.get(url)
    assert len(few) == len(many) <= 6, str(many)


def test_what_registering_costs_beside_the_form(program: Program, url: str) -> None:
    program.post(url, program.person())
    person = program.person()
    with counted() as statements:
        assert program.post(url, person).status_code == 201
    # The gate (2), the event in scope and whole, its questions, the office, what the form itself costs, and how it stands.
    assert len(statements) <= 22, str(statements)
