"""The screen of the door: questions without a signal, and readers that act as a keyboard, as quick as people come."""

from typing import Any

import pytest
from sqlalchemy import select

from eventos.checkin.models import DoorRoom, Scan
from eventos.checkin.rules import Rule
from eventos.cycles.models import Event
from eventos.kernel.audit import SYSTEM
from eventos.registration.rules_questions import QuestionKind, SaveQuestion
from eventos.registration.service import questions
from tests.checkin.factories import OPEN
from tests.checkin.stand import Stand, prepare, read, shown, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe

pytestmark = pytest.mark.browser


def room(writing: Opened, stand: Stand, **said: Any) -> None:
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(**said).kept(), updated_at=OPEN))


def test_what_the_organiser_asks_is_answered_without_a_signal_too(
    stand: Stand, chromium: Chromium, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = db.scalars(select(Event).where(Event.slug == stand.slug)).one()
        key = questions.add_question(db, event.id, SaveQuestion(QuestionKind.YES_NO, "¿Trae vehículo?", required=True), by=SYSTEM, now=OPEN)
    room(writing, stand, asks=(key,))
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.context.set_offline(True)
    read(page, stand.codes[0])
    until(lambda: shown(page) == "needs_answer")
    assert page.get_by_role("group", name="¿Trae vehículo?").is_visible()
    assert axe(page) == []
    page.get_by_label("Sí").check()
    page.get_by_role("button", name="Responder y leer otra vez").click()
    until(lambda: shown(page) == "accepted")
    page.context.set_offline(False)

    def verdicts() -> list[str]:
        with looking() as db:
            return list(db.scalars(select(Scan.verdict).order_by(Scan.id)))

    until(lambda: verdicts() == ["needs_answer", "accepted"])


def test_a_reader_types_wherever_the_page_is_and_the_last_answer_is_the_one_that_stays(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    prepare(page, stand)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type(stand.codes[0].replace(":", "Ñ").replace("/", "-"))
    page.keyboard.press("Enter")
    until(lambda: shown(page) == "accepted")
    for code in (stand.codes[1], stand.codes[0], "cualquier cosa"):  # with no pause between them
        page.evaluate("document.activeElement.blur()")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    until(lambda: shown(page) == "unknown")
    assert page.locator(".verdict:visible").count() == 1
    assert page.locator("dialog, [role=dialog], [role=alertdialog]").count() == 0
    page.get_by_role("button", name="Lecturas").click()
    assert page.locator("[data-door-list] > li").count() == 4
    assert axe(page) == []
