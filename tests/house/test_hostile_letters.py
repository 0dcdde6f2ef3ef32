"""Markup that somebody typed stays text where no page of ours shows it: in mails, in calendars, on the pieza."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from eventos.accounts import service as accounts
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.cycles.rules import HostGiven
from eventos.entities.queries import office_view
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import StaffRole
from eventos.publicity import messages, rules
from eventos.registration import service as registration
from tests.adapters.test_pdf import words
from tests.browser.hostile import MARK, PAYLOAD, taken_for_markup
from tests.conftest import Opened
from tests.cycles.factories import a_day, a_published_event, event_command, the_view
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox

CHANGES = {"topic": PAYLOAD, "summary": PAYLOAD, "hosts": (HostGiven(PAYLOAD),), "capacity_virtual": 2}


def write_to_everybody(db: Session) -> None:
    """Every kind of mail about registrations and accounts is promised."""
    now, event = clock.now(), a_published_event(db, **CHANGES)
    people = [
        a_registration(
            db, event, given_names=PAYLOAD, family_names=PAYLOAD, entity=PAYLOAD, email=f"p{n}@neira.example", document_number=f"5000{n}"
        )
        for n in range(3)
    ]
    registration.cancel(db, people[1], by=SYSTEM, now=now)
    registration.resend_links(db, "p0@neira.example", now=now, address="192.0.2.1")
    registration.ask_mail_change(db, people[0], "nueva@neira.example", "50000", by=SYSTEM, now=now)
    cycles.edit_event(
        db, event, event_command(**{**CHANGES, "days": (a_day(date(2030, 8, 1)),)}), version=event.version, by=SYSTEM, now=now
    )
    off = a_published_event(db, **{**CHANGES, "number": 7})
    a_registration(db, off, given_names=PAYLOAD, email="p9@neira.example")
    cycles.cancel(db, off, reason=PAYLOAD, by=SYSTEM, now=now)
    accounts.invite(db, email="nueva@oficina.example", name=f"<{MARK} onload=alert(1)>", role=StaffRole.READER, by=SYSTEM)


def test_no_mail_carries_markup_that_somebody_typed(writing: Opened, outbox_run: Callable[[], int], mailbox: Mailbox) -> None:
    with writing() as db:
        write_to_everybody(db)
    outbox_run()
    letters = mailbox.messages()
    assert len({str(letter["Subject"])[:20] for letter in letters}) >= 6
    for letter in letters:
        html = letter.get_body(("html",))
        assert html is not None
        assert taken_for_markup(html.get_content()) == [], letter["Subject"]
        assert not any("\n" in str(value) or "\r" in str(value) for value in letter.values())
    assert sum(MARK in str(letter.get_body(("html",)).get_content()) for letter in letters) >= 6  # type: ignore[union-attr]


def test_the_pieza_prints_what_was_typed(db: Session) -> None:
    event: Event = a_published_event(db, **CHANGES)
    said = rules.fields(the_view(db, event), office_view(db), ())
    printed = "".join(words(messages.page(said, rules.SHEET, {})).split())
    for typed in (f"<{MARK}onload=alert(1)>", "<script>alert(1)</script>", "{{7*7}}"):
        assert typed in printed
