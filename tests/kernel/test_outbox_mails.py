"""Letters leave one at a time in a process, whatever its threads; other jobs do not wait for them, and nobody does what another holds."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from eventos.adapters import mail
from eventos.adapters.mail import Mail
from eventos.jobs import runner
from eventos.kernel import outbox
from eventos.kernel.outbox import Job
from tests.conftest import Opened
from tests.support.smtp import Mailbox

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
PATIENCE = 10  # seconds

Register = Callable[..., None]


@pytest.fixture
def register() -> Iterator[Register]:
    """`register(name, handler, mails=…)`: a job for the length of one test."""

    def add(name: str, handler: Callable[..., None], *, mails: bool = False) -> None:
        outbox.task(name, mails=mails)(handler)

    yield add
    for name in [name for name in outbox.handlers() if name.startswith("test.")]:
        del outbox._handlers[name]
        outbox._mailing.discard(name)


class Meeting:
    """A handler that counts how many of its jobs run at the same moment."""

    def __init__(self) -> None:
        self.most = self.done = self._inside = 0
        self._count = threading.Condition()

    def __call__(self) -> None:
        with self._count:
            self._inside += 1
            self.most = max(self.most, self._inside)
            self._count.notify_all()
            self._count.wait_for(lambda: self.most > 1, timeout=0.1)  # time for another to come in, if it can
            self._inside -= 1
            self.done += 1


def in_threads(app: Flask, many: int) -> None:
    """Run what is due in so many threads, as a worker does, but one job at a time."""

    def run() -> None:
        while runner.run_due(app, limit=1):
            pass

    threads = [threading.Thread(target=run) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize(("mails", "at_once"), [(True, 1), (False, 2)], ids=["that mail", "others"])
def test_jobs_that_mail_run_one_at_a_time_and_others_side_by_side(
    app: Flask, writing: Opened, register: Register, mails: bool, at_once: int
) -> None:
    meeting = Meeting()
    register("test.meet", meeting, mails=mails)
    with writing() as db:
        outbox.enqueue_many(db, "test.meet", [(None, {})] * 6)
    in_threads(app, 2)
    assert (meeting.done, meeting.most) == (6, at_once)


def test_other_jobs_do_not_wait_for_a_slow_mail_server(app: Flask, writing: Opened, register: Register) -> None:
    drawn = threading.Event()
    met: list[bool] = []
    register("test.send", lambda: met.append(drawn.wait(PATIENCE)), mails=True)
    register("test.draw", drawn.set)
    with writing() as db:
        outbox.enqueue(db, "test.send")
        outbox.enqueue(db, "test.draw")
    in_threads(app, 2)
    assert met == [True], "the letter left after the drawing that was promised later"


def test_a_letter_promised_while_another_leaves_is_not_left_for_the_sweep(app: Flask, writing: Opened, register: Register) -> None:
    """The second thread is refused the turn and goes; the first, which had looked already, looks again."""
    sent: list[int] = []

    def send(number: int) -> None:
        sent.append(number)
        if number == 1:
            with writing() as db:
                outbox.enqueue(db, "test.send", number=2)
            in_threads(app, 1)
            assert sent == [1]

    register("test.send", send, mails=True)
    with writing() as db:
        outbox.enqueue(db, "test.send", number=1)
    runner.run_due(app)
    assert sent == [1, 2]


def test_a_job_that_was_taken_for_lost_behind_others_is_not_done_twice(
    app: Flask, writing: Opened, looking: Opened, register: Register, clock_at: Callable[[datetime], None]
) -> None:
    """Two jobs are claimed together. The first is slow: another process takes the second, or nobody does."""
    lease = timedelta(seconds=app.extensions["eventos.settings"].job_lease)
    done: list[str] = []
    thieves = [True, False]

    def slow() -> None:
        is_stolen = thieves.pop(0)
        late = lease + timedelta(seconds=1) if is_stolen else lease * 0.6
        clock_at(NOON + timedelta(hours=len(done)) + late)
        if is_stolen:
            with writing() as db:
                taken = outbox.claim(db, limit=20, lease=lease, mails=True)
                assert [job.name for job in taken if job.name == "test.send"] == ["test.send"]
        done.append("slow")

    register("test.slow", slow, mails=True)
    register("test.send", lambda: done.append("sent"), mails=True)
    for moment, expected in ((NOON, ["slow"]), (NOON + timedelta(hours=1), ["slow", "slow", "sent"])):
        clock_at(moment)
        with writing() as db:
            db.query(Job).delete()
            outbox.enqueue(db, "test.slow")
            outbox.enqueue(db, "test.send")
        runner.run_due(app)
        assert done == expected


def test_a_job_that_sends_a_letter_says_so(app: Flask, writing: Opened, looking: Opened, register: Register, mailbox: Mailbox) -> None:
    def send() -> None:
        mail.send(
            Mail(to="ana@correo.example", to_name="Ana", subject="Hola", text="Hola", html="<p>Hola</p>", message_id="<1@casa.example>")
        )

    register("test.said", send, mails=True)
    register("test.unsaid", send)
    with writing() as db:
        outbox.enqueue(db, "test.unsaid")
        outbox.enqueue(db, "test.said")
    runner.run_all(app)
    with looking() as db:
        errors = {job.name: job.last_error for job in db.query(Job)}
    assert errors == {"test.unsaid": "Error interno (RuntimeError).", "test.said": None}
    assert len(mailbox.messages()) == 1
