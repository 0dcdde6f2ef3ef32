"""Promises are kept once the transaction is, and only then; a job is held by one runner at a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventos.jobs import runner
from eventos.kernel import outbox
from eventos.kernel.errors import PermanentFailure, TransientFailure
from eventos.kernel.outbox import Job
from tests.conftest import Opened

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)


@pytest.fixture
def done() -> Iterator[list[int]]:
    """What the job "test.note" was called with, for the length of one test."""
    seen: list[int] = []
    outbox._handlers["test.note"] = lambda number: seen.append(number)
    yield seen
    for name in [name for name in outbox.handlers() if name.startswith("test.")]:
        del outbox._handlers[name]


def only_job(looking: Opened) -> Job:
    with looking() as db:
        return db.scalars(select(Job)).one()


@pytest.mark.both_databases
def test_a_promise_made_in_a_transaction_that_fails_is_never_kept(app: Flask, writing: Opened, done: list[int]) -> None:
    with pytest.raises(RuntimeError), writing() as db:  # noqa: PT012 - the promise and the fault belong to one transaction
        outbox.enqueue(db, "test.note", number=1)
        raise RuntimeError
    assert runner.run_all(app) == 0
    with writing() as db:
        outbox.enqueue(db, "test.note", number=2)
    assert runner.run_all(app) == 1
    assert done == [2]


@pytest.mark.both_databases
def test_an_equal_key_is_promised_once(app: Flask, writing: Opened, done: list[int]) -> None:
    for number in (1, 2):
        with writing() as db:
            outbox.enqueue(db, "test.note", key="the-same", number=number)
    runner.run_all(app)
    assert done == [1]


@pytest.mark.both_databases
def test_two_runners_never_hold_the_same_job(app: Flask, writing: Opened, done: list[int]) -> None:
    with writing() as db:
        outbox.enqueue_many(db, "test.note", [(None, {"number": n}) for n in range(30)])
    with writing() as db:
        first = outbox.claim(db, limit=20, lease=LEASE)
    with writing() as db:
        second = outbox.claim(db, limit=20, lease=LEASE)
    assert len(first) == 20
    assert len(second) == 10
    assert not {job.id for job in first} & {job.id for job in second}
    assert done == []


def test_a_job_whose_runner_died_is_taken_again_when_its_lease_ends(
    app: Flask, writing: Opened, done: list[int], clock_at: Callable[[datetime], None]
) -> None:
    clock_at(NOON)
    with writing() as db:
        outbox.enqueue(db, "test.note", number=7)
    with writing() as db:
        assert len(outbox.claim(db, limit=20, lease=LEASE)) == 1
    assert runner.run_all(app) == 0
    clock_at(NOON + LEASE + timedelta(seconds=1))
    assert runner.run_all(app) == 1
    assert done == [7]


def test_a_failure_of_the_moment_waits_longer_each_time_and_is_then_buried(
    app: Flask, writing: Opened, looking: Opened, done: list[int], clock_at: Callable[[datetime], None]
) -> None:
    def unreachable(number: int) -> None:
        raise TransientFailure("El servidor de correo no responde.")

    outbox._handlers["test.unreachable"] = unreachable
    moment = NOON
    clock_at(moment)
    with writing() as db:
        outbox.enqueue(db, "test.unreachable", number=1)
    waits = []
    while runner.run_all(app):
        job = only_job(looking)
        if job.buried_at:
            break
        waits.append(job.due_at - moment)
        moment = job.due_at
        clock_at(moment)
    assert waits == sorted(waits)
    assert len(waits) == outbox.MAX_ATTEMPTS - 1
    assert only_job(looking).last_error == "El servidor de correo no responde."
    with writing() as db:
        assert outbox.revive(db, only_job(looking).id)
    assert only_job(looking).buried_at is None


def test_a_failure_that_will_not_pass_is_buried_at_once(app: Flask, writing: Opened, looking: Opened, done: list[int]) -> None:
    def refused(number: int) -> None:
        raise PermanentFailure("No existe ese buzón.")

    outbox._handlers["test.refused"] = refused
    with writing() as db:
        outbox.enqueue(db, "test.refused", number=1)
        outbox.enqueue(db, "test.note", number=2)
    runner.run_all(app)
    with looking() as db:
        refused_job = db.scalars(select(Job).where(Job.name == "test.refused")).one()
    assert refused_job.buried_at is not None
    assert refused_job.attempts == 1
    assert done == [2]


def test_a_bug_in_one_job_does_not_stop_the_others_and_its_message_is_not_kept(
    app: Flask, writing: Opened, looking: Opened, done: list[int]
) -> None:
    def buggy(number: int) -> None:
        raise KeyError("alguien@entidad.example")

    outbox._handlers["test.buggy"] = buggy
    with writing() as db:
        outbox.enqueue(db, "test.buggy", number=1)
        outbox.enqueue(db, "test.note", number=2)
    runner.run_all(app)
    assert done == [2]
    with looking() as db:
        error = db.scalars(select(Job.last_error).where(Job.name == "test.buggy")).one()
    assert error == "Error interno (KeyError)."


def test_what_a_handler_finishes_in_its_own_transaction_is_done_with_it(
    app: Flask, writing: Opened, looking: Opened, done: list[int]
) -> None:
    from eventos.kernel.db import transaction

    def finishing(number: int) -> None:
        with transaction() as db:
            outbox.finish(db)
        assert only_job(looking).done_at is not None
        done.append(number)

    outbox._handlers["test.finishing"] = finishing
    with writing() as db:
        outbox.enqueue(db, "test.finishing", number=3)
    runner.run_all(app)
    assert done == [3]


def test_a_held_job_waits_for_staff(app: Flask, writing: Opened, looking: Opened, done: list[int]) -> None:
    with writing() as db:
        outbox.hold(db, "test.note", reason="Retenido: demasiados correos.", number=4)
    assert runner.run_all(app) == 0
    with writing() as db:
        outbox.revive(db, only_job(looking).id)
    assert runner.run_all(app) == 1
    assert done == [4]
