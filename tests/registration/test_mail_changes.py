"""What the calendars of people are told when something changes: seats, days, the whole event."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
import vobject
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import Modality
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.service import bulk
from tests.cycles.factories import a_day, a_published_event, event_command
from tests.registration.factories import a_registration
from tests.registration.letters import invite_of, pictures, property_of, text_of, written
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]


def test_who_moves_up_gets_code_and_invite(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        first, _ = a_registration(db, event, email="primera@neira.example"), a_registration(db, event, email="espera@neira.example")
    outbox_run()
    with writing() as db:
        service.cancel(db, db.get_one(Registration, first.id), by=SYSTEM, now=clock.now())
    outbox_run()
    waiting, promoted = mailbox.to("espera@neira.example")
    assert promoted["Subject"].startswith("Ya tiene cupo: ")
    assert (len(pictures(promoted)), invite_of(waiting)) == (1, None)
    confirmed, cancelled = (invite_of(message) for message in mailbox.to("primera@neira.example"))
    assert confirmed is not None
    assert cancelled is not None
    assert vobject.readOne(cancelled).method.value == "CANCEL"
    assert property_of(cancelled, "UID") == property_of(confirmed, "UID")
    assert int(property_of(cancelled, "SEQUENCE")) > int(property_of(confirmed, "SEQUENCE"))


def test_the_reason_for_which_staff_cancel_many_reaches_each_person(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event, now = a_published_event(db), clock.now()
        told, alone = (a_registration(db, event, email=f"{name}@neira.example") for name in ("varias", "una"))
        done = bulk.begin(db, event.id, bulk.Ask(bulk.Action.CANCEL, "El aula se inundó."), [told.id], by=SYSTEM, now=now)
        bulk.step(db, done.id, now=now)
        service.cancel(db, alone, by=SYSTEM, now=now)
    outbox_run()
    for kind in ("plain", "html"):
        assert "El aula se inundó." in text_of(mailbox.to("varias@neira.example")[-1], kind)
    assert "Motivo" not in text_of(mailbox.to("una@neira.example")[-1])


def test_a_rescheduled_event_updates_every_invite_and_a_cancelled_one_takes_them_back(
    writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=2)
        for name in ("uno", "dos", "espera"):
            a_registration(db, event, email=f"{name}@neira.example")
        event_id = event.id
    outbox_run()
    with writing() as db:
        event = db.get_one(Event, event_id)
        moved = event_command(capacity_virtual=2, days=(a_day(date(2030, 8, 1)),))
        cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    with writing() as db:
        cycles.cancel(db, db.get_one(Event, event_id), reason="Por lluvias.", by=SYSTEM, now=clock.now())
    outbox_run()
    first, moved_mail, off = mailbox.to("uno@neira.example")
    calendars = [invite_of(message) or "" for message in (first, moved_mail, off)]
    assert len({property_of(calendar, "UID") for calendar in calendars}) == 1
    assert [int(property_of(calendar, "SEQUENCE")) for calendar in calendars] == [0, 1, 2]
    assert "20300801T080000" in calendars[1]
    assert (vobject.readOne(calendars[2]).method.value, "Por lluvias." in text_of(off)) == ("CANCEL", True)
    assert [message["Subject"].split(":")[0] for message in mailbox.to("espera@neira.example")] == [
        "En lista de espera",
        "Cambió el evento",
        "Evento cancelado",
    ]
    told = text_of(mailbox.to("espera@neira.example")[1])
    assert ("jueves, 1 de agosto de 2030" in told, "Estado: En lista de espera" in told) == (True, True)


HYBRID = {"modality": Modality.HYBRID, "venue_name": "Teatro Demo", "capacity_onsite": None, "link": "https://reunion.example/una"}


def told_of(mailbox: Mailbox, name: str) -> list[str]:
    return [message["Subject"].split(":")[0] for message in mailbox.to(f"{name}@neira.example")][1:]


def test_another_venue_is_told_to_who_comes_and_another_link_to_who_connects(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db, **HYBRID)
        a_registration(db, event, email="llega@neira.example", modality="presencial")
        a_registration(db, event, email="conecta@neira.example", modality="virtual")
        event_id = event.id
    outbox_run()
    for changed, comes, connects in (
        ({"venue_name": "Biblioteca Demo"}, 1, 0),
        ({"link": "https://reunion.example/otra"}, 1, 1),
        ({"venue_name": "Sala Demo", "link": "https://reunion.example/tres"}, 2, 2),
    ):
        with writing() as db:
            event = db.get_one(Event, event_id)
            now = {"venue_name": event.venue_name, "link": event.link} | changed
            cycles.edit_event(db, event, event_command(**HYBRID | now), version=event.version, by=SYSTEM, now=clock.now())
        outbox_run()
        assert told_of(mailbox, "llega") == ["Cambió el evento"] * comes, changed
        assert told_of(mailbox, "conecta") == ["Cambió el evento"] * connects, changed


def test_the_organiser_sees_only_those_whom_another_venue_touches(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, **HYBRID)
        for modality in ("presencial", "virtual", "virtual"):
            a_registration(db, event, modality=modality)
        command = event_command(**HYBRID | {"link": "https://reunion.example/otra"})
        with pytest.raises(cycles.PeopleWillBeTold) as question:
            cycles.edit_event(db, event, command, version=event.version, by=SYSTEM, now=clock.now(), is_confirmed=False)
        assert [group.count for group in question.value.groups] == [2]


def test_a_mail_that_has_not_left_is_made_up_for_by_the_next_whatever_it_is_about(
    writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        event = a_published_event(db, **HYBRID)
        a_registration(db, event, email="llega@neira.example", modality="presencial")
        event_id = event.id
    outbox_run()
    with writing() as db:
        event = db.get_one(Event, event_id)
        cycles.edit_event(
            db, event, event_command(**HYBRID | {"venue_name": "Sala Demo"}), version=event.version, by=SYSTEM, now=clock.now()
        )
        service.tell_rescheduled(db, event_id, only="presencial")
        db.execute(delete(Job).where(Job.name.startswith("event.rescheduled")))  # that is what its job does
    with writing() as db:
        event = db.get_one(Event, event_id)
        other = HYBRID | {"venue_name": "Sala Demo", "link": "https://reunion.example/otra"}
        cycles.edit_event(db, event, event_command(**other), version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    assert told_of(mailbox, "llega") == ["Cambió el evento"]
    assert "Sala Demo" in text_of(mailbox.to("llega@neira.example")[-1])


def test_more_seats_move_the_waiting_list_up(writing: Opened, outbox_run: Run, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        for _ in range(5):
            a_registration(db, event)
        event_id = event.id
    with writing() as db:
        event = db.get_one(Event, event_id)
        cycles.edit_event(db, event, event_command(capacity_virtual=3), version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    with looking() as db:
        states = list(db.execute(select(Registration.state).order_by(Registration.id)).scalars())
    assert states == ["active", "active", "active", "waitlisted", "waitlisted"]


def test_a_day_that_falls_away_is_taken_back_from_the_calendars(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    first_day, second_day = a_day(date(2030, 7, 25)), a_day(date(2030, 7, 26))
    written(writing, days=(first_day, second_day))
    outbox_run()
    with writing() as db:
        event = db.execute(select(Event)).scalar_one()
        cycles.edit_event(db, event, event_command(days=(second_day,)), version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    _, sent, moved, gone = mailbox.to("elvira@riosucio.example")
    taken_back, updated = invite_of(gone) or "", invite_of(moved) or ""
    assert vobject.readOne(taken_back).method.value == "CANCEL"
    assert property_of(taken_back, "UID") == property_of(invite_of(sent) or "", "UID")
    assert int(property_of(taken_back, "SEQUENCE")) > int(property_of(invite_of(sent) or "", "SEQUENCE"))
    assert "20300726T080000" in updated
    assert property_of(updated, "UID") != property_of(taken_back, "UID")
    assert "viernes, 26 de julio de 2030" in text_of(gone)
    assert gone["Subject"].startswith("Un día menos: ")


def test_who_leaves_the_waiting_list_had_no_invite_to_take_back(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        a_registration(db, event)
        waiting = a_registration(db, event, email="espera@neira.example").id
        other = a_registration(db, event, email="otra@neira.example").event_id
    outbox_run()
    with writing() as db:
        service.cancel(db, db.get_one(Registration, waiting), by=SYSTEM, now=clock.now())
    outbox_run()
    with writing() as db:
        cycles.cancel(db, db.get_one(Event, other), reason="Por lluvias.", by=SYSTEM, now=clock.now())
    outbox_run()
    _, left = mailbox.to("espera@neira.example")
    _, called_off = mailbox.to("otra@neira.example")
    assert left["Subject"].startswith("Fuera de la lista de espera: ")
    assert called_off["Subject"].startswith("Evento cancelado: ")
    for message in (left, called_off):
        assert invite_of(message) is None
        assert "calendario" not in text_of(message)
        assert "cupo" not in text_of(message)


def test_a_mail_overtaken_by_a_cancellation_is_not_sent(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    one, _, _ = written(writing)
    with writing() as db:
        service.cancel(db, db.get_one(Registration, one), by=SYSTEM, now=clock.now())
    outbox_run()
    assert [message["Subject"].split(":")[0] for message in mailbox.messages()] == ["Inscripción cancelada"]
