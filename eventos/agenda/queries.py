"""What public pages show beside an event, the events of a feed, and what a fresh instance still lacks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, exists, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import Cycle, Event, EventDay, Material
from eventos.cycles.queries import EventView, event_views_by_id
from eventos.dialogue.models import Question
from eventos.entities.models import Office
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import EventState, MakingState, QuestionState, StaffRole
from eventos.publicity.models import Flyer
from eventos.registration.models import AdmissionPolicy


@dataclass(frozen=True)
class Beginning:
    """Which of the first steps are taken: somebody administers, the office said who it is, a cycle and an event exist."""

    has_administrator: bool
    has_office: bool
    has_cycle: bool
    has_event: bool

    @property
    def is_done(self) -> bool:
        return self.has_administrator and self.has_event


def beginning(db: Session) -> Beginning:
    """How far a fresh instance has come: one statement."""
    row = db.execute(
        select(
            exists().where(Staff.role == StaffRole.ADMINISTRATOR.value),
            exists(select(Office.id)),
            exists(select(Cycle.id)),
            exists(select(Event.id)),
        )
    ).one()
    return Beginning(*(bool(value) for value in row))


@dataclass(frozen=True)
class Download:
    """A material anybody may take once the event is over."""

    public_id: str
    title: str
    filename: str
    size: int
    pages: int | None


@dataclass(frozen=True)
class Answer:
    """A question with its answer, without the name of who asked."""

    body: str
    answer: str


@dataclass(frozen=True)
class Beside:
    """What stands beside an event on its page. `flyer` is the version published, or None."""

    flyer: int | None
    downloads: tuple[Download, ...]
    answers: tuple[Answer, ...]


def beside(db: Session, event_id: int) -> Beside:
    """The pieza, the public materials and the answered questions of an event: one statement."""
    none = cast(null(), Text)
    rows = union_all(
        select(literal("flyer"), func.max(Flyer.version), none, none, none, none, none).where(
            Flyer.event_id == event_id, Flyer.published_at.is_not(None)
        ),
        select(
            literal("download"),
            Material.position,
            Material.public_id,
            Material.title,
            Material.filename,
            cast(Material.size, Text),
            cast(Material.pages, Text),
        ).where(Material.event_id == event_id, Material.is_public, Material.state == MakingState.READY.value),
        select(literal("answer"), Question.position, Question.body, Question.answer, none, none, none).where(
            Question.event_id == event_id, Question.state == QuestionState.ANSWERED.value
        ),
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(db.execute(rows).all(), key=lambda row: (row[0], row[1] or 0)):
        found[row[0]].append(row)
    return Beside(
        flyer=found["flyer"][0][1] if found["flyer"] else None,
        downloads=tuple(Download(row[2], row[3], row[4], int(row[5]), int(row[6]) if row[6] else None) for row in found["download"]),
        answers=tuple(Answer(row[2], row[3]) for row in found["answer"]),
    )


FEED_PAST = timedelta(days=90)
MOST_IN_FEED = 500
_PRIVATE = select(AdmissionPolicy.event_id).where(AdmissionPolicy.is_private)
_PUBLIC = (Event.published_at.is_not(None), Event.state != EventState.DRAFT.value, Event.id.not_in(_PRIVATE))


def cycle_name(db: Session, slug: str) -> str:
    """The name of a cycle that the public knows of: one that has published something. Raises NotFound."""
    shown = exists().where(Event.cycle_id == Cycle.id, *_PUBLIC)
    name = db.execute(select(Cycle.name).where(Cycle.slug == slug, shown)).scalar_one_or_none()
    if name is None:
        raise NotFound("No encontramos ese ciclo.")
    return name


def feed(db: Session, *, now: datetime, cycle: str | None = None) -> list[EventView]:
    """What a calendar that subscribes should know: events of the last three months and all that come, private ones left out.

    Four statements, however many events.
    """
    last = select(EventDay.event_id).where(EventDay.ends_at > now - FEED_PAST)
    wanted = select(Event.id).where(Event.id.in_(last), *_PUBLIC)
    if cycle is not None:
        wanted = wanted.join(Cycle, Cycle.id == Event.cycle_id).where(Cycle.slug == cycle)
    return event_views_by_id(db, db.execute(wanted.order_by(Event.id.desc()).limit(MOST_IN_FEED)).scalars().all())
