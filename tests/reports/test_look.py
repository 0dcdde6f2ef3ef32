"""The pages of the informe and of the backups before axe and the HTML checker, at 360 and 1280 px."""

import pytest

from eventos.accounts import service as accounts
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import StaffRole
from eventos.reports import service
from tests.accounts.factories import a_staff
from tests.attendance.factories import register, the_114
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.reports.pieces import a_flyer, a_question, close, some_slides
from tests.support import judges
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.fixtures import Serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_each_page_pleases_its_judges(chromium: Chromium, serve: Serve, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        register(db, event, the_114())
        a_flyer(db, event)
        some_slides(db, event)
        a_question(db, event, "¿Qué se publica?", answer="Todo.", answered_by="Luz Ficticia")
        close(db, event)
        url = f"/escritorio/eventos/{event.slug}/informe"
        asked = service.ask(db, event.id, format="pdf", by=SYSTEM, now=clock.now()).public_id
        cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
    server = serve()
    seen: dict[str, str] = {}
    for width in (PHONE, DESKTOP):
        page = chromium.open(width=width, signed_in=(server.url, cookie))
        for address in (url, f"{url}/palabras", f"/escritorio/informes/{asked}", "/escritorio/copias"):
            page.goto(server.url + address)
            seen[f"{address} {width}"] = page.content()
            assert judges.axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert judges.vnu(seen) == []
