"""Many doors reading the same tickets at once, from several processes, on both databases: one acceptance per ticket, one row per nonce.

`make test` runs a small race, `make test-full` the whole one, of 16 processes and 500 tickets.
"""

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from eventos.checkin import service
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.rules import SeenScan
from eventos.kernel.settings import Settings
from tests.attendance.factories import Guest, register
from tests.checkin.factories import OPEN, a_device, door_of
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.databases import ROOT, environment

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

# What each process does: every ticket, through its own device or through one that all share with the same nonces. Each looks at a clock of
# its own, which is not that of the others.
RUNNER = """
import json, random, sys
from datetime import datetime, timedelta
from sqlalchemy import select
from eventos.app import create_app
from eventos.checkin import service
from eventos.checkin.models import Device
from eventos.checkin.queries import DeviceView, events_to_offer
from eventos.checkin.rules import SeenScan
from eventos.kernel import db as database

told = json.loads(sys.argv[1])
app = create_app(ring=lambda: None)
now = datetime.fromisoformat(told["now"])
with app.app_context():
    with database.reading() as db:
        event = next(each for each in events_to_offer(db, told["cycle"]) if each.id == told["event"])
    device = DeviceView(told["device"], "", told["name"], now, (event,))
    print("ready", flush=True)
    sys.stdin.readline()
    verdicts = []
    for nonce, registration, direction in told["scans"]:
        moment = now + timedelta(milliseconds=random.randrange(2000))
        with database.transaction() as db:
            seen = SeenScan(nonce, registration=registration, direction=direction, scanned_at=moment, reason="carrera")
            verdicts.append(service.record_scans(db, device, event, [seen], now=moment)[0].verdict.value)
    print(json.dumps(verdicts))
"""


def test_one_acceptance_per_ticket_and_one_row_per_nonce(settings: Settings, writing: Opened, looking: Opened, is_full: bool) -> None:
    processes, tickets, leaving = (16, 500, 50) if is_full else (4, 30, 10)
    with writing() as db:
        event = a_published_event(db)
        people = register(db, event, [Guest(f"Persona {number}") for number in range(tickets)])
        gone = register(db, event, [Guest(f"Quien sale {number}") for number in range(leaving)])
        own = [a_device(db, event, name=f"Puerta {number}") for number in range(processes // 2)]
        shared = a_device(db, event, name="Puerta compartida")
        inside = [SeenScan(f"entra-{one}", registration=one) for one in gone]
        service.record_scans(db, shared, door_of(shared, event), inside, now=OPEN - timedelta(minutes=1))
    # Half of the processes have nonces of their own; the other half replay the very same nonces of one device. All go in one order, so that
    # they meet at every ticket.
    told = []
    for number in range(processes):
        device, name = (own[number], number) if number < len(own) else (shared, "x")
        scans = [(f"p{name}-{one}", one, "in") for one in people]
        scans += [(f"s{name}-{one}", one, "out") for one in gone]
        named = {"now": OPEN.isoformat(), "cycle": event.cycle_id, "event": event.id, "device": device.id, "name": device.name}
        told.append({**named, "scans": scans})
    answers = run(settings, told)
    with looking() as db:
        accepted = dict(db.execute(select(Acceptance.registration_id, func.count()).group_by(Acceptance.registration_id)).all())
        kept = Counter((row.direction, row.verdict) for row in db.execute(select(Scan.direction, Scan.verdict)))
        same = (
            (Scan.device_id == Acceptance.device_id)
            & (Scan.nonce == Acceptance.nonce)
            & (Scan.registration_id == Acceptance.registration_id)
        )
        winners = db.scalar(select(func.count()).select_from(Acceptance).join(Scan, same).where(Scan.verdict == "accepted"))
    assert len(accepted) == winners == tickets + leaving
    assert set(accepted.values()) == {1}
    assert kept == {
        ("in", "accepted"): tickets + leaving,
        ("in", "repeated"): tickets * len(own),
        ("out", "accepted"): leaving,
        ("out", "repeated"): leaving * len(own),
    }, "an exit that half of the processes send with one nonce is one row"
    replays = [dict(zip((nonce for nonce, *_ in each["scans"]), said, strict=True)) for each, said in zip(told, answers, strict=True)]
    assert all(one == replays[-1] for one in replays[len(own) :]), "whoever asks with one nonce is told the same"


def run(settings: Settings, told: list[dict[str, Any]]) -> list[list[str]]:
    """One process for each, all let go at the same moment; gives what each was answered."""
    variables = {"data_dir": settings.data_dir, "database_url": settings.database_url, "log_level": "ERROR"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, json.dumps(one)],
            cwd=ROOT,
            env=environment(**variables) | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for one in told
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = []
    for process in started:
        out, errors = process.communicate(timeout=900)
        assert process.returncode == 0, errors[-3000:]
        answers.append(json.loads(out))
    return answers
