"""Debian's Chromium, driven by Playwright: nothing is downloaded, and nothing but our own server is reached."""

import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, sync_playwright

from tests.support.presence import missing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # nothing but this machine is ever found
]
PHONE = 360
DESKTOP = 1280
HEIGHTS = {PHONE: 740, DESKTOP: 900}


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Chromium:
    """One browser for a test run; `open` gives pages, each in a context of its own (no shared cookies or storage)."""

    def __init__(self) -> None:
        path = find_chromium()
        if path is None:
            missing("Chromium")
        self._path = path
        self._playwright: Playwright = sync_playwright().start()
        self._browser: Browser = self.another()
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def another(self, *arguments: str) -> Browser:
        """A browser of its own, started with more arguments (a fake camera); whoever asks closes it."""
        return self._playwright.chromium.launch(executable_path=self._path, args=[*ARGUMENTS, *arguments])

    def open(
        self,
        *,
        width: int = DESKTOP,
        javascript: bool = True,
        strict: bool = True,
        signed_in: tuple[str, str] | None = None,
        keeps: bool = False,
    ) -> Page:
        """A blank page `width` CSS pixels wide. Unless `strict` is off, what it does wrong is kept in `faults`.

        `signed_in` is the address of a server and the cookie of somebody's session there. With `keeps` the browser keeps styles
        and fonts from page to page, as it does at home; otherwise it asks for everything anew, also for a page that is a minute old.
        """
        context = self._browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            java_script_enabled=javascript,
            locale="es-CO",
            timezone_id="America/Bogota",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        if signed_in:
            url, cookie = signed_in
            context.add_cookies([{"name": "eventos", "value": cookie, "url": url}])
        self._contexts.append(context)
        context.on("request", self._look_where_it_goes)
        page = context.new_page()
        if not keeps:
            network = context.new_cdp_session(page)
            network.send("Network.enable")  # Without it the next says yes and does nothing.
            network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        if strict:
            page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
            page.on("console", self._listen)
        return page

    def _look_where_it_goes(self, request: Request) -> None:
        """Remember a request to another machine; it is never sent, because no name but this machine's is found."""
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost"} and not request.url.startswith(("data:", "blob:")):
            self.faults.append(f"request to the outside: {request.url}")

    def _listen(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx on purpose is reported as a failed load; the test looks at the status itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def close_pages(self) -> list[str]:
        """Close what was opened and give what went wrong meanwhile."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        faults, self.faults = self.faults, []
        return faults

    def stop(self) -> None:
        self._browser.close()
        self._playwright.stop()
