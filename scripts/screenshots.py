"""Takes the pictures of the README again: a server with the demo in a temporary folder, a browser, one picture for each page."""

import io
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page

from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.databases import ROOT, environment, run_eventos
from tests.support.server import Server

PICTURES = ROOT / "docs" / "img"
MARGIN = 32
ADMIN = "administra@oficina.example"
# Pages of the office, by the name of their picture: where they are ({past}: the demo's fifth event) and the part to show ("": the top).
OFFICE_PAGES = {
    "escritorio": ("/escritorio", ""),
    "asistencia": ("{past}/asistencia", ""),
    "municipios": ("{past}/asistencia", "section[aria-labelledby=cobertura]"),
    "informe": ("{past}/informe", "section[aria-labelledby=dira]"),
}


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        run_eventos("migrate", data_dir=data_dir)
        run_eventos("demo", data_dir=data_dir)
        password = secrets.token_urlsafe(16)
        subprocess.run(
            [sys.executable, "-m", "eventos", "create-admin", "--email", ADMIN, "--name", "Administración de ejemplo"],
            cwd=ROOT,
            env=environment(data_dir=data_dir),
            input=f"{password}\n",
            text=True,
            check=True,
        )
        server, chromium = Server(data_dir), Chromium()
        try:
            take_all(server.url, chromium, password)
        finally:
            faults = chromium.close_pages()
            chromium.stop()
            server.stop()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def take_all(url: str, chromium: Chromium, password: str) -> None:
    """The agenda on a desk, the forum and its form on a phone, then the office's pages."""
    desk, phone = chromium.open(width=DESKTOP), chromium.open(width=PHONE)
    take(desk, f"{url}/", "agenda")
    event = first_link(desk, r"^/eventos/foro[^/]*$")
    take(phone, f"{url}{event}", "evento-movil")
    take(phone, f"{url}{event}/inscripcion", "inscripcion-movil")
    office = chromium.open(width=DESKTOP)
    office.goto(f"{url}/ingresar")
    office.locator("input[type=email]").fill(ADMIN)
    office.locator("input[type=password]").fill(password)
    office.locator("main form button[type=submit]").click()
    office.wait_for_url(re.compile(r"/escritorio"))
    office.goto(f"{url}/escritorio/eventos")
    past = next((address for address in links(office, r"^/escritorio/eventos/[^/]*quinta[^/]*$")), None)
    if past is None:
        raise SystemExit("la demostración no tiene el quinto evento")
    for name, (path, part) in OFFICE_PAGES.items():
        take(office, url + path.format(past=past), name, part=part)


def links(page: Page, pattern: str) -> list[str]:
    """The addresses of the links of a page that match, without their query."""
    found: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(a => new URL(a.href).pathname)")
    return [address for address in found if re.search(pattern, address)]


def first_link(page: Page, pattern: str) -> str:
    found = links(page, pattern)
    if not found:
        raise SystemExit(f"{page.url} no tiene un vínculo como {pattern}")
    return found[0]


def around(page: Page, part: str) -> FloatRect:
    """The place of a part of the page, with a margin."""
    box = page.locator(part).bounding_box()
    if box is None:
        raise SystemExit(f"{page.url} no muestra {part}")
    return {
        "x": max(0, box["x"] - MARGIN),
        "y": max(0, box["y"] - MARGIN),
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }


def take(page: Page, address: str, name: str, *, part: str = "") -> None:
    """One picture in 256 colours, which is a third of the bytes: of what the window shows, or of one part of the page."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address}: {answer.status if answer else 'sin respuesta'}")
    page.evaluate("document.fonts.ready.then(() => true)")
    picture = page.screenshot(full_page=True, clip=around(page, part)) if part else page.screenshot()
    with Image.open(io.BytesIO(picture)) as taken:
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
    print(f"docs/img/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
