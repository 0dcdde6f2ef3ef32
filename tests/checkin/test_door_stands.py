"""The app of the door goes on when something of it fails: a reading that broke it, a list that does not fit, somebody else's 401."""

import pytest
from flask import Flask
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from eventos.checkin.models import Acceptance, Scan
from tests.checkin.door_modules import a_phone, prepared
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand, prepare, read, shown, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium

pytestmark = pytest.mark.browser


def counted(looking: Opened) -> tuple[int, int]:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Scan)) or 0, db.scalar(select(func.count()).select_from(Acceptance)) or 0


def test_a_reading_that_breaks_the_app_is_told_and_the_next_is_read(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    strange = {"nonce": "de nadie", "verdict": "accepted", "tone": "accepted", "word": "Adelante", "work": 1}
    page.route("**/checkin/scans", lambda route: route.fulfill(json={"now": OPEN.isoformat(), "answers": [strange]}), times=1)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "error")
    read(page, stand.codes[1])
    until(lambda: shown(page) == "accepted")
    expect(page.locator("[data-door-name]")).to_have_text("Irene Ejemplo Guadual")
    until(lambda: counted(looking) == (2, 2))


def test_a_list_that_does_not_fit_holds_up_no_reading(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.add_init_script(FULL)
    page.goto(stand.url)
    until(lambda: page.evaluate("window.wasFull"))
    page.route("**/checkin/scans", lambda route: route.abort())
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    page.unroute("**/checkin/scans")
    until(lambda: counted(looking) == (1, 1))


# No room for the list, and nobody but the page to send.
FULL = """{
  Object.defineProperty(navigator, "serviceWorker", { value: undefined });
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (String(key).startsWith("event:")) { window.wasFull = true; throw new DOMException("full", "QuotaExceededError"); }
    return put.call(this, value, key);
  };
}"""


def test_a_401_that_is_not_the_servers_erases_nothing(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    asked: list[Route] = []

    def gateway(route: Route) -> None:
        asked.append(route)
        route.fulfill(status=401, content_type="text/html", body="<h1>Hotel</h1>")

    page.context.route("**/cuenta", gateway)
    page.evaluate("window.stays = true")
    read(page, stand.codes[0])
    until(lambda: page.evaluate("true") and bool(asked))
    page.wait_for_timeout(300)
    assert page.evaluate("window.stays") is True
    assert page.evaluate("caches.keys().then((all) => all.length)") == 1


@pytest.mark.parametrize("where", ["[data-access=contrast]", "[data-door-go=read]"])
def test_a_reader_types_though_a_button_was_just_pressed(stand: Stand, chromium: Chromium, where: str) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.locator(where).click()
    page.keyboard.type(stand.codes[0])
    page.keyboard.press("Enter")
    until(lambda: shown(page) == "accepted")


UNDONE = """async ([code]) => {
  const { vault, reader, sync } = door;
  const told = await reader.read({ code });
  const chosen = vault.waiting.bind(vault);
  let undone = null;
  vault.waiting = async () => {
    const waiting = await chosen();
    undone ??= await reader.undo(told); // between choosing what to send and sending it
    return waiting;
  };
  return [undone, await sync.flush(vault), undone.verdict];
}"""


def test_what_was_undone_while_it_was_about_to_be_sent_is_not_sent(app: Flask, stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = prepared(app, stand, a_phone(stand, chromium))
    page.evaluate("door.reader.lost = performance.now()")
    _, sent, verdict = page.evaluate(UNDONE, [stand.codes[0]])
    assert (sent, verdict) == ([], "annulled")
    assert counted(looking) == (0, 0)
