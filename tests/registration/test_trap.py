"""The field that people do not see: a machine that fills it is answered like everybody, counted, and writes nobody down."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.limits import RateCounter
from eventos.people.models import Person
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.cycles.factories import a_published_event
from tests.flows.guests import Booth, answers

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.mark.parametrize("form", ["", "/grupo"])
def test_a_machine_that_fills_the_trap_gets_the_same_answer_and_nothing_is_written(
    app: Flask, writing: Opened, looking: Opened, form: str
) -> None:
    with writing() as db:
        event = a_published_event(db)
        save_policy(db, event.id, Policy(group_limit=3), by=SYSTEM, now=clock.now())
        booth = Booth(app, event.slug)
    booth.path += form
    page = booth.client.get(booth.path).text
    assert '<div class="trap" aria-hidden="true">' in page
    assert 'type="hidden" name="web"' not in page
    answer = booth.register(**answers(1), web="https://spam.example")
    assert answer.status_code == 303
    assert booth.client.get(answer.location).status_code == 200
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Person)).scalar_one() == 0
        counted = select(RateCounter.hits).where(RateCounter.bucket.startswith("registration.trapped"))
        assert db.execute(counted).scalar_one() == 1
