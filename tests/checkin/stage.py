"""A phone at the door of an event, with people, as tests of its pages need it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventos.accounts.models import Staff
from eventos.checkin.models import Acceptance
from eventos.cycles.models import Event
from eventos.registration.models import Registration
from tests.checkin.factories import OPEN
from tests.conftest import Opened

At = Callable[[datetime], None]
_numbers = count(1)


@dataclass
class Stage:
    """A phone at the door of an event, with people."""

    client: FlaskClient
    csrf: str
    event: Event
    other: Event
    people: list[Registration]
    stranger: Registration
    bearer: str
    staff: Staff

    @property
    def url(self) -> str:
        return f"/acreditacion/{self.event.slug}"

    def post(self, path: str, **data: str) -> TestResponse:
        return self.client.post(f"{self.url}/{path}", data={"csrf_token": self.csrf, **data})

    def typed(self, code: str, nonce: str = "lectura-0001") -> TestResponse:
        return self.post("codigo", code=code, nonce=nonce)

    def sent(self, *scans: dict[str, object], slug: str = "", **headers: str) -> TestResponse:
        """What the app sends: by the phone's cookie, from a page of ours."""
        told = {"Sec-Fetch-Site": "same-origin"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/api/v1/checkin/scans", json={"event": slug or self.event.slug, "scans": list(scans)}, headers=told)


def one_scan(code: str, nonce: str = "lectura-0001", at: datetime = OPEN) -> dict[str, object]:
    return {"nonce": nonce, "code": code, "scanned_at": at.isoformat()}


def accepted(looking: Opened) -> int:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Acceptance)) or 0


@dataclass
class Phone:
    """The same phone by the API, with its bearer: `phone.post("/checkin/scans", {…})`."""

    client: FlaskClient
    bearer: str
    slug: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {"json": body} if body is not None else {}
        told = {"Authorization": f"Bearer {self.bearer}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, headers=told, **given)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def about(self, what: str) -> str:
        return f"/checkin/events/{self.slug}/{what}"

    def scan(self, code: str = "", **more: Any) -> dict[str, Any]:
        return {"nonce": f"lectura-{next(_numbers):06}"} | ({"code": code} if code else {}) | more

    def scans(self, *scans: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.post("/checkin/scans", {"event": self.slug, "scans": list(scans)})
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.get_json()["answers"]
        return told
