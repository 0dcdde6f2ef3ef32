"""Thanks and "we missed you": to whom the acta says, once each, also when the worker dies and when the acta is corrected."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import Job
from eventos.kernel.settings import ROOT, Settings
from eventos.mailings import queries, service
from eventos.mailings.models import AfterMail
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.attendance.factories import Guest, a_held_event, register
from tests.certificates.factories import a_closed_event, close, decide, people_of
from tests.registration.letters import text_of
from tests.support.server import environment
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]


def without_confirmations(db: Session) -> None:
    """The mails of registering are no matter here."""
    db.execute(Job.__table__.delete().where(Job.name == "registration.confirm"))


def closed(writing: Opened, **changes: object) -> tuple[int, list[int]]:
    with writing() as db:
        event, people = a_closed_event(db, **changes)  # type: ignore[arg-type]
        without_confirmations(db)
        return event.id, [one.id for one in people]


@pytest.mark.both_databases
def test_who_came_is_thanked_once_with_the_way_to_the_constancia(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, looking: Opened
) -> None:
    event_id, people = closed(writing)
    outbox_run()
    assert mailbox.messages() == [], "nothing goes before the organiser says so"
    for expected in (2, 0):
        with writing() as db:
            assert service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now()) == expected
    outbox_run()
    assert {message["To"].addresses[0].username for message in mailbox.messages()} == {"persona0", "persona1"}
    assert len(mailbox.messages()) == 2
    with looking() as db:
        link = tickets.link_of(db.get_one(Registration, people[0]))
        after = queries.after(db, event_id)
    (message,) = mailbox.to("persona0@personas.example")
    assert message["Subject"].startswith("Gracias por asistir: ")
    for kind in ("plain", "html"):
        assert f"/i/{link}/constancia" in text_of(message, kind)
    assert (after.thanks.sent, after.thanks.waiting_for, after.absent.waiting_for, after.absent.promised) == (2, 0, 1, 0)


@pytest.mark.both_databases
def test_who_did_not_come_is_written_to_only_when_asked(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    event_id, _people = closed(writing)
    with writing() as db:
        service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now())
    outbox_run()
    assert mailbox.to("persona2@personas.example") == []
    with writing() as db:
        assert service.send(db, event_id, "absent", by=SYSTEM, now=clock.now()) == 1
    outbox_run()
    (message,) = mailbox.to("persona2@personas.example")
    assert message["Subject"].startswith("Le esperábamos: ")
    assert "constancia" not in text_of(message)


def test_an_open_acta_thanks_nobody(db: Session) -> None:
    event = a_held_event(db)
    people_of(db, event)
    with pytest.raises(service.NotClosed):
        service.send(db, event.id, "thanks", by=SYSTEM, now=clock.now())
    assert queries.after(db, event.id).version is None


@pytest.mark.parametrize("automatic", [True, False], ids=["chosen", "not chosen"])
def test_closing_sends_the_thanks_when_the_event_says_so(automatic: bool, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_held_event(db)
        people = people_of(db, event)
        service.plan_thanks(db, event.id, on_close=automatic, by=SYSTEM, now=clock.now())
        decide(db, event, people[:2], attended=True)
        close(db, event)
        without_confirmations(db)
    outbox_run()
    assert len(mailbox.messages()) == (2 if automatic else 0)


def test_a_correction_thanks_who_it_adds_and_nobody_again(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    event_id, people = closed(writing)
    with writing() as db:
        service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now())
    outbox_run()
    with writing() as db:
        third = db.get_one(Registration, people[2])
        decide(db, third.event, [third], attended=True)
        close(db, third.event, version=1)
    outbox_run()
    assert sorted(message["To"].addresses[0].username for message in mailbox.messages()) == ["persona0", "persona1", "persona2"]


def test_a_thanks_overtaken_by_a_correction_stays_home(writing: Opened, outbox_run: Run, mailbox: Mailbox, looking: Opened) -> None:
    event_id, people = closed(writing)
    with writing() as db:
        service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now())
        second = db.get_one(Registration, people[1])
        decide(db, second.event, [second], attended=False)
        close(db, second.event, version=1)
    outbox_run()
    assert [message["To"].addresses[0].username for message in mailbox.messages()] == ["persona0"]
    with looking() as db:
        thanks = queries.after(db, event_id).thanks
    assert (thanks.sent, thanks.dropped, thanks.going) == (1, 1, 0)


def test_merged_people_are_thanked_once(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    event_id, people = closed(writing)
    with writing() as db:
        service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now())
        first, second = (db.get_one(Registration, number).person_id for number in people[:2])
        db.execute(update(Person).where(Person.id == second).values(merged_into_id=first))
        assert service.send(db, event_id, "thanks", by=SYSTEM, now=clock.now()) == 0


DYING = """
import os, signal, sys
from eventos.adapters import mail
from eventos.app import create_app
from eventos.jobs import runner
from eventos.mailings import service

app = create_app(ring=lambda: None)
name, after = sys.argv[1], int(sys.argv[2])
calls = 0
place = mail if name == "send" else service
real = getattr(place, name)

def dies(*args, **kwargs):
    global calls
    calls += 1
    if calls > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)

setattr(place, name, dies)
runner.run_all(app)
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["send", "mark_sent"])
def test_a_worker_killed_on_the_way_loses_nobody_and_repeats_under_the_same_id(
    moment: str, settings: Settings, writing: Opened, outbox_run: Run, mailbox: Mailbox, looking: Opened
) -> None:
    with writing() as db:
        event = a_held_event(db)
        names = tuple((f"Persona {number}", "Ficticia") for number in range(6))
        people = people_of(db, event, names)
        decide(db, event, people, attended=True)
        close(db, event)
        without_confirmations(db)
        assert service.send(db, event.id, "thanks", by=SYSTEM, now=clock.now()) == 6
    run = subprocess.run(
        [sys.executable, "-c", DYING, moment, "2"],
        cwd=ROOT,
        env=environment(data_dir=settings.data_dir, database_url=settings.database_url, log_level="ERROR"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()[-2000:]
    with writing() as db:
        db.execute(update(Job).values(leased_until=None).where(Job.done_at.is_(None)))
    outbox_run()
    assert len({message["Message-ID"] for message in mailbox.messages()}) == len(mailbox.messages()) == 6
    with looking() as db:
        assert db.execute(select(func.count()).select_from(AfterMail).where(AfterMail.sent_at.is_not(None))).scalar_one() == 6
        assert db.execute(select(func.count()).select_from(MailRecord).where(MailRecord.kind == "mailings.send")).scalar_one() == 6


def test_promising_costs_the_same_for_three_people_as_for_thirty(db: Session) -> None:
    costs = []
    for size, number in ((3, 5), (30, 6)):
        event = a_held_event(db, number=number)
        people = people_of(db, event, tuple((f"Persona {one}", "Ficticia") for one in range(size)))
        decide(db, event, people, attended=True)
        close(db, event)
        db.flush()
        with counted() as statements:
            assert service.send(db, event.id, "thanks", by=SYSTEM, now=clock.now()) == size
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 6, costs


def test_a_crowd_is_asked_about_once_and_not_person_by_person(db: Session) -> None:
    """2,000 people: asked one by one, each of these three took from three to seven seconds."""
    event = a_held_event(db)
    register(db, event, [Guest(f"Persona {number}", attended=number % 2 == 0) for number in range(2000)])
    close(db, event)
    took = []
    for act in (
        lambda: service.send(db, event.id, "thanks", by=SYSTEM, now=clock.now()),
        lambda: service.send(db, event.id, "absent", by=SYSTEM, now=clock.now()),
        lambda: queries.after(db, event.id).absent.promised,
    ):
        began = time.monotonic()
        assert act() == 1000
        took.append(time.monotonic() - began)
    assert max(took) < 1, took
