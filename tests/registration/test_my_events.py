"""Mis eventos: the same answer whoever asks, a link that opens once within half an hour, and everything of the address behind it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.outbox import Job
from eventos.registration.service import notify, tickets
from eventos.registration.service.my_events import my_events_token
from tests.cycles.factories import a_day, a_published_event
from tests.flows.guests import Booth
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]
MAIL = "alcaldia@riosucio.example"


class Page(Booth):
    def __init__(self, app: Flask, path: str) -> None:
        super().__init__(app, "")
        self.path = path


@pytest.fixture
def known(writing: Opened) -> list[str]:
    """Two people of one mailbox, one of them registered for two events; their personal links."""
    with writing() as db:
        fifth, sixth = a_published_event(db), a_published_event(db, number=6, topic="Datos abiertos")
        one = {"email": MAIL, "document_number": "12345678", "given_names": "Elvira"}
        made = [
            a_registration(db, fifth, **one),
            a_registration(db, sixth, **one),
            a_registration(db, fifth, email=MAIL, given_names="Ramón"),
        ]
        a_registration(db, fifth, given_names="Ajena")
        return [tickets.link_of(each) for each in made]


@pytest.mark.both_databases
def test_the_link_lists_everything_of_its_address_and_opens_once(
    app: Flask, client: FlaskClient, known: list[str], outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    Page(app, "/mis-eventos").register(email=MAIL.upper())
    outbox_run()
    (letter,) = [each for each in mailbox.to(MAIL) if "Mis eventos" in each["Subject"]]
    text = letter.get_body(("plain",))
    assert text is not None
    found = re.search(r"/mis-eventos/\S+", text.get_content())
    assert found is not None
    page = Page(app, found[0])
    for _twice in range(2):  # a scanner of mails opens it, and nothing is used up
        assert "Ver mis eventos" in client.get(page.path).text
    answer = page.register()
    assert answer.status_code == 200
    assert all(link in answer.text for link in known)
    assert "Ramón" in answer.text
    assert "Ajena" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    again = page.register()
    assert again.status_code == 404
    assert known[0] not in again.text


def test_what_is_over_stands_apart_with_its_constancia(
    app: Flask, client: FlaskClient, known: list[str], clock_at: Callable[..., object]
) -> None:
    page = Page(app, f"/mis-eventos/{my_events_token(MAIL)}")
    assert "Próximos" in page.register().text
    clock_at(clock.at_local(a_day().on_date + timedelta(days=2), a_day().starts))
    over = Page(app, f"/mis-eventos/{my_events_token(MAIL)}").register().text
    assert "Pasados" in over
    assert f"/i/{known[0]}/constancia" in over


def test_known_and_unknown_addresses_are_answered_alike(app: Flask, known: list[str], looking: Opened) -> None:
    page = Page(app, "/mis-eventos")
    told = [page.register(email=email).text.replace("n···", "a···") for email in (MAIL, "nadie@riosucio.example")]
    assert told[0] == told[1]
    assert "Revise su correo" in told[0]
    with looking() as db:
        assert len(db.execute(select(Job).where(Job.name == "registration.my_events")).scalars().all()) == 1


def test_the_fourth_request_of_an_hour_sends_nothing_and_an_address_is_refused_after_twenty(
    app: Flask, known: list[str], looking: Opened, clock_at: Callable[..., object]
) -> None:
    start = clock.now().replace(minute=10)
    page = Page(app, "/mis-eventos")
    for second in range(5):
        clock_at(start + timedelta(seconds=second))
        assert page.register(email=MAIL).status_code == 200
    with looking() as db:
        assert len(db.execute(select(Job).where(Job.name == "registration.my_events")).scalars().all()) == 3
    for number in range(15):
        assert page.register(email=f"otra{number}@riosucio.example").status_code == 200
    assert page.register(email="otra99@riosucio.example").status_code == 429


def test_asking_over_and_over_for_somebody_does_not_hold_back_their_other_mails(app: Flask, known: list[str], writing: Opened) -> None:
    for path in ("/mis-eventos", "/mi-inscripcion"):
        page = Page(app, path)
        for _time in range(8):
            assert page.register(email=MAIL).status_code == 200
    with writing() as db:
        assert notify.count_mail(db, MAIL) == ""


def test_a_link_that_is_old_or_not_ours_shows_nothing(
    app: Flask, client: FlaskClient, known: list[str], clock_at: Callable[..., object]
) -> None:
    token = my_events_token(MAIL)
    page = Page(app, f"/mis-eventos/{token}")
    page.open()
    assert client.get("/mis-eventos/no-es-nuestro").status_code == 404
    clock_at(clock.now() + timedelta(minutes=31))
    assert client.get(page.path).status_code == 404
    assert page.register().status_code == 404
