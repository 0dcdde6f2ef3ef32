"""An event that changes after people registered: the organiser sees whom it reaches, and everybody gets one update."""

from collections.abc import Callable
from datetime import date

import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import service
from eventos.cycles.models import Event
from eventos.cycles.service import NothingToPostpone
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import Modality
from eventos.publicity import service as publicity
from eventos.publicity.models import Flyer
from eventos.publicity.rules import differing
from eventos.registration.models import Registration
from tests.conftest import Opened
from tests.cycles.desk import Desk
from tests.cycles.factories import a_day, a_published_event, event_command, the_view
from tests.cycles.typed import fields_of, the_cycle
from tests.registration.factories import a_registration
from tests.registration.letters import invite_of, property_of, text_of
from tests.support.smtp import Mailbox

Run = Callable[[], int]
MOVED = date(2030, 8, 1)


@pytest.fixture
def awaited(desk: Desk, writing: Opened, outbox_run: Run) -> str:
    """A published event of one seat: somebody has it and two people wait. Answers its address."""
    with writing() as db:
        event = a_published_event(db, cycle=the_cycle(db), capacity_virtual=1)
        for name in ("uno", "dos", "tres"):
            a_registration(db, event, email=f"{name}@neira.example")
        slug = event.slug
    outbox_run()
    return slug


def test_the_organiser_sees_whom_a_change_reaches_before_it_is_saved(
    desk: Desk, awaited: str, looking: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    path = f"/escritorio/eventos/{awaited}/editar"
    typed = fields_of(desk.get(path).text) | {"days-0-on_date": "1 de agosto de 2030"}
    asked = desk.post(path, typed)
    assert asked.status_code == 409
    assert "1 persona inscrita y 2 personas en lista de espera" in asked.text
    with looking() as db:
        assert the_view(db, db.scalars(select(Event)).one()).first_day == date(2030, 7, 25), "nothing was saved"
    again = fields_of(asked.text)
    assert again["days-0-on_date"].endswith("1 de agosto de 2030"), "what was typed is kept"
    assert desk.post(path, again | {"notify": "1"}).status_code == 302
    outbox_run()
    assert [len(mailbox.to(f"{name}@neira.example")) for name in ("uno", "dos", "tres")] == [2, 2, 2]
    assert desk.post(path, again | {"notify": "1"}).status_code == 409, "the same form once more: somebody saved it already"
    outbox_run()
    assert len(mailbox.messages()) == 6


def test_a_change_that_no_invite_says_is_saved_without_asking(desk: Desk, awaited: str, outbox_run: Run, mailbox: Mailbox) -> None:
    path = f"/escritorio/eventos/{awaited}/editar"
    assert desk.post(path, fields_of(desk.get(path).text) | {"summary": "Otra frase."}).status_code == 302
    outbox_run()
    assert len(mailbox.messages()) == 3


def test_nobody_registered_means_nobody_to_ask_about(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db, cycle=the_cycle(db)).slug
    path = f"/escritorio/eventos/{slug}/editar"
    assert desk.post(path, fields_of(desk.get(path).text) | {"days-0-on_date": "1 de agosto de 2030"}).status_code == 302


@pytest.mark.both_databases
def test_several_fields_and_two_savings_at_once_are_one_update(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db)
        a_registration(db, event, email="ana@neira.example")
        event_id = event.id
    outbox_run()
    place = {"modality": Modality.HYBRID, "venue_name": "Biblioteca", "venue_divipola": "17001", "topic": "Datos abiertos"}
    for changes in ({"days": (a_day(MOVED),)}, {"days": (a_day(date(2030, 8, 8)),), **place}):
        with writing() as db:
            event = db.get_one(Event, event_id)
            service.edit_event(db, event, event_command(**changes), version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    first, update = mailbox.to("ana@neira.example")
    assert "8 de agosto de 2030" in text_of(update)
    before, after = invite_of(first) or "", invite_of(update) or ""
    assert property_of(before, "UID") == property_of(after, "UID")
    assert (property_of(before, "SEQUENCE"), property_of(after, "SEQUENCE")) == ("0", "2")
    assert "20300808T080000" in after


@pytest.mark.both_databases
def test_a_day_lost_in_the_first_of_two_changes_is_still_taken_back(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db, days=(a_day(), a_day(date(2030, 7, 26))))
        a_registration(db, event, email="ana@neira.example")
        event_id = event.id
    outbox_run()
    for day in (date(2030, 7, 25), MOVED):
        with writing() as db:
            event = db.get_one(Event, event_id)
            service.edit_event(db, event, event_command(days=(a_day(day),)), version=event.version, by=SYSTEM, now=clock.now())
    outbox_run()
    methods = [vobject.readOne(invite_of(message)).method.value for message in mailbox.to("ana@neira.example")]
    assert sorted(methods) == ["CANCEL", "REQUEST", "REQUEST", "REQUEST"]


def test_putting_off_takes_the_invite_back_with_one_mail_and_keeps_everybody(
    desk: Desk, awaited: str, looking: Opened, client: FlaskClient, outbox_run: Run, mailbox: Mailbox
) -> None:
    path = f"/escritorio/eventos/{awaited}/aplazar"
    assert "1 persona inscrita y 2 personas en lista de espera" in desk.get(path).text
    assert desk.post(path).status_code == 302
    assert "Este evento está aplazado" in desk.get(f"/escritorio/eventos/{awaited}").text
    home = desk.get("/escritorio").text
    assert "Está aplazado, y 1 persona inscrita espera la nueva fecha." in home
    assert "Escribir los días" in home
    assert awaited in desk.get("/escritorio/eventos?estado=proximos").text
    outbox_run()
    _, put_off = mailbox.to("uno@neira.example")
    assert put_off["Subject"].startswith("Evento aplazado: ")
    assert vobject.readOne(invite_of(put_off)).method.value == "CANCEL"
    assert "Aplazado: le avisaremos la nueva fecha" in text_of(put_off)
    assert [invite_of(message) for message in mailbox.to("dos@neira.example")] == [None, None]
    page = client.get(f"/eventos/{awaited}").text
    assert "Aplazado" in page
    assert "Inscribirme" not in page
    home = client.get("/").text
    assert home.index("Próximos eventos") < home.index("Aplazado: le avisaremos")
    assert client.get(f"/eventos/{awaited}/inscripcion").status_code in {200, 409}
    with looking() as db:
        assert sorted(db.scalars(select(Registration.state))) == ["active", "waitlisted", "waitlisted"]


def test_a_new_date_takes_a_postponed_event_up_with_a_higher_sequence(
    writing: Opened, looking: Opened, outbox_run: Run, mailbox: Mailbox, awaited: str
) -> None:
    with writing() as db:
        service.postpone(db, db.scalars(select(Event)).one(), by=SYSTEM, now=clock.now())
    outbox_run()
    with writing() as db:
        event = db.scalars(select(Event)).one()
        moved = event_command(days=(a_day(MOVED),), capacity_virtual=1, date_note=event.date_note)
        service.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=clock.now())
        assert (event.postponed_at, event.date_note) == (None, "")
    outbox_run()
    first, off, again = (invite_of(message) or "" for message in mailbox.to("uno@neira.example"))
    assert len({property_of(calendar, "UID") for calendar in (first, off, again)}) == 1
    assert [property_of(calendar, "SEQUENCE") for calendar in (first, off, again)] == ["0", "1", "2"]
    assert "METHOD:REQUEST" in again


@pytest.mark.usefixtures("app")
def test_what_is_over_is_a_draft_or_was_cancelled_is_not_put_off(db: Session) -> None:
    over = a_published_event(db, days=(a_day(date(2020, 7, 23)),))
    off = a_published_event(db, number=6)
    service.cancel(db, off, reason="Por lluvias.", by=SYSTEM, now=clock.now())
    for event in (over, off):
        with pytest.raises(NothingToPostpone):
            service.postpone(db, event, by=SYSTEM, now=clock.now())
    twice = a_published_event(db, number=7)
    assert service.postpone(db, twice, by=SYSTEM, now=clock.now()).sequence == 1
    assert service.postpone(db, twice, by=SYSTEM, now=clock.now()).sequence == 1
    assert issubclass(NothingToPostpone, RuleViolation)


def test_a_pieza_says_what_it_shows_otherwise() -> None:
    said = {"day": "jueves 25", "hours": ["8:00"], "where": ["Virtual"], "title": "Gobierno Abierto", "hosts": []}
    assert differing(said, said) == []
    assert differing(said, said | {"day": "jueves 1", "where": ["Biblioteca"]}) == ["otra fecha", "otro lugar"]
    assert differing(said, said | {"hosts": ["x"]}) == ["otros datos"]


def test_the_page_of_an_event_says_when_the_published_pieza_shows_another_date(desk: Desk, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, cycle=the_cycle(db))
        version = publicity.prepare(db, event.id, by=SYSTEM, now=clock.now())
        flyer_id = db.scalars(select(Flyer.id)).one()
        publicity.mark_ready(db, flyer_id, files={"pdf": "0" * 64, "square": "1" * 64, "wide": "2" * 64})
        publicity.publish(db, event.id, version, by=SYSTEM, now=clock.now())
        slug = event.slug
    path = f"/escritorio/eventos/{slug}"
    assert "La pieza publicada muestra" not in desk.get(path).text
    typed = fields_of(desk.get(f"{path}/editar").text) | {"days-0-on_date": "1 de agosto de 2030"}
    assert desk.post(f"{path}/editar", typed).status_code == 302
    assert "La pieza publicada muestra otra fecha" in desk.get(path).text
    assert desk.post(f"{path}/pieza", form_at=path).status_code == 302
    with looking() as db:
        assert sorted(db.scalars(select(Flyer.version))) == [1, 2]
