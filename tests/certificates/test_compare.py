"""The PDF somebody was given, compared in their browser with the file that was issued: one byte changed and the page says no."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from eventos.adapters import storage
from eventos.certificates import queries, service
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from tests.certificates.factories import a_closed_event
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.fixtures import Serve


@pytest.mark.slow
def test_changed_file_is_told_from_the_issued_one_and_never_sent(
    serve: Serve, chromium: Chromium, writing: Opened, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    server = serve(worker=False)
    with writing() as db:
        event, people = a_closed_event(db, came=1)
        service.issue_all(db, event.id, by=SYSTEM, now=clock.now())
    outbox_run()
    with looking() as db:
        issued = queries.of_registration(db, people[0].id)
    assert issued is not None
    assert issued.file_sha256 is not None
    content = storage.shelf().read(issued.file_sha256)
    page = chromium.open(width=PHONE)
    page.goto(f"{server.url}/verificar/{issued.code}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" or "sha" in request.url else None)
    for changed, said in ((content, "Es el mismo archivo."), (content[:-9] + b"\x00" + content[-8:], "No es el archivo que se expidió.")):
        page.set_input_files("#pdf", {"name": "constancia.pdf", "mimeType": "application/pdf", "buffer": changed})
        expect(page.get_by_text(said)).to_be_visible()
        assert page.locator("[data-compare-answer]:visible").count() == 1
    assert sent == []
