"""The sign-in page: one answer for every failure, waits, the second step, the way back."""

import io
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

from eventos.accounts import service
from eventos.kernel import logs
from tests.accounts.factories import PASSWORD, a_staff, enable_totp, open_form_token, signed_in
from tests.accounts.pages import OTHER, choose, enter, everything
from tests.conftest import Opened
from tests.support.statements import counted

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ClockAt = Callable[[datetime], None]


def without_chance(page: str) -> str:
    """A page without what differs each time it is drawn, nor what the visitor typed."""
    return re.sub(r'(name="(?:csrf_token|email)"[^>]*value|value)="[^"]*"', "", page)


def test_the_right_password_leads_to_the_desk(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        email = a_staff(db, email="Ana@Oficina.example").email
    answer = enter(client, f"  {email.upper()} ")
    assert (answer.status_code, answer.location) == (303, "/escritorio")
    assert client.get("/escritorio/cuenta").status_code == 200


def test_who_is_signed_in_is_not_asked_again(client: FlaskClient, writing: Opened) -> None:
    signed_in(client, writing)
    assert client.get("/ingresar?next=/escritorio/cuenta").location == "/escritorio/cuenta"


@pytest.mark.both_databases
def test_every_failure_looks_the_same_and_costs_the_same(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        known, gone, guarded = a_staff(db), a_staff(db), a_staff(db)
        invited = a_staff(db, password=None)
        gone.deactivated_at = NOON
        enable_totp(db, guarded)
        tries = {
            "unknown": ("nadie@oficina.example", PASSWORD, ""),
            "wrong": (known.email, OTHER, ""),
            "closed": (gone.email, PASSWORD, ""),
            "invited": (invited.email, PASSWORD, ""),
            "wrong code": (guarded.email, PASSWORD, "000000"),
        }
    seen: dict[str, tuple[int, str, object]] = {}
    cost: dict[str, int] = {}
    for name, (email, password, code) in tries.items():
        with counted() as statements:
            answer = enter(client, email, password, code=code)
        seen[name] = (answer.status_code, without_chance(answer.text), answer.headers.get("Set-Cookie"))
        cost[name] = len(statements)
    assert seen["unknown"][0] == 422
    assert "El correo, la contraseña o el código no coinciden." in seen["unknown"][1]
    assert {name for name, what in seen.items() if what != seen["unknown"]} == set()
    assert max(cost.values()) - min(cost.values()) <= 2, cost


def test_an_unknown_account_costs_one_hash_like_a_known_one(client: FlaskClient, writing: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from eventos.accounts.service import passwords

    checked: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return hasher.verify(stored, password)

    hasher = passwords.HASHER
    passwords._dummy()
    monkeypatch.setattr(passwords, "HASHER", Counting())
    with writing() as db:
        email = a_staff(db).email
    enter(client, email, OTHER)
    known = len(checked)
    enter(client, "nadie@oficina.example", OTHER)
    assert (known, len(checked)) == (1, 2)
    assert {stored.split("$")[3] for stored in checked} == {"m=65536,t=3,p=4"}


def test_guessing_is_answered_with_a_wait_in_seconds(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        email = a_staff(db).email
    assert "Espere" not in enter(client, email, OTHER).text
    enter(client, email, OTHER)
    third = enter(client, email, OTHER)
    assert third.status_code == 422
    assert "Espere 1 segundo antes de volver a intentarlo" in third.text
    early = enter(client, email)
    assert (early.status_code, early.headers["Retry-After"]) == (429, "1")
    assert "Espere 1 segundo y vuelva a intentarlo" in early.text
    assert 'name="email"' in early.text
    clock_at(NOON + timedelta(seconds=1))
    assert enter(client, email).status_code == 303


def test_a_forwarded_address_does_not_make_a_new_visitor(client: FlaskClient, clock_at: ClockAt) -> None:
    clock_at(NOON)
    for _ in range(3):
        enter(client, "nadie@oficina.example", OTHER)
    data = {"csrf_token": open_form_token(), "email": "nadie@oficina.example", "password": OTHER}
    assert client.post("/ingresar", data=data, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 429


def test_the_code_is_asked_and_the_password_alone_does_not_do(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        staff = a_staff(db)
        code = pyotp.TOTP(enable_totp(db, staff)).at(NOON)
    assert enter(client, staff.email).status_code == 422
    assert enter(client, staff.email, code=code).status_code == 303
    assert enter(client, staff.email, code=code).status_code == 422, "a code seen over a shoulder is used up"


@pytest.mark.parametrize("target", ["//x.example", "/\\x.example", "https:x.example", "https://x.example", "/\t/x.example", "javascript:1"])
def test_signing_in_never_leads_to_another_site(client: FlaskClient, writing: Opened, target: str) -> None:
    with writing() as db:
        email = a_staff(db).email
    assert target not in client.get("/ingresar", query_string={"next": target}).text
    assert enter(client, email, next=target).location == "/escritorio"
    assert client.get("/ingresar", query_string={"next": target}).location == "/escritorio", "signed in already"


def test_signing_in_leads_back_to_where_one_was_going(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        email = a_staff(db).email
    wanted = client.get("/escritorio/cuenta")
    assert wanted.location == "/ingresar?next=/escritorio/cuenta"
    assert 'value="/escritorio/cuenta"' in client.get(wanted.location).text
    assert enter(client, email, next="/escritorio/cuenta").location == "/escritorio/cuenta"


def test_the_sign_in_form_is_refused_without_its_token_or_from_another_site(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        email = a_staff(db).email
    assert client.post("/ingresar", data={"email": email, "password": PASSWORD}).status_code == 400
    data = {"csrf_token": open_form_token(), "email": email, "password": PASSWORD}
    assert client.post("/ingresar", data=data, headers={"Origin": "https://otra.example"}).status_code == 403


def test_an_incomplete_sign_in_keeps_the_address_and_never_the_password(client: FlaskClient) -> None:
    answer = enter(client, "ana@oficina.example", "")
    assert answer.status_code == 422
    assert "ana@oficina.example" in answer.text
    assert "Escriba la contraseña." in answer.text
    assert OTHER not in enter(client, "", OTHER).text


@pytest.mark.parametrize("email", ["\x00", "a" * 5000, "\u202eana@oficina.example", "' OR 1=1 --", "ñ@ñ.example"])
def test_nonsense_for_an_address_is_just_another_failure(client: FlaskClient, email: str) -> None:
    assert enter(client, email, "x" * 5000).status_code == 422


def test_no_password_reaches_a_log_a_row_or_a_page(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    canary = "canario amarillo canta 7"
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.JsonLines())
    logging.getLogger().addHandler(handler)
    with writing() as db:
        token = service.first_admin_link(db)
    pages = [choose(client, f"/primer-ingreso/{token}", canary, name="Jefa Ficticia", email="jefa@oficina.example").text]
    pages += [enter(client, "jefa@oficina.example", canary + "x").text, enter(client, "jefa@oficina.example", canary).text]
    logging.getLogger().removeHandler(handler)
    logged = lines.getvalue()
    assert '"endpoint": "accounts.enter"' in logged
    assert '"path": "/primer-ingreso/***"' in logged
    for secret in (canary, token or "", "jefa@oficina.example"):
        assert secret not in logged
    assert canary not in str(everything(looking)) + "".join(pages)
