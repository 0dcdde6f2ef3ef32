"""Real processes to be killed and watched: the worker of a server, what a mail sink sees of each message, the rows they share."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from eventos.app import create_app
from eventos.jobs import bell
from eventos.kernel.db import database
from eventos.kernel.settings import Settings
from tests.support.server import Server
from tests.support.smtp import Sink

T = TypeVar("T")


def children(pid: int) -> list[int]:
    """The processes this one started."""
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def worker_of(server: Server, *, timeout: float = 15) -> int:
    """The process id of the server's present worker, waiting for one to be there."""

    def find() -> int | None:
        for child in children(server.process.pid):
            if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return child
        return None

    return until(find, "a worker", timeout=timeout)


def until(look: Callable[[], T | None], what: str, *, timeout: float = 20) -> T:
    """What `look` answers once it is something."""
    deadline = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.02)
    return found


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


class Trap(Sink):
    """A mail server that calls `spring(moment, envelope)` before it greets a message ("mail") and after it took one ("taken")."""

    def __init__(self, spring: Callable[[str, int], None]) -> None:
        super().__init__()
        self._spring = spring
        self._seen = 0

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[Any]) -> str:
        self._seen += 1
        self._spring("mail", self._seen)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self._spring("taken", self._seen)
        return answer


@contextmanager
def trapped(spring: Callable[[str, int], None]) -> Iterator[Trap]:
    sink = Trap(spring)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


@contextmanager
def opened(data_dir: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process on a server's own data, for arranging and looking."""
    settings = Settings.from_environ({"EVENTOS_DATA_DIR": str(data_dir), "EVENTOS_DATABASE_URL": database_url})
    app = create_app(settings, ring=bell.ringer(settings))
    with app.app_context():
        yield app
        database.engine.dispose()
