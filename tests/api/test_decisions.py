"""What programs decide and complete: requests, seats beyond the rules, answers to own questions and the files that came with them."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.cycles import service as cycles
from eventos.cycles.models import Event, SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.vocabulary import ApiScope, Source
from eventos.registration.models import Registration, SensitiveAnswer
from eventos.registration.rules import Policy
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import answers
from eventos.registration.service.policy import save_policy
from tests.api.factories import Program, a_program
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, one_of_each_kind, told_by

WHY = "Reemplaza a quien iba."


@pytest.fixture
def program(client: FlaskClient, writing: Opened) -> Program:
    return a_program(client, writing)


def a_request(db: Session, event: Event) -> str:
    return a_registration(db, event, source=Source.FORM).public_id


@pytest.fixture
def moderated(writing: Opened) -> tuple[str, list[str]]:
    """The address of a moderated event with one seat, and two requests."""
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        save_policy(db, event.id, Policy(moderated=True), by=SYSTEM, now=clock.now())
        return f"/events/{event.slug}/registrations", [a_request(db, event) for _ in range(3)]


def test_requests_are_approved_while_seats_last_or_refused_with_a_reason(
    program: Program, moderated: tuple[str, list[str]], looking: Opened, outbox_run: Any, mailbox: Any
) -> None:
    url, (first, second, third) = moderated
    told = [program.post(f"{url}/{each}/approve").get_json()["state"] for each in (first, second)]
    assert told == ["active", "waitlisted"]
    again = program.post(f"{url}/{first}/approve")
    assert (again.status_code, again.get_json()["code"]) == (409, "cannot_decide")
    for bare in ({}, {"reason": "no"}):
        assert list(program.post(f"{url}/{third}/reject", bare).get_json()["errors"]) == ["reason"]
    assert program.post(f"{url}/{third}/reject", {"reason": "Es para enlaces."}).get_json()["state"] == "rejected"
    outbox_run()
    assert any("Es para enlaces." in message.get_body(("plain",)).get_content() for message in mailbox.messages())
    with looking() as db:
        row = db.execute(select(Registration).where(Registration.public_id == third)).scalar_one()
        assert (row.decided_by.partition(":")[0], row.decision_reason) == ("api", "Es para enlaces.")


def test_somebody_is_let_in_beyond_the_capacity_with_a_reason_and_once(program: Program, moderated: tuple[str, list[str]]) -> None:
    url, (first, second, _third) = moderated
    program.post(f"{url}/{first}/approve")
    assert program.post(f"{url}/{second}/let-in", {"reason": WHY}).get_json()["state"] == "active"
    assert program.post(f"{url}/{second}/let-in", {"reason": WHY}).status_code == 409


def test_the_same_decision_sent_twice_is_one(program: Program, moderated: tuple[str, list[str]], looking: Opened) -> None:
    url, (first, *_others) = moderated
    once, again = (program.post(f"{url}/{first}/approve", idempotency="aprobar-1") for _ in range(2))
    assert (once.status_code, once.get_json()) == (again.status_code, again.get_json())
    with looking() as db:
        assert len(db.execute(select(AuditEntry.id).where(AuditEntry.action == "registration.approve")).all()) == 1


@pytest.mark.parametrize("verb", ["approve", "reject", "let-in"])
def test_nothing_is_decided_about_an_event_that_was_called_off(
    program: Program, moderated: tuple[str, list[str]], writing: Opened, verb: str
) -> None:
    url, (first, *_others) = moderated
    with writing() as db:
        cycles.cancel(db, db.execute(select(Event)).scalar_one(), reason="Sin sala.", by=SYSTEM, now=clock.now())
    refused = program.post(f"{url}/{first}/{verb}", {} if verb == "approve" else {"reason": WHY})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_published")


# --- answers -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(writing: Opened) -> tuple[str, dict[str, str]]:
    """Where the answers of somebody are, who answered the workshop and brought a letter; and the keys of the questions by kind."""
    with writing() as db:
        event = a_published_event(db)
        asked = one_of_each_kind(db, event)
        one = a_registration(db, event)
        letter = {"sha256": storage.shelf().put(PDF).sha256, "name": "carta.pdf", "media_type": "application/pdf", "size": len(PDF)}
        told = Told((Given(asked[QuestionKind.CHOICE], "1"), Given(asked[QuestionKind.FILE], letter)))
        answers.keep(db, one.id, event.id, one.person_id, told, channel=Source.STAFF, now=clock.now())
        keys = {kind.value: question.key for kind, question in asked.items()}
        return f"/events/{event.slug}/registrations/{one.public_id}/answers", keys


def test_answers_are_read_by_key_as_they_are_sent(program: Program, answered: tuple[str, dict[str, str]]) -> None:
    url, keys = answered
    read = program.get(url).get_json()
    assert {each["key"]: each["value"] for each in read["answers"]} == {keys["choice"]: "1", keys["file"]: None}
    assert read["missing"] == [keys["text"]]
    assert program.get(url.removesuffix("/answers")).get_json()["answers"] == read["answers"]


def test_answers_are_completed_and_what_is_not_sent_stays(program: Program, answered: tuple[str, dict[str, str]], looking: Opened) -> None:
    url, keys = answered
    new = {"text": "Excel", "number": "12", "multiple": ["1", "3"], "municipio": "17614", "date": "2020-01-15"}
    done = program.patch(url, {"answers": {keys[kind]: value for kind, value in new.items()}})
    assert (done.status_code, set(done.get_json())) == (200, {"public_id", "state", "modality", "links"})
    told = told_by(looking)
    assert told.pop("file")["name"] == "carta.pdf"
    assert told == new | {"choice": "1"}
    assert (
        program.patch(url, {"answers": {keys["number"]: None, keys["municipio"]: "Neira, Caldas", keys["file"]: None}}).status_code == 200
    )
    after = told_by(looking)
    assert ("number" in after, "file" in after, after["municipio"]) == (False, False, "17486")
    assert program.get(url).get_json()["missing"] == []


def test_what_an_answer_cannot_be_is_refused_by_its_key_and_nothing_is_kept(
    program: Program, answered: tuple[str, dict[str, str]], looking: Opened
) -> None:
    url, keys = answered
    wrong: list[tuple[str, Any]] = [
        ("number", "muchas"),
        ("choice", "9"),
        ("choice", None),
        ("choice", ["1"]),
        ("file", "a.pdf"),
        ("yes_no", "si"),
    ]
    for kind, value in wrong:
        refused = program.patch(url, {"answers": {keys[kind]: value, keys["long_text"]: "No debe quedar."}})
        assert (refused.status_code, list(refused.get_json()["errors"])) == (422, [f"answers.{keys[kind]}"]), (kind, refused.text)
    assert list(program.patch(url, {"answers": {"nadie": "x"}}).get_json()["errors"]) == ["answers.nadie"]
    assert "long_text" not in told_by(looking)
    with looking() as db:
        assert db.execute(select(SensitiveAnswer)).first() is None


def test_a_full_option_is_refused_by_its_key(program: Program, answered: tuple[str, dict[str, str]], writing: Opened) -> None:
    url, keys = answered
    with writing() as db:
        db.execute(update(SeatPool).where(SeatPool.kind.endswith(keys["multiple"])).values(taken=SeatPool.capacity))
    refused = program.patch(url, {"answers": {keys["multiple"]: ["1"]}})
    assert list(refused.get_json()["errors"]) == [f"answers.{keys['multiple']}"]


def test_the_file_of_an_answer_comes_to_a_key_that_reads_people_and_to_no_other(
    client: FlaskClient, program: Program, answered: tuple[str, dict[str, str]], writing: Opened, looking: Opened
) -> None:
    url, keys = answered
    (file,) = (each["file"] for each in program.get(url).get_json()["answers"] if each["file"])
    assert (file["name"], file["media_type"], file["size"]) == ("carta.pdf", "application/pdf", len(PDF))
    path = file["link"].partition("/api/v1")[2]
    answer = program.get(path)
    assert (answer.data, answer.mimetype) == (PDF, "application/octet-stream")
    assert answer.headers["Content-Disposition"] == "attachment; filename=carta.pdf"
    with looking() as db:
        assert db.execute(select(AuditEntry.detail).where(AuditEntry.action == "registration.read_file")).scalar_one() == {
            "question": keys["file"]
        }
    assert program.get(path.replace(keys["file"], keys["choice"])).status_code == 404
    writer = a_program(client, writing, ApiScope.REGISTRATIONS_WRITE)
    assert [writer.get(each).status_code for each in (url, path)] == [403, 403]
    reader = a_program(client, writing, ApiScope.REGISTRATIONS_READ)
    assert [reader.patch(url, {"answers": {}}).status_code, reader.post(f"{url.removesuffix('/answers')}/approve").status_code] == [
        403,
        403,
    ]


def test_what_is_of_another_event_is_not_there(program: Program, answered: tuple[str, dict[str, str]], writing: Opened) -> None:
    url, keys = answered
    with writing() as db:
        other = a_published_event(db, number=6).slug
    one = url.removesuffix("/answers").rpartition("/")[2]
    there = f"/events/{other}/registrations/{one}"
    asked = [program.get(f"{there}/answers"), program.get(f"{there}/answers/{keys['file']}/file")]
    asked += [program.patch(f"{there}/answers", {"answers": {}}), program.post(f"{there}/approve")]
    asked += [program.post(f"{there}/{verb}", {"reason": WHY}) for verb in ("reject", "let-in")]
    assert {answer.status_code for answer in asked} == {404}


def test_a_moderated_event_looks_again_at_answers_that_a_program_changed(
    program: Program, answered: tuple[str, dict[str, str]], writing: Opened
) -> None:
    url, keys = answered
    with writing() as db:
        save_policy(db, db.execute(select(Event.id)).scalar_one(), Policy(moderated=True), by=SYSTEM, now=clock.now())
    assert program.patch(url, {"answers": {keys["choice"]: "1"}}).get_json()["state"] == "active"
    assert program.patch(url, {"answers": {keys["choice"]: "3"}}).get_json()["state"] == "pending"
