"""The list behind each figure, page by page or whole, and the evidence about one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, func, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.attendance.models import AttendanceDecision
from eventos.attendance.queries.standing import RosterFilter, Standing, expected_codes, matches, standing
from eventos.kernel import divipola, spanish
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import Modality, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Import, ImportRow, Registration

PAGE = 25


@dataclass(frozen=True)
class RosterRow:
    """One registration in the list, with the evidence it stands on. `decided` is None when the office decided nothing."""

    id: int
    public_id: str
    state: RegistrationState
    given_names: str
    family_names: str
    entity_name: str
    dependency: str
    post: str
    link_kind: str
    divipola: str | None
    country: str
    city: str
    modality: Modality
    email: str
    attended: bool
    decided: bool | None
    reason: str | None
    decided_at: datetime | None
    decided_by: str | None
    listed: bool | None
    filename: str | None
    entered_at: datetime | None
    place: str
    part: str = "attendee"
    document_type: str | None = None
    document_number: str | None = None
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()

    @property
    def evidence(self) -> str:
        """What the conclusion stands on, in words."""
        if self.decided is not None:
            return "Decisión de la oficina"
        if self.entered_at is not None:
            return f"Ingresó por la puerta, {spanish.date_long(self.entered_at)}, {spanish.time_short(self.entered_at)}"
        if self.listed is not None:
            return "Lista importada" if self.listed else "La lista importada dice que no asistió"
        return "Sin evidencia"


@dataclass(frozen=True)
class RosterPage:
    """Some rows of a list and how long the whole is; `page` counts from 1."""

    rows: tuple[RosterRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * PAGE, self.total)


@dataclass(frozen=True)
class Decision:
    """One decision about a person, as its history shows it; `attended` None took the earlier ones back."""

    attended: bool | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """All that is known about whether one person came: decisions, latest first, and what each sheet said (file, line, verdict, moment)."""

    row: RosterRow
    decisions: tuple[Decision, ...]
    sheets: tuple[tuple[str, int, bool, datetime | None], ...]
    part: str


def _place(code: str | None, country: str, city: str, expected: Sequence[str]) -> str:
    """ "Aguadas" for a municipality of the cycle, "Riosucio, Chocó" for another, "Quito, Ecuador"; "" when nobody said."""
    if code:
        place = divipola.get(code)
        return (place.name if code in expected else place.label) if place else code
    return ", ".join(part for part in (city, country) if part)


def roster(db: Session, event_id: int, chosen: RosterFilter, *, page: int = 1, expected: tuple[str, ...] | None = None) -> RosterPage:
    """One page of the list, by name: two statements, one more unless `expected` is known. A page beyond the last shows the last."""
    which = standing(event_id)
    codes = expected_codes(db, event_id) if expected is None else expected
    conditions = matches(chosen, which, event_id, codes)
    joined = _with_person(which)
    total = db.execute(select(func.count()).select_from(joined).where(*conditions)).scalar_one()
    page = min(max(1, page), max(1, -(-total // PAGE)))
    rows = db.execute(_rows(which).where(*conditions).limit(PAGE).offset((page - 1) * PAGE))
    return RosterPage(tuple(_row(row, codes) for row in rows), total, page)


def export_rows(db: Session, event_id: int, chosen: RosterFilter, *, with_private: bool = False) -> list[RosterRow]:
    """The whole list for a file, two statements; documents and phones only when asked for."""
    which = standing(event_id)
    conditions = matches(chosen, which, event_id, expected_codes(db, event_id))
    return [_row(row) for row in db.execute(_rows(which, with_private=with_private).where(*conditions))]


def attended_ids(db: Session, event_id: int) -> list[int]:
    """The registrations that count as asistentes: the list behind the figure, frozen with an informe."""
    which = standing(event_id)
    ids = select(Registration.id).select_from(which.source).where(which.counted, which.attended.is_(True)).order_by(Registration.id)
    return list(db.execute(ids).scalars())


def evidence(db: Session, event_id: int, public_id: str) -> Evidence:
    """Everything about one registration of the event: three statements. Raises NotFound."""
    found = db.execute(
        _rows(standing(event_id), with_private=True).where(Registration.event_id == event_id, Registration.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound("No encontramos esa inscripción en este evento.")
    decisions = db.execute(
        select(AttendanceDecision.attended, AttendanceDecision.reason, Staff.name, AttendanceDecision.decided_at)
        .outerjoin(Staff, Staff.id == AttendanceDecision.decided_by)
        .where(AttendanceDecision.registration_id == found.id)
        .order_by(AttendanceDecision.id.desc())
    )
    sheets = db.execute(
        select(Import.filename, ImportRow.line, ImportRow.attended, Import.entered_at)
        .join(Import, Import.id == ImportRow.import_id)
        .where(ImportRow.registration_id == found.id, Import.state == "entered", ImportRow.attended.is_not(None))
        .order_by(Import.entered_at.desc(), ImportRow.id.desc())
    )
    return Evidence(
        _row(found),
        tuple(Decision(attended, reason, name or "El sistema", at) for attended, reason, name, at in decisions),
        tuple((filename, line, bool(attended), at) for filename, line, attended, at in sheets),
        found.part,
    )


def _with_person(which: Standing) -> FromClause:
    """Registrations with whom they belong to now: somebody merged is listed as the person they became."""
    original = Person.__table__.alias("original")
    return which.source.join(original, original.c.id == Registration.person_id).join(
        Person.__table__, Person.id == func.coalesce(original.c.merged_into_id, original.c.id)
    )


def _rows(which: Standing, *, with_private: bool = False) -> Select[Any]:
    private = [Person.document_type, Person.document_number, Person.phone] if with_private else []
    source = _with_person(which)
    columns: list[Any] = [
        Registration.id,
        Registration.public_id,
        Registration.state,
        Person.given_names,
        Person.family_names,
        Registration.entity_name,
        Registration.dependency,
        Registration.post,
        Registration.link_kind,
        Registration.divipola,
        Registration.country,
        Registration.city,
        Registration.modality,
        Person.email,
        which.attended.label("attended"),
        which.decided.c.attended.label("decided"),
        which.decided.c.reason,
        which.decided.c.decided_at,
        Staff.name.label("decided_by"),
        which.listed.c.attended.label("listed"),
        which.sheet.c.filename,
        which.door.c.accepted_at.label("entered_at"),
        which.part.label("part"),
        *private,
    ]
    return (
        select(*columns)
        .select_from(source.outerjoin(Staff.__table__, Staff.id == which.decided.c.decided_by))
        .order_by(Person.name_key, Registration.id)
    )


def _row(row: Any, expected: Sequence[str] = ()) -> RosterRow:
    values = dict(row._mapping)
    values["place"] = _place(row.divipola, row.country, row.city, expected)
    values["state"], values["modality"] = RegistrationState(values["state"]), Modality(values["modality"])
    values["attended"] = bool(values["attended"])
    return RosterRow(**values)
