"""The pages of the pieza, the materials and the questions before the HTML checker, also with errors.

tests/browser/test_every_screen has axe look at them.
"""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventos.cycles import queries as cycles
from eventos.dialogue import service as dialogue
from eventos.dialogue.rules import SaveQuestion
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import QuestionState, StaffRole
from eventos.publicity import queries
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.conftest import Opened
from tests.cycles.desk import Desk
from tests.cycles.factories import a_cycle, a_day, a_member, a_published_event
from tests.cycles.papers import a_pdf, a_picture, an_office_file
from tests.registration.factories import a_registration
from tests.support import judges


@pytest.fixture
def pages(app: Flask, writing: Opened, looking: Opened, outbox_run: Callable[[], int]) -> dict[str, list[str]]:
    """The addresses to look at: for staff, for everybody, and of a personal link."""
    with writing() as db:
        cycle = a_cycle(db)
        over = a_published_event(db, cycle=cycle, number=4, days=(a_day(clock.today() - timedelta(days=40)),))
        ahead = a_published_event(db, cycle=cycle)
        bare = a_published_event(db, cycle=cycle, number=8)
        link = tickets.link_of(a_registration(db, ahead))
        answered = SaveQuestion("¿Cómo se publica un plan?", "Alcaldía de Pácora", "En la sede.", "Zoila", QuestionState.ANSWERED)
        for event in (over, ahead):
            question = dialogue.note(db, event.id, answered, by=SYSTEM, now=clock.now())
            dialogue.note(db, event.id, SaveQuestion("¿Y los plazos?"), by=SYSTEM, now=clock.now())
        desk = Desk(app, a_member(db, cycles=(cycle,)))
    with looking() as db:
        entity = queries.entities(db)[0].public_id
    staff = f"/escritorio/eventos/{over.slug}"
    for content, name in ((a_pdf(3), "Diapositivas.pdf"), (an_office_file(), "Taller.pptx"), (a_pdf(1)[:150], "roto.pdf")):
        desk.post(f"{staff}/materiales", {"file": (io.BytesIO(content), name), "is_public": "y", "dated_on": "5 de abril de 2021"})
    desk.post(f"/escritorio/entidades/{entity}", {"file": (io.BytesIO(a_picture("PNG")), "logo.png")})
    desk.post(f"{staff}/pieza")
    outbox_run()
    desk.post(f"{staff}/pieza/1/publicar", form_at=f"{staff}/pieza")
    with looking() as db:
        material = cycles.materials_of(db, over.id)[0].public_id
    return {
        "public": [f"/eventos/{over.slug}", f"/eventos/{ahead.slug}", f"/i/{link}", f"/i/{link}/preguntas"],
        "desk": [
            f"{staff}/pieza",
            f"/escritorio/eventos/{bare.slug}/pieza",
            f"{staff}/materiales",
            f"/escritorio/eventos/{bare.slug}/materiales",
            f"{staff}/materiales/{material}",
            f"/escritorio/eventos/{ahead.slug}/preguntas",
            f"/escritorio/eventos/{bare.slug}/preguntas",
            f"/escritorio/eventos/{ahead.slug}/preguntas/{question}",
            "/escritorio/entidades",
            f"/escritorio/entidades/{entity}",
        ],
    }


@pytest.mark.slow
def test_the_html_checker_finds_no_error(app: Flask, client: FlaskClient, writing: Opened, pages: dict[str, list[str]]) -> None:
    found = {path: client.get(path).text for path in pages["public"]}
    with writing() as db:
        desk = Desk(app, a_staff(db, role=StaffRole.ADMINISTRATOR))
    found |= {path: desk.get(path).text for path in pages["desk"]}
    bad = pages["desk"][2]
    found[f"{bad} (bad)"] = desk.post(bad, {"title": "<b>"}).text
    assert judges.vnu(found) == []
