"""How each registration of an event stands: what the office decided last, else that it entered by the door, else the last entered sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, false, func, or_, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from eventos.attendance.models import AttendanceDecision, AttendancePart
from eventos.checkin.models import Acceptance
from eventos.cycles.models import CycleMunicipio, Event
from eventos.kernel import divipola
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import RegistrationState, Word
from eventos.people.models import Person
from eventos.registration.models import Import, ImportRow, Registration

# What a municipio filter may say instead of a DIVIPOLA code: the figures that stand apart.
OF_THE_CYCLE = "del-ciclo"
OTHER_MUNICIPIOS = "otros-municipios"
OTHER_DEPARTAMENTOS = "otros-departamentos"
ABROAD = "fuera-de-colombia"
NO_PLACE = "sin-municipio"
# An entidad filter for those who named none; no folded key holds a hyphen.
NO_ENTITY = "-"

_HOME = ("", "colombia", "co", "col")


class Status(Word):
    """Which part of the list: the count's own parts, and the waitlist, from which somebody may have come."""

    ATTENDED = "asistieron", "Asistieron"
    ABSENT = "no-asistieron", "No asistieron"
    MARKED = "oficina", "Marcados por la oficina"
    SCANNED = "puerta", "Ingresaron por la puerta"
    LISTED = "lista", "Según lista importada"
    WAITLISTED = "espera", "En lista de espera"
    TEAM = "equipo", "Expositores y organizadores"


@dataclass(frozen=True)
class RosterFilter:
    """What a list is narrowed to; "" leaves a field out. `municipio` is a DIVIPOLA code or a word above, `entidad` a folded key."""

    municipio: str = ""
    entidad: str = ""
    modalidad: str = ""
    estado: str = ""
    texto: str = ""

    def given(self) -> dict[str, str]:
        """The fields that say something, as an address carries them."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


@dataclass(frozen=True)
class _Pieces:
    """What is known about each registration of an event, whoever it belongs to."""

    decided: FromClause
    listed: FromClause
    sheet: FromClause
    door: FromClause
    source: FromClause
    attended: ColumnElement[bool]
    part: ColumnElement[str]

    @property
    def entered(self) -> ColumnElement[bool]:
        return self.door.c.registration_id.is_not(None)

    @property
    def scanned(self) -> ColumnElement[bool]:
        """Entered by the door, and the office decided nothing else."""
        return and_(self.decided.c.attended.is_(None), self.entered)

    @property
    def evidence(self) -> ColumnElement[str]:
        return case(
            (self.decided.c.attended.is_not(None), "oficina"),
            (self.entered, "puerta"),
            (self.listed.c.attended.is_(True), "lista"),
            else_="",
        )


@dataclass(frozen=True)
class Standing(_Pieces):
    """The pieces a SELECT over the registrations of one event is made of; `single` leaves out those another one speaks for."""

    single: ColumnElement[bool]
    counted: ColumnElement[bool]
    team: ColumnElement[bool]


# Not in yet, but counted if they came all the same.
_ON_THE_WAY = (RegistrationState.WAITLISTED.value, RegistrationState.OFFERED.value, RegistrationState.PENDING.value)


@lru_cache(maxsize=32)  # pieces of SQL are never changed, and a page asks for them more than once
def standing(event_id: int) -> Standing:
    """Registrations with their last decision and the last sheet that said something; `counted` are the inscritos.

    A decision without a verdict took the earlier ones back, so the door or the sheet speaks again; an undone scan is no acceptance.
    Inscritos are the active registrations and whoever came from the waitlist, or before being approved; cancelled and rejected ones are not
    counted, nor is who never consented, and speakers and organisers (`team`) stand apart. Somebody merged who registered twice counts once.
    """
    which = _pieces(Registration.__table__, event_id)
    single = Registration.id.not_in(_doubled(event_id))
    counted = and_(
        Registration.event_id == event_id,
        which.part == "attendee",
        or_(
            Registration.state == RegistrationState.ACTIVE.value,
            and_(Registration.state.in_(_ON_THE_WAY), which.attended.is_(True)),
        ),
        single,
    )
    team = and_(
        Registration.event_id == event_id,
        which.part != "attendee",
        Registration.state.in_((RegistrationState.ACTIVE.value, *_ON_THE_WAY)),
        single,
    )
    pieces = {each.name: getattr(which, each.name) for each in fields(which)}
    return Standing(**pieces, single=single, counted=counted, team=team)


def _pieces(registration: FromClause, event_id: int) -> _Pieces:
    """The last of each kind of evidence, looked up by index, registration by registration: joined to subqueries that number the rows,
    SQLite compared every registration with every row."""
    decided = AttendanceDecision.__table__.alias("decided")
    listed, sheet = ImportRow.__table__.alias("listed"), Import.__table__.alias("sheet")
    earlier = AttendanceDecision.__table__.alias("earlier")
    last_decision = select(func.max(earlier.c.id)).where(earlier.c.registration_id == registration.c.id)
    row, book = ImportRow.__table__.alias("row"), Import.__table__.alias("book")
    # When the row's sheet entered; a question of its own, so that no plan starts from the sheet and reads all its rows each time.
    entered_at = (
        select(book.c.entered_at)
        .where(book.c.id == row.c.import_id, book.c.event_id == event_id, book.c.state == "entered")
        .correlate(row)
        .scalar_subquery()
    )
    last_row = (
        select(row.c.id)
        .where(row.c.registration_id == registration.c.id, row.c.attended.is_not(None), entered_at.is_not(None))
        .order_by(entered_at.desc(), row.c.id.desc())
        .limit(1)
    )
    earlier_part = AttendancePart.__table__.alias("earlier_part")
    parted = AttendancePart.__table__.alias("parted")
    last_part = select(func.max(earlier_part.c.id)).where(earlier_part.c.registration_id == registration.c.id)
    # Somebody may have entered on several days and in several rooms: the first is the evidence, and of two at one moment one alone.
    door, entry = Acceptance.__table__.alias("door"), Acceptance.__table__.alias("entry")
    earlier_entry = select(entry.c.registration_id).where(
        entry.c.registration_id == door.c.registration_id,
        tuple_(entry.c.accepted_at, entry.c.day, entry.c.room) < tuple_(door.c.accepted_at, door.c.day, door.c.room),
    )
    source = (
        registration.outerjoin(decided, decided.c.id == last_decision.correlate(registration).scalar_subquery())
        .outerjoin(listed, listed.c.id == last_row.correlate(registration).scalar_subquery())
        .outerjoin(sheet, sheet.c.id == listed.c.import_id)
        .outerjoin(parted, parted.c.id == last_part.correlate(registration).scalar_subquery())
        .outerjoin(
            door,
            and_(door.c.registration_id == registration.c.id, ~earlier_entry.correlate(door).exists()),
        )
    )
    entered = door.c.registration_id.is_not(None)
    attended = func.coalesce(decided.c.attended, case((entered, true())), listed.c.attended, false())
    return _Pieces(decided, listed, sheet, door, source, attended, func.coalesce(parted.c.part, "attendee"))


def _doubled(event_id: int) -> Select[Any]:
    """The registrations of merged people that another registration of the same person speaks for.

    One speaks for the rest: that of a speaker or organiser, else the one the office decided about last, else one that says that the
    person came, else the active, else the first. Read from the few people who were merged, never from the whole list.
    """
    twin, owner = Registration.__table__.alias("twin"), Person.__table__.alias("owner")
    merged, kept = Person.__table__.alias("merged"), Person.__table__.alias("kept")
    involved = union_all(
        select(merged.c.id).where(merged.c.merged_into_id > 0), select(kept.c.merged_into_id).where(kept.c.merged_into_id > 0)
    )
    which = _pieces(twin, event_id)
    decided_last = func.coalesce(case((which.decided.c.attended.is_not(None), which.decided.c.id)), 0)
    place = func.row_number().over(
        partition_by=func.coalesce(owner.c.merged_into_id, owner.c.id),
        order_by=[
            case((which.part == "attendee", 1), else_=0),
            decided_last.desc(),
            case((which.attended.is_(True), 0), else_=1),
            case((twin.c.state == RegistrationState.ACTIVE.value, 0), else_=1),
            twin.c.id,
        ],
    )
    ranked = (
        select(twin.c.id, place.label("place"))
        .select_from(which.source.join(owner, owner.c.id == twin.c.person_id))
        .where(
            twin.c.event_id == event_id, twin.c.person_id.in_(involved), twin.c.state.in_((RegistrationState.ACTIVE.value, *_ON_THE_WAY))
        )
        .subquery("ranked")
    )
    return select(ranked.c.id).where(ranked.c.place > 1)


def expected_codes(db: Session, event_id: int) -> tuple[str, ...]:
    """The municipalities that the event's cycle expects."""
    codes = select(CycleMunicipio.divipola).join(Event, Event.cycle_id == CycleMunicipio.cycle_id).where(Event.id == event_id)
    return tuple(db.execute(codes.order_by(CycleMunicipio.divipola)).scalars())


def group_of(code: str | None, country: str, expected: Sequence[str]) -> str:
    """Where a registration counts: its own municipio, or one of the figures that stand apart."""
    if code:
        if not expected or code in expected:
            return code
        return OTHER_MUNICIPIOS if code[:2] in {each[:2] for each in expected} else OTHER_DEPARTAMENTOS
    return NO_PLACE if country.strip(" ").lower() in _HOME else ABROAD


def matches(chosen: RosterFilter, which: Standing, event_id: int, expected: Sequence[str]) -> list[ColumnElement[bool]]:
    """The conditions of a filter, on the same grounds as the count: a figure and its list never differ."""
    waiting = and_(Registration.event_id == event_id, Registration.state == RegistrationState.WAITLISTED.value, which.single)
    conditions = [{Status.WAITLISTED.value: waiting, Status.TEAM.value: which.team}.get(chosen.estado, which.counted)]
    if (status := _of_status(chosen.estado, which)) is not None:
        conditions.append(status)
    if chosen.municipio:
        conditions.append(_of_place(chosen.municipio, expected))
    if chosen.entidad:
        conditions.append(Registration.entity_key == ("" if chosen.entidad == NO_ENTITY else chosen.entidad))
    if chosen.modalidad:
        conditions.append(Registration.modality == chosen.modalidad)
    if chosen.texto:
        conditions.append(_of_text(chosen.texto))
    return conditions


def _of_status(status: str, which: Standing) -> ColumnElement[bool] | None:
    return {
        Status.ATTENDED.value: which.attended.is_(True),
        Status.ABSENT.value: which.attended.is_(False),
        Status.MARKED.value: which.decided.c.attended.is_(True),
        Status.SCANNED.value: which.scanned,
        Status.LISTED.value: which.evidence == "lista",
    }.get(status)


def _of_place(place: str, expected: Sequence[str]) -> ColumnElement[bool]:
    code: Any = Registration.divipola
    homes = {each[:2] for each in expected}
    in_homes = or_(*(code.startswith(home) for home in sorted(homes))) if homes else false()
    at_home = func.lower(func.trim(Registration.country)).in_(_HOME)
    match place:
        case "del-ciclo":
            return code.in_(expected) if expected else code.is_not(None)
        case "otros-municipios":
            return and_(code.is_not(None), in_homes, code.not_in(expected))
        case "otros-departamentos":
            return and_(code.is_not(None), code.not_in(expected), ~in_homes) if expected else false()
        case "fuera-de-colombia":
            return and_(code.is_(None), ~at_home)
        case "sin-municipio":
            return and_(code.is_(None), at_home)
        case _:
            return Registration.divipola == place


def _of_text(typed: str) -> ColumnElement[bool]:
    """Names, entities and mails by their keys, documents by their number, municipios by DIVIPOLA; every word must be somewhere."""
    words = fold(typed).split() or [typed.casefold()]
    conditions: list[ColumnElement[bool]] = []
    for word in words[:8]:
        anywhere: list[ColumnElement[bool]] = [
            Person.name_key.contains(word, autoescape=True),
            Person.email_key.contains(word, autoescape=True),
            Registration.entity_key.contains(word, autoescape=True),
        ]
        if word.isdigit():
            anywhere.append(Person.document_number.contains(word, autoescape=True))
        codes = [place.code for place in divipola.all_municipios() if word in fold(place.name).split()] if len(word) > 2 else []
        if codes:
            anywhere.append(Registration.divipola.in_(codes))
        conditions.append(or_(*anywhere))
    return and_(*conditions)
