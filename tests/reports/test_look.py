"""The pages of the informe and of the backups before axe and the HTML checker, at 360 and 1280 px."""

from collections.abc import Callable

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
from tests.support.browser import PHONE, Chromium
from tests.support.judges import vnu
from tests.support.looks import look_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_each_page_pleases_its_judges(chromium: Chromium, inside: str, writing: Opened, outbox_run: Callable[[], int]) -> None:
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
    pages = (url, f"{url}/palabras", f"/escritorio/informes/{asked}", "/escritorio/copias")
    page = chromium.open(width=PHONE, keeps=True, signed_in=(inside, cookie))
    assert look_at(page, inside, pages) == {}
    waiting = page.request.get(inside + pages[2]).text()
    outbox_run()
    assert look_at(page, inside, pages[2:3]) == {}
    seen = {path: page.request.get(inside + path).text() for path in pages}
    assert waiting != seen[pages[2]]
    assert vnu(seen | {"waiting": waiting}) == []
