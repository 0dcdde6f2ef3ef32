"""What a registration costs the server, as far as a test can say without a clock."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.limits import RateCounter
from tests.cycles.factories import a_published_event
from tests.flows.guests import Booth, answers
from tests.support.statements import compiled_anew

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def booth(app: Flask, writing: Opened) -> Booth:
    with writing() as db:
        return Booth(app, a_published_event(db).slug)


def test_registering_compiles_no_statement_that_was_compiled_before(booth: Booth) -> None:
    booth.register(**answers(1))
    with compiled_anew() as statements:
        assert booth.register(**answers(2)).status_code == 303
    assert not statements, str(statements)


def test_a_statement_of_several_values_would_be_compiled_each_time(writing: Opened) -> None:
    """What the count of a registration's limits must not be."""
    counters = [{"bucket": f"b{number}", "window": 1, "hits": 1, "expires_at": clock.now()} for number in range(4)]
    with writing() as db:
        for pair in (counters[:2], counters[2:]):
            with compiled_anew() as statements:
                db.execute(insert(RateCounter.__table__).values(pair))
            assert len(statements) == 1
