"""Searching by name without a signal: only where the organiser allows it, and then the names are on the phone; otherwise they never are."""

import json
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import delete, select

from eventos.checkin.models import DeviceEvent, DoorRoom, Scan
from eventos.checkin.rules import Rule
from eventos.cycles.models import Event
from tests.checkin.door_modules import EVERYTHING, a_phone, flush, prepared, read
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser
SEARCH = "words => door.reader.search(words).then((found) => found, (fault) => fault.constructor.name)"
MARK = "([who, name]) => door.reader.read({ registration: who, reason: 'No trae el código' }, { name })"
AGAIN = """async () => {
  const device = await door.sync.prepare(door.vault);
  Object.assign(door.reader, { device, event: device.events[0] });
  await door.sync.refresh(door.vault, door.slug);
}"""


def allow(writing: Opened, stand: Stand, *, allowed: bool) -> None:
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        db.execute(delete(DoorRoom).where(DoorRoom.event_id == event.id))
        db.add(DoorRoom(event_id=event.id, key="", name="Puerta", rule=Rule(offline_search=allowed).kept(), updated_at=OPEN))


def kept(page: Page) -> str:
    return json.dumps(page.evaluate(EVERYTHING), ensure_ascii=False)


def test_where_it_is_not_allowed_no_name_is_kept_and_there_is_no_search(app: Flask, stand: Stand, chromium: Chromium) -> None:
    page = prepared(app, stand, a_phone(stand, chromium))
    page.context.set_offline(True)
    assert page.evaluate(SEARCH, "irene") == "NoSignal"
    assert "Irene" not in kept(page)


def test_where_it_is_allowed_people_are_found_and_marked_and_the_server_hears_of_it(
    app: Flask, stand: Stand, chromium: Chromium, writing: Opened, looking: Opened
) -> None:
    allow(writing, stand, allowed=True)
    page = prepared(app, stand, a_phone(stand, chromium))
    page.context.set_offline(True)
    (found,) = page.evaluate(SEARCH, "GUADUAL irene")
    assert found == {
        "registration": found["registration"],
        "name": "Irene Ejemplo Guadual",
        "work": found["work"],
        "document": "",
        "state": "active",
    }
    assert len(page.evaluate(SEARCH, "ejemplo")) == 2
    assert page.evaluate(SEARCH, "zutano") == []
    marked = page.evaluate(MARK, [found["registration"], found["name"]])
    assert (marked["verdict"], marked["live"]) == ("accepted", False)
    assert read(page, stand.codes[1])["verdict"] == "repeated", "who was ticked by name entered, whatever they present later"
    assert "entered_at" in page.evaluate(SEARCH, "irene")[0]
    assert page.evaluate(MARK, [found["registration"], found["name"]])["verdict"] == "repeated"
    page.context.set_offline(False)
    flush(page)
    with looking() as db:
        rows: list[Any] = [(one.verdict, one.manual) for one in db.scalars(select(Scan).order_by(Scan.id))]
    assert rows == [("accepted", True), ("repeated", False), ("repeated", True)]


def test_when_it_is_taken_back_the_names_leave_the_phone(app: Flask, stand: Stand, chromium: Chromium, writing: Opened) -> None:
    allow(writing, stand, allowed=True)
    page = prepared(app, stand, a_phone(stand, chromium))
    assert "Irene" in kept(page)
    allow(writing, stand, allowed=False)
    page.evaluate(AGAIN)
    assert "Irene" not in kept(page)


def test_an_event_that_the_phone_reads_for_no_longer_leaves_nothing_behind(
    app: Flask, stand: Stand, chromium: Chromium, writing: Opened
) -> None:
    allow(writing, stand, allowed=True)
    page = prepared(app, stand, a_phone(stand, chromium))
    with writing() as db:
        row = db.scalars(select(DeviceEvent)).one()
        row.event_id = a_published_event(db, number=9, topic="Otro tema").id
    page.evaluate("() => door.sync.prepare(door.vault)")
    stores = {name.partition("/")[2]: rows for name, (_, rows) in page.evaluate(EVERYTHING)["stores"].items()}
    assert stores["rows"] == stores["names"] == stores["moved"] == []
    assert "Irene" not in kept(page)
