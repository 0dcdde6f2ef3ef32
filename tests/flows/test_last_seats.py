"""The race for the last seats, from several processes, on both databases: as many seats as there are, nobody lost, nobody twice."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.registration import service
from eventos.registration.models import Answer, OptionSeat, Registration
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_workshop
from tests.support.databases import ROOT, environment

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]
Opened = Callable[[], AbstractContextManager[Session]]
PROCESSES = 4

# One process for each crowd, all parted from one that has read the program, before anything is connected; each opens the database for
# itself and runs several threads of its own, each with its people, all starting at once.
RUNNER = """
import json, os, sys, traceback
from datetime import timedelta
from concurrent.futures import ThreadPoolExecutor
from eventos.app import create_app
from eventos.kernel import clock, db as database
from eventos.kernel.audit import SYSTEM
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.queries import openings
from eventos.registration.queries_questions import questionnaire
from eventos.registration.rules import OfferGone
from eventos.registration.rules_answers import Given, OptionIsFull, Told
from tests.registration.factories import register_command

slug, crowds = sys.argv[1], json.loads(sys.argv[2])
app = create_app(ring=lambda: None)

def register(number):
    command = register_command(slug, document_number=str(50_000_000 + number), email=f"p{number}@sala.example")
    with app.app_context(), database.transaction() as db:
        service.register(db, command, now=clock.now(), by=SYSTEM, address="192.0.2.7")

def workshop(number):
    # Option 1 of the event's own question; who comes too late takes option 2.
    with app.app_context(), database.reading() as db:
        question = questionnaire(db, openings(db, (slug,))[0].id).questions[0]
    for option in ("1", "2"):
        answers = {slug: Told((Given(question, option),))}
        command = register_command(slug, document_number=str(50_000_000 + number), email=f"p{number}@sala.example", answers=answers)
        try:
            with app.app_context(), database.transaction() as db:
                service.register(db, command, now=clock.now(), by=SYSTEM)
            return
        except OptionIsFull:
            pass

def cancel(number):
    with app.app_context(), database.transaction() as db:
        row = db.get(Registration, number, with_for_update=True)
        service.cancel(db, row, by=SYSTEM, now=clock.now())

def accept(number):
    try:
        with app.app_context(), database.transaction() as db:
            service.accept_offer(db, db.get(Registration, number, with_for_update=True), by=SYSTEM, now=clock.now())
    except OfferGone:
        pass

def expire(event_id):
    with app.app_context(), database.transaction() as db:
        service.expire(db, event_id, now=clock.now() + timedelta(hours=25), limit=2)

verbs = {"register": register, "cancel": cancel, "workshop": workshop, "accept": accept, "expire": expire}
(ready, is_ready), (gone, go) = os.pipe(), os.pipe()
started = []
for what, numbers in crowds:
    started.append(os.fork())
    if started[-1] == 0:
        try:
            os.close(go)
            os.write(is_ready, b".")
            os.read(gone, 1)  # until the one that started us lets go of its end
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(verbs[what], numbers))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
os.close(is_ready)
for _ in crowds:
    assert os.read(ready, 1) == b".", "a process ended before the race"
os.close(go)
sys.exit(any([os.waitpid(pid, 0)[1] for pid in started]))
"""


def race(settings: Settings, slug: str, *crowds: tuple[str, list[int]]) -> None:
    """Run one process for each crowd, all let go at the same moment."""
    variables = {"data_dir": settings.data_dir, "database_url": settings.database_url, "log_level": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, slug, json.dumps(crowds)],
        cwd=ROOT,
        env=environment(**variables) | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def counted(looking: Opened) -> tuple[int, int, int]:
    """(active, waitlisted, taken)."""
    with looking() as db:
        states = dict(db.execute(select(Registration.state, func.count()).group_by(Registration.state)).all())
        taken = db.execute(select(func.sum(SeatPool.taken))).scalar_one()
    return states.get("active", 0), states.get("waitlisted", 0), taken


def test_a_crowd_races_for_the_last_seats(settings: Settings, writing: Opened, looking: Opened, is_full: bool, tmp_path: Path) -> None:
    people, seats = (200, 50) if is_full else (40, 10)
    with writing() as db:
        slug = a_published_event(db, capacity_virtual=seats).slug
    race(settings, slug, *[("register", list(range(start, people, PROCESSES))) for start in range(PROCESSES)])
    assert counted(looking) == (seats, people - seats, seats)
    with looking() as db:
        assert db.execute(select(func.count(func.distinct(Registration.person_id)))).scalar_one() == people
        assert db.execute(select(func.count()).select_from(Job).where(Job.name == "registration.confirm")).scalar_one() == people


def test_a_crowd_races_for_the_last_seats_of_an_option(settings: Settings, writing: Opened, looking: Opened, is_full: bool) -> None:
    people, seats = (200, 20) if is_full else (24, 4)
    with writing() as db:
        event = a_published_event(db)
        workshop, slug = a_workshop(db, event, seats), event.slug
    race(settings, slug, *[("workshop", list(range(start, people, 2))) for start in range(2)])
    with looking() as db:
        answers = Counter(db.execute(select(Answer.value)).scalars())
        assert answers == {"1": seats, "2": people - seats}
        assert db.execute(select(SeatPool.taken).where(SeatPool.kind == workshop.pool_kind)).scalar_one() == seats
        assert db.execute(select(func.count()).select_from(OptionSeat)).scalar_one() == seats


def test_the_same_people_from_every_process_are_written_down_once(settings: Settings, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db, capacity_virtual=5).slug
    race(settings, slug, *[("register", list(range(12))) for _ in range(2)])
    assert counted(looking) == (5, 7, 5)


def test_cancelling_all_at_once_promotes_each_waiting_person_once(settings: Settings, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=16)
        slug, holders = event.slug, [a_registration(db, event).id for _ in range(16)]
        for _ in range(10):
            a_registration(db, event)
    race(settings, slug, *[("cancel", holders[start::2]) for start in range(2)])
    assert counted(looking) == (10, 0, 10)
    with looking() as db:
        promoted = [job.args["registration_id"] for job in db.execute(select(Job)).scalars() if job.args.get("why") == "promoted"]
    assert (len(promoted), len(set(promoted))) == (10, 10)


def test_offers_accepted_while_they_expire_give_each_seat_to_one_person(settings: Settings, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=8)
        save_policy(db, event.id, Policy(offer_hours=24), by=SYSTEM, now=clock.now())
        holders = [a_registration(db, event) for _ in range(8)]
        offered = [a_registration(db, event).id for _ in range(20)][:8]
        for each in holders:
            service.cancel(db, each, by=SYSTEM, now=clock.now())
        slug, event_id = event.slug, event.id
    race(settings, slug, ("accept", offered), ("expire", [event_id] * 6))
    active, waiting, taken = counted(looking)
    with looking() as db:
        open_offers = db.execute(select(func.count()).where(Registration.state == "offered")).scalar_one()
        gone = db.execute(select(func.count()).where(Registration.state == "cancelled")).scalar_one()
    assert (active + open_offers, taken) == (8, 8)
    assert active + open_offers + waiting + gone == 28


def test_a_race_that_counts_first_would_be_noticed(writing: Opened, looking: Opened) -> None:
    """The broken twin: a seat taken without its registration makes the books differ."""
    with writing() as db:
        event = a_published_event(db, capacity_virtual=3)
        a_registration(db, event)
        db.execute(update(SeatPool).values(taken=SeatPool.taken + 1))
    active, _, taken = counted(looking)
    assert active != taken
