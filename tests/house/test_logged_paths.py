"""Whatever opens a door, and whatever somebody typed, stays out of the log; also when a page fails, whose reader learns nothing."""

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
    "path", ["/escritorio/eventos/foro/constancias/escarapelas", "/escritorio/eventos/foro/asistencia", "/acreditacion/foro"]
)
def test_a_path_without_secrets_stays_readable(path: str) -> None:
    assert logs.masked(path) == path


def test_an_argument_that_is_a_secret_is_called_so(app: Flask) -> None:
    """Every argument of a route has one of these names: a new one is thought about."""
    names = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    assert names == SECRETS | {
        "slug",
        "public_id",
        "number",
        "version",
        "kind",
        "verb",
        "way",
        "name",
        "filename",
        "release",
        "registration",
        "scan",
        "job_id",
        "key",
        "first",
        "second",
    }


def test_what_somebody_asks_in_a_query_is_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get(f"/verificar/{CANARY}?codigo={CANARY}", headers={"Referer": f"http://localhost/i/{CANARY}"})
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert any('"/verificar/***"' in line for line in lines)
    assert [line for line in lines if CANARY in line] == []


def test_a_bug_tells_neither_its_reader_nor_the_log_what_was_typed(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.config["PROPAGATE_BUGS"] = False
    home = app.view_functions["agenda.home"]

    def broken() -> str:
        raise ValueError(CANARY)

    broken.entry = home.entry  # type: ignore[attr-defined]
    app.view_functions["agenda.home"] = broken
    answer = app.test_client().get("/")
    assert (answer.status_code, '<html lang="es' in answer.text) == (500, True)
    assert [word for word in (CANARY, "ValueError", "Traceback", "broken") if word in answer.text] == []
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert any("ValueError" in line and "broken" in line for line in lines), "those who look after it learn where"
    assert [line for line in lines if CANARY in line] == []


@pytest.mark.parametrize("sneaked", ["%0d%0aX-Cabecera:%201", "%0a{%22level%22:%22info%22}"])
def test_one_request_is_one_line_whatever_its_address(client: FlaskClient, caplog: pytest.LogCaptureFixture, sneaked: str) -> None:
    assert client.get(f"/eventos/{sneaked}").status_code == 404
    lines = [logs.JsonLines().format(record) for record in caplog.records if record.name == "eventos.access"]
    assert len(lines) == 1
    assert "\n" not in lines[0]
