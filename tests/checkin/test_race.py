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

# One process for each device, all parted from one that has read the program, before anything is connected. Each reads every ticket,
# through its own device or through one that all share with the same nonces, and tells its verdicts in one line.
RUNNER = """
import json, os, sys, traceback
from datetime import datetime
from sqlalchemy import select
from eventos.app import create_app
from eventos.checkin import service
from eventos.checkin.models import Device
from eventos.checkin.queries import DeviceView, events_to_offer
from eventos.checkin.rules import SeenScan
from eventos.kernel import db as database

everybody = json.loads(sys.stdin.read())
app = create_app(ring=lambda: None)


def read(number, told):
    now = datetime.fromisoformat(told["now"])
    with app.app_context():
        with database.reading() as db:
            event = next(each for each in events_to_offer(db, told["cycle"]) if each.id == told["event"])
        device = DeviceView(told["device"], "", told["name"], now, (event,))
        os.write(is_ready, b".")
        os.read(gone, 1)  # until the one that started us lets go of its end
        verdicts = []
        for nonce, registration in told["scans"]:
            with database.transaction() as db:
                seen = SeenScan(nonce, registration=registration, scanned_at=now, reason="carrera")
                verdicts.append(service.record_scans(db, device, event, [seen], now=now)[0].verdict.value)
    os.write(1, (json.dumps([number, verdicts]) + "\\n").encode())


(ready, is_ready), (gone, go) = os.pipe(), os.pipe()
started = []
for number, told in enumerate(everybody):
    started.append(os.fork())
    if started[-1] == 0:
        try:
            os.close(go)
            read(number, told)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
os.close(is_ready)
for _ in everybody:
    assert os.read(ready, 1) == b".", "a process ended before the race"
os.close(go)
sys.exit(any([os.waitpid(pid, 0)[1] for pid in started]))
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
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        cwd=ROOT,
        env=environment(**variables) | {"PYTHONPATH": str(ROOT)},
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers = dict(json.loads(line) for line in done.stdout.splitlines())
    return [answers[number] for number in range(len(told))]
