"""`kill -9` of the worker at every step of a job: nothing is lost, and a mail is repeated at most once, with the same Message-ID."""

import contextlib
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventos.jobs import bell
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from tests.cycles.factories import a_published_event
from tests.flows.conftest import Visit
from tests.flows.guests import answers
from tests.flows.stage import Trap, kill, opened, trapped, until, worker_of
from tests.registration.factories import a_registration
from tests.support.fixtures import Serve
from tests.support.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PEOPLE = 5


class Assassin:
    """Kills the worker of a server the first time a message reaches the wanted moment, once; later workers live."""

    def __init__(self, moment: str, number: int) -> None:
        self.server: Server | None = None
        self.kills = 0
        self._wanted = (moment, number)

    def __call__(self, moment: str, number: int) -> None:
        if self.server is not None and self._wanted == (moment, number) and not self.kills:
            self.kills += 1
            kill(worker_of(self.server))


def promise_mails(app: Flask, people: int) -> None:
    """Register people, and so promise one mail to each."""
    with transaction() as db:
        event = a_published_event(db)
        for number in range(people):
            a_registration(db, event, email=f"guadua{number}@correo.example")


def unfinished() -> int:
    with reading() as db:
        return db.execute(select(func.count()).where(Job.done_at.is_(None))).scalar_one()


def finish(app: Flask) -> None:
    """Ring until every job is done. A ring stands for the sweep of each minute, which tests do not wait for."""
    ring = bell.ringer(app.extensions["eventos.settings"])

    def all_done() -> bool:
        ring()
        time.sleep(0.1)
        return unfinished() == 0

    until(all_done, "every job done", timeout=60)


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process, on the data of the servers that the test starts."""
    with opened(tmp_path / "var", database_url) as app:
        yield app


def letters(sink: Trap) -> tuple[Counter[str], Counter[str]]:
    """How many messages each person got, and how many carried each Message-ID."""
    return (
        Counter(received.recipients[0] for received in sink.received),
        Counter(str(received.message["Message-ID"]) for received in sink.received),
    )


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param("mail", 1, id="claimed, nothing sent"),
        pytest.param("taken", 1, id="first one sent, not written down", marks=pytest.mark.full),
        pytest.param("mail", 3, id="between two mails of one claim"),
        pytest.param("taken", 3, id="third one sent, not written down"),
        pytest.param("taken", PEOPLE, id="last one sent, not written down", marks=pytest.mark.full),
    ],
)
def test_a_killed_worker_loses_no_mail_and_repeats_at_most_one(moment: str, number: int, serve: Serve, stage: Flask) -> None:
    assassin = Assassin(moment, number)
    with trapped(assassin) as sink:
        assassin.server = serve(mail_url=sink.url, job_lease="1")
        promise_mails(stage, PEOPLE)
        finish(stage)
        received, ids = letters(sink)
    assert assassin.kills == 1
    assert set(received) == {f"guadua{number}@correo.example" for number in range(PEOPLE)}
    assert sum(received.values()) <= PEOPLE + 1, "one kill, at most one repeated mail"
    assert len(ids) == PEOPLE, "a repeated mail carries the Message-ID of the first"


def test_a_worker_killed_before_it_claims_leaves_the_promise_to_the_next(serve: Serve, stage: Flask) -> None:
    with trapped(lambda _moment, _number: None) as sink:
        promise_mails(stage, 1)
        server = serve(mail_url=sink.url, job_lease="1")
        first = worker_of(server)
        kill(first)
        until(lambda: worker_of(server) != first, "another worker")
        finish(stage)
        received, _ids = letters(sink)
    assert received == {"guadua0@correo.example": 1}


def test_a_worker_killed_after_the_job_is_done_repeats_nothing(serve: Serve, stage: Flask) -> None:
    with trapped(lambda _moment, _number: None) as sink:
        server = serve(mail_url=sink.url, job_lease="1")
        promise_mails(stage, PEOPLE)
        finish(stage)
        first = worker_of(server)
        kill(first)
        until(lambda: worker_of(server) != first, "another worker")
        time.sleep(1.5)  # longer than the lease: whatever could be taken again would be
        finish(stage)
        received, _ids = letters(sink)
    assert sum(received.values()) == PEOPLE


@contextlib.contextmanager
def writer_lock(database_url: str) -> Iterator[None]:
    """Hold the database as another writer would."""
    connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def in_background(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_a_stop_lets_the_request_under_way_finish(serve: Serve, visit: Visit, stage: Flask, database_url: str) -> None:
    with transaction() as db:
        slug = a_published_event(db).slug
    server = serve(worker=False)
    visitor = visit(server.url)
    form = visitor.form(f"/eventos/{slug}/inscripcion")
    statuses: list[int] = []
    with writer_lock(database_url):
        waiting = in_background(lambda: statuses.append(visitor.send(form, **answers(1)).status))
        time.sleep(0.5)
        os.kill(server.process.pid, signal.SIGTERM)
        time.sleep(1)
        assert statuses == [], "the registration waits for the writer before it"
    waiting.join(15)
    assert statuses == [303]
    assert server.process.wait(15) == 0
    with reading() as db:
        assert db.execute(select(func.count()).where(Job.name == "registration.confirm")).scalar_one() == 1
