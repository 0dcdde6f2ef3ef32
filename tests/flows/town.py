"""A small town with something behind every door, and the walk through it: every page that can be reached, every form on the way."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from eventos.accounts import service as accounts
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database, transaction
from eventos.kernel.vocabulary import Modality, StaffRole
from eventos.registration import importing
from eventos.registration.service import importing as sheets
from eventos.registration.service import tickets
from eventos.registration.service.importing import Options
from tests.accounts.factories import a_link, a_staff, staff_form_token
from tests.cycles.factories import a_cycle, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.crowd import sheet_of
from tests.support.visitor import PageForm, read_page

HOST = "http://localhost"


@dataclass(frozen=True)
class Town:
    """Where a walk begins, for anybody and for the administrator, and what opens the office's door."""

    public: tuple[str, ...]
    office: tuple[str, ...]
    cookie: str


@dataclass(frozen=True)
class Found:
    """A form, and the page it stands on."""

    page: str
    form: PageForm

    @property
    def action(self) -> str:
        return urlsplit(self.form.action).path


def build(app: Flask) -> Town:
    """Events in each state, people, sheets halfway and entered, links of every kind, a team."""
    with app.app_context():
        with transaction() as db:
            cycle = a_cycle(db)
            event = a_published_event(db, cycle=cycle, modality=Modality.HYBRID, venue_name="Auditorio de prueba", capacity_onsite=2)
            other = a_published_event(db, cycle=cycle, number=6)
            draft = an_event(db, cycle=cycle, number=7)
            mine = a_registration(db, event)
            link, ticket = tickets.link_of(mine), tickets.ticket_of(mine)
            admin, forgetful = a_staff(db, role=StaffRole.ADMINISTRATOR), a_staff(db)
            invited = a_staff(db, password=None)
            reset, invitation = a_link(db, forgetful, "reset"), a_link(db, invited, "invitation")
            cookie = accounts.start_session(db, admin.id, now=clock.now())
        importing.run(event.slug, sheet_of(3), "lista.csv", by=SYSTEM, options=Options(has_consents=True))
        waiting = _sheets_halfway(event.slug, event.id)
        database.engine.dispose()
    public = ("/", "/mi-inscripcion", "/ingresar", "/restablecer", f"/i/{link}", f"/q/{ticket}", f"/restablecer/{reset}")
    desk = f"/escritorio/eventos/{event.slug}"
    office = ("/escritorio", "/escritorio/cuenta", desk, *waiting, f"/escritorio/eventos/{draft.slug}", f"/escritorio/eventos/{other.slug}")
    return Town((*public, f"/invitacion/{invitation}", f"/eventos/{event.slug}/inscripcion"), office, cookie)


def _sheets_halfway(slug: str, event_id: int) -> list[str]:
    """One sheet whose columns are to be told, one that waits for its confirmation."""
    places = []
    for start, checked in ((50, False), (60, True)):
        file = importing.take_file(sheet_of(4, start=start), "otra.csv")
        with transaction() as db:
            sheet = sheets.upload(db, file, Options(has_consents=True), event_id=event_id, by=SYSTEM, now=clock.now())
            if checked:
                sheets.begin_check(db, sheet.public_id, sheets.mapping_for(db, file.headers), Options(has_consents=True), event_id=event_id)
            number, public_id, run = sheet.id, sheet.public_id, str(sheet.summary.get("run", ""))
        if checked:
            importing.check(number, run)
        places.append(f"/escritorio/eventos/{slug}/importar/{public_id}")
    return places


class Snapshot:
    """The database as it was, to begin again from."""

    def __init__(self, app: Flask, database_url: str) -> None:
        self._app = app
        self._file = Path(database_url.removeprefix("sqlite:///"))
        self._kept = self._file.with_suffix(".kept")
        self._let_go()
        shutil.copyfile(self._file, self._kept)

    def restore(self) -> None:
        self._let_go()
        shutil.copyfile(self._kept, self._file)

    def _let_go(self) -> None:
        with self._app.app_context():
            with database.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            database.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)


def walk(app: Flask, client: FlaskClient, starts: tuple[str, ...], *, most: int = 300) -> tuple[dict[str, Found], dict[str, set[str]]]:
    """Follow every link from these pages; gives one form of each kind, and one address of each route with the keys of its queries."""
    waiting, seen = list(starts), set(starts)
    forms, places = dict[str, Found](), dict[str, tuple[str, set[str]]]()
    times: dict[str, int] = {}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        answer = client.get(path)
        route = _route(app, urlsplit(path).path, "GET")
        places.setdefault(route, (urlsplit(path).path, set()))[1].update(key for key, _ in parse_qsl(urlsplit(path).query))
        if answer.mimetype != "text/html":
            continue
        found, links = read_page(answer.text, HOST + path)
        for form in found:
            one = Found(path, form)
            names = ",".join(sorted({re.sub(r"\d+", "0", name) for name in form.names()}))
            forms.setdefault(f"{form.method} {_route(app, one.action, form.method)} {names}", one)
            if form.method == "GET":
                places.setdefault(_route(app, one.action, "GET"), (one.action, set()))[1].update(form.names())
        for link in links:
            parts = urlsplit(link)
            to = parts.path + (f"?{parts.query}" if parts.query else "")
            kind = _route(app, parts.path, "GET") + "?" + ",".join(sorted(key for key, _ in parse_qsl(parts.query)))
            if parts.netloc == "localhost" and to not in seen and kind and not kind.startswith("static") and times.get(kind, 0) < 3:
                times[kind] = times.get(kind, 0) + 1
                seen.add(to)
                waiting.append(to)
    return {kind: one for kind, one in forms.items() if one.form.method == "POST"}, dict(places.values())


def _route(app: Flask, path: str, method: str) -> str:
    """The endpoint behind an address, or the address itself."""
    try:
        endpoint: str = app.url_map.bind("localhost").match(path, method)[0]
    except HTTPException:
        return path
    return endpoint


def officer(app: Flask, town: Town) -> tuple[FlaskClient, str]:
    """A browser signed in as the administrator, and the token its forms carry."""
    client = app.test_client()
    client.set_cookie("eventos", town.cookie, domain="localhost")
    return client, staff_form_token(client, town.cookie)
