"""Everything an informe is made of: the event, who came by the closed acta when there is one, the flyer, slides and files, questions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from eventos.attendance import queries as attendance
from eventos.attendance.models import Roster, RosterEntry
from eventos.attendance.queries import Count, Figure
from eventos.attendance.queries.standing import group_of
from eventos.calls import queries as calls
from eventos.calls.queries import BoardRow
from eventos.cycles.models import Material
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.dialogue.models import Question
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel import divipola
from eventos.kernel.text import fold
from eventos.people.models import Person
from eventos.publicity.models import Flyer
from eventos.registration.models import Registration
from eventos.reports.queries.informes import SectionView, WordsView, sections, words


@dataclass(frozen=True)
class Acta:
    """A closed roster: its version, who closed it and when, its rule, the SHA-256 of its list, and the asistentes in it."""

    version: int
    closed_by: str
    closed_at: datetime
    rule: dict[str, Any]
    list_hash: str
    attended: tuple[int, ...]


@dataclass(frozen=True)
class FlyerView:
    """The pieza as it was published: the SHA-256 of its wide picture."""

    version: int
    published_at: datetime
    sha256: str


@dataclass(frozen=True)
class FileView:
    """A material as a file: the name it is downloaded with, the date it bears itself, and the SHA-256 of its bytes."""

    title: str
    filename: str
    dated_on: date | None
    sha256: str


@dataclass(frozen=True)
class SlidesView:
    """The pages of one set of slides, as pictures, and the file they came in."""

    title: str
    pages: tuple[str, ...]
    file: FileView


@dataclass(frozen=True)
class QuestionView:
    """Something asked; `asked_by` is "" when nobody said."""

    body: str
    asked_by: str
    moment: str
    state: str
    answer: str
    answered_by: str


@dataclass(frozen=True)
class CalledView:
    """A convocatoria that was sent: when, until when an answer was awaited, and every entity with what became of it."""

    sent_at: datetime
    deadline_at: datetime | None
    content_sha256: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Gathered:
    """Everything an informe is made of, as it stands now. `count` is the acta's when there is one."""

    event: EventView
    office: OfficeView
    count: Count
    sections: tuple[SectionView, ...]
    words: WordsView
    acta: Acta | None
    flyer: FlyerView | None
    slides: tuple[SlidesView, ...]
    files: tuple[FileView, ...]
    questions: tuple[QuestionView, ...]
    calls: tuple[CalledView, ...] = ()


def gathered(db: Session, event_id: int) -> Gathered:
    """The material of an informe: twelve statements, three more when there was a convocatoria, however many people. Raises NotFound."""
    event = event_view_by_id(db, event_id)
    acta, count = _acta(db, event_id, attendance.count(db, event_id, expected=event.expected))
    slides, files = _materials(db, event_id)
    return Gathered(
        event,
        office_view(db),
        count,
        sections(db, event_id),
        words(db, event_id),
        acta,
        _flyer(db, event_id),
        slides,
        files,
        _questions(db, event_id),
        _called(db, event_id),
    )


def _called(db: Session, event_id: int) -> tuple[CalledView, ...]:
    """The convocatorias that were sent, in order."""
    sent = [each for each in reversed(calls.calls_of(db, event_id)) if each.sent_at is not None]
    found = calls.boards(db, sent)
    return tuple(CalledView(each.sent_at, each.deadline_at, each.content_sha256, tuple(found[each.id])) for each in sent if each.sent_at)


def _acta(db: Session, event_id: int, count: Count) -> tuple[Acta | None, Count]:
    """The latest closed roster with its asistentes, and the count they give; the open count when nothing was closed."""
    last = select(func.max(Roster.version)).where(Roster.event_id == event_id).scalar_subquery()
    came = and_(RosterEntry.roster_id == Roster.id, RosterEntry.part == "attendee")
    columns = (Roster.version, Roster.closed_by_name, Roster.closed_at, Roster.rule, Roster.list_hash)
    rows = db.execute(
        select(*columns, RosterEntry.registration_id, RosterEntry.divipola, RosterEntry.country)
        .outerjoin(RosterEntry, came)
        .where(Roster.event_id == event_id, Roster.version == last)
        .order_by(RosterEntry.registration_id)
    ).all()
    if not rows:
        return None, count
    entries = [row for row in rows if row.registration_id is not None]
    version, closed_by, closed_at, rule, list_hash = rows[0][:5]
    acta = Acta(version, closed_by, closed_at, rule, list_hash, tuple(row.registration_id for row in entries))
    return acta, closed_count(count, [(row.divipola, row.country) for row in entries])


def closed_count(count: Count, places: Iterable[tuple[str | None, str]]) -> Count:
    """The open count with its asistentes replaced by those of a closed list; inscritos stay those of today."""
    came = Counter(group_of(code, country, count.expected) for code, country in places)
    apart = {each.key: each for each in count.apart}
    known = {each.key: each for each in count.municipalities}
    codes = count.expected or sorted(known.keys() | {key for key in came if key not in apart})
    municipalities = [replace(known.get(code) or _figure(code), attended=came[code]) for code in codes]
    return replace(
        count,
        attended=came.total(),
        marked=0,
        listed=0,
        municipalities=tuple(sorted(municipalities, key=lambda each: (-each.attended, fold(each.name), each.key))),
        other_municipios=_with(count.other_municipios, came),
        other_departamentos=_with(count.other_departamentos, came),
        abroad=_with(count.abroad, came),
        unknown=_with(count.unknown, came),
        entities=(),
        modalities=(),
    )


def _with(figure: Figure, came: Counter[str]) -> Figure:
    return replace(figure, attended=came[figure.key])


def _figure(code: str) -> Figure:
    place = divipola.get(code)
    return Figure(code, place.name if place else code, 0, 0, (place.subregion or "") if place else "")


def _flyer(db: Session, event_id: int) -> FlyerView | None:
    published = select(Flyer.version, Flyer.published_at, Flyer.files).where(Flyer.event_id == event_id, Flyer.published_at.is_not(None))
    row = db.execute(published.order_by(Flyer.published_at.desc(), Flyer.version.desc()).limit(1)).one_or_none()
    wide = (row.files or {}).get("wide") if row else None
    return FlyerView(row.version, row.published_at, wide) if row and isinstance(wide, str) else None


def _materials(db: Session, event_id: int) -> tuple[tuple[SlidesView, ...], tuple[FileView, ...]]:
    """What shows as pages, and the files that do not: documents, tables, pictures, slides nobody could draw."""
    columns = (Material.kind, Material.page_images, Material.title, Material.filename, Material.dated_on, Material.file_sha256)
    ready = select(*columns).where(Material.event_id == event_id, Material.state == "ready")
    slides: list[SlidesView] = []
    files: list[FileView] = []
    for kind, pages, *told in db.execute(ready.order_by(Material.position, Material.id)):
        file = FileView(*told)
        if kind == "slides" and pages:
            slides.append(SlidesView(file.title, tuple(pages), file))
        else:
            files.append(file)
    return tuple(slides), tuple(files)


def _questions(db: Session, event_id: int) -> tuple[QuestionView, ...]:
    """What was asked and not set aside, each with the name of whoever asked: typed by the office, else of the registration."""
    told = aliased(Person)
    asked = (
        select(
            Question.body,
            func.coalesce(func.nullif(Question.asked_by, ""), Person.given_names + " " + Person.family_names, ""),
            Question.moment,
            Question.state,
            Question.answer,
            Question.answered_by,
        )
        .outerjoin(Registration, Registration.id == Question.registration_id)
        .outerjoin(told, told.id == Registration.person_id)
        .outerjoin(Person, Person.id == func.coalesce(told.merged_into_id, told.id))
        .where(Question.event_id == event_id, Question.state != "set_aside")
        .order_by(Question.position, Question.id)
    )
    return tuple(QuestionView(*row) for row in db.execute(asked))
