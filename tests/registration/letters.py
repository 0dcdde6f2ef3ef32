"""Mails about registrations as tests read them: their texts, their invite, their pictures; and somebody who gets one."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.message import EmailMessage

from sqlalchemy.orm import Session

from eventos.registration.service import tickets
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def invite_of(message: EmailMessage) -> str | None:
    """The calendar beside the texts, with its METHOD in the header."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            assert b"\n" not in raw.replace(b"\r\n", b"")
            calendar = raw.decode()
            assert part.get_param("method") == re.search(r"^METHOD:(\w+)\r$", calendar, re.MULTILINE)[1]  # type: ignore[index]
            return calendar
    return None


def property_of(calendar: str, name: str) -> str:
    unfolded = calendar.replace("\r\n ", "")
    found = re.search(rf"^{name}[;:](?:[^:\r]*:)?([^\r]*)\r$", unfolded, re.MULTILINE)
    assert found is not None, name
    return found[1]


def pictures(message: EmailMessage) -> list[bytes]:
    return [bytes(part.get_payload(decode=True)) for part in message.walk() if part.get_content_type() == "image/png"]  # type: ignore[arg-type]


def written(writing: Opened, **event: object) -> tuple[int, str, str]:
    """Somebody registered for an event: the registration's id, its ticket and its personal link."""
    with writing() as db:
        one = a_registration(db, a_published_event(db, **event), email="elvira@riosucio.example", given_names="Elvira Demo")
        return one.id, tickets.ticket_of(one), tickets.link_of(one)
