"""Ask for an informe, freeze what it says, and remember its file; write the texts and tables that go into it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventos.attendance.queries import attended_ids
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed, upsert
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.vocabulary import ReportState
from eventos.reports import queries, rules, sections
from eventos.reports.models import Report, ReportSection, ReportWords
from eventos.reports.rules import Material
from eventos.reports.sections import SaveSection, SaveWords

FORMATS = ("docx", "pdf")
MOST_SECTIONS = 30
# Asking twice within this time is one question asked twice: a double click.
DOUBLE_CLICK = timedelta(seconds=10)
_ATTEMPTS = 4


@dataclass(frozen=True)
class Frozen:
    """What is printed: the values of the template, who signs, and the moment it was asked for."""

    report_id: int
    format: str
    context: dict[str, Any]
    author: str
    asked_at: datetime


def ask(db: Session, event_id: int, *, format: str, by: Actor, now: datetime, queued: bool = True) -> Report:
    """Ask for an informe of an event; a worker makes it, unless `queued` is off. Raises InvalidInput for a format we do not make."""
    if format not in FORMATS:
        raise InvalidInput("El informe se genera en Word (docx) o en PDF.")
    author = by.name or by.ref
    if queued and (same := _just_asked(db, event_id, format, author, now)) is not None:
        return same
    report = Report(
        public_id=tokens.public_id(),
        event_id=event_id,
        format=format,
        state=ReportState.PENDING.value,
        requested_by=author,
        requested_at=now,
    )
    db.add(report)
    db.flush()
    if queued:
        outbox.enqueue(db, "reports.build", key=f"reports.build:{report.id}", report_id=report.id)
    audit.record(db, by, "reports.ask", "event", event_id, report=report.id, format=format)
    return report


def _just_asked(db: Session, event_id: int, format: str, author: str, now: datetime) -> Report | None:
    return db.execute(
        select(Report)
        .where(Report.event_id == event_id, Report.format == format, Report.requested_by == author)
        .where(Report.requested_at > now - DOUBLE_CLICK, Report.state == ReportState.PENDING.value)
        .order_by(Report.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def ask_again(db: Session, report_id: int, *, by: Actor, now: datetime) -> None:
    """Try an informe once more, with what the event says now. Raises RuleViolation when it is ready."""
    again = db.execute(
        update(Report)
        .where(Report.id == report_id, Report.state != ReportState.READY.value)
        .values(state=ReportState.PENDING.value, content=None, error=None, requested_at=now)
    )
    if not changed(again):
        raise RuleViolation("Este informe ya está listo.")
    outbox.enqueue(db, "reports.build", key=f"reports.build:{report_id}:{int(now.timestamp())}", report_id=report_id)
    audit.record(db, by, "reports.ask_again", "report", report_id)


def freeze(db: Session, report_id: int) -> Frozen | None:
    """Freeze what the informe says, once: a second run prints the same. None when it needs no making any more. Raises NotFound."""
    report = db.get(Report, report_id, with_for_update=True)
    if report is None:
        raise NotFound("No encontramos ese informe.")
    if report.state != ReportState.PENDING.value:
        return None
    if report.content is None or report.content["version"] != rules.CONTENT_VERSION:
        found = material(db, report.event_id)
        report.content = rules.content(found, attended=found.acta.attended if found.acta else attended_ids(db, report.event_id))
        db.flush()
    return Frozen(report.id, report.format, report.content["context"], report.content["author"], report.requested_at)


def material(db: Session, event_id: int) -> Material:
    """What an informe of the event would be made of now. Raises NotFound."""
    return Material.of(queries.gathered(db, event_id))


def mark_ready(db: Session, report_id: int, *, sha256: str, size: int, now: datetime) -> bool:
    """Remember the file. False when somebody was faster."""
    values = {"state": ReportState.READY.value, "file_sha256": sha256, "file_size": size, "ready_at": now, "error": None}
    done = db.execute(update(Report).where(Report.id == report_id, Report.state == ReportState.PENDING.value).values(**values))
    return changed(done) == 1


def mark_error(db: Session, report_id: int, *, reason: str) -> None:
    """Say in a sentence for people why it could not be made."""
    db.execute(
        update(Report)
        .where(Report.id == report_id, Report.state == ReportState.PENDING.value)
        .values(state=ReportState.ERROR.value, error=reason)
    )


# --- texts and tables ------------------------------------------------------------------------------------------------------------


def save_words(db: Session, event_id: int, command: SaveWords, *, by: Actor) -> None:
    """Write what the informe says in its own words, and who signs it. Raises InvalidInput."""
    sections.check_words(command)
    values = asdict(command)
    written = upsert(db)(ReportWords).values(event_id=event_id, **values)
    db.execute(written.on_conflict_do_update(index_elements=["event_id"], set_=values))
    audit.record(db, by, "reports.save_words", "event", event_id, own=sorted(name for name, said in values.items() if said))


def save_section(db: Session, event_id: int, command: SaveSection, *, section_id: int | None = None, by: Actor) -> int:
    """Write a text or a table, at the end unless it exists; gives its id. Raises InvalidInput, NotFound, RuleViolation."""
    sections.check(command)
    values = {"kind": command.kind, "title": command.title, "content": command.content()}
    if section_id is None:
        section_id = _append(db, event_id, values)
    else:
        _find(db, event_id, section_id)
        db.execute(update(ReportSection).where(ReportSection.id == section_id).values(**values))
    audit.record(db, by, "reports.save_section", "event", event_id, section=section_id)
    return section_id


def _append(db: Session, event_id: int, values: dict[str, Any]) -> int:
    """At the end of the list; two people adding at once get two places."""
    for attempt in range(_ATTEMPTS):
        last, many = db.execute(
            select(func.coalesce(func.max(ReportSection.position), 0), func.count()).where(ReportSection.event_id == event_id)
        ).one()
        if many >= MOST_SECTIONS:
            raise RuleViolation(f"Un informe tiene como máximo {MOST_SECTIONS} partes adicionales.")
        section = ReportSection(event_id=event_id, position=last + 1, **values)
        try:
            with db.begin_nested():
                db.add(section)
                db.flush()
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return section.id
    raise AssertionError("unreachable")


def remove_section(db: Session, event_id: int, section_id: int, *, by: Actor) -> None:
    """Take a text or a table away. Raises NotFound."""
    db.delete(_find(db, event_id, section_id))
    db.flush()
    audit.record(db, by, "reports.remove_section", "event", event_id, section=section_id)


def raise_section(db: Session, event_id: int, section_id: int, *, by: Actor) -> None:
    """Move a text or a table one place up; the first stays where it is. Raises NotFound."""
    moved = _find(db, event_id, section_id)
    above = db.execute(
        select(ReportSection)
        .where(ReportSection.event_id == event_id, ReportSection.position < moved.position)
        .order_by(ReportSection.position.desc())
        .limit(1)
    ).scalar_one_or_none()
    if above is None:
        return
    upper, lower = above.position, moved.position
    # Two sections cannot stand in one place, not even for a moment: one waits at a place nobody uses.
    for one, position in ((moved, -moved.id), (above, lower), (moved, upper)):
        one.position = position
        db.flush()
    audit.record(db, by, "reports.raise_section", "event", event_id, section=section_id)


def _find(db: Session, event_id: int, section_id: int) -> ReportSection:
    found = db.execute(select(ReportSection).where(ReportSection.id == section_id, ReportSection.event_id == event_id)).scalar_one_or_none()
    if found is None:
        raise NotFound("Esa parte del informe ya no existe.")
    return found
