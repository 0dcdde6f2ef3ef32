"""Many doors reading the same tickets at once, from several processes, on both databases: one acceptance per ticket, one row per nonce."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import func, select

from eventos.checkin.models import Acceptance, Scan
from eventos.kernel.settings import Settings
from tests.attendance.factories import Guest, register
from tests.checkin.factories import OPEN, a_device
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.databases import ROOT, environment

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

# What each process does: every ticket, through its own device or through one that all share with the same nonces.
RUNNER = """
import json, sys
from datetime import datetime
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
    for nonce, registration in told["scans"]:
        with database.transaction() as db:
            seen = SeenScan(nonce, registration=registration, scanned_at=now, reason="carrera")
            verdicts.append(service.record_scans(db, device, event, [seen], now=now)[0].verdict.value)
    print(json.dumps(verdicts))
"""


def test_one_acceptance_per_ticket_and_one_row_per_nonce(settings: Settings, writing: Opened, looking: Opened, is_full: bool) -> None:
    processes, tickets = (16, 200) if is_full else (4, 30)
    with writing() as db:
        event = a_published_event(db)
        people = register(db, event, [Guest(f"Persona {number}") for number in range(tickets)])
        own = [a_device(db, event, name=f"Puerta {number}") for number in range(processes // 2)]
        shared = a_device(db, event, name="Puerta compartida")
    # Half of the processes have nonces of their own; the other half replay the very same nonces of one device, each in another order.
    told = []
    for number in range(processes):
        turned = people[number:] + people[:number]
        device = own[number] if number < len(own) else shared
        scans = [(f"p{number if number < len(own) else 'x'}-{one}", one) for one in turned]
        told.append(
            {"now": OPEN.isoformat(), "cycle": event.cycle_id, "event": event.id, "device": device.id, "name": device.name, "scans": scans}
        )
    answers = run(settings, told)
    with looking() as db:
        accepted = dict(db.execute(select(Acceptance.registration_id, func.count()).group_by(Acceptance.registration_id)).all())
        kept = Counter(db.execute(select(Scan.verdict)).scalars())
        same = (
            (Scan.device_id == Acceptance.device_id)
            & (Scan.nonce == Acceptance.nonce)
            & (Scan.registration_id == Acceptance.registration_id)
        )
        winners = db.scalar(select(func.count()).select_from(Acceptance).join(Scan, same).where(Scan.verdict == "accepted"))
    assert len(accepted) == winners == tickets
    assert kept == {"accepted": tickets, "repeated": tickets * len(own)}
    replays = [
        dict(zip((nonce for nonce, _ in each["scans"]), verdicts, strict=True)) for each, verdicts in zip(told, answers, strict=True)
    ]
    assert all(one == replays[-1] for one in replays[len(own) :])


def run(settings: Settings, told: list[dict[str, object]]) -> list[list[str]]:
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
