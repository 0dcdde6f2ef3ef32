"""The phone at the door that the tests of its pages begin with, with and without a browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventos.accounts import service as accounts
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.checkin.factories import OPEN, a_bearer, carry, code_of
from tests.checkin.kept import LATER, Kept
from tests.checkin.stage import At, Phone, Stage
from tests.checkin.stand import Stand
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.support.inside import answering


@pytest.fixture
def stage(client: FlaskClient, writing: Opened, clock_at: At) -> Stage:
    """A phone enrolled for one event of two, with three people of its own and a stranger."""
    clock_at(OPEN)
    with writing() as db:
        cycle = a_cycle(db)
        event = a_published_event(db, cycle=cycle)
        other = a_published_event(db, cycle=cycle, number=6, topic="Control social")
        people = [a_registration(db, event, given_names=name, family_names="Ejemplo Guadual") for name in ("Aurora", "Irene", "Lucio")]
        assert all(one.person for one in people)  # loaded, to be asked about later
        stranger = a_registration(db, other)
        staff = a_staff(db, role=StaffRole.ADMINISTRATOR)
        bearer = a_bearer(db, event, staff=staff)
    return Stage(client, carry(client, bearer), event, other, people, stranger, bearer, staff)


@pytest.fixture
def phone(app: Flask, stage: Stage) -> Phone:
    """The phone of the stage by its bearer, without any cookie."""
    return Phone(app.test_client(), stage.bearer, stage.event.slug)


@pytest.fixture
def stand(app: Flask, writing: Opened) -> Iterator[Stand]:
    with clock.freeze(OPEN):
        with writing() as db:
            event = a_published_event(db)
            people = [a_registration(db, event, given_names=name, family_names="Ejemplo Guadual") for name in ("Aurora", "Irene")]
            staff = a_staff(db, role=StaffRole.ADMINISTRATOR)
            bearer = a_bearer(db, event, staff=staff)
            cookie = accounts.start_session(db, staff.id, now=OPEN)
            codes = [code_of(one) for one in people]
        app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
        with answering(app) as address:
            yield Stand(address, event.slug, bearer, codes, cookie)


@pytest.fixture
def kept(phone: Phone, clock_at: At) -> Kept:
    """A phone that prepares itself some minutes after everybody registered: what is told twice to be sure is over."""
    clock_at(OPEN + LATER / 2)
    return Kept(phone)


@pytest.fixture
def codes(stage: Stage) -> list[str]:
    return [tickets.ticket_of(one) for one in stage.people]
