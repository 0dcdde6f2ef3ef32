"""What a reading costs the database: five statements with the phone's own, for one or for a thousand, none of them compiled again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.queries import DeviceView
from eventos.checkin.rules import SeenScan
from eventos.kernel import tokens
from tests.attendance.factories import Guest, register
from tests.checkin.factories import OPEN, a_bearer, a_device, a_scan, door_of
from tests.checkin.stage import At, Phone, Stage
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.support.statements import compiled_anew, counted

MOST = 5


@pytest.mark.both_databases
def test_no_reading_costs_more_than_five_statements(db: Session) -> None:
    cycle = a_cycle(db)
    event, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6, topic="Control social")
    someone, stranger = a_registration(db, event), a_registration(db, other)
    bearer = a_bearer(db, event)
    early = OPEN - timedelta(minutes=9)
    readings = {
        "entry": a_scan(someone, nonce="lectura-1"),
        "repeated": a_scan(someone),
        "exit": a_scan(someone, direction="out"),
        "without a signal, before the entry that stands": a_scan(someone, scanned_at=early, offline=True, told="accepted"),
        "by name": SeenScan("marca-1", registration=someone.public_id, reason="No trae el código"),
        "other event": a_scan(stranger),
        "unknown": a_scan(code="nada"),
        "replay": a_scan(someone, nonce="lectura-1"),
    }
    cost = {}
    for name, reading in readings.items():
        db.flush()
        with counted() as statements:
            device = queries.device_by_token(db, tokens.digest(bearer), now=OPEN)
            assert device is not None
            service.keep_pace(device)
            service.record_scans(db, device, device.event(event.slug), [reading], now=OPEN)
        cost[name] = len(statements)
        assert len(statements) <= MOST, f"{name}\n{statements}"
    assert cost["entry"] == 5
    assert cost["unknown"] == 3


@pytest.mark.both_databases
def test_a_thousand_at_once_cost_no_more_statements(db: Session) -> None:
    event = a_published_event(db)
    people = register(db, event, [Guest(f"Persona {number}") for number in range(500)])
    device = a_device(db, event)
    seen = [SeenScan(f"{turn}-{one}", registration=one, reason="prueba") for turn in (1, 2) for one in people]
    with counted() as statements:
        answers = service.record_scans(db, device, door_of(device, event), seen, now=OPEN)
    assert [answer.verdict.value for answer in answers] == ["accepted"] * 500 + ["repeated"] * 500
    assert len(statements) <= MOST, str(statements)


def test_a_room_that_asks_costs_a_few_more_however_many_come(db: Session) -> None:
    event = a_published_event(db)
    people = register(db, event, [Guest(f"Persona {number}") for number in range(30)])
    device: DeviceView = a_device(db, event)
    door = door_of(device, event)
    asking = queries.Room("", "Puerta", {"asks": ["almuerzo"]})
    door = type(door)(**{**vars(door), "rooms": (asking,)})
    costs = []
    for group in (people[:2], people[2:]):
        with counted() as statements:
            service.record_scans(db, device, door, [SeenScan(f"marca-{one}", registration=one, reason="x") for one in group], now=OPEN)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= MOST + 4


def test_a_reading_compiles_no_statement_that_was_compiled_before(phone: Phone, stage: Stage, clock_at: Callable[[datetime], None]) -> None:
    first, second, third = (a_scan(one).code for one in stage.people)
    phone.scans(phone.scan(first))
    with compiled_anew() as statements:
        clock_at(OPEN + timedelta(seconds=1))
        assert [told["verdict"] for told in phone.scans(phone.scan(second), phone.scan(third))] == ["accepted", "accepted"]
        assert [told["verdict"] for told in phone.scans(phone.scan(first))] == ["repeated"]
    assert not statements, str(statements)


def test_a_reading_by_the_api_is_what_it_costs_and_no_more(phone: Phone, stage: Stage, clock_at: At) -> None:
    """Who asks, how often, and when they were last heard of are one statement with the event and its rooms."""
    codes = [a_scan(one).code for one in stage.people]
    phone.scans(phone.scan(codes[0]))
    clock_at(OPEN + timedelta(minutes=10))  # longer than a contact is noted for
    with counted() as statements:
        phone.scans(phone.scan(codes[1]))
    assert len(statements) <= MOST, str(statements)
