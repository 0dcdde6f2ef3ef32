"""A week at the door with all that goes wrong: three phones without a signal and with clocks of their own, uploads sent twice, in pieces
and backwards, a server killed in the middle of them, registrations cancelled and tickets replaced meanwhile. Nothing is lost, and who came
is who an independent model of a few lines says.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries import DeviceView
from eventos.checkin.rules import SeenScan
from eventos.kernel import clock, tokens
from eventos.kernel.settings import Settings
from eventos.registration.models import Registration, RevokedTicket
from tests.attendance.factories import Guest, register
from tests.checkin.factories import a_device
from tests.conftest import Opened
from tests.cycles.factories import a_day, a_published_event
from tests.support.databases import ROOT, environment

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

WEEK = [date(2030, 7, 22) + timedelta(days=number) for number in range(5)]
PEOPLE, MISTAKEN, MOMENTS = 40, 5, 60

# The server: for each batch it forks a worker, which is killed where the batch says: when it writes the entries down, when it commits, or
# when all is committed and nobody was answered. Its parent says only what came of it.
SERVER = """
import json, os, signal, sys
from datetime import datetime
from sqlalchemy import Engine, event
from eventos.app import create_app
from eventos.checkin import queries, service
from eventos.checkin.queries import DeviceView
from eventos.checkin.rules import SeenScan
from eventos.kernel import db as database

app = create_app(ring=lambda: None)
with app.app_context():
    database.database.engine.dispose()

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write_down(told):
    with app.app_context():
        if told["die"] == "writing":
            event.listen(Engine, "before_cursor_execute", lambda c, u, said, *_: die() if "INSERT INTO acceptance" in said else None)
        if told["die"] in ("writing", "committing"):
            event.listen(Engine, "commit", lambda connection: die() if connection.get_execution_options().get("eventos_writes") else None)
        with database.transaction() as db:
            door = queries.door_event_by_id(db, told["event"])
            device = DeviceView(told["device"], "", told["name"], None, (door,))
            seen = [SeenScan(**{**one, "scanned_at": datetime.fromisoformat(one["scanned_at"])}) for one in told["scans"]]
            answers = service.record_scans(db, device, door, seen, now=datetime.fromisoformat(told["now"]))
        if told["die"] == "answering":
            die()
    return {answer.nonce: answer.verdict.value for answer in answers}

print("ready", flush=True)
for line in sys.stdin:
    reader, writer = os.pipe()
    worker = os.fork()
    if not worker:
        with os.fdopen(writer, "w") as out:
            out.write(json.dumps(write_down(json.loads(line))))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    print(json.dumps({"status": status, "answers": json.loads(said) if said else {}}), flush=True)
"""


@dataclass
class Phone:
    """A phone without a signal. It believes its own clock, and knows whom it let in on each day by it."""

    device: DeviceView
    wrong_by: timedelta
    until: date = WEEK[-1]  # somebody sets its clock right after that day
    let_in: set[tuple[str, date]] = field(default_factory=set)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)

    def read(self, who: str, code: str, at: datetime, chance: random.Random) -> None:
        said = at + self.wrong_by if at.date() <= self.until else at
        told = "repeated" if (who, said.date()) in self.let_in else chance.choice(["accepted"] * 9 + ["cancelled"])
        if told == "accepted":
            self.let_in.add((who, said.date()))
        scan = {
            "nonce": f"lectura-{len(self.sent)}",
            "code": code,
            "scanned_at": said.isoformat(),
            "offline": True,
            "told": told,
            "who": who,
        }
        self.sent.append(scan)
        self.waiting.append(scan)


class Server:
    """The process that is killed over and over."""

    def __init__(self, process: "subprocess.Popen[str]", event_id: int, chance: random.Random) -> None:
        self.process, self.event_id, self.chance = process, event_id, chance
        self.deaths: dict[str, int] = {"writing": 0, "committing": 0, "answering": 0}
        self.arrived: dict[tuple[int, str], datetime] = {}  # when each was written down, whether or not that was answered

    def take(self, phone: Phone, scans: list[dict[str, Any]], now: datetime, die: str = "") -> None:
        """Send a batch; when nobody answers, the phone keeps it."""
        device = {"event": self.event_id, "device": phone.device.id, "name": phone.device.name}
        sent = [{name: value for name, value in scan.items() if name != "who"} for scan in scans]
        told = {**device, "scans": sent, "now": now.isoformat(), "die": die}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        assert said["status"] == (-9 if die else 0), said
        if die:
            self.deaths[die] += 1
        if die in ("", "answering"):
            for one in scans:
                self.arrived.setdefault((phone.device.id, one["nonce"]), now)
        for nonce, verdict in said["answers"].items():
            assert phone.answered.setdefault(nonce, verdict) == verdict, "a nonce is answered once and for all"
        phone.waiting = [one for one in phone.waiting if one["nonce"] not in said["answers"]]

    def sync(self, phone: Phone, now: datetime) -> None:
        """Some of what waits, shuffled, in pieces, now and then twice, and now and then to a server that dies of it."""
        some = self.chance.sample(phone.waiting, len(phone.waiting) * self.chance.choice([2, 3, 4]) // 4)
        while some:
            batch, some = some[:10], some[10:]
            if self.chance.random() < 0.4:
                self.take(phone, batch, now, die=self.chance.choice(sorted(self.deaths)))
            if self.chance.random() < 0.8:
                self.take(phone, batch, now)
            if self.chance.random() < 0.15:
                self.take(phone, self.chance.sample(batch, len(batch)), now)


@contextmanager
def a_server(settings: Settings, event_id: int, chance: random.Random) -> Iterator[Server]:
    variables = {"data_dir": settings.data_dir, "database_url": settings.database_url, "log_level": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        env=environment(**variables) | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Server(process, event_id, chance)
    finally:
        process.communicate(timeout=30)


@dataclass
class Week:
    """What happens in the week: whom each ticket lets in, and what the model needs to know of it."""

    chance: random.Random
    server: Server
    writing: Opened
    phones: list[Phone]
    online: DeviceView
    mistaken: list[str]
    others: list[str]
    carried: dict[str, str]  # the ticket somebody shows, which may have been replaced by another
    cancelled: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    came_online: list[tuple[str, date]] = field(default_factory=list)
    undone: set[tuple[int, str]] = field(default_factory=set)

    def moment(self, at: datetime) -> None:
        """One thing that happens at the door, or away from it."""
        things = [(75, self.offline), (10, self.with_signal), (3, self.cancel), (4, self.replace), (3, self.undo), (5, self.sync)]
        self.chance.choices([thing for _, thing in things], [weight for weight, _ in things])[0](at)

    def offline(self, at: datetime) -> None:
        who = self.chance.choice([*self.others, *self.mistaken])
        self.chance.choice(self.phones).read(who, self.carried[who], at, self.chance)

    def with_signal(self, at: datetime) -> None:
        who = self.chance.choice(self.others)
        with self.writing() as db:
            seen = SeenScan(f"con-senal-{at.isoformat()}", code=self.carried[who])
            (answer,) = service.record_scans(db, self.online, self.online.events[0], [seen], now=at)
        assert (answer.verdict in ("accepted", "repeated")) is (who not in self.cancelled | self.outdated)
        if who not in self.cancelled | self.outdated:
            self.came_online.append((who, at.date()))

    def cancel(self, _at: datetime) -> None:
        who = self.chance.choice(self.others)
        self.cancelled.add(who)
        with self.writing() as db:
            db.execute(update(Registration).where(Registration.public_id == who).values(state="cancelled", seat_pool_id=None))

    def replace(self, at: datetime) -> None:
        """Another ticket; half of the people go on showing the old one, that they had printed."""
        who, new = self.chance.choice(self.others), tokens.new_ticket(self.server.event_id)
        with self.writing() as db:
            mine = db.execute(select(Registration.id, Registration.ticket_hash).where(Registration.public_id == who)).one()
            old = {"ticket_hash": mine.ticket_hash, "event_id": self.server.event_id, "registration_id": mine.id}
            db.execute(insert(RevokedTicket).values(**old, revoked_at=at, revoked_by="staff:1"))
            db.execute(update(Registration).where(Registration.id == mine.id).values(ticket_hash=tokens.digest(new)))
        if self.chance.random() < 0.5:
            self.carried[who] = new
            self.outdated.discard(who)
        else:
            self.outdated.add(who)

    def undo(self, at: datetime) -> None:
        """The wrong code was read: once it is sent, its phone takes it back."""
        phone = self.chance.choice(self.phones)
        self.server.take(phone, phone.waiting[:], at)
        for scan in phone.sent:
            is_fresh = self.server.arrived[phone.device.id, scan["nonce"]] > at - timedelta(minutes=15)
            if scan["who"] in self.mistaken and is_fresh and phone.answered[scan["nonce"]] == "accepted":
                with self.writing() as db:
                    service.undo(db, phone.device, self.online.events[0], scan["nonce"], now=at)
                self.undone.add((phone.device.id, scan["nonce"]))

    def sync(self, at: datetime) -> None:
        self.server.sync(self.chance.choice(self.phones), at)

    def who_came(self) -> set[tuple[str, date]]:
        """The model: whom a phone let in came, on the day it said, or on that of its coming if it said a moment that was yet to come."""
        came = set(self.came_online)
        for phone in self.phones:
            for scan in phone.sent:
                said, sent = datetime.fromisoformat(scan["scanned_at"]), self.server.arrived[phone.device.id, scan["nonce"]]
                if scan["told"] == "accepted" and (phone.device.id, scan["nonce"]) not in self.undone:
                    came.add((scan["who"], (sent if said > sent + timedelta(minutes=5) else said).date()))
        return came


def test_a_week_of_chaos_loses_nothing_and_counts_who_came(settings: Settings, writing: Opened, looking: Opened) -> None:
    chance = random.Random(20300722)
    with writing() as db:
        event = a_published_event(db, days=tuple(a_day(day, time(8), time(17)) for day in WEEK))
        people = register(db, event, [Guest(f"Persona {number}") for number in range(PEOPLE)])
        tickets = {who: tokens.new_ticket(event.id) for who in people}
        for who, ticket in tickets.items():
            db.execute(update(Registration).where(Registration.public_id == who).values(ticket_hash=tokens.digest(ticket)))
        phones = [
            Phone(a_device(db, event, name="Puerta principal"), timedelta(0)),
            Phone(a_device(db, event, name="Parqueadero"), timedelta(minutes=-20)),
            Phone(a_device(db, event, name="Sótano"), timedelta(hours=3), until=WEEK[2]),
        ]
        online = a_device(db, event, name="Puerta con señal")
    with a_server(settings, event.id, chance) as server:
        week = Week(chance, server, writing, phones, online, people[:MISTAKEN], people[MISTAKEN:], dict(tickets))
        for day in WEEK:
            opens = datetime.combine(day, time(7), clock.BOGOTA)
            for minute in sorted(chance.sample(range(600), MOMENTS)):
                week.moment(opens + timedelta(minutes=minute))
            for phone in phones:
                server.sync(phone, opens + timedelta(hours=11))
        end = datetime.combine(WEEK[-1], time(20), clock.BOGOTA)
        for phone in phones:
            while phone.waiting:
                server.take(phone, phone.waiting[-20:], end)
            server.take(phone, phone.sent[::-1], end)
    with looking() as db:
        kept = {(row.device_id, row.nonce) for row in db.execute(select(Scan.device_id, Scan.nonce).where(Scan.annuls_id.is_(None)))}
        flagged = {flag for text in db.execute(select(Scan.flagged)).scalars() for flag in text.split()}
        asked = select(Registration.public_id, Acceptance.day).join(Registration, Registration.id == Acceptance.registration_id)
        counted = {(row.public_id, date.fromisoformat(row.day)) for row in db.execute(asked)}
        people_in = queries.door_count(db, event.id).ever
    sent = {(phone.device.id, scan["nonce"]) for phone in phones for scan in phone.sent}
    assert sent == {each for each in kept if each[0] != online.id}, "no reading is lost, and none is invented"
    assert counted == week.who_came()
    assert people_in == len({who for who, _ in counted})
    assert all(server.deaths.values()), server.deaths
    assert flagged == {"clock", "forced", "double", "told"}, "the week had all of it"
    assert week.undone
    with writing() as db:
        before = db.execute(select(Acceptance.registration_id, Acceptance.day, Acceptance.device_id, Acceptance.nonce)).all()
        service.restate_event(db, event.id)
        after = db.execute(select(Acceptance.registration_id, Acceptance.day, Acceptance.device_id, Acceptance.nonce)).all()
    assert sorted(before) == sorted(after), "told again from the readings, the acceptances are the same"
