"""The door in a browser: a camera that sees our own QR, the same code held in view, no camera, no network, and the judges' view."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Error, Page
from sqlalchemy import func, select, update

from eventos.adapters import qr
from eventos.checkin.models import Acceptance, Device, Scan
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff
from tests.browser.camera import film
from tests.checkin.factories import OPEN, a_bearer, code_of
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.inside import answering
from tests.support.judges import axe, vnu

pytestmark = pytest.mark.browser


@dataclass
class Stand:
    """The application on a real port, a phone's cookie for it, and two people's codes."""

    address: str
    slug: str
    bearer: str
    codes: list[str]
    staff_cookie: str

    @property
    def url(self) -> str:
        return f"{self.address}/puerta/{self.slug}"

    def arrive(self, page: Page) -> None:
        page.clock.set_fixed_time(OPEN)
        page.context.add_cookies(
            [{"name": "eventos-puerta", "value": self.bearer, "domain": "127.0.0.1", "path": "/puerta", "httpOnly": True}]
        )


@pytest.fixture
def stand(app: Flask, writing: Opened) -> Iterator[Stand]:
    from eventos.accounts import service as accounts

    with clock.freeze(OPEN):
        with writing() as db:
            event = a_published_event(db)
            people = [a_registration(db, event, given_names=name, family_names="Ejemplo Guadual") for name in ("Aurora", "Irene")]
            staff = a_staff(db, role=StaffRole.ADMINISTRATOR)
            bearer = a_bearer(db, event, staff=staff)
            cookie = accounts.start_session(db, staff.id, now=OPEN)
            codes = [code_of(one) for one in people]
        app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
        with answering(app) as address:
            yield Stand(address, event.slug, bearer, codes, cookie)


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it never became true"
        sleep(0.05)


@pytest.fixture
def with_camera(stand: Stand, whole_browser: Chromium, tmp_path: Path) -> Iterator[Page]:
    """A browser whose camera sees the QR of the first person, as our own code draws it."""
    video = film(Image.open(io.BytesIO(qr.png(stand.codes[0], scale=6))), tmp_path / "camara.y4m")
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}")
    faults: list[str] = []
    browser = whole_browser.another(*fake)
    page = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-CO", timezone_id="America/Bogota").new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: faults.append(request.url) if not request.url.startswith(stand.address) else None)
    stand.arrive(page)
    yield page
    browser.close()
    assert faults == []


def shown(page: Page) -> str:
    """The verdict on the screen, or ""."""
    box = page.locator("[data-door-verdict]")
    return (box.get_attribute("data-verdict") or "") if box.is_visible() else ""


def text_of(page: Page) -> str:
    """What the page says, or "" while it is being replaced by another."""
    try:
        return page.content()
    except Error:
        return ""


def scans_of(looking: Opened) -> tuple[int, int]:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Scan)) or 0, db.scalar(select(func.count()).select_from(Acceptance)) or 0


def test_the_camera_reads_our_qr_and_the_code_held_in_view_is_one_scan(with_camera: Page, stand: Stand, looking: Opened) -> None:
    page = with_camera
    page.goto(stand.url)
    until(lambda: shown(page) == "accepted")
    assert page.locator("[data-door-word]").inner_text() == "Adelante"
    assert page.locator("[data-door-name]").inner_text() == "Aurora Ejemplo Guadual"
    assert page.locator("[data-door-accepted]").inner_text() in {"0", "1"}
    until(lambda: page.locator("[data-door-view]").is_visible())  # it goes back to the camera by itself
    sleep(1.5)
    assert scans_of(looking) == (1, 1)
    until(lambda: page.locator("[data-door-accepted]").inner_text() == "1")
    assert page.locator("[data-door-video]").is_visible()


def test_a_code_typed_by_a_reader_is_answered_in_colour_and_words(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE)
    stand.arrive(page)
    page.goto(stand.url)
    field = page.get_by_label("Código")
    for code, verdict, word in (
        (stand.codes[1].replace(":", "Ñ").replace("/", "-"), "accepted", "Adelante"),
        (stand.codes[1], "repeated", "Ya ingresó"),
        ("cualquier cosa", "unknown", "Desconocido"),
    ):
        field.fill(code)
        field.press("Enter")
        until(lambda verdict=verdict: shown(page) == verdict)  # type: ignore[misc]
        assert page.locator("[data-door-word]").inner_text() == word
        assert axe(page) == []
    page.get_by_role("button", name="Siguiente").click()
    assert shown(page) == ""
    field.fill(stand.codes[0])
    field.press("Enter")
    until(lambda: shown(page) == "accepted")
    page.get_by_role("button", name="Deshacer").click()
    until(lambda: "Deshecho" in text_of(page))
    assert scans_of(looking)[1] == 1


def test_without_a_camera_the_page_says_why_and_codes_are_typed(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    stand.arrive(page)
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")  # as on an origin without TLS
    page.goto(stand.url)
    until(lambda: "no es segura (https)" in page.locator("[data-door-reason]").inner_text())
    assert page.get_by_label("Código").is_visible()


def test_without_scripts_everything_works_by_forms(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    stand.arrive(page)
    page.goto(stand.url)
    page.get_by_label("Código").fill(stand.codes[0])
    page.get_by_role("button", name="Verificar").click()
    assert page.get_by_role("heading", name="Adelante").is_visible()
    page.get_by_role("link", name="Buscar").click()
    page.get_by_label("Nombre o documento").fill("irene")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_text("Marcar", exact=False).first.click()
    page.get_by_role("button", name="Registrar su ingreso").click()
    assert page.get_by_text("Irene Ejemplo Guadual").is_visible()
    assert scans_of(looking) == (2, 2)


def test_what_cannot_be_sent_waits_and_is_sent_once(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    stand.arrive(page)
    page.goto(stand.url)
    page.context.set_offline(True)
    page.get_by_label("Código").fill(stand.codes[0])
    page.get_by_label("Código").press("Enter")
    until(lambda: "Sin señal: 1 por enviar" in page.locator("[data-door-line]").inner_text())
    page.context.set_offline(False)
    until(lambda: shown(page) == "accepted")
    assert scans_of(looking) == (1, 1)


def test_a_revoked_phone_shows_nothing_more(stand: Stand, chromium: Chromium, writing: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    stand.arrive(page)
    page.goto(stand.url)
    with writing() as db:
        db.execute(update(Device).values(revoked_at=OPEN))
    page.get_by_label("Código").fill(stand.codes[0])
    page.get_by_label("Código").press("Enter")
    until(lambda: "no está vinculado" in text_of(page))
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert [cookie["name"] for cookie in page.context.cookies()] == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_pages_satisfy_the_judges(stand: Stand, chromium: Chromium, width: int) -> None:
    page = chromium.open(width=width, signed_in=(stand.address, stand.staff_cookie))
    stand.arrive(page)
    pages, faults = {}, []
    desk = f"{stand.address}/escritorio/eventos/{stand.slug}/puerta"
    for path in (stand.url, f"{stand.url}/buscar", f"{stand.url}/inscribir", desk):
        answer = page.goto(path)
        assert answer is not None
        pages[path] = answer.text()
        faults += [f"{path}: {fault}" for fault in axe(page)]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    page.goto(f"{stand.url}/buscar")
    page.get_by_label("Nombre o documento").fill("guadual")
    page.get_by_role("button", name="Buscar").click()
    until(lambda: "Aurora" in text_of(page))
    pages["found"] = page.content()
    faults += [f"found: {fault}" for fault in axe(page)]
    page.goto(desk)
    page.get_by_label("Nombre del teléfono").fill("Puerta lateral")
    page.get_by_role("button", name="Crear el vínculo").click()
    until(lambda: "Abra este vínculo" in text_of(page))
    link = re.search(r"/puerta/vincular/[\w-]+", page.content())
    assert link is not None
    faults += [f"made: {fault}" for fault in axe(page)]
    pages["link"] = page.goto(stand.address + link.group()).text()  # type: ignore[union-attr]
    faults += [f"link: {fault}" for fault in axe(page)]
    assert faults == []
    faults = vnu(pages)
    assert faults == [], "\n".join(faults)
