"""The mails of a call as a phone shows them, and as the HTML checker reads them."""

import pytest

from eventos.kernel.audit import SYSTEM
from tests.calls.conftest import Desk, Run
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import vnu
from tests.support.smtp import Mailbox

# A fragment for mail programs: they need attributes that a page would not use.
FOR_MAIL_PROGRAMS = ("element is obsolete", "“color-scheme”")


@pytest.mark.slow
def test_each_mail_of_a_call_fits_a_phone(
    desk: Desk, links: list[str], writing: Opened, outbox_run: Run, mailbox: Mailbox, chromium: Chromium
) -> None:
    from eventos.cycles import service as cycles
    from eventos.cycles.models import Event
    from eventos.kernel import clock

    assert links
    with writing() as db:
        cycles.cancel(db, db.get_one(Event, desk.event_id), reason="El auditorio se inundó.", by=SYSTEM, now=clock.now())
    outbox_run()
    page = chromium.open(width=PHONE)
    seen = set()
    sources = {}
    for message in mailbox.messages():
        html = message.get_body(("html",)).get_content()
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, message["Subject"]
        sources[str(message["Subject"])] = html
        seen.add(str(message["Subject"]).partition(":")[0])
    assert seen == {"Convocatoria", "Evento cancelado"}
    assert [fault for fault in vnu(sources) if not any(words in fault for words in FOR_MAIL_PROGRAMS)] == []
