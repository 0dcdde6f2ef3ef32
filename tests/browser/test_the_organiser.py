"""The organiser: the one-time link, the demonstration, and an event from its first draft to the day it is called off."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from eventos.kernel import clock
from tests.browser.office import Office, until, words
from tests.browser.scene import FIFTH, FORUM
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.databases import run_eventos
from tests.support.judges import axe, vnu
from tests.support.server import Server

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
PASSWORD = "cuatro palabras muy sueltas"


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Server]:
    """A server on the demonstration that nobody administers yet."""
    run_eventos("migrate", data_dir=tmp_path)
    run_eventos("demo", data_dir=tmp_path)
    server = Server(tmp_path, worker=False)
    yield server
    server.stop()


@pytest.mark.slow
def test_first_steps(newcomer: Server, chromium: Chromium) -> None:
    """The link printed at the start makes the administrator, once; they see the demonstration's cycle; the next day they sign in."""
    found = re.search(r"http://\S+/primer-ingreso/\S+", newcomer.log())
    assert found
    page = chromium.open(width=PHONE)
    answer = page.goto(found[0])
    assert answer is not None
    assert vnu({"primer-ingreso": answer.text()}) == []
    assert axe(page) == []
    page.fill("#name", "Marina Ficticia Lozano")
    page.fill("#email", "administra@oficina.example")
    page.fill("#password", PASSWORD)
    page.fill("#repeated", PASSWORD)
    page.get_by_role("button", name="Crear mi cuenta").click()
    page.wait_for_url("**/escritorio*")
    page.get_by_role("link", name="Ciclos").click()
    assert "Ciclo de asistencias técnicas — Pacto por la Transparencia" in words(page)
    page.get_by_role("button", name="Salir").click()

    page.goto(found[0])
    assert page.locator("#password").count() == 0, "the link served once"
    page.goto(f"{newcomer.url}/ingresar")
    page.fill("#email", "administra@oficina.example")
    page.fill("#password", "no es esta contraseña")
    page.get_by_role("button", name="Ingresar").click()
    page.locator(".error-summary").wait_for()
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Ingresar").click()
    page.wait_for_url("**/escritorio*")
    assert "Marina" in words(page)


def new_event(office: Office, page: Page, **changes: str) -> None:
    """Fill in a fifth asistencia técnica, three months from now unless told otherwise."""
    office.at(page, "/escritorio/eventos/nuevo")
    typed = {
        "number": "5",
        "topic": "Datos abiertos en los municipios",
        "days-0-on_date": spoken(clock.today() + timedelta(days=90)),
        "days-0-starts": "08:00",
        "days-0-ends": "10:00",
        "hosts-0-name": "Oficina de Gobierno Abierto",
    }
    for name, value in (typed | changes).items():
        page.fill(f"[id='{name}']", value)


def spoken(day: date, *, weekday: str = "") -> str:
    return f"{weekday or WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_an_event_from_draft_to_cancelled(office: Office, chromium: Chromium, width: int) -> None:
    page = office.desk(chromium, width=width)
    topic = f"Datos abiertos en {width} municipios"
    new_event(office, page, topic=topic)
    until(lambda: page.locator("[data-title-preview]").inner_text() == "QUINTA ASISTENCIA TÉCNICA")
    page.get_by_role("button", name="Guardar borrador").click()
    page.wait_for_url("**/editar?*")
    page.fill("#summary", "Qué publicar primero y cómo mantenerlo al día.")
    page.get_by_role("button", name="Guardar cambios").click()
    page.wait_for_url("**/editar?*")
    page.get_by_role("button", name="Guardar y publicar").click()
    page.wait_for_url("**aviso=event-published")
    slug = re.findall(r"/eventos/([^/?]+)", page.url)[0]
    assert slug.startswith("quinta-asistencia-tecnica-datos-abiertos-en")

    visitor = chromium.open(width=width)
    office.at(visitor, "/")
    visitor.get_by_role("link", name=topic).click()
    assert "Qué publicar primero" in words(visitor)
    assert visitor.locator("main").get_by_role("link", name="Inscribirme").count()

    page.get_by_text("Más acciones").click()
    page.get_by_role("button", name="Duplicar como el siguiente").click()
    page.wait_for_url("**/editar?*")
    number = int(page.locator("#number").input_value())
    assert number >= 7, "the next of the cycle, after the demonstration's sixth"
    assert page.locator("[id='days-0-on_date']").input_value() == "", "its day is new"
    assert page.locator("[id='hosts-0-name']").input_value() == "Oficina de Gobierno Abierto"

    office.at(page, f"/escritorio/eventos/{slug}/cancelar")
    page.get_by_role("button", name="Cancelar el evento").click()
    page.locator(".error-summary").wait_for()
    assert "Escriba el motivo" in words(page)
    page.fill("#reason", "El auditorio no estará disponible.")
    page.get_by_role("button", name="Cancelar el evento").click()
    page.wait_for_url("**aviso=event-cancelled")
    office.at(visitor, f"/eventos/{slug}")
    assert "Este evento fue cancelado." in words(visitor)
    assert "El auditorio no estará disponible." in words(visitor)
    assert visitor.locator("main").get_by_role("link", name="Inscribirme").count() == 0


def test_told_of_a_holiday(office: Office, chromium: Chromium) -> None:
    page = office.desk(chromium, width=DESKTOP)
    day = date(clock.today().year + 1, 7, 20)
    new_event(office, page, **{"topic": "En un festivo", "days-0-on_date": spoken(day)})
    page.get_by_role("button", name="Guardar borrador").click()
    page.wait_for_url("**/editar?*")
    assert "es festivo" in words(page)


def test_told_of_a_wrong_weekday_and_of_an_end_before_the_start(office: Office, chromium: Chromium) -> None:
    page = office.desk(chromium, width=PHONE)
    day = clock.today() + timedelta(days=90)
    wrong = WEEKDAYS[(day.weekday() + 1) % 7]
    new_event(office, page, **{"topic": "Mal escrito", "days-0-on_date": spoken(day, weekday=wrong), "days-0-starts": "11:00"})
    page.get_by_role("button", name="Guardar borrador").click()
    page.locator(".error-summary").wait_for()
    assert f"no {wrong}" in page.locator("[id='days-0-on_date-error']").inner_text()
    assert page.locator("[id='topic']").input_value() == "Mal escrito"
    page.fill("[id='days-0-on_date']", spoken(day))
    page.get_by_role("button", name="Guardar borrador").click()
    until(lambda: page.locator("[id='days-0-ends-error']").is_visible())
    until(lambda: page.evaluate("document.activeElement.id") == "errores")


def test_a_link_is_kept_to_the_byte(office: Office, chromium: Chromium) -> None:
    page = office.desk(chromium, width=DESKTOP)
    link = "https://teams.microsoft.com/join/19%3ameeting_a,b,c,d,e?context=%7b%22Tid%22%3a%22x%22%7d&anon=true"
    office.at(page, f"/escritorio/eventos/{FORUM}/editar")
    page.fill("#link", f"  {link}\n")
    page.get_by_role("button", name="Guardar cambios").click()
    page.get_by_role("button", name="Guardar y avisar").click()  # people registered: each gets one mail
    page.wait_for_url("**/editar?*")
    assert page.locator("#link").input_value() == link
    office.at(page, f"/escritorio/eventos/{FORUM}")
    assert link in page.locator("main").inner_text().replace("\n", "")


def test_a_page_of_the_desk_asks_for_an_account(office: Office, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    page.goto(f"{office.url}/escritorio/eventos/{FIFTH}/asistencia")
    assert "/ingresar" in page.url
    assert page.get_by_role("heading", name="Ingresar").is_visible()
