"""When nobody answers at the database, the service says "not now" and keeps what was typed; it never looks like a bug."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventos.app import create_app
from eventos.kernel import clock, tokens
from eventos.kernel.http import FORM_TOKEN_LIFE
from eventos.kernel.settings import Settings

PAGES = ("/", "/eventos/alguno", "/eventos/alguno/inscripcion", "/escritorio")


@pytest.fixture(params=["sqlite", "postgres"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    """The application in front of a database that is not there."""
    urls = {"sqlite": f"sqlite:///{tmp_path}/no-hay/base", "postgres": f"postgresql://nadie@/nada?host={tmp_path}"}
    told = {"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_DATABASE_URL": urls[request.param]}
    return create_app(Settings.from_environ(told), ring=lambda: None)


def visitor(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("eventos", "x" * 43)
    return client


def test_it_lives_and_is_not_ready(away: Flask) -> None:
    client = visitor(away)
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})


def test_an_instance_without_tables_is_not_ready(tmp_path: Path) -> None:
    app = create_app(Settings.from_environ({"EVENTOS_DATA_DIR": str(tmp_path)}), ring=lambda: None)
    assert app.test_client().get("/readyz").status_code == 503


def test_every_page_says_not_now(away: Flask) -> None:
    answers = {path: visitor(away).get(path) for path in PAGES}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 503)
    assert {answer.headers["Retry-After"] for answer in answers.values()} == {"5"}
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"no-store"}


def test_what_was_typed_is_kept_but_never_a_password(away: Flask) -> None:
    token = tokens.issue("form", {}, expires_at=clock.now() + FORM_TOKEN_LIFE)
    typed = {"csrf_token": token, "email": "ana@oficina.example", "password": "palabra-muy-secreta-1"}
    answer = visitor(away).post("/ingresar", data=typed)
    assert answer.status_code == 503
    assert "ana@oficina.example" in answer.text
    assert "palabra-muy-secreta-1" not in answer.text
