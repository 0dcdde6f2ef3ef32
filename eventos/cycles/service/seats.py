"""Seats are taken and given back by one conditional UPDATE, so the database settles every race; nothing counts and then inserts."""

from collections.abc import Mapping

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.kernel.errors import RuleViolation


class NoSuchSeats(RuleViolation):
    code = "no_such_seats"
    message = "Este evento no ofrece esa modalidad."


_LOOSE = {"synchronize_session": False}


def take(db: Session, event_id: int, option: str) -> int | None:
    """Take one seat of a modality: the pool's id, or None when none is left or the event does not offer it."""
    return db.execute(_TAKE, {"of_event": event_id, "wanted": option}).scalar_one_or_none()


_pool = SeatPool.__table__.c
_TAKE = (
    update(SeatPool.__table__)
    .where(_pool.event_id == bindparam("of_event"), _pool.kind == "modality", _pool.option == bindparam("wanted"))
    .where(or_(_pool.capacity.is_(None), _pool.taken < _pool.capacity))
    .values(taken=_pool.taken + 1)
    .returning(_pool.id)
)


def take_pool(db: Session, pool_id: int) -> bool:
    """Take one seat of this pool, if any is left."""
    return db.execute(_TAKE_POOL, {"wanted_pool": pool_id}).scalar_one_or_none() is not None


_TAKE_POOL = (
    update(SeatPool.__table__)
    .where(_pool.id == bindparam("wanted_pool"), or_(_pool.capacity.is_(None), _pool.taken < _pool.capacity))
    .values(taken=_pool.taken + 1)
    .returning(_pool.id)
)


def save_options(db: Session, event_id: int, kind: str, capacities: Mapping[str, int | None]) -> dict[str, int]:
    """Give the options of a question their seats: the new pools, by option. What is held stays held, also beyond a smaller capacity."""
    known = {
        pool.option: pool
        for pool in db.execute(select(SeatPool).where(SeatPool.event_id == event_id, SeatPool.kind == kind).with_for_update()).scalars()
    }
    new = {option: capacity for option, capacity in capacities.items() if option not in known and capacity is not None}
    for option, capacity in capacities.items():
        if option in known:
            known[option].capacity = capacity
    made = [SeatPool(event_id=event_id, kind=kind, option=option, capacity=capacity, taken=0) for option, capacity in new.items()]
    db.add_all(made)
    db.flush()
    return {pool.option: pool.id for pool in made}


def set_taken(db: Session, pool_id: int, taken: int) -> None:
    """Write down how many already hold a seat of a pool that was just made: they may exceed its capacity, because they are facts."""
    db.execute(update(SeatPool).where(SeatPool.id == pool_id).values(taken=taken).execution_options(**_LOOSE))


def give_back(db: Session, pool_id: int) -> None:
    """Give one seat back to its pool."""
    statement = update(SeatPool).where(SeatPool.id == pool_id, SeatPool.taken > 0).values(taken=SeatPool.taken - 1)
    db.execute(statement.execution_options(**_LOOSE))


def take_many(db: Session, event_id: int, option: str, count: int) -> int:
    """Take `count` seats for people a sheet brought: the pool's id. They may exceed the capacity, because they are facts already.

    Raises NoSuchSeats when the event does not offer that modality.
    """
    taken = db.execute(
        update(SeatPool)
        .where(SeatPool.event_id == event_id, SeatPool.kind == "modality", SeatPool.option == option)
        .values(taken=SeatPool.taken + count)
        .returning(SeatPool.id)
        .execution_options(**_LOOSE)
    )
    pool_id = taken.scalar_one_or_none()
    if pool_id is None:
        raise NoSuchSeats
    return pool_id
