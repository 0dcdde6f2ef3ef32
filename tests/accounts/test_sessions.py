"""A signed-in browser: what its cookie is worth, and when it stops being worth anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.accounts import service
from eventos.accounts.models import StaffSession
from eventos.app import create_app
from eventos.kernel import clock, http
from eventos.kernel.audit import Actor
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import PASSWORD, a_staff, open_form_token, signed_in
from tests.conftest import Opened

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ClockAt = Callable[[datetime], None]


@pytest.fixture
def desk(app: Flask) -> str:
    """A page for staff that needs nothing but a session."""
    door = http.Door("probe", __name__, audience=http.Audience.STAFF)

    @door.get("/prueba")
    def page() -> str:
        return http.current_staff().name

    @door.post("/prueba")
    def act() -> str:
        return "hecho"

    @door.get("/prueba/administra", roles=[StaffRole.ADMINISTRATOR])
    def admin() -> str:
        return "administra"

    app.register_blueprint(door)
    return "/prueba"


def test_a_signed_in_browser_enters(client: FlaskClient, writing: Opened, desk: str) -> None:
    who = signed_in(client, writing, StaffRole.READER)
    assert client.get(desk).text == who.name


def test_without_a_session_the_page_sends_to_sign_in_and_back(client: FlaskClient, desk: str) -> None:
    answer = client.get(f"{desk}?x=1")
    assert answer.status_code == 302
    assert answer.location == "/ingresar?next=/prueba?x%3D1"


def test_an_invented_cookie_opens_nothing(client: FlaskClient, desk: str) -> None:
    client.set_cookie("eventos", "x" * 43, domain="localhost")
    assert client.get(desk).status_code == 302


def test_a_session_dies_after_two_idle_hours(client: FlaskClient, writing: Opened, desk: str, clock_at: ClockAt) -> None:
    clock_at(NOON)
    signed_in(client, writing)
    clock_at(NOON + timedelta(hours=1, minutes=59))
    assert client.get(desk).status_code == 200
    clock_at(NOON + timedelta(hours=3, minutes=58))
    assert client.get(desk).status_code == 200, "the visit before counted as use"
    clock_at(NOON + timedelta(hours=5, minutes=59))
    assert client.get(desk).status_code == 302


def test_a_session_dies_after_twelve_hours_however_busy(client: FlaskClient, writing: Opened, desk: str, clock_at: ClockAt) -> None:
    clock_at(NOON)
    signed_in(client, writing)
    for hour in range(1, 12):
        clock_at(NOON + timedelta(hours=hour))
        assert client.get(desk).status_code == 200
    clock_at(NOON + timedelta(hours=12))
    assert client.get(desk).status_code == 302


def test_use_is_noted_at_most_every_five_minutes(
    client: FlaskClient, writing: Opened, looking: Opened, desk: str, clock_at: ClockAt
) -> None:
    def seen() -> datetime | None:
        with looking() as db:
            return db.scalar(select(StaffSession.seen_at))

    clock_at(NOON)
    signed_in(client, writing)
    clock_at(NOON + timedelta(minutes=5))
    client.get(desk)
    assert seen() == NOON
    clock_at(NOON + timedelta(minutes=6))
    client.get(desk)
    assert seen() == NOON + timedelta(minutes=6)


def test_deactivation_ends_a_session_at_once_and_for_good(client: FlaskClient, writing: Opened, desk: str) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        chief = Actor.staff(a_staff(db, role=StaffRole.ADMINISTRATOR).id, "")
        service.deactivate(db, who.public_id, by=chief, now=clock.now())
    assert client.get(desk).status_code == 302
    with writing() as db:
        service.reactivate(db, who.public_id, by=chief)
    assert client.get(desk).status_code == 302, "an old cookie does not come back to life with the account"


def test_signing_in_changes_the_cookie_and_ends_the_session_it_replaces(client: FlaskClient, writing: Opened, desk: str) -> None:
    planted = signed_in(client, writing)
    with writing() as db:
        email = a_staff(db, name="Otra Persona Ficticia").email
    client.post("/ingresar", data={"csrf_token": open_form_token(), "email": email, "password": PASSWORD})
    fresh = client.get_cookie("eventos", domain="localhost")
    assert fresh is not None
    assert fresh.value != planted.cookie
    assert client.get(desk).text == "Otra Persona Ficticia"
    client.set_cookie("eventos", planted.cookie, domain="localhost")
    assert client.get(desk).status_code == 302


def test_a_cookie_nobody_gave_is_not_adopted_by_signing_in(client: FlaskClient, writing: Opened, desk: str) -> None:
    client.set_cookie("eventos", "plantada-por-otra-persona", domain="localhost")
    with writing() as db:
        email = a_staff(db).email
    client.post("/ingresar", data={"csrf_token": open_form_token(), "email": email, "password": PASSWORD})
    fresh = client.get_cookie("eventos", domain="localhost")
    assert fresh is not None
    assert fresh.value != "plantada-por-otra-persona"


def test_the_database_keeps_no_cookie(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    who = signed_in(client, writing)
    with looking() as db:
        assert who.cookie not in (db.scalar(select(StaffSession.token_hash)) or "")


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, writing: Opened, desk: str) -> None:
    who = signed_in(client, writing)
    answer = client.post("/salir", data={"csrf_token": who.csrf})
    assert answer.location == "/ingresar?aviso=signed-out"
    assert client.get_cookie("eventos", domain="localhost") is None
    client.set_cookie("eventos", who.cookie, domain="localhost")
    assert client.get(desk).status_code == 302


def test_signing_out_by_following_a_link_is_not_possible(client: FlaskClient, writing: Opened, desk: str) -> None:
    signed_in(client, writing)
    assert client.get("/salir").status_code == 405
    assert client.get(desk).status_code == 200


def test_a_staff_form_needs_the_token_of_its_own_session(client: FlaskClient, writing: Opened, desk: str) -> None:
    other = signed_in(client, writing)
    mine = signed_in(client, writing)
    assert client.post(desk, data={"csrf_token": mine.csrf}).status_code == 200
    for wrong in ("", "x", other.csrf, open_form_token()):
        assert client.post(desk, data={"csrf_token": wrong}).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://otra.example"}, {"Origin": "null"}]
)
def test_a_write_that_another_site_started_is_refused(client: FlaskClient, writing: Opened, desk: str, headers: dict[str, str]) -> None:
    who = signed_in(client, writing)
    assert client.post(desk, data={"csrf_token": who.csrf}, headers=headers).status_code == 403
    assert client.post(desk, data={"csrf_token": who.csrf}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [(StaffRole.ADMINISTRATOR, 200), (StaffRole.ORGANISER, 403), (StaffRole.DOOR, 403), (StaffRole.READER, 403)],
)
def test_a_page_opens_to_its_roles_only(client: FlaskClient, writing: Opened, desk: str, role: StaffRole, status: int) -> None:
    signed_in(client, writing, role)
    assert client.get(f"{desk}/administra").status_code == status
    assert client.get("/escritorio/equipo").status_code == status


def test_the_cookie_is_plain_on_loopback_and_host_bound_on_https(client: FlaskClient, writing: Opened, settings: Settings) -> None:
    with writing() as db:
        email = a_staff(db).email
    form = {"csrf_token": open_form_token(), "email": email, "password": PASSWORD}
    plain = client.post("/ingresar", data=form).headers["Set-Cookie"]
    assert plain.startswith("eventos=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(plain.split("; "))
    assert "Secure" not in plain

    public = Settings(data_dir=settings.data_dir, database_url=settings.database_url, public_url="https://eventos.oficina.example")
    secure = create_app(public, ring=lambda: None)
    given = secure.test_client().post("/ingresar", data=form, base_url=public.public_url).headers["Set-Cookie"]
    assert given.startswith("__Host-eventos=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(given.split("; "))
    assert "Domain" not in given
