"""An import in a browser, without and with scripts, each of its pages before axe and the HTML checker at 360 and 1280 px."""

from pathlib import Path

import pytest

from eventos.accounts import service as accounts
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.sheets import line, sheet
from tests.support import judges
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.fixtures import Serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.mark.parametrize(("width", "javascript"), [(PHONE, False), (DESKTOP, True)], ids=["phone without scripts", "desktop"])
def test_an_organiser_imports_a_sheet(
    width: int, javascript: bool, chromium: Chromium, serve: Serve, writing: Opened, tmp_path: Path
) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
        cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
    file = tmp_path / "inscritos.csv"
    file.write_bytes(sheet(line(1), line(2, Municipio="Riosucio"), line(3), line(3), line(4, Correo="sin arroba")))
    server = serve()
    page = chromium.open(width=width, javascript=javascript)
    page.context.add_cookies([{"name": "eventos", "value": cookie, "url": server.url}])
    seen: dict[str, str] = {}

    def look(name: str) -> None:
        seen[name] = page.content()
        if javascript:
            assert judges.axe(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth") if javascript else width
        assert wide <= width, f"{name}: {wide} px"

    page.goto(f"{server.url}/escritorio/eventos/{slug}/importar")
    look("file")
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Subir y elegir columnas").click()
    look("file kept")
    page.get_by_role("checkbox", name="La oficina tiene las autorizaciones").check()
    page.get_by_role("button", name="Subir y elegir columnas").click()
    look("columns")
    page.get_by_role("button", name="Revisar la lista").click()
    page.get_by_role("heading", name="5 filas en inscritos.csv").wait_for(timeout=20_000)
    look("preview")
    page.get_by_role("checkbox", name="Importar las buenas y dejar por fuera 2 filas con problemas").check()
    page.get_by_role("button", name="Importar 2 personas nuevas").click()
    page.get_by_text("La lista entró completa").wait_for()
    look("entered")
    page.get_by_role("link", name="Importar otra lista").click()
    look("list")
    assert judges.vnu(seen) == []
