"""The screen of the door: rooms and ways, questions, readers that act as a keyboard, warnings, and what the app is served as."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select

from eventos.checkin.models import DoorRoom, Scan
from eventos.checkin.rules import Entries, Rule
from eventos.cycles.models import Event
from eventos.kernel.audit import SYSTEM
from eventos.registration.rules_questions import QuestionKind, SaveQuestion
from eventos.registration.service import questions
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand, prepare, read, shown, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe


def room(writing: Opened, stand: Stand, key: str = "", name: str = "Entrada", **said: Any) -> None:
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        db.add(DoorRoom(event_id=event.id, key=key, name=name, rule=Rule(**said).kept(), position=len(key), updated_at=OPEN))


def alerts(page: Page) -> str:
    return page.locator("[data-door-alerts]").inner_text() if page.locator("[data-door-alerts]").is_visible() else ""


def word(page: Page) -> str:
    return page.locator("[data-door-word]").inner_text()


@pytest.mark.browser
def test_each_room_counts_by_itself_and_people_leave_where_the_rule_says_so(
    stand: Stand, chromium: Chromium, writing: Opened, looking: Opened
) -> None:
    room(writing, stand)
    room(writing, stand, "taller", "Taller de datos", exits=True, entries=Entries.AFTER_EXIT)
    page = chromium.open(width=PHONE)
    prepare(page, stand)
    assert not page.get_by_role("button", name="Sale").is_visible(), "the event's own door has no exits"
    read(page, stand.codes[0])
    until(lambda: word(page) == "Adelante")
    page.get_by_label("Sala").select_option(label="Taller de datos")
    steps = [("Entra", "Adelante"), ("Sale", "Salió"), ("Sale", "Ya había salido"), ("Entra", "Adelante"), ("Entra", "Ya ingresó")]
    for way, says in steps:
        page.get_by_role("button", name=way, exact=True).click()
        read(page, stand.codes[0])
        until(lambda says=says: word(page) == says)  # type: ignore[misc]
    assert axe(page) == []
    with looking() as db:
        rows = [(one.room, one.direction, one.verdict) for one in db.scalars(select(Scan).order_by(Scan.id))]
    assert rows == [
        ("", "in", "accepted"),
        ("taller", "in", "accepted"),
        ("taller", "out", "accepted"),
        ("taller", "out", "repeated"),
        ("taller", "in", "accepted"),
        ("taller", "in", "repeated"),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("signal", [True, False])
def test_what_the_organiser_asks_is_answered_at_the_door(
    stand: Stand, chromium: Chromium, writing: Opened, looking: Opened, *, signal: bool
) -> None:
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        key = questions.add_question(db, event.id, SaveQuestion(QuestionKind.YES_NO, "¿Trae vehículo?", required=True), by=SYSTEM, now=OPEN)
    room(writing, stand, asks=(key,))
    page = chromium.open(width=PHONE, strict=signal)
    prepare(page, stand)
    page.context.set_offline(not signal)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "needs_answer")
    assert page.get_by_role("group", name="¿Trae vehículo?").is_visible()
    assert axe(page) == []
    page.get_by_label("Sí").check()
    page.get_by_role("button", name="Responder y leer otra vez").click()
    until(lambda: shown(page) == "accepted")
    page.context.set_offline(False)

    def verdicts() -> list[str]:
        with looking() as db:
            return list(db.scalars(select(Scan.verdict).order_by(Scan.id)))

    until(lambda: verdicts() == ["needs_answer", "accepted"])


@pytest.mark.browser
def test_a_reader_types_wherever_the_page_is_and_the_last_answer_is_the_one_that_stays(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    prepare(page, stand)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type(stand.codes[0].replace(":", "Ñ").replace("/", "-"))
    page.keyboard.press("Enter")
    until(lambda: shown(page) == "accepted")
    for code in (stand.codes[1], stand.codes[0], "cualquier cosa"):  # with no pause between them
        page.evaluate("document.activeElement.blur()")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    until(lambda: shown(page) == "unknown")
    assert page.locator(".verdict:visible").count() == 1
    assert page.locator("dialog, [role=dialog], [role=alertdialog]").count() == 0
    page.get_by_role("button", name="Lecturas").click()
    assert page.locator("[data-door-list] > li").count() == 4
    assert axe(page) == []


@pytest.mark.browser
def test_a_wrong_clock_little_space_and_an_old_list_are_said(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, strict=False)
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 60e6, usage: window.full ? 50e6 : 1e6 })")
    prepare(page, stand)
    assert alerts(page) == "", "a phone in order says nothing"
    page.evaluate("window.full = true")
    page.clock.set_fixed_time(OPEN + timedelta(minutes=41))
    page.context.set_offline(True)
    until(lambda: "La lista de inscritos tiene 41 min" in alerts(page))
    assert "Queda poco espacio" in alerts(page)
    page.context.set_offline(False)
    read(page, stand.codes[0])
    until(lambda: "El reloj de este teléfono está 41 min adelantado" in alerts(page))
    assert axe(page) == []
    page.get_by_role("button", name="Pleno sol").click()
    assert page.locator("html").get_attribute("data-contrast") == "high"
    assert axe(page) == []


def test_the_app_is_served_without_anybody_and_of_one_version(client: FlaskClient) -> None:
    worker = client.get("/acreditacion/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/acreditacion"
    told = worker.text
    shell = told.split('"shell": "')[1].split('"')[0]
    page = client.get(shell)
    assert page.status_code == 200
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    assert "csrf_token" not in page.text
    for path in [shell, *(part for part in told.split('"') if part.startswith(("/static/", "/acreditacion/app/")))]:
        with client.get(path) as file:
            assert file.status_code == 200, path
    release = shell.split("/")[3]
    assert client.get(shell.replace(release, "0" * 16)).status_code == 404
    assert client.get(f"/acreditacion/app/{release}/nada.js").status_code == 404


def test_it_can_be_put_among_the_apps_of_the_phone(client: FlaskClient) -> None:
    manifest = client.get("/acreditacion/app.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    told = manifest.get_json(force=True)
    assert (told["start_url"], told["scope"], told["display"]) == ("/acreditacion", "/acreditacion", "standalone")
    for icon in told["icons"]:
        with client.get(icon["src"]) as file:
            picture = Image.open(io.BytesIO(file.data))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert {icon["sizes"] for icon in told["icons"]} >= {"192x192", "512x512"}
