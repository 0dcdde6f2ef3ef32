"""`kill -9` while a sheet is checked or enters: whole or absent, and trying again finishes it, on both databases."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventos.accounts import service as accounts
from eventos.jobs import bell
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import StaffRole
from eventos.people.models import Consent, Person
from eventos.registration import importing
from eventos.registration.models import Import, ImportMapping, ImportRow, Registration
from eventos.registration.service import importing as service
from eventos.registration.service.importing import Options
from tests.accounts.factories import a_staff, staff_form_token
from tests.cycles.factories import a_published_event
from tests.flows.stage import kill, opened, until, worker_of
from tests.registration.sheets import checked, confirm, many, seats_and_active
from tests.support.databases import ROOT, environment
from tests.support.fixtures import Serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROWS = 40
ASKED = Options(has_consents=True, send_mails=True)

# Kills its own process with SIGKILL at the n-th statement (0: at the commit) after it was told to begin.
VICTIM = """
import os, signal, sys
from sqlalchemy import Engine, event
from eventos.app import create_app
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import transaction
from eventos.registration import importing
from eventos.registration.service import importing as service

what, at, *told = sys.argv[1:]
app = create_app(ring=lambda: None)
seen = 0

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def count(*_):
    global seen
    seen += 1
    if seen == int(at):
        die()

event.listen(Engine, "before_cursor_execute", count)
if at == "0":
    event.listen(Engine, "commit", die)
with app.app_context():
    if what == "enter":
        with transaction() as db:
            service.enter(db, told[0], event_id=int(told[1]), leave_out_bad=False, by=SYSTEM, now=clock.now())
    else:
        importing.check(int(told[0]), told[1])
"""


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process, on the data of the processes that the test kills."""
    with opened(tmp_path / "var", database_url) as app:
        yield app


def victim(settings: Settings, what: str, at: int, *told: object) -> int:
    """Run a step in a process of its own, to be killed at its n-th statement; gives how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, what, str(at), *map(str, told)],
        cwd=ROOT,
        env=environment(data_dir=settings.data_dir, database_url=settings.database_url),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-3000:]
    return done.returncode


def rows_of_everything() -> dict[str, int]:
    """How many rows an import writes outside its staging."""
    with reading() as db:
        counts = {
            model.__tablename__: int(db.execute(select(func.count()).select_from(model)).scalar_one())
            for model in (Person, Consent, Registration, ImportMapping)
        }
        counts["mails"] = db.execute(select(func.count()).where(Job.name == "registration.confirm")).scalar_one()
    return counts


@pytest.mark.both_databases
def test_a_process_killed_at_any_statement_of_entering_leaves_nothing_and_can_be_repeated(
    backend: str, stage: Flask, settings: Settings, is_full: bool
) -> None:
    with transaction() as db:
        event_id = a_published_event(db).id
    public_id = checked(event_id, many(ROWS), ASKED)
    moments = [*range(1, 30)] if is_full else [2, 11]
    killed = 0
    for at in [*moments, 0]:
        if victim(settings, "enter", at, public_id, event_id) == 0:
            break  # It has fewer statements than that, and entered.
        killed += 1
        assert set(rows_of_everything().values()) == {0}, f"killed at statement {at}"
        with reading() as db:
            assert seats_and_active(db, event_id) == (0, 0)
            assert db.execute(select(Import.state)).scalar_one() == "checked"
    assert killed >= min(len(moments), 15)
    entered = confirm(public_id, event_id)
    assert entered.new == ROWS
    assert rows_of_everything() == {"person": ROWS, "consent": ROWS, "registration": ROWS, "registrant_import_mapping": 1, "mails": ROWS}
    with reading() as db:
        assert seats_and_active(db, event_id) == (ROWS, ROWS)


def test_a_check_killed_at_any_chunk_is_finished_by_running_it_again(stage: Flask, settings: Settings, is_full: bool) -> None:
    rows = 3 * importing.CHUNK // 2
    file = importing.take_file(many(rows), "lista.csv")
    with transaction() as db:
        event_id = a_published_event(db).id
        sheet = service.upload(db, file, ASKED, event_id=event_id, by=SYSTEM, now=clock.now())
        service.begin_check(db, sheet.public_id, service.mapping_for(db, file.headers), ASKED, event_id=event_id)
        told = sheet.id, sheet.summary["run"]
    staged = []
    # Before the first chunk, inside it, between the two, and at the end; the two in the middle at every size.
    for at in (3, 13, 16, 19) if is_full else (13, 19):
        assert victim(settings, "check", at, *told) == -signal.SIGKILL
        with reading() as db:
            staged.append(db.execute(select(func.count()).select_from(ImportRow)).scalar_one())
            assert db.execute(select(Import.state)).scalar_one() == "checking"
    assert set(staged) <= {0, importing.CHUNK, rows}, "chunks are whole or absent"
    assert len(set(staged)) > 1, staged
    importing.check(*told)
    importing.check(*told)
    with reading() as db:
        summary = db.execute(select(Import.summary)).scalar_one()
    assert (summary["rows"], summary["new"]) == (rows, rows)


def test_a_server_killed_during_the_confirmation_holds_the_sheet_whole_or_not_at_all(stage: Flask, serve: Serve, is_full: bool) -> None:
    """The web process itself, killed at moments nobody chose; the organiser presses the button again."""
    with transaction() as db:
        organiser = a_staff(db, role=StaffRole.ADMINISTRATOR)
        cookie = accounts.start_session(db, organiser.id, now=clock.now())
        event = a_published_event(db)
    csrf = staff_form_token(stage.test_client(), cookie)
    rows = 5000 if is_full else 1000
    public_id = checked(event.id, many(rows), ASKED)
    where = f"/escritorio/eventos/{event.slug}/importar/{public_id}/confirmar"
    for pause in (0.0, 0.02, 0.05, 0.1, 0.2) if is_full else (0.02, 0.1):
        server = serve(worker=False)
        click = _click(f"{server.url}{where}", cookie, csrf)
        time.sleep(pause)
        server.kill()
        click.wait(20)
        with reading() as db:
            registered = db.execute(select(func.count()).select_from(Registration)).scalar_one()
            seats = seats_and_active(db, event.id)
        assert registered in (0, rows)
        assert seats == (registered, registered)
    server = serve(worker=False)
    assert _click(f"{server.url}{where}", cookie, csrf).wait(30) == 0
    assert set(rows_of_everything().values()) == {rows, 1}


def _click(url: str, cookie: str, csrf: str) -> "subprocess.Popen[str]":
    """Press the button from another process, as a browser would; ends with 0 when the page answered."""
    sender = (
        "import sys, urllib.request, urllib.parse\n"
        "url, cookie, csrf = sys.argv[1:]\n"
        "data = urllib.parse.urlencode({'csrf_token': csrf}).encode()\n"
        "urllib.request.urlopen(urllib.request.Request(url, data, {'Cookie': 'eventos=' + cookie}), timeout=30)\n"
    )
    assert re.match(r"http://127\.0\.0\.1:\d+/", url)
    return subprocess.Popen([sys.executable, "-c", sender, url, cookie, csrf], stderr=subprocess.DEVNULL, text=True)


def test_a_worker_killed_during_the_check_loses_nothing(stage: Flask, serve: Serve) -> None:
    server = serve(job_lease="1", worker_threads="1")
    first = worker_of(server)
    rows = 2000
    file = importing.take_file(many(rows), "lista.csv")
    with transaction() as db:
        event_id = a_published_event(db).id
        sheet = service.upload(db, file, ASKED, event_id=event_id, by=SYSTEM, now=clock.now())
        service.begin_check(db, sheet.public_id, service.mapping_for(db, file.headers), ASKED, event_id=event_id)

    def done() -> int:
        with reading() as db:
            return int(db.execute(select(Import.summary)).scalar_one()["done"])

    until(done, "a chunk staged")
    kill(first)
    until(lambda: worker_of(server) != first, "another worker")

    ring = bell.ringer(stage.extensions["eventos.settings"])

    def is_checked() -> bool:
        time.sleep(0.2)
        ring()
        with reading() as db:
            return db.execute(select(Import.state)).scalar_one() == "checked"

    until(is_checked, "the check to end", timeout=60)
    with reading() as db:
        summary = db.execute(select(Import.summary)).scalar_one()
    assert (summary["rows"], summary["new"]) == (rows, rows)
