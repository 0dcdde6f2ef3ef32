"""Every page of the room, as the W3C's checker and axe-core see it, at the width of a phone."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import Modality
from eventos.registration import service
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import tickets
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question, one_of_each_kind
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe, vnu
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]


def paths(writing: Opened) -> dict[str, str]:
    """The address of each page worth looking at, by what it shows."""
    with writing() as db:
        cycle = a_cycle(db)
        hybrid = a_published_event(db, cycle=cycle, modality=Modality.HYBRID, venue_name="Auditorio", capacity_onsite=5)
        full = a_published_event(db, cycle=cycle, number=6, capacity_virtual=1)
        mine, waiting = a_registration(db, full), a_registration(db, full)
        gone = a_registration(db, hybrid, modality="virtual")
        service.cancel(db, gone, by=SYSTEM, now=clock.now())
        link = tickets.link_of(mine)
        asking = a_published_event(db, number=7)
        one_of_each_kind(db, asking)
        answers = tickets.link_of(a_registration(db, asking))
        return {
            "own questions": f"/eventos/{asking.slug}/inscripcion",
            "my answers": f"/i/{answers}/respuestas",
            "form": f"/eventos/{hybrid.slug}/inscripcion",
            "full": f"/eventos/{full.slug}/inscripcion",
            "links": "/mi-inscripcion",
            "mine": f"/i/{link}",
            "data": f"/i/{link}/datos",
            "cancel": f"/i/{link}/cancelar",
            "mail": f"/i/{link}/correo",
            "waiting": f"/i/{tickets.link_of(waiting)}",
            "cancelled": f"/i/{tickets.link_of(gone)}",
            "ticket": f"/q/{tickets.ticket_of(mine)}",
            "unknown": "/q/abc",
        }


def fill(page: Page, **changes: str) -> None:
    """Type into the form as somebody without scripts would, and send it."""
    values = {"document_number": "12.345.678", "given_names": "Elvira Demo", "family_names": "Cedral", "email": "e@riosucio.example"}
    values |= {"municipio": "Riosucio, Caldas", "entity": "Alcaldía de Riosucio", "post": "Secretaria", **changes}
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=link_kind][value=planta]")
    page.check("[name=modality][value=virtual]")
    page.check("[name=consent]")
    page.click("button[type=submit]")


@pytest.mark.slow
@pytest.mark.browser
def test_every_page_satisfies_both_checkers_and_fits_a_phone(inside: str, writing: Opened, chromium: Chromium) -> None:
    shown: dict[str, str] = {}
    faults: list[str] = []
    page, plain = chromium.open(width=PHONE, keeps=True), chromium.open(javascript=False, keeps=True)
    for name, path in paths(writing).items():
        page.goto(inside + path)
        faults += [f"{name}: {fault}" for fault in axe(page)]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        plain.goto(inside + path)
        shown[name] = plain.content()
    assert faults == []
    assert vnu(shown) == []


@pytest.mark.slow
@pytest.mark.browser
def test_without_scripts_an_ambiguous_place_is_chosen_and_the_receipt_follows(
    inside: str, writing: Opened, chromium: Chromium, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    page.goto(inside + paths(writing)["form"])
    fill(page, municipio="Riosucio")
    page.get_by_label("Riosucio, Chocó").check()
    assert page.input_value("[name=document_number]") == "12.345.678"
    page.click("button[type=submit]")
    assert "/inscripcion/recibida/" in page.url
    assert page.locator("h1").inner_text() == "Revise su correo"
    outbox_run()
    (message,) = mailbox.to("e@riosucio.example")
    assert message["Subject"].startswith("Inscripción confirmada: ")


@pytest.mark.slow
@pytest.mark.browser
def test_with_scripts_the_municipality_is_picked_from_the_list(inside: str, writing: Opened, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    page.goto(inside + paths(writing)["form"])
    page.locator("#municipio").press_sequentially("rio")
    page.locator(".combo__option", has_text="Chocó").first.click()
    assert page.input_value("#municipio_code").startswith("27")
    page.fill("#municipio", "dorada")
    page.locator(".combo__option", has_text="Dorada").click()
    assert (page.input_value("#municipio_code"), page.input_value("#municipio")) == ("17380", "La Dorada (Caldas)")


@pytest.mark.slow
@pytest.mark.browser
def test_a_question_that_depends_on_an_answer_appears_with_it_and_without_scripts_says_when_it_applies(
    inside: str, writing: Opened, chromium: Chromium
) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        event, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
        asked = one_of_each_kind(db, event)
        also = a_question(db, other, label="¿Qué quiere ver?")
        address = f"{inside}/eventos/{event.slug}/inscripcion"
    workshop, tool = asked[QuestionKind.CHOICE].name, asked[QuestionKind.TEXT].name
    page = chromium.open(width=PHONE)
    page.goto(address)
    tools, ticked = page.locator(f"[name='{tool}']"), page.locator(f"[name='{also.name}']")
    assert (tools.is_visible(), ticked.is_visible()) == (False, False)
    page.check(f"[name='{workshop}'][value='1']")
    page.check(f"[name=also][value='{other.slug}']")
    assert (tools.is_visible(), ticked.is_visible()) == (True, True)
    tools.fill("Excel")
    page.check(f"[name='{workshop}'][value='3']")
    assert not tools.is_visible()
    plain = chromium.open(javascript=False)
    plain.goto(address)
    assert plain.locator(f"[name='{tool}']").is_visible()
    assert plain.get_by_text("Solo si respondió «Taller A» o «Taller B» en «¿A qué taller va?».").is_visible()
