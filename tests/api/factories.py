"""Programs with a key to the API, and what they send; everybody in it is invented."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.accounts import service
from eventos.accounts.models import Staff
from eventos.cycles.models import CycleStaff
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import ApiScope, StaffRole
from tests.accounts.factories import a_staff

ALL = tuple(ApiScope)
_numbers = count(1)


def a_key(
    db: Session, *scopes: ApiScope, staff: Staff | None = None, role: StaffRole = StaffRole.ADMINISTRATOR, cycles: tuple[int, ...] = ()
) -> str:
    """A key with these scopes (all unless some are given), of somebody new who works in these cycles."""
    owner = staff or a_staff(db, role=role)
    db.add_all(CycleStaff(cycle_id=cycle_id, staff_id=owner.id) for cycle_id in cycles)
    return service.make_api_token(
        db, staff_id=owner.id, name=f"Programa {next(_numbers)}", scopes=scopes or ALL, days=30, by=SYSTEM, now=clock.now()
    )


@dataclass(frozen=True)
class Program:
    """A program that asks with its key: `program.get("/events")`, `program.post("/events", {…})`."""

    client: FlaskClient
    key: str

    def ask(self, method: str, path: str, body: Any = None, *, idempotency: str = "", **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": idempotency} if idempotency else {})
        given = {"json": body} if body is not None else {}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers | more.pop("headers", {}), **given, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.ask("POST", path, {} if body is None and "data" not in more else body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> TestResponse:
        return self.ask("PATCH", path, body, **more)

    def person(self, **changes: Any) -> dict[str, Any]:
        """Somebody new who was shown today's notice."""
        number = next(_numbers)
        told = {
            "document_type": "CC",
            "document_number": str(20_000_000 + number),
            "given_names": "Elvira Demo",
            "family_names": f"Cedral {number}",
            "email": f"elvira{number}@riosucio.example",
            "entity": "Alcaldía de Riosucio",
            "post": "Secretaria de Planeación",
            "link_kind": "planta",
            "divipola": "17614",
            "consent": {"authorised": True, "notice": self.get("/notice").get_json()["sha256"]},
        }
        return {name: value for name, value in (told | changes).items() if value is not None}


def a_program(client: FlaskClient, writing: Callable[[], AbstractContextManager[Session]], *scopes: ApiScope, **how: Any) -> Program:
    with writing() as db:
        return Program(client, a_key(db, *scopes, **how))
