"""The examples of docs/api.md do what they say: each is sent as it is written, and answers the status beside it."""

import re
import shlex
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.adapters import storage
from eventos.cycles.models import Cycle, Event
from eventos.kernel import clock
from eventos.kernel.operations import OPERATIONS
from eventos.kernel.vocabulary import Source
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import answers
from eventos.registration.service.register import ask
from tests.api.factories import Program, a_program
from tests.checkin.factories import OPEN, a_bearer, code_of
from tests.checkin.stage import At
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.house.sources import ROOT, text
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, a_question
from tests.support.crowd import sheet_of

SITE = "https://eventos.example"


def examples() -> list[tuple[str, int]]:
    """Each curl of the document, on one line, with the status it says."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text(ROOT / "docs" / "api.md"), re.DOTALL)).replace("\\\n", " ")
    lines = [line.rpartition("#") for line in blocks.splitlines() if line.startswith("curl ")]
    return [(command.strip(), int(said.partition(":")[0])) for command, _, said in lines]


def send(client: FlaskClient, command: str, known: dict[str, str]) -> TestResponse:
    """Do what the shell and curl would."""
    words = shlex.split(re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], command))[1:]
    method, headers, data, path = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0).encode()
        elif word == "--data-binary":
            assert words.pop(0) == "@lista.csv"
            data = sheet_of(2)
        elif word == "-o":
            words.pop(0)
        else:
            path = word.removeprefix(SITE)
    return client.open(path, method=method, headers=headers, data=data)


def what_people_sent(db: Session, event: Event) -> dict[str, str]:
    """Two requests that wait, and what one of them answered: a text and a file."""
    first, other = (a_registration(db, event) for _ in range(2))
    for each in (first, other):
        ask(db, each, each.modality, clock.now())
    said, letter = a_question(db, event), a_question(db, event, QuestionKind.FILE, "Carta de su entidad")
    kept = {"sha256": storage.shelf().put(PDF).sha256, "name": "carta.pdf", "media_type": "application/pdf", "size": len(PDF)}
    told = Told((Given(said, "Correo"), Given(letter, kept)))
    answers.keep(db, first.id, event.id, first.person_id, told, channel=Source.FORM, now=clock.now())
    return {"SOLICITUD": first.public_id, "OTRA": other.public_id, "PREGUNTA": said.key, "ARCHIVO": letter.key}


def test_the_examples_of_the_document_answer_as_it_says(client: FlaskClient, writing: Opened, outbox_run: Any, clock_at: At) -> None:
    now = clock.now()
    program: Program = a_program(client, writing)
    with writing() as db:
        event = a_published_event(db)
        cycle = db.execute(select(Cycle.slug)).scalar_one()
        known = {"SITIO": SITE, "LLAVE": program.key, "CICLO": cycle, "EVENTO": event.slug, **what_people_sent(db, event)}
        known |= {"TELEFONO": a_bearer(db, event), "CODIGO": code_of(a_registration(db, event))}
    known["AVISO"] = program.get("/notice").get_json()["sha256"]
    told = examples()
    wrong = []
    for command, status in told:
        clock_at(OPEN if "TELEFONO" in command else now)
        answer = send(client, command, known)
        if answer.status_code != status:
            wrong.append((command[:120], answer.status_code, answer.text))
        if answer.status_code in {201, 202} and "public_id" in answer.get_json():
            known["INSCRIPCION" if answer.status_code == 201 else "LISTA"] = answer.get_json()["public_id"]
        outbox_run()
    assert wrong == []
    assert len(told) >= len(OPERATIONS) - 1  # all but calling an event off


def test_the_document_names_every_scope_and_every_status(client: FlaskClient) -> None:
    document = text(ROOT / "docs" / "api.md")
    description = client.get("/api/v1/openapi.json").get_json()
    each_way = [way for path in description["paths"].values() for each in path.values() for way in each["security"]]
    scopes = {scope for way in each_way for some in way.values() for scope in some}
    statuses = {status for path in description["paths"].values() for each in path.values() for status in each["responses"]}
    assert [name for name in scopes | statuses if name not in document] == []


def test_the_page_for_people_tells_of_every_operation(client: FlaskClient) -> None:
    page = client.get("/api").text
    assert [operation.summary for operation in OPERATIONS.values() if operation.summary not in page] == []
    assert all(f"/api/v1{operation.path.replace('<', '{').replace('>', '}')}" in page for operation in OPERATIONS.values())
