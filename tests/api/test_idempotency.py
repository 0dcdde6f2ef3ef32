"""A request with an Idempotency-Key counts once: repeated, or sent by two processes at the same moment, on both databases."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventos.cycles.models import Event
from eventos.jobs import runner
from eventos.kernel import clock
from eventos.kernel.idempotency import KEPT, IdempotencyKey
from eventos.kernel.settings import Settings
from eventos.registration.models import Registration
from tests.api.factories import a_key, a_program
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.support.databases import ROOT, environment

# What each process does: the same request with the same key, several times at once.
RUNNER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from eventos.app import create_app

key, path, body = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
app = create_app(ring=lambda: None)
print("ready", flush=True)
sys.stdin.readline()

def ask(_number):
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "una-sola-vez"}
    answer = app.test_client().post(path, json=body, headers=headers)
    return [answer.status_code, answer.get_json()]

with ThreadPoolExecutor(3) as pool:
    print(json.dumps(list(pool.map(ask, range(3)))), flush=True)
"""


def cycle_of(writing: Opened) -> str:
    with writing() as db:
        slug: str = a_cycle(db).slug
    return slug


def how_many(looking: Opened, model: type) -> int:
    with looking() as db:
        return db.execute(select(func.count()).select_from(model)).scalar_one()


@pytest.mark.both_databases
@pytest.mark.slow
def test_one_request_sent_by_two_processes_at_once_is_done_once(settings: Settings, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        key, slug = a_key(db), a_cycle(db).slug
    variables = {"data_dir": settings.data_dir, "database_url": settings.database_url, "log_level": "ERROR"}
    arguments = [sys.executable, "-c", RUNNER, key, "/api/v1/events", json.dumps({"cycle": slug, "topic": "Datos abiertos"})]
    started = [
        subprocess.Popen(arguments, cwd=ROOT, env=environment(**variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    answers = []
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in started:
        told, _errors = each.communicate(timeout=100)
        answers += json.loads(told)
    assert len(answers) == 6
    assert answers == [answers[0]] * 6
    assert answers[0][0] == 201
    assert how_many(looking, Event) == 1


@pytest.mark.both_databases
def test_the_same_key_and_body_get_the_same_answer_and_do_nothing_more(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    program, body = a_program(client, writing), {"cycle": cycle_of(writing), "topic": "Datos abiertos"}
    first, again = (program.post("/events", body, idempotency="a") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert how_many(looking, Event) == 1
    anew = program.post("/events", body, idempotency="b")
    assert anew.get_json()["slug"] != first.get_json()["slug"]
    assert program.post("/events", body).status_code == 201
    assert how_many(looking, Event) == 3


def test_the_same_key_with_another_body_is_refused(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    program, slug = a_program(client, writing), cycle_of(writing)
    program.post("/events", {"cycle": slug, "topic": "Datos abiertos"}, idempotency="a")
    other = program.post("/events", {"cycle": slug, "topic": "Otro tema"}, idempotency="a")
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")
    assert how_many(looking, Event) == 1


def test_a_key_belongs_to_its_token_method_and_path(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    program, other = a_program(client, writing), a_program(client, writing)
    with writing() as db:
        cycle = a_cycle(db)
        slugs = [a_published_event(db, cycle=cycle, number=number).slug for number in (1, 2)]
    body = {"cycle": cycle.slug, "topic": "Datos abiertos"}
    assert {each.post("/events", body, idempotency="a").status_code for each in (program, other)} == {201}
    people = [program.post(f"/events/{slug}/registrations", program.person(), idempotency="a") for slug in slugs]
    assert [answer.status_code for answer in people] == [201, 201]
    assert (how_many(looking, Event), how_many(looking, Registration), how_many(looking, IdempotencyKey)) == (4, 2, 4)


def test_what_was_refused_is_not_kept_so_the_key_serves_once_it_is_mended(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    program, slug = a_program(client, writing), cycle_of(writing)
    wrong = {"cycle": slug, "topic": "Datos", "days": [{"on_date": "2030-07-25", "starts": "10:00", "ends": "08:00"}]}
    assert program.post("/events", wrong, idempotency="a").status_code == 422
    assert how_many(looking, IdempotencyKey) == 0
    assert program.post("/events", {"cycle": slug, "topic": "Datos"}, idempotency="a").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "llave\twith tab"])
def test_a_key_that_is_none_is_refused(client: FlaskClient, writing: Opened, looking: Opened, key: str) -> None:
    program, slug = a_program(client, writing), cycle_of(writing)
    answer = program.ask("POST", "/events", {"cycle": slug, "topic": "Datos"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["Idempotency-Key"])
    assert how_many(looking, Event) == 0


def test_answers_are_kept_sealed_for_a_day_and_then_forgotten(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened, clock_at: object
) -> None:
    program = a_program(client, writing)
    with writing() as db:
        slug = a_published_event(db).slug
    now, person = clock.now(), program.person()
    made = program.post(f"/events/{slug}/registrations", person, idempotency="mi-llave-secreta")
    with looking() as db:
        kept = repr([tuple(row) for row in db.execute(IdempotencyKey.__table__.select())])
    assert "mi-llave-secreta" not in kept
    assert made.get_json()["public_id"] not in kept
    clock_at(now + KEPT - timedelta(minutes=1))  # type: ignore[operator]
    runner.sweep(app)
    assert how_many(looking, IdempotencyKey) == 1
    clock_at(now + KEPT + timedelta(minutes=1))  # type: ignore[operator]
    runner.sweep(app)
    assert how_many(looking, IdempotencyKey) == 0
