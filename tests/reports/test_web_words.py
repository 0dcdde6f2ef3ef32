"""The informe's own words and its PDF, as an organiser uses the pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import CycleStaff
from eventos.kernel.vocabulary import StaffRole
from eventos.reports import queries
from eventos.reports.models import Report
from tests.accounts.factories import signed_in
from tests.attendance.factories import register, the_114
from tests.cycles.factories import a_cycle, a_published_event
from tests.reports.pieces import close, words_of_pdf

Opened = Callable[[], AbstractContextManager[Session]]
WORDS = {"context": "Del evento.", "objective": "", "prepared_by": "", "reviewed_by": "", "approved_by": ""}


def an_event_of(client: FlaskClient, writing: Opened, role: StaffRole = StaffRole.ORGANISER) -> tuple[str, str, int]:
    """Somebody signed in, and an event of theirs: the form token, the informe's address and the event's number."""
    who = signed_in(client, writing, role)
    with writing() as db:
        cycle = a_cycle(db)
        event = a_published_event(db, cycle=cycle, context="Del evento.")
        register(db, event, the_114())
        close(db, event)
        db.add(CycleStaff(cycle_id=cycle.id, staff_id=who.id))
        return who.csrf, f"/escritorio/eventos/{event.slug}/informe", event.id


def test_words_of_its_own_are_written_and_equal_ones_are_not_copied(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    csrf, url, event_id = an_event_of(client, writing)
    assert "Del evento." in client.get(f"{url}/palabras").text
    sent = client.post(f"{url}/palabras", data={**WORDS, "csrf_token": csrf, "objective": "Del informe.", "reviewed_by": "Luz Ficticia"})
    assert sent.status_code == 302
    with looking() as db:
        assert queries.words(db, event_id) == queries.WordsView(objective="Del informe.", reviewed_by="Luz Ficticia")
    page = client.get(url).text
    assert "Del informe." in page
    assert "Luz Ficticia" in page


def test_words_too_long_are_refused_with_the_form_kept(client: FlaskClient, writing: Opened) -> None:
    csrf, url, _ = an_event_of(client, writing)
    sent = client.post(f"{url}/palabras", data={**WORDS, "csrf_token": csrf, "reviewed_by": "x" * 201, "objective": "Se conserva."})
    assert sent.status_code == 422
    assert "Se conserva." in sent.text


@pytest.mark.parametrize("role", [StaffRole.READER, StaffRole.DOOR])
def test_only_those_who_organise_write_them(client: FlaskClient, writing: Opened, role: StaffRole) -> None:
    csrf, url, _ = an_event_of(client, writing, role)
    assert client.get(f"{url}/palabras").status_code == 403
    assert client.post(f"{url}/palabras", data={**WORDS, "csrf_token": csrf}).status_code == 403


def test_the_pdf_is_asked_for_made_and_downloaded(
    client: FlaskClient, writing: Opened, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    csrf, url, _ = an_event_of(client, writing)
    asked = client.post(url, data={"csrf_token": csrf, "formato": "pdf"})
    outbox_run()
    page = client.get(asked.location).text
    assert "Descargar en PDF" in page
    assert "Versión 1, cerrada por Marina Ficticia" in page
    file = client.get(f"{asked.location}/descargar")
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].endswith(".pdf")
    assert "fue de 114 funcionarios" in words_of_pdf(file.data)


def test_a_format_nobody_makes_is_refused(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    csrf, url, _ = an_event_of(client, writing)
    assert client.post(url, data={"csrf_token": csrf, "formato": "exe"}).status_code == 422
    with looking() as db:
        assert db.execute(select(Report)).first() is None
