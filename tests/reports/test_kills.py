"""`kill -9` of the worker between taking the job and finishing it, as a real process: the informe is made once, and whole."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.reports import service
from eventos.reports.models import Report
from tests.attendance.factories import register, the_114
from tests.cycles.factories import a_published_event
from tests.support.databases import ROOT, environment

pytestmark = pytest.mark.slow

Opened = Callable[[], AbstractContextManager[Session]]

# A worker that dies the moment it is about to call what is named.
WORKER = """
import os, signal
from eventos.adapters.storage import Folder
from eventos.app import create_app
from eventos.jobs import runner
from eventos.reports import messages, service
places = {"as_word": messages, "as_pdf": messages, "put": Folder, "mark_ready": service}
name = %r
setattr(places[name], name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
runner.run_all(create_app(ring=lambda: None))
"""


@pytest.mark.parametrize(
    ("format", "moment"),
    [("docx", "as_word"), ("docx", "put"), ("docx", "mark_ready"), ("pdf", "as_pdf"), ("pdf", "put"), ("pdf", "mark_ready")],
)
def test_a_worker_killed_before_each_step_loses_nothing_and_repeats_nothing(
    app: Flask,
    settings: Settings,
    writing: Opened,
    looking: Opened,
    outbox_run: Callable[[], int],
    clock_at: Callable[..., None],
    format: str,
    moment: str,
) -> None:
    with writing() as db:
        event = a_published_event(db)
        register(db, event, the_114())
        service.ask(db, event.id, format=format, by=SYSTEM, now=clock.now())
    died = subprocess.run(
        [sys.executable, "-c", WORKER % moment],
        cwd=ROOT,
        env=environment(data_dir=settings.data_dir, database_url=settings.database_url),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]
    with looking() as db:
        assert db.execute(select(Report.state)).scalars().all() == ["pending"]
    assert outbox_run() == 0
    clock_at(clock.now() + timedelta(seconds=settings.job_lease + 1))
    assert outbox_run() == 1
    with looking() as db:
        made = db.execute(select(Report)).scalar_one()
        job = db.execute(select(Job).where(Job.name == "reports.build")).scalar_one()
    assert (made.state, job.attempts, job.done_at is not None) == ("ready", 2, True)
    assert list(storage.shelf().keys()) == [made.file_sha256]
    assert storage.shelf().verify(made.file_sha256 or "")
