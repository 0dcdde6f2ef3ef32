"""Takes the pictures of the README again: a server with the demo in a temporary folder, a browser, one picture for each page."""

import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.databases import ROOT, environment, run_eventos
from tests.support.server import Server

PICTURES = ROOT / "docs" / "img"
ADMIN = "administra@oficina.example"
# Pages of the office, by the name of their picture; {past} is where the office looks at the demo's fifth event.
OFFICE_PAGES = {
    "escritorio": "/escritorio",
    "evento-oficina": "{past}",
    "asistencia": "{past}/asistencia",
    "informe": "{past}/informe",
    "correos": "/escritorio/correos",
}


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
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
    """The public pages on a phone and on a desk, then the office's."""
    for width, size in ((PHONE, "movil"), (DESKTOP, "escritorio")):
        page = chromium.open(width=width)
        take(page, f"{url}/", f"agenda-{size}")
        event = first_link(page, r"^/eventos/[^/]+$")
        take(page, f"{url}{event}", f"evento-{size}")
        take(page, f"{url}{event}/inscripcion", f"inscripcion-{size}")
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
    for name, path in OFFICE_PAGES.items():
        take(office, url + path.format(past=past), name)


def links(page: Page, pattern: str) -> list[str]:
    """The addresses of the links of a page that match, without their query."""
    found: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(a => new URL(a.href).pathname)")
    return [address for address in found if re.search(pattern, address)]


def first_link(page: Page, pattern: str) -> str:
    found = links(page, pattern)
    if not found:
        raise SystemExit(f"{page.url} no tiene un vínculo como {pattern}")
    return found[0]


def take(page: Page, address: str, name: str) -> None:
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address}: {answer.status if answer else 'sin respuesta'}")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/img/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
