"""Sweeps over every route: its headers to the letter, no write without its token, no look that writes, no cookie read in public."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from eventos.accounts import service as accounts
from eventos.accounts.models import Staff
from eventos.app import create_app
from eventos.kernel.http import Audience, entry_of
from eventos.kernel.settings import Settings
from eventos.registration.service.tickets import link_of
from tests.accounts.factories import a_link, a_staff, open_form_token, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
NORMAL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_CSP = "sandbox; default-src 'none'; frame-ancestors 'none'"
# Whether anybody may keep it for a minute → what goes with that.
BY_CLASS = {
    True: {"Cache-Control": "public, max-age=60", "Cross-Origin-Resource-Policy": "cross-origin"},
    False: {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"},
}


@pytest.fixture
def known(writing: Opened) -> dict[str, str]:
    """An event, and somebody registered for it with their personal link."""
    with writing() as db:
        event = a_published_event(db)
        registration = a_registration(db, event)
        return {"slug": event.slug, "public_id": registration.public_id, "token": link_of(registration)}


def address(rule: Rule, known: dict[str, str]) -> str:
    wanted = known | {"kind": "csv", "filename": "css/base.css"}
    chosen = re.sub(r"<any\(([^,)]+)[^)]*\):[^>]+>", r"\1", rule.rule)
    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda part: wanted.get(part[1], "1"), chosen)


def routes(app: Flask, method: str) -> list[tuple[Rule, Audience]]:
    found = []
    for rule in app.url_map.iter_rules():
        entry = entry_of(app, rule.endpoint)
        assert entry is not None
        if method in (rule.methods or set()):
            found.append((rule, entry.audience))
    return found


def differing(answer: TestResponse, promised: dict[str, str]) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name, value in promised.items() if answer.headers.get(name) != value}


def test_every_answer_carries_the_headers_of_its_class(app: Flask, client: FlaskClient, writing: Opened, known: dict[str, str]) -> None:
    who = signed_in(client, writing)
    seen = set()
    asked = [*routes(app, "GET"), *(pair for pair in routes(app, "POST") if pair[0].endpoint == "attendance.export")]  # a file of staff
    for rule, audience in asked:
        if rule.endpoint == "static" or audience in {Audience.DEVICE, Audience.API}:
            continue  # What a phone or a program is answered is tested where they have their key: tests/checkin, tests/api.
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(address(rule, known), method=method, data={"csrf_token": who.csrf} if method == "POST" else None)
        is_file = "attachment" in answer.headers.get("Content-Disposition", "")
        promised = COMMON | BY_CLASS[audience is Audience.PUBLIC and answer.status_code == 200]
        promised |= {"Content-Security-Policy": FILE_CSP if is_file else NORMAL_CSP}
        if audience is Audience.PERSONAL:
            promised |= {"X-Robots-Tag": "noindex"}
        assert differing(answer, promised) == {}, f"{rule.rule} {answer.status_code}"
        seen.add((audience, answer.status_code == 200, is_file))
    assert {(each, True, False) for each in Audience if each not in {Audience.DEVICE, Audience.API}} | {
        (Audience.STAFF, True, True)
    } <= seen


def test_https_is_asked_for_only_where_it_is_served(app: Flask, client: FlaskClient, tmp_path: Path, database_url: str) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    told = {
        "EVENTOS_PUBLIC_URL": "https://eventos.example",
        "EVENTOS_DATA_DIR": str(tmp_path / "otra"),
        "EVENTOS_DATABASE_URL": database_url,
    }
    secure = create_app(Settings.from_environ(told), ring=lambda: None).test_client()
    assert secure.get("/", base_url="https://eventos.example").headers["Strict-Transport-Security"] == "max-age=31536000"
    for host in ("https://localhost", "https://pesca.example"):
        assert secure.get("/no-existe", base_url=host).status_code == 400


def test_no_write_passes_without_its_token_or_from_another_site(
    app: Flask, client: FlaskClient, writing: Opened, known: dict[str, str]
) -> None:
    who = signed_in(client, writing)
    open_token = open_form_token()
    writes = routes(app, "POST")
    assert len(writes) > 30
    passed = []
    for rule, audience in writes:
        if audience in {Audience.DEVICE, Audience.API}:
            continue  # The same sweep runs with an enrolled phone in tests/checkin; programs have no form (tests/api).
        path, mine = address(rule, known), who.csrf if audience is Audience.STAFF else open_token
        theirs = open_token if audience is Audience.STAFF else who.csrf
        for token in ("", "x", theirs):
            if (status := client.post(path, data={"csrf_token": token}).status_code) != 400:
                passed.append((rule.rule, f"token {token[:4]!r}", status))
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "null"},
            {"Origin": "https://x.example"},
        ):
            if (status := client.post(path, data={"csrf_token": mine}, headers=headers).status_code) != 403:
                passed.append((rule.rule, str(headers), status))
    assert passed == []


def test_public_pages_are_the_same_for_staff(app: Flask, client: FlaskClient, writing: Opened, known: dict[str, str]) -> None:
    visitor = app.test_client()
    before = {rule.rule: visitor.get(address(rule, known)) for rule, audience in routes(app, "GET") if audience is Audience.PUBLIC}
    signed_in(client, writing)
    for rule, audience in routes(app, "GET"):
        if audience is Audience.PUBLIC:
            answer = client.get(address(rule, known), headers={"X-Forwarded-Host": "x.example", "X-Forwarded-Prefix": "/x"})
            assert answer.data == before[rule.rule].data, rule.rule
            assert "Cookie" not in answer.headers.get("Vary", "")


def test_looking_through_a_mail_scanner_changes_nothing(app: Flask, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    """GET and HEAD of every route with a secret, each with a secret that opens it."""
    with writing() as db:
        link = link_of(a_registration(db, a_published_event(db)))
        first = accounts.first_admin_link(db)
        invited = a_link(db, a_staff(db, password=None), "invitation")
        reset = a_link(db, a_staff(db), "reset")
    secrets = {"/i/": link, "/primer-ingreso/": first, "/invitacion/": invited, "/restablecer/": reset}
    before = everything(looking)
    opened = 0
    for rule, audience in routes(app, "GET"):
        token = next((secret for start, secret in secrets.items() if rule.rule.startswith(start)), None)
        if audience is Audience.PERSONAL and token:
            path = address(rule, {"token": token})
            opened += client.get(path).status_code == 200
            client.head(path)
    assert opened >= 8
    assert everything(looking) == before


def everything(looking: Opened) -> dict[str, list[tuple[object, ...]]]:
    with looking() as db:
        return {table.name: sorted(tuple(map(repr, row)) for row in db.execute(table.select())) for table in Staff.metadata.tables.values()}
