"""Reminders: at their moment, once for each person, moving with the event, and never after it began."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import EventState
from eventos.registration import service
from eventos.registration.models import Registration, Reminder
from eventos.registration.rules_reminders import AddReminder, check, words
from tests.cycles.factories import a_day, a_published_event, event_command
from tests.registration.factories import a_registration
from tests.registration.letters import invite_of, text_of
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]
START = datetime(2030, 7, 25, 13, tzinfo=UTC)  # 8:00 a. m. in Bogotá
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def promised(writing: Opened, command: AddReminder, *people: str, **event: object) -> int:
    """An event of 25 July 2030 with a reminder and these people, whose confirmations are no matter here."""
    with writing() as db:
        one = a_published_event(db, **event)
        for name in people:
            a_registration(db, one, email=f"{name}@neira.example", given_names=name.capitalize())
        service.add_reminder(db, one.id, command, by=SYSTEM, now=clock.now())
        db.execute(Job.__table__.delete().where(Job.name == "registration.confirm"))
        return one.id


@pytest.mark.both_databases
def test_a_day_before_each_registered_person_gets_one_reminder(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    event_id = promised(writing, AddReminder(minutes_before=24 * 60), "una", "otra", "espera", capacity_virtual=2)
    clock_at(START - DAY - timedelta(seconds=1))
    outbox_run()
    assert mailbox.messages() == []
    clock_at(START - DAY)
    outbox_run()
    outbox_run()
    assert mailbox.to("espera@neira.example") == []
    assert len(mailbox.messages()) == 2
    (message,) = mailbox.to("una@neira.example")
    assert message["Subject"] == "Recordatorio: Quinta asistencia técnica: Gobierno Abierto, 25 de julio de 2030"
    for kind in ("plain", "html"):
        text = text_of(message, kind).replace("\xa0", " ").replace("\u202f", " ")
        assert "Empieza mañana, a las 8:00 a. m." in text, kind
        assert ("/i/" in text, "jueves, 25 de julio de 2030" in text) == (True, True)
    assert invite_of(message) is None, "the calendar has its invite already"
    with writing() as db:
        assert db.execute(select(Reminder.sent_to).where(Reminder.event_id == event_id)).scalar_one() == 2


def test_a_reminder_at_a_moment_goes_out_at_that_moment(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    promised(writing, AddReminder(at=START - 3 * DAY), "una")
    clock_at(START - 3 * DAY)
    outbox_run()
    assert len(mailbox.messages()) == 1
    assert "en 3 días" in text_of(mailbox.messages()[0])


@pytest.mark.parametrize("days", [-3, 3], ids=["earlier", "later"])
def test_a_relative_reminder_moves_with_its_event(
    days: int, writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    event_id = promised(writing, AddReminder(minutes_before=60), "una")
    with writing() as db:
        event = db.get_one(Event, event_id)
        moved = event_command(days=(a_day(date(2030, 7, 25) + days * DAY),))
        cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    assert [message["Subject"].split(":")[0] for message in mailbox.messages()] == ["Cambió el evento"]
    clock_at(START + days * DAY - HOUR - timedelta(seconds=1))
    outbox_run()
    assert len(mailbox.messages()) == 1, "also at the moment it was first due"
    clock_at(START + days * DAY - HOUR)
    outbox_run()
    assert [message["Subject"].split(":")[0] for message in mailbox.messages()][1:] == ["Recordatorio"]


def test_what_went_out_does_not_go_again_when_the_event_moves(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    event_id = promised(writing, AddReminder(minutes_before=24 * 60), "una")
    clock_at(START - DAY)
    outbox_run()
    with writing() as db:
        event = db.get_one(Event, event_id)
        moved = event_command(days=(a_day(date(2030, 8, 25)),))
        cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    clock_at(START + 31 * DAY - HOUR)
    outbox_run()
    assert sum(message["Subject"].startswith("Recordatorio") for message in mailbox.messages()) == 1


def test_a_worker_that_wakes_after_the_start_reminds_nobody(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    event_id = promised(writing, AddReminder(minutes_before=60), "una")
    clock_at(START)
    outbox_run()
    assert mailbox.messages() == []
    with writing() as db:
        row = db.execute(select(Reminder.sent_at, Reminder.sent_to).where(Reminder.event_id == event_id)).one()
    assert (row.sent_at, row.sent_to) == (START, None)


def test_a_cancelled_event_and_who_left_are_not_reminded(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(START - 9 * DAY)
    off = promised(writing, AddReminder(minutes_before=60), "una")
    with writing() as db:
        cycles.cancel(db, db.get_one(Event, off), reason="Por lluvias.", by=SYSTEM, now=clock.now())
    promised(writing, AddReminder(minutes_before=120), "se_va", "queda", number=6)
    with writing() as db:
        leaves = db.execute(select(Registration).order_by(Registration.id.desc()).offset(1).limit(1)).scalar_one()
        service.cancel(db, leaves, by=SYSTEM, now=clock.now())
    outbox_run()
    told = len(mailbox.messages())
    clock_at(START - HOUR)
    outbox_run()
    assert [message["To"].addresses[0].username for message in mailbox.messages()[told:]] == ["queda"]


def test_a_reminder_taken_back_stays_home(writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]) -> None:
    clock_at(START - 9 * DAY)
    event_id = promised(writing, AddReminder(minutes_before=60), "una")
    with writing() as db:
        public_id = db.execute(select(Reminder.public_id)).scalar_one()
        assert service.drop_reminder(db, event_id, public_id, by=SYSTEM)
    clock_at(START - HOUR)
    outbox_run()
    assert mailbox.messages() == []


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (AddReminder(), "minutes_before"),
        (AddReminder(at=START, minutes_before=60), "minutes_before"),
        (AddReminder(at=START), "at"),
        (AddReminder(at=START - 10 * DAY), "at"),
        (AddReminder(minutes_before=10 * 24 * 60), "minutes_before"),
        (AddReminder(minutes_before=24 * 60), "minutes_before"),
    ],
    ids=["neither", "both", "at the start", "past", "past, relative", "twice the same"],
)
def test_a_reminder_that_cannot_go_out_is_refused_by_its_field(command: AddReminder, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check(command, [START - DAY], state=EventState.PUBLISHED, starts_at=START, now=START - 9 * DAY)
    assert list(refusal.value.fields) == [field]


def test_only_a_published_event_with_a_day_reminds_and_not_without_end() -> None:
    one = AddReminder(minutes_before=60)
    now = START - 9 * DAY
    assert check(one, [], state=EventState.PUBLISHED, starts_at=START, now=now) == START - HOUR
    for state, starts_at, others in (
        (EventState.DRAFT, START, []),
        (EventState.CANCELLED, START, []),
        (EventState.PUBLISHED, None, []),
        (EventState.PUBLISHED, START, [START - n * DAY for n in range(1, 9)]),
    ):
        with pytest.raises(RuleViolation):
            check(one, list(others), state=state, starts_at=starts_at, now=now)


def test_the_moment_is_told_in_words() -> None:
    assert [words(minutes) for minutes in (30, 60, 180, 1440, 10080)] == [
        *("30 minutos antes", "1 hora antes", "3 horas antes"),
        *("1 día antes", "1 semana antes"),
    ]
