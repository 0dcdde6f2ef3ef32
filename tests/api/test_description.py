"""The description of the API is true: whatever is sent, no answer is a server's fault and every answer is one that it tells of."""

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from eventos.adapters import storage
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.operations import OPERATIONS
from eventos.kernel.vocabulary import Source
from eventos.registration import importing
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import answers
from eventos.registration.service import importing as sheets
from eventos.registration.service.importing import Options
from tests.api.factories import Program, a_key
from tests.checkin.factories import a_bearer
from tests.conftest import Opened
from tests.cycles.factories import a_published_event, an_event
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, a_question
from tests.support.crowd import sheet_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def known(app: Flask, writing: Opened) -> dict[str, str]:
    """A key, and what the arguments of addresses may name."""
    app.config["PROPAGATE_BUGS"] = False  # what fails is told by its 500
    with writing() as db:
        event = a_published_event(db)
        an_event(db)
        file = importing.take_file(sheet_of(2), "lista.csv")
        sheet = sheets.upload(db, file, Options(has_consents=True), event_id=event.id, by=SYSTEM, now=clock.now())
        registration = a_registration(db, event)
        letter = a_question(db, event, QuestionKind.FILE, "Carta de su entidad")
        told = {"sha256": storage.shelf().put(PDF).sha256, "name": "carta.pdf", "media_type": "application/pdf", "size": len(PDF)}
        given = Told((Given(letter, told),))
        answers.keep(db, registration.id, event.id, registration.person_id, given, channel=Source.STAFF, now=clock.now())
        # One for each, so that the allowance of a minute is not what is tested.
        keys = {name: a_bearer(db, event, name=name) if each.is_for_devices else a_key(db) for name, each in OPERATIONS.items()}
        return keys | {"key": letter.key, "slug": event.slug, "registration": registration.public_id, "sheet": sheet.public_id}


def judged(app: Flask, known: dict[str, str], *, examples: int) -> set[str]:
    """Send every operation what fits it and what does not; answers the statuses seen, by operation."""
    seen: set[str] = set()
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    names = {(each.method, re.sub(r"<(\w+)>", r"{\1}", each.path)): name for name, each in OPERATIONS.items()}
    for operation in sorted((found.ok() for found in description.get_all_operations()), key=lambda each: each.path.endswith("/cancel")):
        program = Program(app.test_client(), known[names[operation.method.upper(), operation.path]])
        kind = "sheet" if "/imports" in operation.path else "registration"
        there = {"slug": known["slug"], "public_id": known[kind], "key": known["key"]}
        named = {name: there[name] for name in re.findall(r"{(\w+)}", operation.path)}
        for mode, path in ((GenerationMode.POSITIVE, named), (GenerationMode.NEGATIVE, named), (GenerationMode.POSITIVE, {})):
            strategy = operation.as_strategy(mode, **({"path_parameters": path} if path else {}))
            seen |= sent(strategy, program, known["slug"], examples)
    return seen


def sent(strategy: Any, program: Program, slug: str, examples: int) -> set[str]:
    """Send so many examples and judge each answer by the description."""
    seen: set[str] = set()

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def ask(case: Any) -> None:
        helped(case, program, slug)
        answer = case.call(headers={"Authorization": f"Bearer {program.key}", "Accept-Encoding": "identity"})
        seen.add(f"{case.method} {case.operation.path} {answer.status_code}")
        case.validate_response(answer, checks=CHECKS)

    ask()
    return seen


def helped(case: Any, program: Program, slug: str) -> None:
    """Half of what is sent names what only an earlier answer tells: the version that was read, the notice that was shown, the event."""
    if isinstance(case.body, dict) and len(repr(case.body)) % 2:
        if isinstance(case.body.get("version"), int):
            case.body["version"] = program.get(f"/events/{slug}").get_json()["version"]
        if isinstance(case.body.get("consent"), dict):
            case.body["consent"]["notice"] = program.get("/notice").get_json()["sha256"]
        if "scans" in case.body:
            case.body["event"] = slug


def test_whatever_is_sent_the_answer_is_one_that_is_told(app: Flask, known: dict[str, str], is_full: bool) -> None:
    seen = judged(app, known, examples=100 if is_full else 6)
    assert len({each.rpartition(" ")[0] for each in seen}) == len(OPERATIONS)


def test_an_answer_that_nobody_told_of_is_noticed(app: Flask, known: dict[str, str]) -> None:
    app.view_functions["api_events.events"] = app.view_functions["health.alive"]
    with pytest.raises((FailureGroup, BaseExceptionGroup, AssertionError)):
        judged(app, known, examples=1)
