"""Every page of the door, with all it can answer: it fits a phone and a desk, and the judges find nothing."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from eventos.checkin.models import Device
from eventos.cycles.models import Cycle, Event
from eventos.kernel import clock
from tests.checkin.factories import OPEN, a_bearer
from tests.checkin.stand import Stand, text_of, until
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.judges import axe, vnu

pytestmark = pytest.mark.browser


class Judged:
    """What was looked at in one browser, and what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sources: dict[str, str] = {}
        self.faults: list[str] = []

    def look(self, name: str, words: str) -> None:
        """Wait for these words, then judge the page as it stands."""
        until(lambda: words in text_of(self.page))
        self.sources[name] = self.page.content()
        for width in (DESKTOP, PHONE):
            self.page.set_viewport_size({"width": width, "height": 740})
            across = self.page.evaluate("document.documentElement.scrollWidth")
            self.faults += [f"{name}: {across} px wide at {width}"] * (across > width)
        self.faults += [f"{name}: {fault}" for fault in axe(self.page)]

    def sentence(self) -> None:
        assert self.faults == []
        faults = vnu(self.sources)
        assert faults == [], "\n".join(faults)


@pytest.fixture
def judged(stand: Stand, chromium: Chromium) -> Judged:
    page = chromium.open(width=PHONE, signed_in=(stand.address, stand.staff_cookie))
    stand.arrive(page)
    return Judged(page)


def test_the_pages_of_the_door_and_of_the_office(stand: Stand, judged: Judged) -> None:
    page = judged.page
    desk = f"{stand.address}/escritorio/eventos/{stand.slug}/puerta"
    for path, words in (("", "Escriba abajo el código"), ("/buscar", "Nombre o documento"), ("/inscribir", "Inscribir ahora")):
        page.goto(stand.url + path)
        judged.look(path or "camera", words)
    page.goto(desk)
    judged.look("desk", "Vincular un teléfono")
    page.get_by_role("link", name="Retirar").click()
    judged.look("ask to retire", "¿Retirar el teléfono")
    page.goto(desk)
    page.get_by_label("Nombre del teléfono").fill("Puerta lateral")
    page.get_by_role("button", name="Crear el vínculo").click()
    judged.look("made", "Abra este vínculo")
    link = re.search(r"/acreditacion/vincular/[\w-]+", page.content())
    assert link is not None
    page.goto(stand.address + link.group())
    judged.look("link", "El vínculo sirve una sola vez")
    judged.sentence()


def test_what_the_forms_of_the_door_answer(stand: Stand, judged: Judged, writing: Opened) -> None:
    """Each verdict as a page, refusals, what was typed badly, choosing an event, and a phone that is out."""
    page = judged.page

    def typed(code: str) -> None:
        page.goto(stand.url)
        page.get_by_label("Código").fill(code)
        page.evaluate("document.querySelector('[data-door-form]').submit()")  # past the script, as where there is none

    typed(stand.codes[0])
    judged.look("accepted", "Adelante")
    page.get_by_role("button", name="Deshacer").click()
    judged.look("annulled", "Deshecho")
    typed(stand.codes[1])
    until(lambda: "Adelante" in text_of(page))
    typed(stand.codes[1])
    judged.look("repeated", "Ya ingresó")
    typed("cualquier cosa")
    judged.look("refused", "Desconocido")
    typed("")
    judged.look("nothing typed", "Escriba o lea un código.")
    for text, words in (("au", "al menos tres letras"), ("nadie así", "No encontramos a nadie"), ("aurora", "Marcar")):
        page.goto(f"{stand.url}/buscar")
        page.get_by_label("Nombre o documento").fill(text)
        page.get_by_role("button", name="Buscar").click()
        until(lambda words=words: words in text_of(page))  # type: ignore[misc]
        if words == "Marcar":
            page.locator("summary").first.click()
        judged.look(f"search {text}", words)
    page.get_by_role("button", name="Registrar su ingreso").click()
    until(lambda: "Adelante" in text_of(page))
    with clock.freeze(OPEN + timedelta(minutes=16)):
        page.get_by_role("button", name="Deshacer").click()
        judged.look("too late to undo", "No se pudo")
    page.goto(f"{stand.url}/inscribir")
    page.get_by_role("button", name="Inscribir y dejar entrar").click()
    judged.look("walk-in", "Revise")
    with writing() as db:
        event = db.execute(select(Event)).scalar_one()
        other = a_published_event(db, cycle=db.get_one(Cycle, event.cycle_id), number=6, topic="Control social")
        both = a_bearer(db, event, other)
    stand.bearer = both
    stand.arrive(page)
    page.goto(f"{stand.address}/acreditacion")
    judged.look("choose", "¿Para cuál evento va a leer?")
    with writing() as db:
        db.execute(update(Device).values(revoked_at=OPEN))
    page.goto(f"{stand.address}/acreditacion")
    judged.look("not enrolled", "no está vinculado")
    page.goto(f"{stand.address}/acreditacion/vincular/inventado")
    judged.look("a link that is gone", "Este vínculo ya no sirve")
    judged.sentence()
