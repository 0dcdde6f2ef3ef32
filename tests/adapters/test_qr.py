"""The QR codes, read back by zxing-cpp, which had no part in drawing them."""

import random
import re
import string
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from eventos.adapters import qr
from tests.support.browser import ARGUMENTS, find_chromium

SVG = "{http://www.w3.org/2000/svg}"
LONGEST = "https://eventos.entidad-publica.example/q/" + "Az09" * 29 + "xy"
TEXTS = ["https://e.example/q/abc", "https://eventos.entidad.example/eventos/quinta-asistencia-tecnica", LONGEST]


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)]


def drawn(svg: str, scale: int = 4) -> Image.Image:
    """Paint the paths as a browser would, from nothing but the markup."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * scale, side * scale), 128)
    pen = ImageDraw.Draw(image)
    for path in root.iter(f"{SVG}path"):
        marks = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path.attrib["d"])
        assert marks
        for x, y, width, height in (tuple(int(number) for number in mark) for mark in marks):
            corner = ((x + width) * scale - 1, (y + height) * scale - 1)
            pen.rectangle(((x * scale, y * scale), corner), fill=255 if path.attrib["fill"] == "#fff" else 0)
    return image


@pytest.mark.parametrize("text", TEXTS)
def test_png_reads_back_as_the_same_text(text: str) -> None:
    assert read(Image.open(BytesIO(qr.png(text, scale=4)))) == [text]


@pytest.mark.parametrize("text", TEXTS)
def test_svg_reads_back_as_the_same_text(text: str) -> None:
    assert read(drawn(qr.svg(text, title="Código QR"))) == [text]


def test_fixed_mask_reads_for_many_different_tickets() -> None:
    chance = random.Random(7)
    for length in (22, 43, 113):
        for _ in range(15):
            text = "https://eventos.entidad.example/q/" + "".join(chance.choices(string.ascii_letters + string.digits, k=length))
            assert read(Image.open(BytesIO(qr.png(text, scale=3)))) == [text]


def test_error_correction_is_m_and_the_quiet_zone_has_four_modules() -> None:
    image = Image.open(BytesIO(qr.png(TEXTS[1], scale=2)))
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    assert found.ec_level == "M"
    border = qr.QUIET_ZONE * 2
    assert image.convert("L").crop((0, 0, image.width, border)).getextrema() == (255, 255)
    assert image.convert("L").crop((0, 0, border, image.height)).getextrema() == (255, 255)
    assert image.getpixel((border, border)) == 0


def test_svg_has_a_title_a_role_and_nothing_a_strict_policy_would_block() -> None:
    svg = qr.svg(TEXTS[0], title='Su código <b> & "QR"')
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == 'Su código <b> & "QR"'
    assert "style" not in svg
    assert "id=" not in svg
    assert svg.__html__() == svg, "templates print it without being told that it is safe"


@pytest.mark.parametrize("text", ["", "https://e.example/niñez", "https://e.example/\n", "x" * 161])
def test_text_that_phones_could_not_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        qr.svg(text, title="Código QR")
    with pytest.raises(ValueError):
        qr.png(text, scale=4)


def test_png_needs_a_whole_pixel_per_module() -> None:
    with pytest.raises(ValueError):
        qr.png(TEXTS[0], scale=0)


def test_fixed_mask_is_several_times_faster_than_choosing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def cost() -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            qr.svg(LONGEST, title="Código QR")
            times.append(time.process_time() - start)
        return min(times)

    fixed = cost()
    monkeypatch.setattr(qr, "_MASK", None)
    assert cost() > 2 * fixed


@pytest.mark.browser
@pytest.mark.slow
def test_svg_reads_from_a_phone_screen_in_dark_mode_under_a_strict_policy(tmp_path: Path) -> None:
    page_file = tmp_path / "qr.html"
    (tmp_path / "qr.css").write_text("body{background:#000;color-scheme:dark} svg{width:240px;display:block}")
    policy = "default-src 'none'; style-src file:"
    page_file.write_text(
        f'<!doctype html><html lang="es"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<link rel="stylesheet" href="qr.css"></head><body>{qr.svg(LONGEST, title="Su código QR")}</body></html>'
    )
    # In a thread of its own: the browser that other tests of this run share holds the loop of this one.
    with ThreadPoolExecutor(1) as elsewhere:
        named, shot = elsewhere.submit(_shown_in_the_dark, page_file).result()
    assert named == 1
    assert read(Image.open(BytesIO(shot))) == [LONGEST]


def _shown_in_the_dark(page_file: Path) -> tuple[int, bytes]:
    """How many images of the right name a phone in dark mode shows, and what it looks like."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 400}, device_scale_factor=2, color_scheme="dark")
        page.goto(page_file.as_uri())
        named = page.get_by_role("img", name="Su código QR").count()
        shot = page.screenshot()
        browser.close()
    return named, shot
