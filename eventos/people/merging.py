"""Two people on file who are one: merging points one at the other and rewrites nothing else, so that undoing it restores everything."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.errors import NotFound, RuleViolation
from eventos.people.models import DuplicateDismissed, Person, PersonMerge


class AlreadyMerged(RuleViolation):
    code = "already_merged"
    message = "Alguien unió ya a una de estas dos personas. Vuelva a la lista y mire cómo quedó."


def merge(db: Session, kept_id: int, gone_id: int, *, by: Actor, now: datetime) -> PersonMerge:
    """Decide that `gone` is `kept`. Whoever was merged into `gone` before now points at `kept` too: no query follows a chain.

    Raises AlreadyMerged when either was merged into somebody meanwhile, NotFound.
    """
    asked = select(Person.id, Person.merged_into_id).where(Person.id.in_((kept_id, gone_id))).order_by(Person.id).with_for_update()
    found = db.execute(asked).all()
    if len(found) != 2:
        raise NotFound("No encontramos a esas dos personas.")
    if any(row.merged_into_id is not None for row in found):
        raise AlreadyMerged
    done = PersonMerge(public_id=tokens.public_id(), kept_id=kept_id, gone_id=gone_id, merged_at=now, merged_by=by.ref)
    db.add(done)
    db.flush()
    _settle(db, _under(db, gone_id))
    audit.record(db, by, "people.merge", "person", kept_id, gone=gone_id, merge=done.id)
    db.flush()
    return done


def unmerge(db: Session, done: PersonMerge, *, by: Actor, now: datetime) -> bool:
    """Undo a merge: everybody points again where the merges that still stand say. False when it was undone before."""
    won = db.execute(
        update(PersonMerge)
        .where(PersonMerge.id == done.id, PersonMerge.undone_at.is_(None))
        .values(undone_at=now, undone_by=by.ref)
        .returning(PersonMerge.id)
        .execution_options(synchronize_session="fetch")
    ).scalar_one_or_none()
    if won is None:
        return False
    _settle(db, _under(db, done.gone_id))
    audit.record(db, by, "people.unmerge", "person", done.kept_id, gone=done.gone_id, merge=done.id)
    db.flush()
    return True


def _under(db: Session, person_id: int) -> set[int]:
    """This person and everybody who, by the merges that stand, turned out to be them."""
    into = _standing(db)
    found = {person_id}
    while more := {gone for gone, kept in into.items() if kept in found} - found:
        found |= more
    return found


def _settle(db: Session, person_ids: Iterable[int]) -> None:
    """Point each at the last of their chain of merges that stand, or at nobody."""
    into = _standing(db)
    for person_id in sorted(person_ids):
        last = person_id
        while last in into:
            last = into[last]
        db.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(merged_into_id=last if last != person_id else None)
            .execution_options(synchronize_session="fetch")
        )


def _standing(db: Session) -> dict[int, int]:
    rows = db.execute(select(PersonMerge.gone_id, PersonMerge.kept_id).where(PersonMerge.undone_at.is_(None)))
    return {row.gone_id: row.kept_id for row in rows}


def dismiss(db: Session, one_id: int, other_id: int, *, by: Actor, now: datetime) -> None:
    """Remember that these two are different people. Saying it again changes nothing."""
    first, second = sorted((one_id, other_id))
    row = {"first_id": first, "second_id": second, "dismissed_at": now, "dismissed_by": by.ref}
    done = db.execute(
        upsert(db)(DuplicateDismissed)
        .values(row)
        .on_conflict_do_nothing(index_elements=["first_id", "second_id"])
        .returning(DuplicateDismissed.id)
    ).scalar_one_or_none()
    if done is not None:
        audit.record(db, by, "people.dismiss_duplicate", "person", first, other=second)
    db.flush()


def same_people(db: Session, person_id: int) -> list[int]:
    """The ids under which somebody stands on file: theirs and of whoever was merged into them."""
    return list(
        db.execute(select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id)).order_by(Person.id)).scalars()
    )
