"""What the phone keeps, tells and sends, by its modules alone: on disk before it is told, and all of it arrives, once and in order."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route
from sqlalchemy import select

from eventos.checkin.models import Scan
from tests.checkin.door_modules import a_phone, flush, modules_of, prepared, read, waiting
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand
from tests.conftest import Opened
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def page(app: Flask, stand: Stand, chromium: Chromium) -> Page:
    return prepared(app, stand, a_phone(stand, chromium))


def rows(looking: Opened) -> list[tuple[str, str, str, bool]]:
    """The scans of the server in the order in which they were written."""
    with looking() as db:
        return [(one.nonce, one.verdict, one.told, one.offline) for one in db.scalars(select(Scan).order_by(Scan.id))]


def off(page: Page, *, off: bool = True) -> None:
    page.context.set_offline(off)


def test_with_a_signal_the_server_answers_and_nothing_stays_in_the_queue(page: Page, stand: Stand, looking: Opened) -> None:
    told = read(page, stand.codes[0])
    assert (told["verdict"], told["name"], told["live"]) == ("accepted", "Aurora Ejemplo Guadual", True)
    assert waiting(page) == []
    assert rows(looking) == [(told["nonce"], "accepted", "", False)]


def test_without_a_signal_the_phone_answers_by_itself_and_sends_in_order(page: Page, stand: Stand, looking: Opened) -> None:
    off(page)
    told = [read(page, code) for code in (stand.codes[0], stand.codes[1], stand.codes[0], "cualquier cosa")]
    assert [one["verdict"] for one in told] == ["accepted", "accepted", "repeated", "unknown"]
    assert [one["name"] for one in told] == ["Aurora Ejemplo Guadual", "Irene Ejemplo Guadual", "Aurora Ejemplo Guadual", ""]
    assert "Puerta principal" in told[2]["why"]
    assert not any(one["live"] for one in told)
    assert len(waiting(page)) == 4
    assert rows(looking) == []
    off(page, off=False)
    assert [one["verdict"] for one in flush(page)] == ["accepted", "accepted", "repeated", "unknown"]
    assert waiting(page) == []
    assert rows(looking) == [(one["nonce"], one["verdict"], one["verdict"], True) for one in told]


def test_who_entered_with_a_signal_is_known_without_it(page: Page, stand: Stand) -> None:
    assert read(page, stand.codes[0])["verdict"] == "accepted"
    off(page)
    assert read(page, stand.codes[0])["verdict"] == "repeated"


def test_what_cannot_be_written_down_is_not_told(page: Page, stand: Stand) -> None:
    off(page)
    page.evaluate("""() => {
      window.adding = IDBObjectStore.prototype.add;
      IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); };
    }""")
    with pytest.raises(Exception, match="QuotaExceededError"):
        read(page, stand.codes[0])
    page.evaluate("() => { IDBObjectStore.prototype.add = window.adding; }")
    assert read(page, stand.codes[0])["verdict"] == "accepted", "nobody was let in by what failed"


def test_an_answer_lost_on_the_way_is_asked_for_again_and_written_once(page: Page, stand: Stand, looking: Opened) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/checkin/scans", lose, times=1)
    told = read(page, stand.codes[0])
    assert (told["verdict"], told["live"]) == ("accepted", False)
    assert len(waiting(page)) == 1
    assert [one["verdict"] for one in flush(page)] == ["accepted"]
    assert [(nonce, verdict) for nonce, verdict, _, _ in rows(looking)] == [(told["nonce"], "accepted")]


def test_one_reading_that_the_server_does_not_take_holds_up_no_other(page: Page, stand: Stand, looking: Opened) -> None:
    off(page)
    read(page, stand.codes[0])
    page.evaluate(
        "([slug, place]) => door.vault.keep({ nonce: 'mala-lectura-1', slug, ...place, at: Date.now(), sealed: '¡no!', told: 'accepted' })",
        [stand.slug, {"room": "", "direction": "in"}],
    )
    read(page, stand.codes[1])
    off(page, off=False)
    flush(page)
    assert [verdict for _, verdict, _, _ in rows(looking)] == ["accepted", "accepted"]
    (left,) = waiting(page)
    assert left["nonce"] == "mala-lectura-1"
    assert left["refused"]
    assert flush(page) == []


def test_a_phone_undoes_what_only_it_knows_and_asks_the_server_for_the_rest(page: Page, stand: Stand, looking: Opened) -> None:
    off(page)
    told = read(page, stand.codes[0])
    undone = page.evaluate("told => door.reader.undo(told)", told)
    assert (undone["verdict"], waiting(page)) == ("annulled", [])
    assert read(page, stand.codes[0])["verdict"] == "accepted", "the code may be read again"
    off(page, off=False)
    flush(page)
    assert [verdict for _, verdict, _, _ in rows(looking)] == ["accepted"]
    told = read(page, stand.codes[1])
    if not told["live"]:  # it met no signal a moment ago
        flush(page)
    assert page.evaluate("told => door.reader.undo(told)", told)["verdict"] == "annulled"
    assert [verdict for _, verdict, _, _ in rows(looking)] == ["accepted", "accepted", "annulled"]


def test_a_reading_that_breaks_the_server_holds_up_no_other_and_is_tried_again_in_a_while(
    page: Page, stand: Stand, looking: Opened
) -> None:
    off(page)
    bad, good = read(page, stand.codes[0]), read(page, stand.codes[1])
    off(page, off=False)

    def break_on_it(route: Route) -> None:
        broken = {"title": "Algo falló de nuestro lado.", "status": 500, "code": "server_error"}
        if bad["nonce"] in (route.request.post_data or ""):
            route.fulfill(status=500, content_type="application/problem+json", json=broken)
        else:
            route.continue_()

    page.route("**/checkin/scans", break_on_it)
    flush(page)
    assert [nonce for nonce, *_ in rows(looking)] == [good["nonce"]]
    assert [one["nonce"] for one in waiting(page)] == [bad["nonce"]]
    page.unroute("**/checkin/scans")
    flush(page)
    assert [one["nonce"] for one in waiting(page)] == [bad["nonce"]], "not at once"
    page.clock.set_fixed_time(OPEN + timedelta(seconds=31))
    flush(page)
    assert [nonce for nonce, *_ in rows(looking)] == [good["nonce"], bad["nonce"]]
    assert waiting(page) == []


CAMERA = """async ([modules]) => {
  const { Camera } = await import(`${modules}/camera.js`);
  const seen = [];
  const camera = Object.assign(Object.create(Camera.prototype), { held: new Map(), told: -Infinity, seen: (code) => seen.push(code) });
  let now = 0;
  performance.now = () => now;
  for (let frame = 0; frame < 15; frame++) {
    camera.met("uno");
    if (frame > 1) camera.met("dos");
    now += 100;
  }
  const together = seen.splice(0);
  now += 1600;
  camera.met("uno");
  return [together, seen];
}"""


def test_two_codes_in_view_are_two_readings_apart_and_one_that_comes_back_is_another(app: Flask, stand: Stand, chromium: Chromium) -> None:
    page = a_phone(stand, chromium)
    together, later = page.evaluate(CAMERA, [modules_of(app)])
    assert together == ["uno", "dos"], "neither flickers with the other"
    assert later == ["uno"]
