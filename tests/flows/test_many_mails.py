"""A change of an event that mails thousands: answered at once, none lost, one repeated a kill at most, the worker as small as before."""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from eventos.accounts import service as accounts
from eventos.jobs import bell
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff
from tests.cycles.factories import a_published_event
from tests.flows.conftest import Visit
from tests.flows.stage import kill, opened, trapped, until, worker_of
from tests.registration.factories import a_registration
from tests.support.fixtures import Serve
from tests.support.server import Server

LONGEST_ANSWER = 1.0  # seconds, of the request that starts it

# A message is 13 kB with its QR and its invite. Had a worker kept that much of each, it would weigh 60 MB more after 5,000 (and the run of
# 300 would not show it: it is too short to tell keeping from an allocator that takes a little more).
WARM_UP = 100  # mails after which a worker has compiled its templates and statements
NOISE = 8 * 1024 * 1024  # bytes


@dataclass
class Assassin:
    """Kills the worker at each of these moments, once, and weighs it after every mail."""

    wanted: set[tuple[str, int]]
    server: Server | None = None
    kills: int = 0
    weights: list[list[int]] = field(default_factory=list)  # bytes after each mail, of one worker after another
    _pid: int = 0

    def __call__(self, moment: str, number: int) -> None:
        if self.server is None:
            return
        if moment == "taken":
            self._weigh()
        if (moment, number) in self.wanted:
            self.kills += 1
            kill(worker_of(self.server))

    def _weigh(self) -> None:
        assert self.server is not None
        pid = worker_of(self.server)
        if pid != self._pid:
            self._pid = pid
            self.weights.append([])
        self.weights[-1].append(resident(pid))


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 when it is gone."""
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) * 1024 if found else 0


def faults(addresses: Counter[str], ids: Counter[str], *, people: int, kills: int) -> list[str]:
    """What is wrong with what a mail server received."""
    wrong = []
    if len(addresses) != people:
        wrong.append(f"{people - len(addresses)} of {people} people got no mail")
    if sum(addresses.values()) > people + kills:
        wrong.append(f"{sum(addresses.values()) - people} repeated mails in {kills} kills")
    if len(ids) != people:
        wrong.append(f"{len(ids)} Message-IDs for {people} people")
    return wrong


def growth(weights: list[int]) -> int:
    """Bytes that a worker weighs more than when it was warm; 0 for one that was killed before."""
    warm = [weight for weight in weights[WARM_UP:] if weight]
    return warm[-1] - warm[0] if warm else 0


def is_flat(weights: list[int]) -> bool:
    """Whether a worker weighs at its last mail what it weighed when warm."""
    return growth(weights) <= NOISE


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application in this process, on the data of the server that the test starts."""
    with opened(tmp_path / "var", database_url) as app:
        yield app


def a_full_event(people: int) -> str:
    """An event with so many people registered, who have their confirmations: its slug."""
    with transaction() as db:
        event = a_published_event(db)
        for number in range(people):
            a_registration(db, event, email=f"guadua{number}@correo.example")
        db.execute(delete(Job))
        return event.slug


def an_administrator() -> str:
    """The cookie of somebody who may change any event."""
    with transaction() as db:
        return accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())


def finish(app: Flask, timeout: float) -> None:
    """Ring until every job is done. A ring stands for the sweep of each minute, which tests do not wait for."""
    ring = bell.ringer(app.extensions["eventos.settings"])

    def all_done() -> bool:
        ring()
        time.sleep(0.2)
        with reading() as db:
            return db.execute(select(func.count()).where(Job.done_at.is_(None))).scalar_one() == 0

    until(all_done, "every job done", timeout=timeout)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("killed", [True, False], ids=["killed", "left alone"])
def test_moving_an_event_mails_everybody_once(killed: bool, serve: Serve, visit: Visit, stage: Flask, is_full: bool) -> None:
    """Five kills among 5,000 mails at full size; two among 300 otherwise."""
    people = 5000 if is_full else 300 if killed else 60
    moments = {("mail", people // 10), ("taken", people // 4)}
    if is_full:
        moments |= {("taken", people // 2), ("mail", people * 3 // 5), ("taken", people * 2 // 3)}
    assassin = Assassin(moments if killed else set())
    slug, cookie = a_full_event(people), an_administrator()
    with trapped(assassin) as sink:
        assassin.server = serve(mail_url=sink.url, job_lease="1")
        office = visit(assassin.server.url)
        office.cookies["eventos"] = cookie
        form = office.form(f"/escritorio/eventos/{slug}/editar", action="editar")
        began = time.monotonic()
        answer = office.send(form, **{"days-0-starts": "09:00", "days-0-ends": "11:00", "notify": "1"})
        took = time.monotonic() - began
        assert answer.status in {302, 303}, answer.text[:2000]
        finish(stage, timeout=600 if is_full else 150)
        sent = time.monotonic() - began
        received = list(sink.received)
    told = f"answered in {took:.3f} s; {len(received)} mails in {sent:.1f} s; kB over the warm weight of each worker: "
    sys.stdout.write(told + ", ".join(str(over // 1024) for over in map(growth, assassin.weights)) + "\n")  # `pytest -rP` shows it
    assert took < LONGEST_ANSWER
    assert assassin.kills == len(assassin.wanted)
    assert (
        faults(
            Counter(letter.recipients[0] for letter in received),
            Counter(str(letter.message["Message-ID"]) for letter in received),
            people=people,
            kills=assassin.kills,
        )
        == []
    )
    assert [weights for weights in assassin.weights if not is_flat(weights)] == []


@pytest.mark.parametrize(
    ("addresses", "ids", "kills"),
    [
        pytest.param({"a": 1}, {"1": 1, "2": 1}, 5, id="a lost mail"),
        pytest.param({"a": 2, "b": 1}, {"1": 2, "2": 1}, 0, id="a repeated mail and no kill"),
        pytest.param({"a": 3, "b": 1}, {"1": 3, "2": 1}, 1, id="two repeated mails and one kill"),
        pytest.param({"a": 2, "b": 1}, {"1": 1, "2": 1, "3": 1}, 1, id="repeated under another Message-ID"),
    ],
)
def test_a_lost_or_repeated_mail_is_noticed(addresses: dict[str, int], ids: dict[str, int], kills: int) -> None:
    assert faults(Counter({"a": 1, "b": 1}), Counter({"1": 1, "2": 1}), people=2, kills=0) == []
    assert faults(Counter(addresses), Counter(ids), people=2, kills=kills) != []


def test_a_worker_that_keeps_its_mails_is_noticed() -> None:
    start = 100 * 1024 * 1024
    assert is_flat([start] * WARM_UP + [start + 512 * 1024 * (mail % 5) for mail in range(4900)])
    assert not is_flat([start + 13_000 * mail for mail in range(5000)]), "one message for each mail"
