"""The phone's modules without their screen, in a page of our own: what they keep, tell and send."""

from typing import Any

from flask import Flask
from playwright.sync_api import Page

from eventos.checkin.web.app import version
from tests.checkin.stand import Stand
from tests.support.browser import PHONE, Chromium

# A page of ours with none of the door's scripts in it: what happens is what the test does.
START = """async ([modules, slug]) => {
  const [vault, sync, reader] = await Promise.all(["vault", "sync", "reader"].map((name) => import(`${modules}/${name}.js`)));
  const kept = await vault.Vault.open();
  window.door = { vault: kept, wipe: vault.wipe, sync, slug };
  if (navigator.onLine) {
    await sync.prepare(kept);
    await sync.refresh(kept, slug);
  }
  window.door.reader = await reader.Reader.of(kept, await kept.get("device"), slug);
  await Promise.all(window.door.reader.keys.map((verify) => verify(new Uint8Array(64), new Uint8Array(20))));
}"""
EVERYTHING = """async () => {
  const told = { local: { ...localStorage }, session: { ...sessionStorage }, stores: {}, caches: {} };
  for (const { name } of await indexedDB.databases()) {
    const come = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const db = await come(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const read = () => db.transaction(store).objectStore(store);
      told.stores[`${name}/${store}`] = [await come(read().getAllKeys()), await come(read().getAll())];
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      told.caches[request.url] = /text|json|javascript|svg/.test(answer.headers.get("Content-Type") ?? "") ? await answer.text() : "";
    }
  }
  return told;
}"""


def modules_of(app: Flask) -> str:
    with app.app_context():
        return f"/acreditacion/app/{version()}"


def a_phone(stand: Stand, chromium: Chromium) -> Page:
    """An enrolled phone that looks at a page without the door's scripts."""
    page = chromium.open(width=PHONE, strict=False)
    stand.arrive(page)
    page.goto(f"{stand.address}/")
    return page


def prepared(app: Flask, stand: Stand, page: Page) -> Page:
    """The same, with the event's manifest taken and the reader ready."""
    page.evaluate(START, [modules_of(app), stand.slug])
    return page


def read(page: Page, code: str) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("code => door.reader.read({ code })", code)
    return told


def waiting(page: Page) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = page.evaluate("() => door.vault.waiting()")
    return told


def flush(page: Page) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = page.evaluate("() => door.sync.flush(door.vault)")
    return told
