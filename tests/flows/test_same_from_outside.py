"""Nobody can ask the forms who is registered or who has an account: known and unknown look the same from outside."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.factories import a_staff, open_form_token
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.flows.guests import Booth, answers
from tests.registration.factories import a_registration
from tests.support.statements import counted


@dataclass(frozen=True)
class Face:
    """An answer as a stranger sees it: what differs between any two answers (dates, seals, the visitor's own words) left out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    location: str
    page: str


def face(answer: TestResponse, *own: str) -> Face:
    headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "Content-Length", "Location"}}
    location = re.sub(r"[A-Za-z0-9_-]{60,}", lambda seal: f"<{len(seal[0])}>", answer.headers.get("Location", ""))
    page = re.sub(r'value="[A-Za-z0-9_-]{60,}"', "value=SEAL", answer.text)
    page = re.sub(r"[A-Za-z0-9_-]{60,}", lambda seal: f"<{len(seal[0])}>", page)
    for word in own:
        page = page.replace(word, "SUYO")
    return Face(answer.status_code, tuple(sorted(headers.items())), location, page)


def asked(act) -> tuple[TestResponse, int]:
    """An answer, and how many statements it took."""
    with counted() as statements:
        answer = act()
    return answer, len(statements)


@pytest.fixture
def booth(app: Flask, writing: Opened) -> Booth:
    with writing() as db:
        event = a_published_event(db)
    return Booth(app, event.slug)


def test_a_first_and_a_repeated_registration_look_the_same(booth: Booth) -> None:
    booth.register(**answers(0))  # warm: caches are filled
    first, first_cost = asked(lambda: booth.register(**answers(1)))
    again, again_cost = asked(lambda: booth.register(**answers(1)))
    other_mail, other_cost = asked(lambda: booth.register(**answers(1, email="visitante2@auditorio.example")))
    assert first.status_code == 303
    assert face(first) == face(again) == face(other_mail)
    assert max(first_cost, again_cost, other_cost) - min(first_cost, again_cost, other_cost) <= 2, (first_cost, again_cost, other_cost)


def test_the_receipts_of_a_first_and_a_repeated_registration_are_the_same_page(booth: Booth) -> None:
    first, again = booth.register(**answers(1)), booth.register(**answers(1))
    pages = [booth.client.get(answer.headers["Location"]) for answer in (first, again)]
    assert pages[0].status_code == 200
    assert pages[0].text == pages[1].text


def test_a_seat_and_the_waiting_list_look_the_same(app: Flask, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
    booth = Booth(app, event.slug)
    seat, waiting = booth.register(**answers(1)), booth.register(**answers(2))
    assert face(seat) == face(waiting)
    assert booth.client.get(seat.headers["Location"]).text.replace("visitante1", "") == booth.client.get(
        waiting.headers["Location"]
    ).text.replace("visitante2", "")


def test_asking_for_personal_links_says_nothing_about_an_address(app: Flask, writing: Opened) -> None:
    with writing() as db:
        a_registration(db, a_published_event(db), email="conocida@correo.example")
    client = app.test_client()

    def ask(email: str) -> TestResponse:
        return client.post("/mi-inscripcion", data={"csrf_token": open_form_token(), "email": email})

    ask("calienta@correo.example")
    known, known_cost = asked(lambda: ask("conocida@correo.example"))
    unknown, unknown_cost = asked(lambda: ask("conocidx@correo.example"))
    assert known.status_code in {200, 303}
    assert face(known, "conocida@correo.example") == face(unknown, "conocidx@correo.example")
    assert abs(known_cost - unknown_cost) <= 2


def test_a_forgotten_password_says_nothing_about_an_account(app: Flask, writing: Opened) -> None:
    with writing() as db:
        a_staff(db, email="funciona@oficina.example")
    client = app.test_client()

    def ask(email: str) -> TestResponse:
        return client.post("/restablecer", data={"csrf_token": open_form_token(), "email": email})

    ask("calienta@oficina.example")
    known, known_cost = asked(lambda: ask("funciona@oficina.example"))
    unknown, unknown_cost = asked(lambda: ask("funcionx@oficina.example"))
    assert known.status_code == 303
    assert face(known) == face(unknown)
    assert abs(known_cost - unknown_cost) <= 2


def test_a_wrong_password_and_an_unknown_account_look_the_same(app: Flask, writing: Opened) -> None:
    with writing() as db:
        a_staff(db, email="funciona@oficina.example")

    def enter(email: str, address: str) -> TestResponse:
        typed = {"csrf_token": open_form_token(), "email": email, "password": "no es la contraseña"}
        return app.test_client().post("/ingresar", data=typed, environ_base={"REMOTE_ADDR": address})

    enter("calienta@oficina.example", "192.0.2.1")
    known, known_cost = asked(lambda: enter("funciona@oficina.example", "192.0.2.2"))
    unknown, unknown_cost = asked(lambda: enter("funcionx@oficina.example", "192.0.2.3"))
    assert known.status_code == 422
    assert face(known, "funciona@oficina.example") == face(unknown, "funcionx@oficina.example")
    assert abs(known_cost - unknown_cost) <= 2


def test_a_link_that_never_was_and_one_that_is_over_look_the_same(app: Flask, writing: Opened, looking: Opened) -> None:
    client = app.test_client()
    long_ago, never = client.get(f"/restablecer/{'a' * 43}"), client.get(f"/restablecer/{'b' * 43}")
    assert long_ago.status_code == 404
    assert face(long_ago) == face(never)
