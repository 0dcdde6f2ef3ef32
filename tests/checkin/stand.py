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
