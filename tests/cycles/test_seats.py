"""Seats under many hands: the database settles the race on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from eventos.cycles import queries
from eventos.cycles.service import seats
from tests.cycles.factories import a_published_event

Opened = Callable[[], AbstractContextManager[Session]]
THREADS, SEATS = 50, 20


@pytest.mark.both_databases
def test_fifty_threads_never_oversell_twenty_seats(writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event_id = a_published_event(db, capacity_virtual=SEATS).id

    def take(_: int) -> int | None:
        with writing() as db:
            return seats.take(db, event_id, "virtual")

    with ThreadPoolExecutor(THREADS) as threads:
        taken = [pool for pool in threads.map(take, range(THREADS)) if pool is not None]
    assert len(taken) == SEATS
    with looking() as db:
        assert queries.event_view_by_id(db, event_id).pools[0].taken == SEATS


def test_without_a_capacity_there_is_always_a_seat(db: Session) -> None:
    event = a_published_event(db)
    assert all(seats.take(db, event.id, "virtual") for _ in range(30))


def test_a_modality_the_event_does_not_offer_has_no_seats(db: Session) -> None:
    event = a_published_event(db)
    assert seats.take(db, event.id, "presencial") is None
    with pytest.raises(seats.NoSuchSeats):
        seats.take_many(db, event.id, "presencial", 3)


def test_a_seat_given_back_can_be_taken_again(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    pool = seats.take(db, event.id, "virtual")
    assert pool is not None
    assert seats.take(db, event.id, "virtual") is None
    seats.give_back(db, pool)
    assert seats.take(db, event.id, "virtual") == pool


def test_giving_back_what_nobody_holds_stays_at_zero(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    pool = seats.take_many(db, event.id, "virtual", 0)
    seats.give_back(db, pool)
    assert queries.event_view_by_id(db, event.id).taken == 0


def test_a_sheet_may_bring_more_people_than_there_were_seats(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=100)
    seats.take_many(db, event.id, "virtual", 123)
    view = queries.event_view_by_id(db, event.id)
    assert (view.taken, view.pools[0].left, view.is_full) == (123, 0, True)
