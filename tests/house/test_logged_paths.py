"""Whatever opens a door stays out of the log: each route that carries a secret in its address is written without it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventos.kernel import logs

SECRETS = {"token", "receipt", "code"}
CANARY = "Canario123456789"


def test_no_route_with_a_secret_is_logged_with_it(app: Flask) -> None:
    paths = [
        re.sub(r"<(?:[^:>]+:)?([a-z_]+)>", lambda part: CANARY if part[1] in SECRETS else "1", rule.rule)
        for rule in app.url_map.iter_rules()
        if SECRETS & rule.arguments
    ]
    assert len(paths) > 20
    assert [path for path in paths if CANARY in logs.masked(path)] == []
    assert logs.masked(f"/eventos/{CANARY}") == f"/eventos/{CANARY}", "what is public is told"


@pytest.mark.parametrize(
    "path", ["/escritorio/eventos/foro/constancias/escarapelas", "/escritorio/eventos/foro/asistencia", "/puerta/foro"]
)
def test_a_path_without_secrets_stays_readable(path: str) -> None:
    assert logs.masked(path) == path


def test_an_argument_that_is_a_secret_is_called_so(app: Flask) -> None:
    """Every argument of a route has one of these names: a new one is thought about."""
    names = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    assert names == SECRETS | {"slug", "public_id", "number", "version", "kind", "verb", "way", "name", "filename", "job_id"}


def test_what_somebody_asks_in_a_query_is_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get(f"/verificar/{CANARY}?codigo={CANARY}", headers={"Referer": f"http://localhost/i/{CANARY}"})
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert any('"/verificar/***"' in line for line in lines)
    assert [line for line in lines if CANARY in line] == []
