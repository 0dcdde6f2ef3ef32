"""An auditorium behind one address: two hundred people register within ten minutes and everybody gets in, known or not."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventos.registration.models import Registration
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.flows.guests import Booth, answers
from tests.registration.factories import a_registration

NOW = datetime(2030, 7, 1, 14, 0, tzinfo=UTC)


@pytest.mark.slow
def test_everybody_in_an_auditorium_registers_from_one_address(app: Flask, writing: Opened, looking: Opened, clock_at, is_full) -> None:
    people = 200 if is_full else 40
    known = people // 2
    with writing() as db:
        cycle = a_cycle(db)
        earlier = a_published_event(db, cycle=cycle, number=4)
        for number in range(known):
            a_registration(db, earlier, document_number=str(30_000_000 + number), email=f"visitante{number}@auditorio.example")
        event = a_published_event(db, cycle=cycle, topic="Todos a la vez")
    booth = Booth(app, event.slug)
    statuses = []
    for number in range(people):
        clock_at(NOW + timedelta(minutes=10) * number / people)
        statuses.append(booth.register(**answers(number)).status_code)
    assert statuses == [303] * people
    with looking() as db:
        registered = select(func.count()).where(Registration.event_id == event.id, Registration.state == "active")
        assert db.execute(registered).scalar_one() == people


def test_one_document_tried_over_and_over_is_slowed_down_while_its_neighbours_are_not(app: Flask, writing: Opened, clock_at) -> None:
    clock_at(NOW)
    with writing() as db:
        event = a_published_event(db)
    booth = Booth(app, event.slug)
    tries = [booth.register(**answers(1)).status_code for _ in range(25)]
    assert tries[:20] == [303] * 20
    assert 429 in tries[20:]
    assert booth.register(**answers(2)).status_code == 303


def test_a_limit_keeps_what_was_typed_and_says_when_to_come_back(app: Flask, writing: Opened, clock_at) -> None:
    clock_at(NOW)
    with writing() as db:
        event = a_published_event(db)
    booth = Booth(app, event.slug)
    for _ in range(21):
        answer = booth.register(**answers(1, post="Cargo que se conserva"))
    assert answer.status_code == 429
    assert "Cargo que se conserva" in answer.text
    assert "Retry-After" in answer.headers
