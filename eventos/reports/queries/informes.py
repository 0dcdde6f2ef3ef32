"""The texts written for informes, and the informes already asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import ReportState
from eventos.reports.models import Report, ReportSection, ReportWords


@dataclass(frozen=True)
class SectionView:
    """A text ("text") or a table ("table") of the organiser's own."""

    id: int
    position: int
    kind: str
    title: str
    content: dict[str, Any]


@dataclass(frozen=True)
class WordsView:
    """What the informe says in its own words; an empty one says what the event says, and nobody reviewed or approved it."""

    context: str = ""
    objective: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""


@dataclass(frozen=True)
class ReportView:
    """One informe that was asked for. `figures` are those frozen in it, empty until it was begun."""

    id: int
    public_id: str
    event_id: int
    event_slug: str
    event_title: str
    event_short_title: str
    format: str
    state: ReportState
    figures: dict[str, Any]
    file_sha256: str | None
    file_size: int | None
    error: str | None
    requested_by: str
    requested_at: datetime
    ready_at: datetime | None

    @property
    def filename(self) -> str:
        return f"informe-{self.event_slug}.{self.format}"


def words(db: Session, event_id: int) -> WordsView:
    """The informe's own words, where it has any."""
    columns = (ReportWords.context, ReportWords.objective, ReportWords.prepared_by, ReportWords.reviewed_by, ReportWords.approved_by)
    row = db.execute(select(*columns).where(ReportWords.event_id == event_id)).one_or_none()
    return WordsView(*row) if row else WordsView()


def sections(db: Session, event_id: int) -> tuple[SectionView, ...]:
    """The organiser's own texts and tables, in order."""
    rows = db.execute(
        select(ReportSection.id, ReportSection.position, ReportSection.kind, ReportSection.title, ReportSection.content)
        .where(ReportSection.event_id == event_id)
        .order_by(ReportSection.position)
    )
    return tuple(SectionView(*row) for row in rows)


def section(db: Session, event_id: int, section_id: int) -> SectionView:
    """One of them. Raises NotFound, also for a section of another event."""
    found = next((each for each in sections(db, event_id) if each.id == section_id), None)
    if found is None:
        raise NotFound("Esa parte del informe ya no existe.")
    return found


def report_view(db: Session, public_id: str) -> ReportView:
    """One informe; the door then asks whether its event is in scope. Raises NotFound."""
    row = db.execute(_reports().where(Report.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos ese informe.")
    return _view(row)


def reports_of(db: Session, event_id: int, *, limit: int = 20) -> list[ReportView]:
    """The informes of an event, latest first."""
    rows = db.execute(_reports().where(Report.event_id == event_id).order_by(Report.id.desc()).limit(limit))
    return [_view(row) for row in rows]


def _reports() -> Any:
    return select(Report, Event.slug, Event.kind, Event.number, Event.topic).join(Event, Event.id == Report.event_id)


def _view(row: Any) -> ReportView:
    report, slug, kind, number, topic = row
    short, whole = title(kind, number, topic)
    return ReportView(
        id=report.id,
        public_id=report.public_id,
        event_id=report.event_id,
        event_slug=slug,
        event_title=whole,
        event_short_title=short,
        format=report.format,
        state=ReportState(report.state),
        figures=(report.content or {}).get("figures", {}),
        file_sha256=report.file_sha256,
        file_size=report.file_size,
        error=report.error,
        requested_by=report.requested_by,
        requested_at=report.requested_at,
        ready_at=report.ready_at,
    )
