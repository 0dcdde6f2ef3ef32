"""The pages of actas and constancias before axe, at 360 and 1280 px; nothing scrolls sideways."""

from collections.abc import Callable

import pytest

from eventos.accounts import service as accounts
from eventos.certificates import queries, service
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import StaffRole
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.attendance.factories import a_held_event, register, the_114
from tests.certificates.factories import a_closed_event, close, decide
from tests.conftest import Opened
from tests.support.browser import Chromium
from tests.support.looks import look_round

Run = Callable[[], int]


@pytest.mark.slow
def test_axe_finds_nothing_and_nothing_scrolls_sideways(inside: str, chromium: Chromium, writing: Opened, outbox_run: Run) -> None:
    with writing() as db:
        cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
        event, people = a_closed_event(db)
        service.issue_all(db, event.id, by=SYSTEM, now=clock.now())
        codes = [queries.live_of_event(db, event.id)[one.id].code for one in people[:2]]
        service.revoke(db, event.id, codes[1], reason="El nombre tenía un error", by=SYSTEM, now=clock.now())
        links = [f"/i/{tickets.link_of(one)}/constancia" for one in people]
        desk = f"/escritorio/eventos/{event.slug}"
        open_event = a_held_event(db, number=4)
        register(db, open_event, the_114())
    outbox_run()
    with writing() as db:
        service.ask_badges(db, event.id, by=SYSTEM, now=clock.now())
        decide(db, event, people[:1], attended=False)
        close(db, event, version=1)
        decide(db, event, people[2:], attended=True)
        sheet = queries.last_sheet(db, event.id)
        assert sheet is not None
        badges = f"/escritorio/escarapelas/{sheet.public_id}"
    other = f"/escritorio/eventos/{open_event.slug}"
    public = ["/verificar", f"/verificar/{codes[0]}", f"/verificar/{codes[1]}", *links]
    staff = [f"{desk}/constancias", f"{desk}/constancias/{codes[0]}/revocar", badges, f"{desk}/asistencia", f"{desk}/asistencia/actas"]
    staff += [f"{other}/asistencia", f"{other}/asistencia/actas", f"{other}/constancias"]
    assert look_round(chromium, inside, public=public, desk=staff, cookie=cookie) == {}
