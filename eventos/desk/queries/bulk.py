"""What was done to several registrations at once: how many, who could not and why, and whether it can still be undone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.accounts.models import Staff
from eventos.kernel.errors import NotFound
from eventos.people.models import Person
from eventos.registration.models import BulkAction, BulkRow, Registration
from eventos.registration.service.bulk import Action
from eventos.registration.service.bulk_undo import UNDO_LIFE

MOST_NAMED = 100  # of each list on the page; the rest is said as a number


@dataclass(frozen=True)
class LeftOut:
    """Somebody to whom it was not done, or not undone, and why."""

    public_id: str
    name: str
    why: str


@dataclass(frozen=True)
class BulkView:
    """One action on many, for its page. `detail` is the reason that was given, or the modality; the counts, of its rows in each state."""

    public_id: str
    title: str
    detail: str
    done_by: str
    done_at: datetime
    undone_at: datetime | None
    counts: dict[str, int]
    skipped: tuple[LeftOut, ...]
    left_alone: tuple[LeftOut, ...]
    can_undo: bool

    @property
    def done(self) -> int:
        """To how many it was done, whether or not it was undone."""
        return sum(self.counts.get(state, 0) for state in ("done", "back", "left"))

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """How many are still to be done, or to be put back."""
        return self.counts.get("waiting" if self.undone_at is None else "done", 0)


@dataclass(frozen=True)
class BulkLine:
    """An action of the last day, as the list offers the way back to it."""

    public_id: str
    title: str
    many: int
    done_at: datetime
    undone: bool


def bulk_view(db: Session, event_id: int, public_id: str, *, now: datetime) -> BulkView:
    """Five statements. Raises NotFound for another event's."""
    row = db.execute(
        select(BulkAction).where(BulkAction.public_id == public_id, BulkAction.event_id == event_id, BulkAction.action != "merge")
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("No encontramos esa acción.")
    asked = select(BulkRow.state, func.count()).where(BulkRow.bulk_id == row.id).group_by(BulkRow.state)
    counts: dict[str, int] = {row[0]: row[1] for row in db.execute(asked)}
    action = Action(row.action)
    is_young = row.undone_at is None and now <= row.done_at + UNDO_LIFE
    return BulkView(
        public_id=row.public_id,
        title=action.label,
        detail={"virtual": "Virtual", "presencial": "Presencial"}.get(row.reason, row.reason),
        done_by=_who(db, row.done_by),
        done_at=row.done_at,
        undone_at=row.undone_at,
        counts=counts,
        skipped=_named(db, row.id, "skipped") if "skipped" in counts else (),
        left_alone=_named(db, row.id, "left") if "left" in counts else (),
        can_undo=is_young and action.can_be_undone and ("done" in counts or "waiting" in counts),
    )


def recent_bulks(db: Session, event_id: int, *, now: datetime) -> list[BulkLine]:
    """What was done to many in this event in the last day, the last first: five at most."""
    many = select(func.count()).select_from(BulkRow).where(BulkRow.bulk_id == BulkAction.id).correlate(BulkAction).scalar_subquery()
    young = (BulkAction.event_id == event_id, BulkAction.action != "merge", BulkAction.done_at >= now - UNDO_LIFE)
    asked = select(BulkAction, many).where(*young).order_by(BulkAction.id.desc()).limit(5)
    return [
        BulkLine(row.public_id, Action(row.action).label, count, row.done_at, row.undone_at is not None) for row, count in db.execute(asked)
    ]


def _who(db: Session, ref: str) -> str:
    kind, _, number = ref.partition(":")
    name = db.execute(select(Staff.name).where(Staff.id == int(number))).scalar_one_or_none() if kind == "staff" else None
    return name or "El sistema"


def _named(db: Session, bulk_id: int, state: str) -> tuple[LeftOut, ...]:
    original, person = aliased(Person), aliased(Person)
    rows = db.execute(
        select(Registration.public_id, person.given_names, person.family_names, BulkRow.why)
        .join(BulkRow, BulkRow.registration_id == Registration.id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(BulkRow.bulk_id == bulk_id, BulkRow.state == state)
        .order_by(BulkRow.id)
        .limit(MOST_NAMED)
    )
    return tuple(LeftOut(row.public_id, f"{row.given_names} {row.family_names}".strip(), row.why) for row in rows)
