"""Two people who are one: chains are flat, undoing restores what the merges that stand say, and nobody is merged twice."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.people import merging, service
from eventos.people.models import DuplicateDismissed, Person, PersonMerge
from tests.registration.factories import an_identity

pytestmark = pytest.mark.both_databases


def people(db: Session, many: int) -> list[int]:
    return [service.recognise(db, an_identity(), clock.now()).person.id for _ in range(many)]


def merge(db: Session, kept: int, gone: int) -> PersonMerge:
    return merging.merge(db, kept, gone, by=SYSTEM, now=clock.now())


def into(db: Session, *ids: int) -> list[int | None]:
    found: dict[int, int | None] = {row.id: row.merged_into_id for row in db.execute(select(Person.id, Person.merged_into_id))}
    return [found[one] for one in ids]


def test_a_chain_points_at_its_last_person(db: Session) -> None:
    a, b, c = people(db, 3)
    merge(db, b, a)
    merge(db, c, b)
    assert into(db, a, b, c) == [c, c, None]


def test_the_merges_of_a_chain_are_undone_in_any_order(db: Session) -> None:
    a, b, c = people(db, 3)
    first, second = merge(db, b, a), merge(db, c, b)
    assert merging.unmerge(db, first, by=SYSTEM, now=clock.now())
    assert into(db, a, b, c) == [None, c, None]
    assert merging.unmerge(db, second, by=SYSTEM, now=clock.now())
    assert into(db, a, b, c) == [None, None, None]
    a, b, c = people(db, 3)
    first, second = merge(db, b, a), merge(db, c, b)
    merging.unmerge(db, second, by=SYSTEM, now=clock.now())
    assert into(db, a, b, c) == [b, None, None]
    merging.unmerge(db, first, by=SYSTEM, now=clock.now())
    assert into(db, a, b, c) == [None, None, None]


def test_nobody_is_merged_twice_nor_into_somebody_who_is_gone(db: Session) -> None:
    a, b, c = people(db, 3)
    done = merge(db, b, a)
    for kept, gone in ((c, a), (a, c)):
        with pytest.raises(merging.AlreadyMerged):
            merge(db, kept, gone)
    assert merging.unmerge(db, done, by=SYSTEM, now=clock.now())
    assert not merging.unmerge(db, done, by=SYSTEM, now=clock.now())
    merge(db, c, a)
    assert into(db, a) == [c]


def test_a_merged_person_is_recognised_as_the_one_kept_and_on_their_own_after_undo(db: Session) -> None:
    told, kept = an_identity(), an_identity()
    gone_id = service.recognise(db, told, clock.now()).person.id
    kept_id = service.recognise(db, kept, clock.now()).person.id
    done = merge(db, kept_id, gone_id)
    assert service.recognise(db, told, clock.now()).person.id == kept_id
    merging.unmerge(db, done, by=SYSTEM, now=clock.now())
    assert service.recognise(db, told, clock.now()).person.id == gone_id


def test_a_dismissed_pair_is_remembered_once_whatever_its_order(db: Session) -> None:
    a, b = people(db, 2)
    merging.dismiss(db, b, a, by=SYSTEM, now=clock.now())
    merging.dismiss(db, a, b, by=SYSTEM, now=clock.now())
    rows = db.execute(select(DuplicateDismissed.first_id, DuplicateDismissed.second_id)).all()
    assert [tuple(row) for row in rows] == [(a, b)]
