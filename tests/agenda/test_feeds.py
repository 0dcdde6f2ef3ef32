"""The feeds anybody may subscribe to: judged by libical, without people, raw links or private events, and asked again for nothing."""

from datetime import date

import ics
import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.cycles import service
from eventos.cycles.models import Cycle
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import LinkExposure
from eventos.registration.models import AdmissionPolicy
from tests.conftest import Opened
from tests.cycles.factories import LINK, a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.judges import libical
from tests.support.statements import counted

CYCLE = "/ciclos/ciclo-de-asistencias-tecnicas/agenda.ics"


def _cycle(db: Session) -> Cycle:
    """A cycle with an event of each kind: one that stands, one called off, a draft, a private one, one put off."""
    cycle = a_cycle(db)
    stands = a_published_event(db, cycle=cycle, number=1, topic="Se mantiene", days=(a_day(), a_day(date(2030, 7, 26))))
    a_registration(db, stands, given_names="Elvira Demo", email="elvira@riosucio.example")
    off = a_published_event(db, cycle=cycle, number=2, topic="Cancelado")
    service.cancel(db, off, reason="Por lluvias.", by=SYSTEM, now=clock.now())
    an_event(db, cycle=cycle, number=3, topic="Borrador")
    private = a_published_event(db, cycle=cycle, number=4, topic="Reservado")
    db.add(AdmissionPolicy(event_id=private.id, is_private=True, moderated=False, admits_late=False, group_limit=1, updated_at=clock.now()))
    service.postpone(db, a_published_event(db, cycle=cycle, number=5, topic="Aplazado"), by=SYSTEM, now=clock.now())
    a_published_event(db, cycle=a_cycle(db, name="Otro ciclo"), number=1, topic="De otro ciclo")
    return cycle


@pytest.mark.both_databases
def test_a_feed_has_what_is_public_and_says_what_was_called_off(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        _cycle(db)
    everything, of_cycle = client.get("/agenda.ics"), client.get(CYCLE)
    for answer in (everything, of_cycle):
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        assert libical(answer.data) == []
        for absent in (b"Reservado", b"Borrador", b"ATTENDEE", b"elvira", b"Elvira", b"CONFERENCE", b"teams.microsoft"):
            assert absent not in answer.data.replace(b"\r\n ", b"")
        wire = answer.data.split(b"\r\n")
        assert max(len(line) for line in wire) <= 75
        assert b"\n" not in answer.data.replace(b"\r\n", b"")
        for line in (b"METHOD:PUBLISH", b"REFRESH-INTERVAL;VALUE=DURATION:PT1H", b"X-PUBLISHED-TTL:PT1H"):
            assert line in wire
    assert b"X-WR-CALNAME:Ciclo de asistencias t" in of_cycle.data
    read = vobject.readOne(of_cycle.text)
    by_title = {event.summary.value: event.status.value for event in read.vevent_list}
    assert sorted(by_title.values()) == ["CANCELLED", "CONFIRMED"]
    assert "De otro ciclo" not in of_cycle.text
    assert "De otro ciclo" in everything.text
    assert len(ics.Calendar(of_cycle.text).events) == 3, "two days and the one that was called off"


def test_the_link_is_in_a_feed_only_when_it_is_public(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        a_published_event(db, number=1, link_exposure=LinkExposure.REGISTERED)
    assert LINK not in client.get("/agenda.ics").text.replace("\r\n ", "")
    with writing() as db:
        a_published_event(db, number=2, link_exposure=LinkExposure.PUBLIC)
    assert client.get("/agenda.ics").text.replace("\r\n ", "").count(f":{LINK}\r\n") == 1


def test_asking_again_answers_304_until_something_changes(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event_id = a_published_event(db).id
    first = client.get("/agenda.ics")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/agenda.ics", headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    with writing() as db:
        event = db.get_one(type(a_published_event(db, number=8)), event_id)
        service.cancel(db, event, reason="Por lluvias.", by=SYSTEM, now=clock.now())
    assert client.get("/agenda.ics", headers=tag).status_code == 200
    assert client.get("/agenda.ics").headers["Cache-Control"] == "public, max-age=60"


def test_a_feed_costs_the_same_however_many_events(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        a_published_event(db, cycle=cycle, number=1)
    for path in ("/agenda.ics", CYCLE):
        with counted() as few:
            client.get(path)
        assert len(few) <= 5, few
    with writing() as db:
        for number in range(2, 7):
            a_published_event(db, cycle=db.get_one(Cycle, cycle.id), number=number)
    with counted() as many:
        assert client.get(CYCLE).data.count(b"BEGIN:VEVENT") == 6
    assert len(many) == len(few)


def test_an_unknown_cycle_or_one_with_nothing_public_has_no_feed(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        an_event(db)
    assert [client.get(path).status_code for path in (CYCLE, "/ciclos/nada/agenda.ics")] == [404, 404]


def test_pages_offer_the_subscription(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    assert 'href="webcal://127.0.0.1:8000/agenda.ics"' in client.get("/").text
    assert f'href="webcal://127.0.0.1:8000{CYCLE}"' in client.get(f"/eventos/{slug}").text
