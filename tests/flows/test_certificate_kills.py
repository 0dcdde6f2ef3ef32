"""`kill -9` between the claim and the end of drawing a constancia: the next worker draws it, once, and nothing is lost or doubled."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventos.adapters import storage
from eventos.certificates import queries, service
from eventos.certificates.codes import State
from eventos.certificates.models import Certificate
from eventos.jobs import bell
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from tests.certificates.factories import a_closed_event
from tests.flows.stage import kill, opened, until, worker_of
from tests.support.fixtures import Serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    with opened(tmp_path / "var", database_url) as app:
        yield app


@pytest.mark.both_databases
def test_a_worker_killed_while_it_draws_loses_and_doubles_nothing(backend: str, stage: Flask, serve: Serve) -> None:
    server = serve(job_lease="1", worker_threads="1")
    first = worker_of(server)
    with transaction() as db:
        event, people = a_closed_event(db, came=3)
        service.issue_all(db, event.id, by=SYSTEM, now=clock.now())

    def claimed() -> bool:
        with reading() as db:
            job = db.execute(select(func.count()).where(Job.name == "certificates.build", Job.attempts > 0, Job.done_at.is_(None)))
            return job.scalar_one() > 0

    until(claimed, "a worker took them")
    kill(first)
    ring = bell.ringer(stage.extensions["eventos.settings"])

    def done() -> bool:
        ring()
        time.sleep(0.1)
        with reading() as db:
            waiting = db.execute(select(func.count()).where(Job.name == "certificates.build", Job.done_at.is_(None)))
            return waiting.scalar_one() == 0

    until(done, "every constancia drawn", timeout=60)
    with reading() as db:
        made = queries.live_of_event(db, event.id)
        rows = db.execute(select(func.count()).select_from(Certificate)).scalar_one()
        attempts = db.execute(select(func.max(Job.attempts)).where(Job.name == "certificates.build")).scalar_one()
    assert rows == len(made) == len(people)
    assert {view.state for view in made.values()} == {State.READY}
    assert all(storage.shelf().verify(view.file_sha256 or "") for view in made.values())
    assert attempts == 2, "the killed one was taken again"
