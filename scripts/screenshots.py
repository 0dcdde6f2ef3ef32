"""Takes a picture of every page, on a phone and on a desk, into build/screens/, and those of the README and the guide into docs/img/."""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PIL import Image
from playwright.sync_api import FloatRect, Page

from tests.browser import scene
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.databases import ROOT
from tests.support.server import Server

Made = TypeVar("Made")
PICTURES = ROOT / "docs" / "img"
SCREENS = ROOT / "build" / "screens"
HEAVIEST = 200_000
MARGIN = 32
DESK = f"/escritorio/eventos/{scene.FIFTH}"
# The README's pictures: (name, address, width, the part to show or "" for what the window shows).
FOR_THE_README = (
    ("agenda", "/", DESKTOP, ""),
    ("escritorio", "/escritorio", DESKTOP, ""),
    ("asistencia", f"{DESK}/asistencia", DESKTOP, ""),
    ("municipios", f"{DESK}/asistencia", DESKTOP, "section[aria-labelledby=cobertura]"),
    ("informe", f"{DESK}/informe", DESKTOP, "section[aria-labelledby=dira]"),
    ("evento-movil", f"/eventos/{scene.FORUM}", PHONE, ""),
    ("inscripcion-movil", f"/eventos/{scene.FORUM}/inscripcion", PHONE, ""),
)

# The guide's, one or two for each of its pages.
FOR_THE_GUIDE = (
    ("guia-evento", f"{DESK}/editar", DESKTOP, ""),
    ("guia-pieza", f"{DESK}/pieza", DESKTOP, "section[aria-labelledby=version]"),
    ("guia-preguntas", f"{DESK}/preguntas", DESKTOP, "section[aria-labelledby=lista]"),
    ("guia-actas", f"{DESK}/asistencia/actas", DESKTOP, ""),
    ("guia-informe", f"{DESK}/informe", DESKTOP, ""),
)


def main() -> int:
    only = sys.argv[1:]
    chromium = Chromium()
    try:
        if not only:
            take_the_readmes(chromium)
        take_the_screens(chromium, only)
    finally:
        faults = chromium.close_pages()
        chromium.stop()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


@contextmanager
def serving(prepare: Callable[[Path], Made]) -> Iterator[tuple[str, Made]]:
    """A server on what `prepare` puts into a temporary folder: its address, and what `prepare` answered."""
    with tempfile.TemporaryDirectory() as folder:
        made = prepare(Path(folder))
        server = Server(Path(folder), worker=False)
        try:
            yield server.url, made
        finally:
            server.stop()


def take_the_readmes(chromium: Chromium) -> None:
    """The demonstration as it is loaded."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with serving(scene.load_demo) as (url, cookie):
        for name, address, width, part in FOR_THE_README + FOR_THE_GUIDE:
            take_for_the_readme(chromium.open(width=width, signed_in=(url, cookie)), url + address, name, part)
        take_the_door(chromium, url, cookie)


def take_the_door(chromium: Chromium, url: str, cookie: str) -> None:
    """A phone linked as a person links it, and what it shows of the workshop that begins now."""
    desk = chromium.open(signed_in=(url, cookie))
    settle(desk, f"{url}/escritorio/eventos/{scene.NOW}/puerta")
    desk.fill("input[name=name]", "Puerta principal")
    desk.get_by_role("button", name="Crear el vínculo").click()
    link = desk.locator("code.link-full").inner_text()
    phone = chromium.open(width=PHONE)
    settle(phone, link)
    phone.get_by_role("button", name="Vincular este teléfono").click()
    phone.wait_for_url("**/acreditacion/**")
    settle(phone, f"{url}/acreditacion/{scene.NOW}/buscar")
    phone.fill("main input[type=search]", "Violeta")
    phone.get_by_role("button", name="Buscar").click()
    phone.get_by_text("Resultados").wait_for()
    keep(phone, "guia-puerta", "")


def take_the_screens(chromium: Chromium, only: list[str]) -> None:
    """Every page, with something of everything; with arguments, only the endpoints that begin with one of them."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with serving(scene.prepare) as (url, seen):
        take_all(url, chromium, seen, only)
        if not only:
            take_the_informe(url, chromium, seen)


def take_all(url: str, chromium: Chromium, seen: scene.Scene, only: list[str]) -> None:
    """Every address of the scene, whole, at both widths."""
    for width in (PHONE, DESKTOP):
        page = chromium.open(width=width, signed_in=(url, seen.cookie))
        for endpoint, addresses in seen.addresses.items():
            if only and not endpoint.startswith(tuple(only)):
                continue
            for number, address in enumerate(addresses, 1):
                settle(page, url + address)
                page.screenshot(path=SCREENS / f"{endpoint}-{number}-{width}.png", full_page=True)
    print(f"build/screens/: {len(list(SCREENS.glob('*.png')))} imágenes")


def settle(page: Page, address: str) -> None:
    answer = page.goto(address)
    if answer is None or answer.status >= 500:
        raise SystemExit(f"{address}: {answer.status if answer else 'sin respuesta'}")
    page.evaluate("document.fonts.ready.then(() => true)")


def around(page: Page, part: str) -> FloatRect:
    """The place of a part of the page, with a margin."""
    box = page.locator(part).bounding_box()
    if box is None:
        raise SystemExit(f"{page.url} no muestra {part}")
    x, y = max(0, box["x"] - MARGIN), max(0, box["y"] - MARGIN)
    return {"x": x, "y": y, "width": box["width"] + 2 * MARGIN, "height": box["height"] + 2 * MARGIN}


def take_for_the_readme(page: Page, address: str, name: str, part: str) -> None:
    """One picture in 256 colours, which is a third of the bytes: of what the window shows, or of one part of the page."""
    settle(page, address)
    keep(page, name, part)


def keep(page: Page, name: str, part: str) -> None:
    """The picture of what a page shows now."""
    picture = page.screenshot(full_page=True, clip=around(page, part)) if part else page.screenshot()
    file = PICTURES / f"{name}.png"
    with Image.open(io.BytesIO(picture)) as taken:
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    if size > HEAVIEST:
        raise SystemExit(f"docs/img/{file.name} pesa {size} bytes: más de {HEAVIEST}")
    print(f"docs/img/{file.name}: {size // 1000} kB")


def take_the_informe(url: str, chromium: Chromium, seen: scene.Scene) -> None:
    """The informe in Word, page by page, when LibreOffice and poppler are here to draw it."""
    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        return
    page = chromium.open(signed_in=(url, seen.cookie))
    answer = page.request.get(f"{url}{seen.addresses['reports.report'][0]}/descargar")
    with tempfile.TemporaryDirectory() as folder:
        word = Path(folder) / "informe.docx"
        word.write_bytes(answer.body())
        profile = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(word)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        subprocess.run(["pdftoppm", "-r", "60", "-png", f"{folder}/informe.pdf", str(SCREENS / "informe-word")], check=True, timeout=60)


if __name__ == "__main__":
    sys.exit(main())
