"""The 27 mails of a call reach a mail server although the worker is killed on the way, and leave no faster than was set."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventos.app import create_app
from eventos.calls import service
from eventos.calls.models import CallEntry, CallRecipient
from eventos.calls.rules import SaveConvened
from eventos.cycles.models import Event
from eventos.jobs import bell, runner
from eventos.kernel import pace
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from tests.calls.conftest import Desk, Run
from tests.calls.factories import a_call, convene, send
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.flows.stage import kill, opened, trapped, until, worker_of
from tests.support.fixtures import Serve
from tests.support.server import Server
from tests.support.smtp import Mailbox, Sink

TOWN_HALLS = 27


class Assassin:
    """Kills the worker the first time each of these moments comes."""

    def __init__(self, *wanted: tuple[str, int]) -> None:
        self.server: Server | None = None
        self.left = set(wanted)
        self.kills = 0

    def __call__(self, moment: str, number: int) -> None:
        if self.server is not None and (moment, number) in self.left:
            self.left.discard((moment, number))
            self.kills += 1
            kill(worker_of(self.server))


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process, on the data of the server that the test starts."""
    with opened(tmp_path / "var", database_url) as app:
        yield app


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_27_mails_survive_two_kills_of_the_worker_and_each_kill_repeats_one_at_most(serve: Serve, stage: Flask) -> None:
    assassin = Assassin(("mail", 6), ("taken", 17))
    with trapped(assassin) as sink:
        assassin.server = serve(mail_url=sink.url, job_lease="1", mail_rate="0")
        with transaction() as db:
            event = a_published_event(db)
            convene(db, event.cycle_id, many=TOWN_HALLS)
            public_id = a_call(db, event)
        started = time.perf_counter()
        with transaction() as db:
            send(db, db.get_one(Event, event.id), public_id)
        took = time.perf_counter() - started
        _finish(stage)
        got = Counter(received.recipients[0] for received in sink.received)
        ids = Counter(str(received.message["Message-ID"]) for received in sink.received)
    assert took < 1
    assert assassin.kills == 2
    assert len(got) == len(ids) == TOWN_HALLS, "none was lost, and each mail kept its Message-ID"
    assert sum(got.values()) <= TOWN_HALLS + 2
    with reading() as db:
        assert set(db.scalars(select(CallRecipient.state))) == {"sent"}
        assert db.scalar(select(func.count()).select_from(CallEntry).where(CallEntry.kind == "call")) == TOWN_HALLS


def _finish(app: Flask) -> None:
    """Ring until nothing is due: a ring stands for the sweep of each minute."""
    ring = bell.ringer(app.extensions["eventos.settings"])

    def all_done() -> bool:
        ring()
        time.sleep(0.1)
        with reading() as db:
            return db.scalar(select(func.count()).where(Job.done_at.is_(None))) == 0

    until(all_done, "every mail sent", timeout=90)


@pytest.fixture
def slowly() -> Iterator[None]:
    """Two mails a minute."""
    pace.configure(2)
    yield
    pace.configure(0)


def test_mails_leave_no_faster_than_was_set_and_all_of_them_leave(
    desk: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox, slowly: None, clock_at: Callable[[datetime], None]
) -> None:
    del slowly
    start = datetime(2030, 7, 1, 12, 0, 5, tzinfo=UTC)
    clock_at(start)
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        more = [SaveConvened(f"Entidad Ficticia {number}", f"buzon{number}@x.example") for number in range(2)]
        service.bring(db, event.cycle_id, more, update=False, by=SYSTEM, now=start)
        send(db, event, desk.public_id)
    seen = []
    for minute in range(4):
        clock_at(start + timedelta(minutes=minute))
        outbox_run()
        outbox_run()
        seen.append(len(mailbox.messages()))
    assert seen == [2, 4, 5, 5]
    with writing() as db:
        assert db.scalar(select(func.count()).select_from(Job).where(Job.buried_at.is_not(None))) == 0


def test_a_refusal_of_the_server_marks_the_entity_failed_and_the_rest_arrive(tmp_path: Path, database_url: str, sink: Sink) -> None:
    told = {"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_DATABASE_URL": database_url, "EVENTOS_MAIL_URL": sink.url}
    app = create_app(Settings.from_environ(told), ring=lambda: None)
    sink.refusals["contacto@17013.example"] = "550 5.1.1 No existe"
    with app.app_context():
        with transaction() as db:
            event = a_published_event(db)
            convene(db, event.cycle_id)
            public_id = a_call(db, event)
            send(db, event, public_id)
        runner.run_all(app)
        with reading() as db:
            states = dict(db.execute(select(CallRecipient.entity_name, CallRecipient.state)).all())
            failure = db.scalars(select(CallRecipient.failure).where(CallRecipient.state == "failed")).one()
    assert sorted(states.values()) == ["failed", "sent", "sent"]
    assert states["Alcaldía de Aguadas"] == "failed"
    assert "550" in failure
    assert "@" not in failure
    assert len(sink.received) == 2
    for received in sink.received:
        message = received.message
        assert message.get_content_type() == "multipart/alternative"
        assert message["Auto-Submitted"] == "auto-generated"
