"""What is looked at every minute: one that goes wrong is recorded and stops neither the others nor the jobs."""

import logging

import pytest
from flask import Flask

from eventos.jobs import runner
from eventos.kernel import rounds
from eventos.kernel.errors import TransientFailure


def test_a_round_that_goes_wrong_stops_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def late() -> None:
        raise TransientFailure

    def wrong() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rounds, "_rounds", {"a": late, "b": wrong, "c": lambda: done.append("c")})
    with caplog.at_level(logging.WARNING, logger="eventos.jobs"):
        runner.sweep(app)
    assert done == ["c"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_the_inbox_is_looked_at_every_minute(app: Flask) -> None:
    assert {go.__name__ for go in rounds.all_of_them()} >= {"collect", "forget_old"}
    assert app is not None
