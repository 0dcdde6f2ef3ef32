"""What the camera of a cheap phone sees at a door: a code held askew, out of focus, and on the dim screen of another phone."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Page
from sqlalchemy import select

from eventos.adapters import qr
from eventos.checkin.models import Scan
from eventos.cycles.models import Event
from tests.browser.camera import reel
from tests.checkin.factories import code_of
from tests.checkin.stand import Stand, until
from tests.conftest import Opened
from tests.registration.factories import a_registration
from tests.support.browser import PHONE, Chromium

pytestmark = pytest.mark.browser
GREY = (120, 120, 120)


def _of(code: str) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(code, scale=6))).convert("RGB")


def askew(code: str) -> Image.Image:
    return _of(code).rotate(33, expand=True, fillcolor=GREY, resample=Image.Resampling.BICUBIC)


def blurred(code: str) -> Image.Image:
    return _of(code).filter(ImageFilter.GaussianBlur(3))


def dim(code: str) -> Image.Image:
    """On a phone whose screen is nearly out, in a dark hall."""
    shown = _of(code).point(lambda light: 6 + light // 5)
    dark = Image.new("RGB", (shown.width * 3 // 2, shown.height * 3 // 2), (4, 4, 8))
    dark.paste(shown, (shown.width // 4, shown.height // 4))
    return dark


@pytest.fixture
def page(stand: Stand, whole_browser: Chromium, writing: Opened, tmp_path: Path) -> Iterator[Page]:
    """A browser whose camera sees three people's codes, one after another, with nothing between them."""
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        third = code_of(a_registration(db, event, given_names="Lucio", family_names="Ejemplo Sauces"))
    nothing = Image.new("RGB", (64, 48), GREY)
    scenes = [askew(stand.codes[0]), nothing, blurred(stand.codes[1]), nothing, dim(third), nothing]
    video = reel(scenes, tmp_path / "camara.y4m")
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}")
    browser = whole_browser.another(*fake)
    page = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="es-CO", timezone_id="America/Bogota").new_page()
    stand.arrive(page)
    yield page
    browser.close()


def test_the_camera_reads_codes_askew_blurred_and_on_a_dim_screen(page: Page, stand: Stand, looking: Opened) -> None:
    def entered() -> set[int | None]:
        with looking() as db:
            return set(db.scalars(select(Scan.registration_id).where(Scan.verdict == "accepted")))

    page.goto(stand.url)
    until(lambda: len(entered()) == 3)
