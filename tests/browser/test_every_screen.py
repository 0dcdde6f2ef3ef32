"""Every page there is, on a phone and on a desk: it fits, axe and the HTML checker find nothing, and the browser does not complain."""

import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from eventos.kernel.http import Audience, entry_of
from tests.browser import hostile, privacy, scene
from tests.browser.office import Office
from tests.browser.scene import ADDRESSES, FIFTH, FORUM, Scene
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.judges import vnu
from tests.support.looks import faults_of
from tests.support.server import Server

# What answers a GET and is no page to look at, and why.
NOT_PAGES = {
    "agenda.agenda_feed": "a feed",
    "agenda.cycle_feed": "a feed",
    "agenda.event_calendar": "a file",
    "arrival.scanned": "its code lasts a minute: judged in tests/checkin",
    "call_receipt.annex": "a file",
    "call_receipt.flyer": "a file",
    "calls.annex": "a file",
    "calls.evidence_file": "a file",
    "calls.preview_mail": "a mail in a frame, compared in tests/calls with what is sent",
    "certificates.file": "a file",
    "checkin.count": "a fragment that grows by itself",
    "cycles.heading": "a fragment for the form of an event",
    "door_app.module": "a script",
    "door_app.shell": "a phone's page without anybody: judged in tests/checkin",
    "door_app.webmanifest": "a file",
    "door_app.worker": "a script",
    "event_files.public_file": "a file",
    "flyer.printed": "a file",
    "flyer.square": "a picture",
    "flyer.wide": "a picture",
    "description.openapi": "a file",
    "materials.file": "a file",
    "materials.page": "a picture",
    "my_registration.invitation": "a file",
    "my_registration.qr_image": "a picture",
    "publicity.file": "a file",
    "publicity.logo": "a picture",
    "registration_public.municipios": "JSON for the list of municipalities",
    "reports.file": "a file",
    "wordings.preview": "a mail in a frame, compared in tests/mailings with what is sent",
    "accounts_links.first_admin": "there before anybody administers: test_first_steps looks at it",
    "my_questions.invited_calendar": "a file",
}
# Answers that are pages all the same.
STATUS = {"/q/inventado": 404, "/verificar/0000-0000-0000-0000": 404}
KEY_PAGES = ("/", f"/eventos/{FORUM}", f"/eventos/{FORUM}/inscripcion", f"/escritorio/eventos/{FIFTH}/asistencia")
HOSTILE_PAGES = ("/", f"/eventos/{FIFTH}", f"/escritorio/eventos/{FIFTH}/editar", f"/escritorio/eventos/{FIFTH}/inscripciones")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Scene]]:
    """A server without worker, so that what waits goes on waiting, with something of everything."""
    folder: Path = tmp_path_factory.mktemp("screens")
    made = scene.prepare(folder)
    server = Server(folder, worker=False)
    yield Office(server, made.cookie), made
    server.stop()
    shutil.rmtree(folder)


def test_no_page_is_forgotten(app: Flask) -> None:
    """A new page needs a line in addresses.ADDRESSES."""
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and rule.endpoint != "static"
        and (entry := entry_of(app, rule.endpoint)) is not None
        and entry.audience not in {Audience.SERVICE, Audience.DEVICE, Audience.API}  # phones at the door are judged in tests/checkin
    }
    assert pages - set(NOT_PAGES) == set(ADDRESSES)


def open_page(office: Office, chromium: Chromium, path: str) -> Page:
    """Staff pages as the administrator; the others as anybody."""
    return office.desk(chromium, width=PHONE) if path.startswith("/escritorio") else chromium.open(width=PHONE)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_page_fits_and_the_judges_find_nothing(seen: tuple[Office, Scene], chromium: Chromium) -> None:
    office, made = seen
    staff, visitor = office.desk(chromium, width=PHONE, keeps=True), chromium.open(width=PHONE, keeps=True)
    faults: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for endpoint, addresses in made.addresses.items():
        for number, address in enumerate(addresses):
            page = staff if address.startswith("/escritorio") else visitor
            answer = office.at(page, address, status=STATUS.get(address, 200))
            sources[f"{endpoint} {address[:60]}"] = answer.text()
            # Another state of the same page differs on a desk as it does on a phone: only its width is looked at there.
            faults[f"{endpoint} {address}"] = faults_of(page, PHONE) + faults_of(page, DESKTOP, judged=number == 0)
    assert {name: found for name, found in faults.items() if found} == {}
    assert vnu(sources) == []
    assert chromium.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("path", KEY_PAGES)
def test_high_contrast_is_readable(seen: tuple[Office, Scene], chromium: Chromium, path: str) -> None:
    office, _made = seen
    page = open_page(office, chromium, path)
    office.at(page, path)
    page.get_by_role("button", name="alto contraste").click()
    assert page.locator("html").get_attribute("data-contrast") == "high"
    assert faults_of(page, PHONE) == []
    office.at(page, path)
    assert page.locator("html").get_attribute("data-contrast") == "high", "the choice is kept"


@pytest.mark.slow
@pytest.mark.parametrize("path", KEY_PAGES)
def test_twice_as_large_fits(seen: tuple[Office, Scene], chromium: Chromium, path: str) -> None:
    """At 200 % a window of 1280 px has 640 px to write in (WCAG 1.4.4); with the largest letters of our own bar, a phone has 360."""
    office, _made = seen
    page = open_page(office, chromium, path)
    office.at(page, path)
    assert faults_of(page, DESKTOP // 2) == []
    before = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    for _step in range(2):
        page.get_by_role("button", name="Aumentar letra").click()
    assert page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") > before * 1.2
    assert faults_of(page, PHONE) == []


# Whose own page it is, and who verifies a constancia, reads a name; one's own phone can be corrected.
PERSONAL_PAGES = {
    "my_registration.show": {"name"},
    "my_registration.data": {"phone"},
    "my_registration.confirm": {"phone"},
    "own_arrival.show": {"name"},
    "certificates.mine": {"name"},
    "verify.answer": {"name"},
}


def test_what_is_personal_is_noticed_however_it_is_written() -> None:
    people = [{"document": "41000001", "mail": "luz@aguadas.example", "phone": "+573000000000", "name": "Luz Ensayo Guayacán"}]
    assert privacy.shown(people, "CC 41.000.001, luz@aguadas.example, 300 000 0000, Luz Ensayo Guayacán") == set(people[0])
    assert privacy.shown(people, "CC ···001, l···@aguadas.example, ···00, Luz E.") == set()


@pytest.mark.slow
def test_no_page_tells_a_document_a_mail_or_a_phone_without_being_asked(seen: tuple[Office, Scene], chromium: Chromium) -> None:
    """Staff pages name people and mask the rest; everybody else's name nobody but their reader."""
    office, made = seen
    people = privacy.people_in(office.server.data_dir)
    assert len(people) > 100
    page = office.desk(chromium, width=DESKTOP)
    told = {}
    for endpoint, addresses in made.addresses.items():
        allowed = {"name"} if addresses[0].startswith("/escritorio") else PERSONAL_PAGES.get(endpoint, set())
        for address in addresses:
            if too_much := privacy.shown(people, page.request.get(office.url + address).text()) - allowed:
                told[f"{endpoint} {address}"] = too_much
    for file in (f"/eventos/{FORUM}/evento.ics", "/municipios.json?q=rio"):
        assert privacy.shown(people, page.request.get(office.url + file).text()) == set(), file
    assert told == {}


def test_markup_is_noticed_when_a_page_takes_it_for_its_own() -> None:
    assert hostile.taken_for_markup(f"<p>{escape(hostile.PAYLOAD)}</p>") == []
    assert len(hostile.taken_for_markup(f"<p>{hostile.PAYLOAD}</p>")) == 2
    assert hostile.taken_for_markup(f'<script type="application/ld+json">{{"name": "{hostile.PAYLOAD}"}}</script>') != []


@pytest.mark.slow
def test_what_somebody_typed_is_text_on_every_page(seen: tuple[Office, Scene], chromium: Chromium) -> None:
    """Last of this module, for it spoils the scene."""
    office, made = seen
    hostile.spoil(office.server.data_dir)
    staff, visitor = office.desk(chromium, width=DESKTOP), chromium.open(width=DESKTOP)
    shown, wrong = 0, []
    for endpoint, addresses in made.addresses.items():
        for address in addresses:
            page = staff if address.startswith("/escritorio") else visitor
            answer = page.request.get(office.url + address)
            wrong += [f"{endpoint} {address}: {each}" for each in hostile.taken_for_markup(answer.text())]
            wrong += [f"{endpoint} {address}: {answer.status}"] * (answer.status >= 500)
            shown += hostile.MARK in answer.text()
    assert wrong == []
    assert shown > 40, "most pages show what somebody typed"
    for page in (staff, visitor):
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
    for address in HOSTILE_PAGES:
        office.at(staff if address.startswith("/escritorio") else visitor, address)
    assert wrong == []
    assert chromium.faults == [], "nothing ran, and the policy had nothing to stop"
