"""The fixtures that reach outside this process: a server, a mail sink, a browser; and how large a test should be."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from eventos.kernel.db import reading
from eventos.kernel.outbox import Job
from tests.support import once
from tests.support.browser import Chromium
from tests.support.inside import answering
from tests.support.server import Server
from tests.support.smtp import Sink

Serve = Callable[..., Server]


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """The many applications of a run compile what is the same for all of them once."""
    with once.compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def swept_seldom() -> None:
    """What every module made when it was imported stays for good: Python need not look through it for rubbish, nor look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture
def outbox_run(app: Flask) -> Callable[[], int]:
    """`outbox_run()` does every due job in this process, also those that jobs promise meanwhile; gives how many ran.

    A job that met a bug fails the test. One that met a foreseen failure waits or is buried, as in life.
    """
    from eventos.jobs import runner

    def run() -> int:
        done = runner.run_all(app)
        with app.app_context(), reading() as db:
            bugs = db.execute(
                select(Job.name, Job.last_error).where(Job.done_at.is_(None), Job.last_error.startswith("Error interno"))
            ).all()
        assert not bugs, bugs
        return done

    return run


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that keeps what it is given."""
    sink = Sink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def serve(tmp_path: Path, database_url: str) -> Iterator[Serve]:
    """`serve(worker=True, **settings)` starts a real server on the test's database; all are stopped at the end."""
    started: list[Server] = []

    def start(**options: str | bool) -> Server:
        server = Server(tmp_path / "var", **{"database_url": database_url, **options})  # type: ignore[arg-type]
        started.append(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def server(serve: Serve) -> Server:
    """A real server with its worker, on a free port, empty."""
    return serve()


@pytest.fixture
def inside(app: Flask) -> Iterator[str]:
    """The address at which the test's own application answers browsers: no process to start, and nothing kept from it."""
    with answering(app) as address:
        yield address


@pytest.fixture(scope="session")
def whole_browser() -> Iterator[Chromium]:
    chromium = Chromium()
    yield chromium
    chromium.stop()


@pytest.fixture
def chromium(whole_browser: Chromium) -> Iterator[Chromium]:
    """The browser: `chromium.open(width=360, javascript=False)`. Script errors, CSP faults and foreign requests fail the test."""
    yield whole_browser
    faults = whole_browser.close_pages()
    assert not faults, faults


@pytest.fixture
def browser_page(chromium: Chromium) -> Page:
    """A blank page, 1280 px wide, with JavaScript."""
    return chromium.open()


@pytest.fixture(scope="session")
def is_full() -> bool:
    """Whether this is `make test-full`, at the sizes promised: `rows = 5000 if is_full else 200`."""
    return os.environ.get("EVENTOS_TEST_FULL") == "1"
