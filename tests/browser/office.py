"""An office with the demonstration, seen through a browser: pages to open, forms to send, mails to wait for."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from playwright.sync_api import Page, Response

from tests.support.browser import Chromium
from tests.support.server import Server


@dataclass(frozen=True)
class Office:
    """A running server, and the cookie of an administrator."""

    server: Server
    cookie: str

    @property
    def url(self) -> str:
        return self.server.url

    def desk(self, chromium: Chromium, *, width: int, javascript: bool = True, keeps: bool = False) -> Page:
        """A page of the administrator's."""
        return chromium.open(width=width, javascript=javascript, keeps=keeps, signed_in=(self.url, self.cookie))

    def at(self, page: Page, path: str, *, status: int = 200) -> Response:
        """Open an address of this server; the answer must be as expected."""
        answer = page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return answer

    def mail_to(self, address: str, *, number: int = 1) -> EmailMessage:
        """The newest message of somebody, once they have at least `number`."""
        return self.server.mailbox.wait_for(address, number=number)[-1]


def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something to become true; the strict policy of our pages forbids Playwright's own way of waiting."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.02)


def words(page: Page) -> str:
    """What <main> says, in one line."""
    return " ".join(page.locator("main").inner_text().split())


def body_of(message: EmailMessage) -> str:
    """The plain text of a mail, in one line."""
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def link_in(message: EmailMessage, pattern: str) -> str:
    """The first address in the text of a mail whose path matches."""
    found = re.search(r"https?://\S*" + pattern + r"\S*", body_of(message))
    assert found, body_of(message)
    return found[0]


def attachments(message: EmailMessage, content_type: str) -> list[bytes]:
    """What a mail carries of one kind, shown within or attached."""
    return [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == content_type]
