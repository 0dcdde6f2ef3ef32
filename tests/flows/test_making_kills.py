"""`kill -9` of the worker while it makes a pieza or opens slides: the next worker makes them once, and every file is whole."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventos.adapters import storage
from eventos.cycles import queries as cycles
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import MakingState, MaterialKind
from eventos.publicity import queries as publicity
from eventos.publicity import service as flyers
from tests.cycles.factories import a_published_event
from tests.cycles.papers import a_pdf
from tests.flows.stage import kill, opened, until, worker_of
from tests.flows.test_kills import finish
from tests.support.fixtures import Serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process, on the data of the servers that the test starts."""
    with opened(tmp_path / "var", database_url) as app:
        yield app


def a_flyer() -> Callable[[], list[str]]:
    """Ask for a pieza; gives how to find its files once it is ready."""
    with transaction() as db:
        event = a_published_event(db)
        flyers.prepare(db, event.id, by=SYSTEM, now=clock.now())

    def files() -> list[str]:
        with reading() as db:
            (found,) = publicity.flyers_of(db, event.id)
        assert found.state is MakingState.READY
        assert set(found.files) == {"pdf", "square", "wide"}
        return list(found.files.values())

    return files


def slides() -> Callable[[], list[str]]:
    """Bring slides of forty pages; gives how to find the copy and its pages once they are ready."""
    stored = storage.shelf().put(a_pdf(40))
    file = KeptFile(stored.sha256, stored.size, "Diapositivas.pdf", "application/pdf", MaterialKind.SLIDES, needs_work=True)
    with transaction() as db:
        event = a_published_event(db)
        materials.add_material(db, event.id, SaveMaterial("Diapositivas"), file, by=SYSTEM, now=clock.now())

    def files() -> list[str]:
        with reading() as db:
            (found,) = cycles.materials_of(db, event.id)
        assert (found.state, found.pages, len(found.page_images)) == (MakingState.READY, 40, 40)
        return [found.file_sha256, *found.page_images]

    return files


@pytest.mark.parametrize(("name", "ask"), [("publicity.build", a_flyer), ("cycles.build_material", slides)])
def test_a_worker_killed_between_claim_and_finish_leaves_the_work_to_the_next(
    name: str, ask: Callable[[], Callable[[], list[str]]], serve: Serve, stage: Flask
) -> None:
    server = serve(job_lease="1", worker_threads="1")
    worker = worker_of(server)
    files = ask()

    def claimed() -> bool:
        with reading() as db:
            job = db.execute(select(Job).where(Job.name == name)).scalar_one()
        assert job.done_at is None, "the work was done before it could be interrupted"
        return job.attempts == 1

    until(claimed, "the job in the hands of a worker")
    kill(worker)
    until(lambda: worker_of(server) != worker, "another worker")
    finish(stage)
    with reading() as db:
        job = db.execute(select(Job).where(Job.name == name)).scalar_one()
    assert job.attempts >= 2
    assert job.buried_at is None
    for sha256 in files():
        assert storage.shelf().verify(sha256)
