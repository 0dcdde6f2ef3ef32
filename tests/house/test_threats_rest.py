"""What lies on the disk and who is believed: file modes, secrets at rest, forwarded addresses, fields nobody offered."""

import stat
from collections.abc import Callable
from pathlib import Path

from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.app import create_app
from eventos.kernel.http import client_address
from eventos.kernel.settings import Settings
from eventos.kernel.tokens import KEY_FILE
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.service.tickets import link_of, ticket_of
from tests.accounts.factories import PASSWORD, a_staff, enable_totp, open_form_token, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.databases import migrate


def proxied(tmp_path: Path, how_many: int) -> Flask:
    settings = {"EVENTOS_DATA_DIR": str(tmp_path), "EVENTOS_TRUSTED_PROXIES": str(how_many)}
    app = create_app(Settings.from_environ(settings), ring=lambda: None)
    health = app.view_functions["health.alive"]

    def seen() -> str:
        return f"{client_address()} {request.host} {request.script_root}"

    seen.entry = health.entry  # type: ignore[attr-defined]
    app.view_functions["health.alive"] = seen
    return app


def test_a_forwarded_address_is_believed_as_far_as_the_proxies_one_has(tmp_path: Path) -> None:
    told = {"X-Forwarded-For": "10.9.9.9, 10.1.1.1", "X-Forwarded-Host": "pesca.example", "X-Forwarded-Prefix": "/x"}
    seen = [proxied(tmp_path, number).test_client().get("/healthz", headers=told).text for number in (0, 1, 2, 3)]
    # With more proxies than addresses nobody is believed.
    assert seen == [f"{address} localhost " for address in ("127.0.0.1", "10.1.1.1", "10.9.9.9", "127.0.0.1")]


def test_nobody_else_on_the_machine_can_read_what_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "var"
    app = create_app(Settings.from_environ({"EVENTOS_DATA_DIR": str(data)}))
    migrate(f"sqlite:///{data}/eventos.sqlite3")
    client = app.test_client()
    token = open_form_token()
    assert client.post("/mi-inscripcion", data={"csrf_token": token, "email": "ana@oficina.example"}).status_code < 400
    kept = list(data.rglob("*"))
    assert {"eventos.sqlite3", "cola.sqlite3", KEY_FILE} <= {each.name for each in kept}
    assert any(each.name.endswith("-wal") for each in kept)
    open_to_others = {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in [data, *kept] if each.stat().st_mode & 0o077}
    assert open_to_others == {}


def test_no_secret_lies_in_the_clear(client: FlaskClient, writing: Opened, settings: Settings, outbox_run: Callable[[], int]) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        registration = a_registration(db, a_published_event(db))
        secrets = {"ticket": ticket_of(registration), "link": link_of(registration), "cookie": who.cookie, "password": PASSWORD}
        secrets["totp"] = enable_totp(db, a_staff(db))
    outbox_run()
    letters = settings.data_dir / "correo"
    files = [each for each in settings.data_dir.parent.rglob("*") if each.is_file() and letters not in each.parents]
    files += [each for each in Path(settings.sqlalchemy_url.removeprefix("sqlite:///")).parent.iterdir() if each.is_file()]
    found = {(name, each.name) for each in files for name, secret in secrets.items() if secret.encode() in each.read_bytes()}
    assert found == set()
    pages = [client.get(path).text for path in ("/escritorio", "/escritorio/correos", "/escritorio/equipo", "/escritorio/cuenta")]
    assert [name for name, secret in secrets.items() if any(secret in page for page in pages)] == []


def test_fields_nobody_offered_are_not_read(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event, other = a_published_event(db, capacity_virtual=1), a_published_event(db, number=8, capacity_virtual=1)
        a_registration(db, event)
        slug, other_id = event.slug, other.id
    typed = {
        "csrf_token": open_form_token(), "document_type": "CC", "document_number": "12345678", "given_names": "Elvira Demo",
        "family_names": "Cedral", "email": "elvira@riosucio.example", "municipio": "Riosucio (Caldas)", "entity": "Alcaldía de Riosucio",
        "post": "Secretaria", "link_kind": "planta", "consent": "y",
    }  # fmt: skip
    slipped = {"state": "active", "source": "staff", "demo": "1", "event_id": str(other_id), "public_id": "mia", "seat_pool_id": "1"}
    answer = client.post(f"/eventos/{slug}/inscripcion", data=typed | slipped | {"merged_into_id": "1", "waitlist": "y"})
    assert answer.status_code == 303, answer.text[:3000]
    with looking() as db:
        rows = db.execute(select(Registration, Person).join(Person).where(Person.document_number == "12345678")).all()
    ((registration, person),) = rows
    assert (registration.state, registration.source, registration.demo, registration.seat_pool_id) == ("waitlisted", "form", False, None)
    assert (registration.event_id != other_id, registration.public_id != "mia", person.merged_into_id) == (True, True, None)


def test_a_role_nobody_offered_is_not_taken(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        before = a_staff(db).public_id
    data = {"csrf_token": who.csrf, "role": "administrator'--", "name": "Otro", "email": "otro@oficina.example"}
    assert client.post(f"/escritorio/equipo/{before}/rol", data=data).status_code == 422
    change = client.post(
        "/escritorio/cuenta/nombre", data={"csrf_token": who.csrf, "cuenta-name": "Ana Nueva", "cuenta-role": "reader", "role": "reader"}
    )
    assert change.status_code < 400
    assert client.get("/escritorio/equipo").status_code == 200, "still an administrator"
