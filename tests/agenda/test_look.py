"""The public pages and the desk before the HTML checker, and before axe what the scene of tests/browser lacks."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from eventos.accounts import service as accounts
from eventos.cycles.rules import ProgrammeGiven, SpeakerGiven
from eventos.kernel import clock, outbox
from eventos.kernel.vocabulary import LinkExposure, Modality, StaffRole
from tests.accounts.factories import a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support import judges
from tests.support.browser import Chromium
from tests.support.looks import look_round


@pytest.fixture
def pages(writing: Opened) -> dict[str, list[str]]:
    """The addresses to look at, public and of the desk."""
    with writing() as db:
        cycle = a_cycle(db)
        whole = a_published_event(
            db,
            cycle=cycle,
            modality=Modality.HYBRID,
            venue_name="Auditorio Ficticio",
            venue_divipola="17001",
            capacity_onsite=40,
            link_exposure=LinkExposure.PUBLIC,
            programme=(ProgrammeGiven("Apertura", "08:00", "Oficina de Gobierno Abierto"), ProgrammeGiven("Preguntas")),
            speakers=(SpeakerGiven("Aurora Ejemplo Guadual", post="Asesora"),),
            norms=("Ley 1712 de 2014",),
        )
        registration = a_registration(db, whole)
        outbox.hold(db, "registration.confirm", reason="Demasiados correos a esta dirección.", registration_id=registration.id)
        draft = an_event(db, cycle=cycle, number=6, link="")
        over = a_published_event(db, cycle=cycle, number=3, days=(a_day(clock.today() - timedelta(days=40)),))
        a_registration(db, over)
        return {
            "public": [
                "/",
                f"/eventos/{whole.slug}",
                f"/eventos/{over.slug}",
                "/politicas",
                "/mapa-del-sitio",
                "/terminos",
                "/accesibilidad",
            ],
            "desk": [
                "/escritorio",
                "/escritorio/eventos",
                f"/escritorio/eventos/{whole.slug}",
                f"/escritorio/eventos/{draft.slug}",
                f"/escritorio/eventos/{draft.slug}/vista",
                f"/escritorio/eventos/{whole.slug}/inscripciones",
                f"/escritorio/inscripciones/{registration.public_id}",
                "/escritorio/correos",
            ],
        }


@pytest.mark.slow
def test_the_html_checker_finds_no_error(client: FlaskClient, writing: Opened, request: pytest.FixtureRequest) -> None:
    found = {"first steps": client.get("/").text}
    pages: dict[str, list[str]] = request.getfixturevalue("pages")
    found |= {path: client.get(path).text for path in pages["public"]}
    signed_in(client, writing)
    found |= {path: client.get(path).text for path in pages["desk"]}
    assert judges.vnu(found) == []


@pytest.mark.slow
def test_axe_finds_nothing_on_a_whole_event_and_on_a_mail_that_is_held(
    inside: str, chromium: Chromium, writing: Opened, pages: dict[str, list[str]]
) -> None:
    with writing() as db:
        cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
    held = [f"/escritorio{pages['public'][1]}", "/escritorio/correos"]
    assert look_round(chromium, inside, public=pages["public"][1:2], desk=held, cookie=cookie) == {}
