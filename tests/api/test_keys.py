"""Keys to the API: made and revoked by those who organise, shown once, good for what they say and no longer."""

import logging
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.accounts import service as accounts
from eventos.accounts.models import ApiToken, Staff
from eventos.kernel import bearers, clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import Audience, entry_of
from eventos.kernel.operations import OPERATIONS
from eventos.kernel.vocabulary import ApiScope, StaffRole
from tests.accounts.factories import a_staff, signed_in
from tests.api.factories import ALL, Program, a_key, a_program
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

PAGE = "/escritorio/llaves"


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(method, path, scope) of each route of the API, its arguments named x."""
    found = []
    for rule in app.url_map.iter_rules():
        entry = entry_of(app, rule.endpoint)
        if entry is not None and entry.audience is Audience.API:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            found.append((method, rule.rule.replace("<slug>", "x").replace("<public_id>", "x"), entry.scope))
    return found


def ask(client: FlaskClient, method: str, path: str, authorization: str | None) -> tuple[int, str]:
    answer = client.open(path, method=method, json={}, headers={"Authorization": authorization} if authorization is not None else {})
    return answer.status_code, (answer.get_json() or {}).get("code", "")


def test_every_route_of_the_api_has_a_scope_and_is_described(app: Flask) -> None:
    found = routes(app)
    phones = [operation for operation in OPERATIONS.values() if operation.is_for_devices]
    assert len(found) + len(phones) == len(OPERATIONS) > 10
    assert {scope for _method, _path, scope in found} == set(ApiScope)


def test_without_a_good_key_no_route_opens(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        late, gone, left, demoted = (a_staff(db) for _ in range(4))
        keys = {name: a_key(db, staff=staff) for name, staff in (("late", late), ("gone", gone), ("left", left), ("demoted", demoted))}
        row = db.execute(select(ApiToken).where(ApiToken.staff_id == late.id)).scalar_one()
        row.expires_at = clock.now() - timedelta(seconds=1)
        revoked = db.execute(select(ApiToken.public_id).where(ApiToken.staff_id == gone.id)).scalar_one()
        accounts.revoke_api_token(db, revoked, staff_id=gone.id, by=SYSTEM, now=clock.now())
        left.deactivated_at = clock.now()
        demoted.role = StaffRole.READER.value
    bad = [
        None,
        "",
        "Bearer",
        "Basic eDp5",
        "Bearer no-es-de-nadie",
        "Bearer ñ",
        "Bearer " + "x" * 500,
        *(f"Bearer {key}" for key in keys.values()),
    ]
    for method, path, _scope in routes(app):
        for each in bad[: len(bad) if path.endswith("/events") else 1]:
            assert ask(client, method, path, each) == (401, "not_identified"), (method, path, each)
    assert client.get("/api/v1/events").headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_opens_the_routes_of_its_scopes_and_no_other(app: Flask, client: FlaskClient, writing: Opened) -> None:
    wrong = []
    for scope in ApiScope:
        with writing() as db:
            key = a_key(db, scope)
        for method, path, needed in routes(app):
            status, code = ask(client, method, path, f"Bearer {key}")
            if (status == 403, code == "lacks_scope") != (scope != needed,) * 2:
                wrong.append((scope, method, path, status))
    assert wrong == []


def test_a_cookie_opens_nothing_of_the_api_and_a_key_nothing_of_the_desk(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        key = a_key(db)
    assert client.get("/escritorio", headers={"Authorization": f"Bearer {key}"}).status_code == 302
    signed_in(client, writing)
    assert {ask(client, method, path, None)[0] for method, path, _scope in routes(app)} == {401}


def test_what_a_key_sees_is_what_its_owner_sees_today(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        mine, theirs = a_cycle(db), a_cycle(db)
        here, there = a_published_event(db, cycle=mine), a_published_event(db, cycle=theirs)
        person = a_registration(db, there)
        slugs = here.slug, there.slug, person.public_id, theirs.slug
        key = a_key(db, role=StaffRole.ORGANISER, cycles=(mine.id,))
        everything = a_key(db)
    program = Program(client, key)
    assert [event["slug"] for event in program.get("/events").get_json()["items"]] == [slugs[0]]
    assert len(Program(client, everything).get("/events").get_json()["items"]) == 2
    url = f"/events/{slugs[1]}"
    one, sheet = f"{url}/registrations/{slugs[2]}", f"{url}/imports?consents=true"
    asked = [
        program.get(url), program.get(f"{url}/registrations"), program.get(one), program.patch(url, {"version": 1, "topic": "Otro"}),
        program.post(f"{url}/publish"), program.post(f"{url}/cancel", {"reason": "x"}), program.patch(one, {"post": "Otro"}),
        program.post(f"{one}/cancel"), program.post(f"{url}/registrations", program.person()),
        program.post(sheet, data=b"a;b\n1;2\n", headers={"Content-Type": "text/csv"}), program.get(f"{url}/imports/{slugs[2]}"),
        program.post(f"{url}/imports/{slugs[2]}/confirm"), program.post("/events", {"cycle": slugs[3], "topic": "Otro"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in asked] == [404] * len(asked)
    # What is there of somebody else's, named beside an event of one's own, is not there either.
    assert program.get(f"/events/{slugs[0]}/registrations/{slugs[2]}").status_code == 404


def test_more_than_the_allowance_of_a_minute_waits(client: FlaskClient, writing: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    program, other = a_program(client, writing, ApiScope.EVENTS_READ), a_program(client, writing, ApiScope.EVENTS_READ)
    first = program.get("/events")
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("600", "599")
    assert 0 < int(first.headers["RateLimit-Reset"]) <= 60
    monkeypatch.setattr(bearers, "PER_TOKEN", bearers.Limit("api", 2, timedelta(minutes=1)))
    assert program.get("/events").status_code == 200
    refused = program.get("/events")
    assert (refused.status_code, refused.get_json()["code"], refused.headers["RateLimit-Remaining"]) == (429, "too_many_requests", "0")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.get("/events").status_code == 200


def test_somebody_who_guesses_keys_is_slowed(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearers, "BAD_TOKENS", bearers.Limit("api-bad-token", 3, timedelta(minutes=1)))
    guessed = [client.get("/api/v1/events", headers={"Authorization": f"Bearer evt_{number}"}).status_code for number in range(4)]
    assert guessed == [401, 401, 401, 429]


def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: FlaskClient, writing: Opened, looking: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    who = signed_in(client, writing, StaffRole.ORGANISER)
    caplog.set_level(logging.DEBUG)
    form = {"csrf_token": who.csrf, "name": "Portal de prueba", "scopes": ["events:read"], "days": "365"}
    made = client.post(PAGE, data=form)
    key = made.text.partition("evt_")[2].partition("<")[0].strip()
    key = f"evt_{key.split()[0]}"
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    assert Program(client, key).get("/events").status_code == 200
    assert key not in client.get(PAGE).text
    assert "Portal de prueba" in client.get(PAGE).text
    with looking() as db:
        row = db.execute(select(ApiToken)).scalar_one()
        assert key not in repr([tuple(each) for each in db.execute(ApiToken.__table__.select())])
        assert row.last_used_at is not None
        assert row.expires_at <= clock.now() + timedelta(days=365)
        actions = set(db.execute(select(AuditEntry.action)).scalars())
    assert "accounts.make_api_token" in actions
    assert key not in caplog.text


def test_what_is_wrong_in_the_form_of_a_key_is_said_and_kept(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    for wrong in ({"name": "", "scopes": ["events:read"]}, {"name": "Portal"}, {"name": "Portal", "scopes": ["todo"]}):
        answer = client.post(PAGE, data={"csrf_token": who.csrf, "days": "90", **wrong})
        assert answer.status_code == 422
        assert "evt_" not in answer.text.replace("evt_…", "")
        assert f'value="{wrong["name"]}"' in answer.text or not wrong["name"]


def test_a_revoked_key_stops_at_once_and_only_its_owner_or_an_administrator_revokes_it(app: Flask, writing: Opened) -> None:
    colleague, owner, administrator = app.test_client(), app.test_client(), app.test_client()
    other, me = signed_in(colleague, writing, StaffRole.ORGANISER), signed_in(owner, writing, StaffRole.ORGANISER)
    boss = signed_in(administrator, writing, StaffRole.ADMINISTRATOR)
    with writing() as db:
        first, second = (a_key(db, staff=db.get_one(Staff, me.id)) for _ in range(2))
        ids = list(db.execute(select(ApiToken.public_id).order_by(ApiToken.id)).scalars())
    visitor = app.test_client()
    assert "Programa" not in colleague.get(PAGE).text
    assert colleague.post(f"{PAGE}/{ids[0]}/revocar", data={"csrf_token": other.csrf}).status_code == 404
    assert Program(visitor, first).get("/events").status_code == 200
    assert owner.post(f"{PAGE}/{ids[0]}/revocar", data={"csrf_token": me.csrf}).status_code == 303
    assert (Program(visitor, first).get("/events").status_code, Program(visitor, second).get("/events").status_code) == (401, 200)
    assert administrator.post(f"{PAGE}/{ids[1]}/revocar", data={"csrf_token": boss.csrf}).status_code == 303
    assert Program(visitor, second).get("/events").status_code == 401


@pytest.mark.parametrize("role", [StaffRole.DOOR, StaffRole.READER])
def test_who_only_looks_makes_no_keys(client: FlaskClient, writing: Opened, role: StaffRole) -> None:
    signed_in(client, writing, role)
    assert client.get(PAGE).status_code == 403


def test_no_key_lives_longer_than_a_year(writing: Opened) -> None:
    with writing() as db:
        staff = a_staff(db)
        for days in (0, 366):
            with pytest.raises(InvalidInput):
                accounts.make_api_token(db, staff_id=staff.id, name="x", scopes=ALL, days=days, by=SYSTEM, now=clock.now())


def test_the_gate_costs_three_statements(client: FlaskClient, writing: Opened) -> None:
    program = a_program(client, writing, ApiScope.EVENTS_READ)
    program.get("/events")
    with counted() as statements:
        assert program.get("/events").status_code == 200
    # Whose key it is, the minute's counter, and the page itself, which is empty.
    assert len(statements) == 3, str(statements)
