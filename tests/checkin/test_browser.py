"""The door in a browser: a camera that sees our own QR, the same code held in view, its torch, no camera, no network, no scripts."""

import io
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import func, select, update

from eventos.adapters import qr
from eventos.checkin.models import Acceptance, Device, Scan
from tests.browser.camera import film
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand, shown, text_of, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe

pytestmark = pytest.mark.browser


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


# What the page sounds, in hertz.
LISTEN = """
window.notes = [];
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.notes.push(this.frequency.value); begin.call(this, at); };
"""


def test_a_code_typed_by_a_reader_is_answered_in_colour_words_and_sound(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE)
    stand.arrive(page)
    page.add_init_script(LISTEN)
    page.goto(stand.url)
    until(lambda: page.evaluate("document.documentElement.dataset.door") == "ready")  # before that the form answers with a page
    field = page.get_by_label("Código")
    for code, verdict, word, notes in (
        (stand.codes[1].replace(":", "Ñ").replace("/", "-"), "accepted", "Adelante", [880]),
        (stand.codes[1], "repeated", "Ya ingresó", [520, 520]),
        ("cualquier cosa", "unknown", "Desconocido", [190]),
    ):
        field.fill(code)
        field.press("Enter")
        until(lambda verdict=verdict: shown(page) == verdict)  # type: ignore[misc]
        assert page.locator("[data-door-word]").inner_text() == word
        assert page.evaluate("window.notes.splice(0)") == notes
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
    page.get_by_role("button", name="Verificar").click()
    assert page.get_by_label("Código").evaluate("one => one.validationMessage") == "Escriba o lea un código."
    page.get_by_label("Código").fill("cualquier cosa")
    page.get_by_role("button", name="Verificar").click()
    until(lambda: shown(page) == "unknown")


# A camera of the test's own, drawn by the page: `%s` is what it says it can do.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  setInterval(() => paper.fillRect(0, 0, Math.random() * 9, 9), 50);
  const stream = canvas.captureStream(10);
  const [track] = stream.getVideoTracks();
  track.getCapabilities = () => (%s);
  track.applyConstraints = async (wanted) => { window.asked = JSON.stringify(wanted); };
  return stream;
};
"""


def test_a_revoked_phone_that_shows_people_stops_showing_them(stand: Stand, chromium: Chromium, writing: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    stand.arrive(page)
    page.clock.install(time=OPEN)
    page.goto(f"{stand.url}/buscar")
    page.get_by_label("Nombre o documento").fill("aurora")
    page.get_by_role("button", name="Buscar").click()
    until(lambda: "Aurora Ejemplo" in text_of(page))
    page.clock.run_for(16_000)
    assert "Aurora Ejemplo" in text_of(page), "a phone that is in stays"
    with writing() as db:
        db.execute(update(Device).values(revoked_at=OPEN))
    page.clock.run_for(16_000)
    until(lambda: "no está vinculado" in text_of(page))


@pytest.mark.parametrize(("able", "has_torch"), [("{ torch: true }", True), ("{}", False)])
def test_the_torch_is_offered_where_the_camera_has_one(stand: Stand, chromium: Chromium, able: str, *, has_torch: bool) -> None:
    page = chromium.open(width=PHONE)
    stand.arrive(page)
    page.add_init_script(CAMERA % able)
    page.goto(stand.url)
    until(lambda: page.locator("[data-door-video]").is_visible())
    button = page.get_by_role("button", name="Linterna")
    assert button.is_visible() is has_torch
    if has_torch:
        button.click()
        until(lambda: button.get_attribute("aria-pressed") == "true")
        assert page.evaluate("window.asked") == '{"advanced":[{"torch":true}]}'
        assert axe(page) == []


def test_a_camera_that_was_not_allowed_says_what_to_do(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    stand.arrive(page)
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }")
    page.goto(stand.url)
    until(lambda: "no tiene permiso" in page.locator("[data-door-reason]").inner_text())


def test_without_scripts_everything_works_by_forms(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    stand.arrive(page)
    page.goto(stand.url)
    page.get_by_label("Código").fill(stand.codes[0])
    page.get_by_role("button", name="Verificar").click()
    until(lambda: page.get_by_role("heading", name="Adelante").is_visible())
    page.get_by_role("link", name="Buscar").click()
    page.get_by_label("Nombre o documento").fill("irene")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_text("Marcar", exact=False).first.click()
    page.get_by_role("button", name="Registrar su ingreso").click()
    until(lambda: page.get_by_text("Irene Ejemplo Guadual").is_visible())
    assert scans_of(looking) == (2, 2)


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
