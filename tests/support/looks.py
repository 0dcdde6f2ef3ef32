"""Pages as they stand in the browser, on a phone and on a desk: each is opened once and judged at both widths."""

from collections.abc import Iterable

from playwright.sync_api import Page

from tests.support.browser import DESKTOP, HEIGHTS, PHONE, Chromium
from tests.support.judges import axe


def faults_of(page: Page, width: int, *, judged: bool = True) -> list[str]:
    """What is wrong with the page as it stands at this width; `judged` asks axe too."""
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 450)})
    across = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width}: {across} px wide"] * (across > width) + [f"{width}: {fault}" for fault in (axe(page) if judged else [])]


def look_at(page: Page, address: str, paths: Iterable[str]) -> dict[str, list[str]]:
    """Open each path of the server at `address`; gives what is wrong with which, best nothing."""
    found: dict[str, list[str]] = {}
    for path in paths:
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        found[path] = faults_of(page, PHONE) + faults_of(page, DESKTOP)
    return {path: faults for path, faults in found.items() if faults}


def look_round(
    chromium: Chromium, address: str, *, public: Iterable[str] = (), desk: Iterable[str] = (), cookie: str
) -> dict[str, list[str]]:
    """`look_at` for pages that anybody sees and for those of the desk, seen by whose session the cookie is."""
    visitor, staff = chromium.open(width=PHONE, keeps=True), chromium.open(width=PHONE, keeps=True, signed_in=(address, cookie))
    return look_at(visitor, address, public) | look_at(staff, address, desk)
