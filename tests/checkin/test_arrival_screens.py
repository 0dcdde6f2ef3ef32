"""What people and the room see of confirming an arrival, on a phone and on a projector; and a screen that keeps changing by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from eventos.accounts import service as accounts
from eventos.checkin.models import DoorRoom
from eventos.checkin.rules import Rule
from eventos.checkin.service import arrival
from eventos.kernel import clock
from eventos.kernel.vocabulary import Modality, StaffRole
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.checkin.factories import OPEN
from tests.checkin.stand import until
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.inside import answering
from tests.support.looks import faults_of

pytestmark = pytest.mark.browser


@dataclass
class Room:
    """A room with a screen, on a real port."""

    address: str
    event_id: int
    slug: str
    link: str
    document: str
    email: str
    cookie: str

    def code(self) -> str:
        return arrival.code_of(self.event_id, "", clock.now())


@pytest.fixture
def room(app: Flask, writing: Opened) -> Iterator[Room]:
    with clock.freeze(OPEN):
        with writing() as db:
            event = a_published_event(db, modality=Modality.ONSITE, venue_name="Auditorio de Ejemplo")
            person = a_registration(db, event, given_names="Aurora", family_names="Ejemplo Guadual")
            db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=OPEN))
            cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=OPEN)
            told = (tickets.link_of(person), person.person.document_number or "", person.person.email)
        app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
        with answering(app) as address:
            yield Room(address, event.id, event.slug, *told, cookie)


def test_somebody_in_the_room_confirms_on_their_phone(room: Room, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    page.goto(f"{room.address}/llegada/{room.slug}/{room.code()}")
    faults = faults_of(page, PHONE) + faults_of(page, DESKTOP)
    page.set_viewport_size({"width": PHONE, "height": 740})
    page.get_by_label("Número de documento").fill(room.document)
    page.get_by_label("Correo con el que se inscribió").fill(room.email)
    page.get_by_role("button", name="Confirmar mi llegada").click()
    page.get_by_role("heading", name="Llegada confirmada").wait_for()
    faults += faults_of(page, PHONE)
    page.goto(f"{room.address}/i/{room.link}")
    page.get_by_role("link", name="Confirmar mi llegada").click()
    faults += faults_of(page, PHONE)
    page.get_by_role("button", name="Confirmar mi llegada").click()
    page.get_by_role("heading", name="Llegada confirmada").wait_for()
    assert page.get_by_role("link", name="Mi inscripción", exact=True).last.is_visible()
    faults += faults_of(page, PHONE) + faults_of(page, DESKTOP)
    page.goto(f"{room.address}/llegada/{room.slug}/AAAAAA")
    assert faults + faults_of(page, PHONE) == []


def test_the_screen_changes_its_code_by_itself_and_hides_one_that_is_over(room: Room, chromium: Chromium) -> None:
    page = chromium.open(width=DESKTOP, signed_in=(room.address, room.cookie))
    page.clock.install(time=OPEN)
    page.goto(f"{room.address}/escritorio/eventos/{room.slug}/puerta/pantalla")
    assert faults_of(page, DESKTOP) + faults_of(page, PHONE) == []
    first = page.locator(".screen__typed").inner_text()
    with clock.freeze(OPEN + arrival.STEP):
        page.clock.run_for(31_000)
        until(lambda: page.locator(".screen__typed").inner_text() != first)
        assert page.locator(".screen__typed").inner_text().replace(" ", "")[-6:] == room.code()
    page.context.set_offline(True)
    page.clock.run_for(75_000)
    until(lambda: page.locator("[data-screen-off]").is_visible())
    assert not page.locator("[data-screen] svg").is_visible()
    page.context.set_offline(False)
    page.clock.run_for(5_000)
    until(lambda: page.locator("[data-screen] svg").is_visible())
    assert not page.locator("[data-screen-off]").is_visible()
