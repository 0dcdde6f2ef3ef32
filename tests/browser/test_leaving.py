"""Somebody who leaves a page with a secret in its address takes nothing of it along."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from eventos.app import create_app
from eventos.kernel.db import database, transaction
from eventos.kernel.settings import Settings
from eventos.registration.service.tickets import link_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.browser import Chromium
from tests.support.inside import answering
from tests.support.ports import free_port


class _Elsewhere(BaseHTTPRequestHandler):
    """Another site, which writes down where its visitors say they come from."""

    def do_GET(self) -> None:
        if self.path != "/favicon.ico":
            self.server.told.append(self.headers.get("Referer"))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Referrer-Policy", "unsafe-url")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Otro sitio</title><link rel=icon href=data:,>")

    def log_message(self, *_said: object) -> None:
        pass


@contextmanager
def elsewhere() -> Iterator[tuple[str, list[str | None]]]:
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    server.told = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.told  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_another_site_is_not_told_the_personal_link(tmp_path: Path, database_url: str, chromium: Chromium) -> None:
    settings = {"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_DATABASE_URL": database_url, "EVENTOS_PORT": str(free_port())}
    app = create_app(Settings.from_environ(settings), ring=lambda: None)
    with app.app_context(), transaction() as db:
        link = link_of(a_registration(db, a_published_event(db)))
    with answering(app) as ours, elsewhere() as (theirs, told), elsewhere() as (third, told_third):
        page = chromium.open()
        page.goto(f"{ours}/i/{link}")
        page.evaluate("to => { location.href = to }", f"{theirs}/")
        page.wait_for_url(f"{theirs}/")
        page.evaluate("to => { location.href = to }", f"{third}/")
        page.wait_for_url(f"{third}/")
    with app.app_context():
        database.engine.dispose()
    assert told == [None]
    assert told_third == [f"{theirs}/"], "a site without our policy would have told"
