"""The application on a real port with a phone at its door, and how tests of the browser wait for what it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep

from playwright.sync_api import Error, Page

from tests.checkin.factories import OPEN


@dataclass
class Stand:
    """The application on a real port, a phone's cookie for it, and two people's codes."""

    address: str
    slug: str
    bearer: str
    codes: list[str]
    staff_cookie: str

    @property
    def url(self) -> str:
        return f"{self.address}/acreditacion/{self.slug}"

    def arrive(self, page: Page) -> None:
        page.clock.set_fixed_time(OPEN)
        page.context.add_cookies([{"name": "eventos-puerta", "value": self.bearer, "domain": "127.0.0.1", "path": "/", "httpOnly": True}])


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it never became true"
        sleep(0.05)


def prepare(page: Page, stand: Stand, *, camera: bool = False) -> None:
    """Open the app and wait until it could do without the server: its worker and the whole manifest are there."""
    stand.arrive(page)
    if not camera:
        page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.goto(stand.url)
    until(lambda: page.evaluate(IS_READY))


IS_READY = """(async () => {
  if (document.documentElement.dataset.door !== "ready" || !navigator.serviceWorker.controller) return false;
  const asked = (request) => new Promise((told) => (request.onsuccess = () => told(request.result)));
  const db = await asked(indexedDB.open("eventos-puerta", 1));
  const slug = location.pathname.split("/")[2];
  const kept = await asked(db.transaction("settings").objectStore("settings").get(`event:${slug}`));
  db.close();
  return Boolean(kept?.whole);
})()"""


def read(page: Page, code: str) -> None:
    """Read a code as a reader that acts as a keyboard does."""
    page.get_by_label("Código", exact=True).fill(code)
    page.get_by_label("Código", exact=True).press("Enter")


def line(page: Page) -> str:
    """The strip: whether there is a signal, and how many wait."""
    return f"{page.locator('[data-door-line]').inner_text()}, {page.locator('[data-door-end]').inner_text()}"


def shown(page: Page) -> str:
    """The verdict on the screen, or ""."""
    box = page.locator("[data-door-verdict]")
    return (box.get_attribute("data-verdict") or "") if box.is_visible() else ""


def text_of(page: Page) -> str:
    """What the page says, or "" while it is being replaced by another or has come only in part."""
    try:
        return str(page.evaluate("document.readyState === 'complete' ? document.documentElement.outerHTML : ''"))
    except Error:
        return ""
