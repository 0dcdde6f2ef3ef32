"""What is asked about sheets of registrants: their list, their check page by page, and who their people may be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.kernel.errors import NotFound
from eventos.people.models import Person
from eventos.registration.models import Import, ImportRow, Registration

_CHUNK = 500


@dataclass(frozen=True)
class ImportView:
    """A sheet for its own page and for the list. `summary` holds rows, new, known, repeated, bad, attended once it is checked."""

    id: int
    public_id: str
    event_id: int
    filename: str
    file_sha256: str
    headers: tuple[str, ...]
    mapping: dict[str, int]
    options: dict[str, Any]
    state: str
    summary: dict[str, Any]
    created_by: str
    created_at: datetime
    entered_at: datetime | None

    def figure(self, name: str) -> int:
        """A count of the summary; 0 before it is known."""
        return int(self.summary.get(name, 0))


@dataclass(frozen=True)
class RowView:
    """A row of the sheet as the preview shows it."""

    line: int
    verdict: str
    name: str
    document_type: str | None
    document_number: str | None
    email: str
    entity_name: str
    divipola: str | None
    country: str
    city: str
    modality: str
    attended: bool | None
    problems: tuple[dict[str, Any], ...]
    raw: tuple[str, ...] = field(default=())

    @property
    def faults(self) -> tuple[dict[str, Any], ...]:
        return tuple(problem for problem in self.problems if not problem.get("note"))

    @property
    def notes(self) -> tuple[dict[str, Any], ...]:
        return tuple(problem for problem in self.problems if problem.get("note"))


_IMPORT = [getattr(Import, name) for name in ImportView.__dataclass_fields__]


def import_view(db: Session, public_id: str, *, event_id: int) -> ImportView:
    """One sheet of that event. Raises NotFound."""
    row = db.execute(select(*_IMPORT).where(Import.public_id == public_id, Import.event_id == event_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa lista. Puede que alguien la haya descartado.")
    return _import(row)


def import_to_check(db: Session, import_id: int, run: str) -> ImportView | None:
    """The sheet a check is still wanted for, or None."""
    row = db.execute(select(*_IMPORT).where(Import.id == import_id, Import.state == "checking")).one_or_none()
    return _import(row) if row is not None and row.summary.get("run") == run else None


def imports_of(db: Session, event_id: int, *, limit: int = 50) -> list[ImportView]:
    """The sheets of an event, the latest first."""
    rows = db.execute(select(*_IMPORT).where(Import.event_id == event_id).order_by(Import.id.desc()).limit(limit))
    return [_import(row) for row in rows]


def _import(row: Any) -> ImportView:
    values = dict(row._mapping)
    values["headers"] = tuple(values["headers"])
    return ImportView(**values)


def rows_of(
    db: Session, import_id: int, *verdicts: str, noted: bool = False, limit: int | None = None, offset: int = 0, raw: bool = False
) -> list[RowView]:
    """Rows of a sheet in its order: those of these verdicts, or those that carry a note."""
    names = ("line", "verdict", "document_type", "document_number", "email", "entity_name", "divipola", "country", "city")
    names += ("modality", "attended", "problems", "given_names", "family_names", *(("raw",) if raw else ()))
    wanted = select(*(getattr(ImportRow, name) for name in names)).where(ImportRow.import_id == import_id, ImportRow.verdict.in_(verdicts))
    if noted:
        wanted = wanted.where(func.length(cast(ImportRow.problems, Text)) > len("[]"))
    return [_row(dict(row._mapping)) for row in db.execute(wanted.order_by(ImportRow.line).limit(limit).offset(offset))]


def _row(values: dict[str, Any]) -> RowView:
    name = f"{values.pop('given_names')} {values.pop('family_names')}".strip()
    problems, raw = tuple(values.pop("problems")), tuple(values.pop("raw", ()))
    return RowView(name=name, problems=problems, raw=raw, **values)


def modalities_ahead(db: Session, import_id: int) -> dict[str, int]:
    """How many new registrations a checked sheet would bring, by modality."""
    counted = select(ImportRow.modality, func.count()).where(ImportRow.import_id == import_id, ImportRow.verdict == "new")
    return {row[0]: row[1] for row in db.execute(counted.group_by(ImportRow.modality))}


@dataclass(frozen=True)
class PersonRow:
    """Somebody a sheet may mean; `id` is who they were merged into, if they were."""

    id: int
    document: tuple[str, str] | None
    name_key: str
    email_key: str


def people_with(db: Session, documents: Iterable[tuple[str, str]], mails: Iterable[str]) -> list[PersonRow]:
    """Everybody on file with one of these documents or mail addresses (as they are compared)."""
    found: list[PersonRow] = []
    for some in _chunks(sorted(set(documents))):
        kinds = {kind: [number for each, number in some if each == kind] for kind, _ in some}
        found += _people(db, or_(*(and_(Person.document_type == kind, Person.document_number.in_(kinds[kind])) for kind in kinds)))
    for chunk in _chunks(sorted(set(mails))):
        found += _people(db, Person.email_key.in_(chunk))
    return list(dict.fromkeys(found))


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _people(db: Session, which: Any) -> list[PersonRow]:
    """What is compared is what each row of `person` says, even of somebody merged into another: that is who they turn out to be."""
    rows = db.execute(
        select(
            func.coalesce(Person.merged_into_id, Person.id).label("id"),
            Person.document_type,
            Person.document_number,
            Person.name_key,
            Person.email_key,
        ).where(which)
    )
    return [_person(row) for row in rows]


def _person(row: Any) -> PersonRow:
    document = (row.document_type, row.document_number) if row.document_number is not None else None
    return PersonRow(row.id, document, row.name_key, row.email_key)


@dataclass(frozen=True)
class RegistrantRow:
    """Somebody registered for an event, with the entity they told."""

    person: PersonRow
    entity_key: str


def registrants(db: Session, event_id: int) -> list[RegistrantRow]:
    """Everybody registered for an event, in whatever state: one statement."""
    person = aliased(Person)
    rows = db.execute(
        select(
            func.coalesce(person.merged_into_id, person.id).label("id"),
            person.document_type,
            person.document_number,
            person.name_key,
            person.email_key,
            Registration.entity_key,
        )
        .join(person, Registration.person_id == person.id)
        .where(Registration.event_id == event_id)
    )
    return [RegistrantRow(_person(row), row.entity_key) for row in rows]
