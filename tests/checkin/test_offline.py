"""The door without a signal, in a browser: it opens, judges, waits, and sends once, whatever happens to the tab meanwhile."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.checkin.models import Acceptance, Device, Scan
from eventos.registration.models import Registration
from tests.checkin.factories import OPEN, a_crowd
from tests.checkin.stand import Stand, line, prepare, read, shown, text_of, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe

pytestmark = pytest.mark.browser

# Everything that the phone keeps, as text: its database, its caches and what pages may store.
DUMP = """async () => {
  const asked = (request) => new Promise((told, refused) => { request.onsuccess = () => told(request.result); request.onerror = refused; });
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, caches: {}, kept: {} };
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const body = await (await cache.match(request)).text();
      found.caches[request.url] = /\\.(woff2|wasm)/.test(request.url) ? "" : body;
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      found.kept[store] = [await asked(rows.getAllKeys()), await asked(rows.getAll())];
      if (store === "rows" && !found.kept[store][0].length) delete found.kept[store];
    }
    db.close();
  }
  return JSON.stringify(found);
}"""


def kept(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.evaluate(DUMP))
    return found


def counted(db: Session) -> tuple[int, int]:
    return db.scalar(select(func.count()).select_from(Scan)) or 0, db.scalar(select(func.count()).select_from(Acceptance)) or 0


def test_without_a_signal_it_opens_from_cold_judges_by_itself_and_sends_once(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    page.close()
    page = page.context.new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})  # nothing but what the app keeps
    page.clock.set_fixed_time(OPEN)
    page.goto(stand.url)
    until(lambda: "Sin señal, siga leyendo" in line(page))
    assert page.locator("[data-door-event]").inner_text() != "Puerta", "it knows its event"
    assert "Puerta principal" in page.locator("[data-door-device]").inner_text()
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    assert page.locator("[data-door-name]").inner_text() == "Aurora Ejemplo Guadual"
    assert "por enviar" in line(page)
    assert axe(page) == []
    read(page, stand.codes[0])
    until(lambda: shown(page) == "repeated")
    assert "por «Puerta principal»" in page.locator("[data-door-because]").inner_text()
    read(page, f"{stand.codes[1][:-1]}{'B' if stand.codes[1][-1] != 'B' else 'C'}")
    until(lambda: shown(page) == "unknown")
    until(lambda: "3 por enviar" in line(page))
    with looking() as db:
        assert counted(db) == (0, 0)
    page.context.set_offline(False)
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert counted(db) == (3, 1)
        scan = db.scalars(select(Scan).where(Scan.verdict == "accepted")).one()
        assert (scan.offline, scan.told, scan.flagged) == (True, "accepted", "")
    assert kept(page)["kept"]["queue"] == [[], []], "what was acknowledged is erased"


def test_a_page_that_does_not_come_in_time_opens_from_the_phone(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    assert page.locator("[name=csrf_token]").count() == 1, "the page of the server"
    held: list[Route] = []
    page.context.route(stand.url, lambda route: held.append(route))
    page.goto(stand.url)
    until(lambda: page.evaluate("document.documentElement.dataset.door") == "ready")
    assert (len(held), page.locator("[name=csrf_token]").count()) == (1, 0), "the page without anybody"
    assert "Puerta principal" in page.locator("[data-door-device]").inner_text()


def test_the_tab_dies_between_the_reading_and_its_sending(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    context = page.context
    page.close()
    context.set_offline(False)
    another = context.new_page()
    another.clock.set_fixed_time(OPEN)
    another.goto(stand.url)
    until(lambda: line(another).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert counted(db) == (1, 1)
    read(another, stand.codes[0])
    until(lambda: shown(another) == "repeated")


def test_what_waits_goes_when_the_signal_returns_though_no_tab_is_open(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    context = page.context
    page.close()
    context.set_offline(False)

    def sent() -> bool:
        with looking() as db:
            return counted(db) == (1, 1)

    until(sent)


def test_five_hundred_readings_wait_and_go_in_order(stand: Stand, chromium: Chromium, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        event = db.scalars(select(Registration)).first().event  # type: ignore[union-attr]
        codes = a_crowd(db, event, 500)
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    told = page.evaluate(
        """async ([base, slug, codes]) => {
          const { Vault } = await import(`${base}/vault.js`);
          const { Reader } = await import(`${base}/reader.js`);
          const vault = await Vault.open();
          const reader = await Reader.of(vault, await vault.get("device"), slug);
          const verdicts = {};
          for (const code of codes) { const { verdict } = await reader.read({ code }); verdicts[verdict] = (verdicts[verdict] ?? 0) + 1; }
          vault.close();
          return verdicts;
        }""",
        [page.locator("script[src*='/acreditacion/app/']").get_attribute("src").rpartition("/")[0], stand.slug, codes],  # type: ignore[union-attr]
    )
    assert told == {"accepted": 500}
    page.context.set_offline(False)
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert counted(db) == (500, 500)
        ids = list(db.scalars(select(Scan.registration_id).order_by(Scan.id)))
        assert ids == sorted(ids), "in the order they were read"


def test_a_lost_phone_gives_no_name_away(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    page.context.set_offline(True)
    read(page, stand.codes[1])
    until(lambda: shown(page) == "accepted")
    page.get_by_role("link", name="Inscribir").click()
    fill_walk_in(page)
    until(lambda: "Elvira" in page.locator("[data-door-name]").inner_text() and shown(page) == "accepted")
    found = kept(page)
    queue = found["kept"]["queue"][1]
    assert len(queue) == 2
    assert len(found["kept"]["rows"][0]) == 2, "it was prepared"
    text = json.dumps(found, ensure_ascii=False)
    with looking() as db:
        people = db.scalars(select(Registration)).all()
        said = {
            each
            for one in people
            if one.person
            for each in (one.person.document_number, one.person.email, one.public_id, one.person.public_id)
        }
    said |= {
        "Aurora",
        "Irene",
        "Guadual",
        "Elvira",
        "Cedral",
        "41000777",
        "Leticia",
        "Veeduría Inventada",
        stand.bearer,
        *(code.rpartition("/")[2] for code in stand.codes),
    }
    assert {word for word in said if word and word in text} == set()
    assert "Puerta principal" in text, "the judge reads what is kept"


def fill_walk_in(page: Page) -> None:
    for name, value in (
        ("Número", "41000777"),
        ("Nombres", "Elvira Demo"),
        ("Apellidos", "Cedral"),
        ("Municipio", "Leticia, Amazonas"),
        ("Entidad", "Veeduría Inventada"),
    ):
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_label("La persona autoriza").check()
    page.get_by_role("button", name="Inscribir y dejar entrar").click()


def test_who_was_written_down_without_a_signal_is_registered_when_it_returns(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    page.get_by_role("link", name="Inscribir").click()
    assert axe(page) == []
    fill_walk_in(page)
    until(lambda: shown(page) == "accepted")
    page.context.set_offline(False)
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert counted(db) == (1, 1)
        assert (db.scalar(select(func.count()).select_from(Registration)) or 0) == 3


def test_a_phone_that_was_put_out_erases_everything(stand: Stand, chromium: Chromium, writing: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    with writing() as db:
        db.execute(update(Device).values(revoked_at=OPEN))
    page.context.set_offline(False)
    until(lambda: "no está vinculado" in text_of(page))
    found = kept(page)
    assert found["kept"] == {}
    assert found["caches"] == {}
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_when_another_tab_or_the_worker_erases_the_phone_this_one_shows_nobody_either(
    stand: Stand, chromium: Chromium, writing: Opened
) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    read(page, stand.codes[0])
    until(lambda: page.locator("[data-door-accepted]").inner_text() == "1")
    assert "Aurora" in text_of(page)
    with writing() as db:
        db.execute(update(Device).values(revoked_at=OPEN))
    page.evaluate("void indexedDB.deleteDatabase('eventos-puerta')")
    until(lambda: "no está vinculado" in text_of(page))


def test_another_version_of_the_app_takes_over_and_what_waited_is_sent(
    stand: Stand, chromium: Chromium, looking: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    old = list(page.evaluate("caches.keys()"))
    page.context.set_offline(True)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    monkeypatch.setattr("eventos.checkin.web.app.version", lambda: "otraversion")
    page.context.route("**/api/v1/checkin/scans", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto(stand.url)
    until(lambda: page.evaluate("caches.keys()") == ["eventos-puerta-otraversion"])
    assert old != ["eventos-puerta-otraversion"]
    assert len(kept(page)["kept"]["queue"][1]) == 1
    page.context.unroute("**/api/v1/checkin/scans")
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert counted(db) == (1, 1)
