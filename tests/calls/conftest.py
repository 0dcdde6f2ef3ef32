"""A call in a browser's hands: an event, its entities, a staff member signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.accounts.factories import SignedIn, signed_in
from tests.calls.factories import a_call, convene, link, recipients, send
from tests.conftest import Opened
from tests.cycles.factories import a_published_event

Run = Callable[[], int]


@dataclass
class Desk:
    """What a test of the pages needs: addresses, and a way to post as staff."""

    client: FlaskClient
    who: SignedIn
    slug: str
    cycle: str
    event_id: int
    public_id: str
    convened: list[str]

    @property
    def url(self) -> str:
        return f"/escritorio/eventos/{self.slug}/convocatoria/{self.public_id}"

    @property
    def convened_url(self) -> str:
        return f"/escritorio/ciclos/{self.cycle}/convocadas"

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.who.csrf, **data})


@pytest.fixture
def desk(client: FlaskClient, writing: Opened) -> Desk:
    """A published event whose cycle convenes three town halls, with a draft of its call, and an administrator signed in."""
    who = signed_in(client, writing)
    with writing() as db:
        event = a_published_event(db)
        convened = convene(db, event.cycle_id)
        public_id = a_call(db, event)
        return Desk(client, who, event.slug, event.cycle.slug, event.id, public_id, convened)


@pytest.fixture
def links(desk: Desk, writing: Opened, outbox_run: Run) -> list[str]:
    """The call sent to its three entities; gives the secret of each one's receipt."""
    from eventos.cycles.models import Event

    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        send(db, event, desk.public_id)
    outbox_run()
    with writing() as db:
        return [link(row) for row in recipients(db, db.get_one(Event, desk.event_id), desk.public_id)]


@pytest.fixture
def visitor(desk: Desk) -> FlaskClient:
    """Somebody of an entity: nobody of the staff."""
    return desk.client.application.test_client()
