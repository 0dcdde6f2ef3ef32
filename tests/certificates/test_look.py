"""The pages of actas and constancias before axe, at 360 and 1280 px; nothing scrolls sideways."""

import os
from collections.abc import Callable
from pathlib import Path

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
from tests.support import judges
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.fixtures import Serve

Run = Callable[[], int]


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    serve: Serve, chromium: Chromium, writing: Opened, outbox_run: Run, width: int
) -> None:
    server = serve(worker=False)
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
    page = chromium.open(width=width)
    found: dict[str, list[str]] = {}
    for number, path in enumerate([*public, *staff]):
        if path == staff[0]:
            page.context.add_cookies([{"name": "eventos", "value": cookie, "url": server.url}])
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[path] = judges.axe(page) + ([f"{sideways} px too wide"] if sideways > 0 else [])
        if folder := os.environ.get("EVENTOS_TEST_PICTURES"):
            page.screenshot(path=Path(folder) / f"{number:02d}-{width}.png", full_page=True)
    assert {path: faults for path, faults in found.items() if faults} == {}
