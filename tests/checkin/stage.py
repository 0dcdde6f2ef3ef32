"""A phone at the door of an event, with people, as tests of its pages need it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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

    def sent(self, *scans: dict[str, object]) -> TestResponse:
        return self.post("lecturas", lecturas=json.dumps(scans))


def one_scan(code: str, nonce: str = "lectura-0001", at: datetime = OPEN) -> dict[str, object]:
    return {"nonce": nonce, "code": code, "at": int(at.timestamp() * 1000)}


def accepted(looking: Opened) -> int:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Acceptance)) or 0
