"""The list of an event's registrations, however it is narrowed, sorted and paged, and what it can be narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from eventos.desk.models import SavedView
from eventos.desk.rules_list import Chosen
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.text import fold
from eventos.people.models import Person
from eventos.registration.models import Answer, FormQuestion, Registration, RegistrationGroup
from eventos.registration.queries import RegistrationRow, row_columns, typed
from eventos.registration.queries_questions import lacking_ids


@dataclass(frozen=True)
class Listed(RegistrationRow):
    """A line of the list: beside the registration, what its calendar answered, who wrote the group down, and whether a mail came back."""

    reply: str
    group_leader: str
    bounced: bool


@dataclass(frozen=True)
class Facet:
    """One thing the list can be narrowed to, and how many registrations it leaves."""

    value: str
    label: str
    many: int


@dataclass(frozen=True)
class ViewRow:
    """A saved view as the list offers it; `mine` may be removed by whoever looks."""

    public_id: str
    name: str
    chosen: dict[str, Any]
    shared: bool
    mine: bool


def listed(db: Session, event_id: int, chosen: Chosen, *, limit: int | None = None, offset: int = 0) -> tuple[list[Listed], int]:
    """The registrations of an event as they were asked for, and how many there are in all: one statement, more with `falta`."""
    original, person, leader = aliased(Person), aliased(Person), aliased(Person)
    columns = [
        *row_columns(person),
        Registration.reply,
        func.coalesce(leader.given_names + " " + leader.family_names, "").label("group_leader"),
        _bounced().label("bounced"),
    ]
    asked = (
        select(*columns, func.count().over().label("total"))
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .outerjoin(RegistrationGroup, RegistrationGroup.id == Registration.group_id)
        .outerjoin(leader, leader.id == RegistrationGroup.leader_id)
        .where(*_conditions(db, event_id, chosen, person))
        .order_by(*_order(chosen.orden, person))
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(asked).all()
    lines = [{name: value for name, value in row._mapping.items() if name != "total"} for row in rows]
    return [Listed(**typed(line)) for line in lines], rows[0].total if rows else 0


def listed_ids(db: Session, event_id: int, chosen: Chosen, *, public_ids: Sequence[str] | None) -> list[int]:
    """The registrations of the list by number: those that were ticked, or (None) all of them."""
    original, person = aliased(Person), aliased(Person)
    asked = (
        select(Registration.id)
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .outerjoin(RegistrationGroup, RegistrationGroup.id == Registration.group_id)
        .order_by(Registration.registered_at, Registration.id)
    )
    if public_ids is not None:
        ticked = asked.where(Registration.event_id == event_id, Registration.public_id.in_(public_ids))
        return list(db.execute(ticked).scalars())
    return list(db.execute(asked.where(*_conditions(db, event_id, chosen, person))).scalars())


def _bounced() -> ColumnElement[bool]:
    came_back = select(MailRecord.id).where(
        MailRecord.about_type == "registration", MailRecord.about_id == Registration.id, MailRecord.bounced_at.is_not(None)
    )
    return came_back.correlate(Registration).exists()


def _conditions(db: Session, event_id: int, chosen: Chosen, person: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Registration.event_id == event_id]
    plain = {
        "estado": Registration.state,
        "modalidad": Registration.modality,
        "municipio": Registration.divipola,
        "entidad": Registration.entity_key,
        "origen": Registration.source,
        "respuesta": Registration.reply,
        "grupo": RegistrationGroup.public_id,
    }
    found += [column == value for name, column in plain.items() if (value := getattr(chosen, name))]
    if chosen.rebote:
        found.append(_bounced())
    if chosen.falta:  # which questions somebody is shown, no statement can say; numbers are written out, so that there is no most
        found.append(Registration.id.in_(bindparam("lacking", lacking_ids(db, event_id), expanding=True, literal_execute=True)))
    found += [_answered(name, option) for name, option in chosen.answers]
    if chosen.texto:
        found.append(_says(chosen.texto, person))
    return found


def _answered(name: str, option: str) -> ColumnElement[bool]:
    """Whoever chose this option; an answer is one option or a list of them, as JSON."""
    said = (
        select(Answer.id)
        .join(FormQuestion, FormQuestion.id == Answer.question_id)
        .where(Answer.registration_id == Registration.id, FormQuestion.key == name.removeprefix("q-"))
        .where(cast(Answer.value, Text).contains(f'"{option}"', autoescape=True))
    )
    return said.correlate(Registration).exists()


def _says(words: str, person: Any) -> ColumnElement[bool]:
    folded, raw = fold(words), words.strip().lower()
    ways: list[ColumnElement[bool]] = [
        person.email_key.contains(raw, autoescape=True),
        person.document_number.contains(raw.replace(".", ""), autoescape=True),
    ]
    if folded:
        ways += [person.name_key.contains(folded, autoescape=True), Registration.entity_key.contains(folded, autoescape=True)]
    return or_(*ways)


def _order(order: str, person: Any) -> list[Any]:
    """By what was asked for; else whoever waits last, in their turn, and the others by name."""
    name = order.removeprefix("-")
    last = [person.name_key, Registration.id]
    if not name:
        return [Registration.waitlisted_at.is_not(None), Registration.waitlisted_at, *last]
    column: Any = {
        "nombre": person.name_key,
        "entidad": Registration.entity_key,
        "lugar": func.coalesce(Registration.divipola, ""),
        "modalidad": Registration.modality,
        "estado": Registration.state,
        "origen": Registration.source,
        "fecha": Registration.registered_at,
    }[name]
    return [column.desc() if order.startswith("-") else column.asc(), *last]


def facets(db: Session, event_id: int) -> dict[str, list[Facet]]:
    """What an event's list can be narrowed to, with its counts: states, municipios, entities, groups; one statement."""
    here = Registration.event_id == event_id
    many = func.count().label("many")
    leader = Person.given_names + " " + Person.family_names
    parts = [
        select(literal("estado").label("kind"), Registration.state.label("value"), literal("").label("label"), many)
        .where(here)
        .group_by(Registration.state),
        select(literal("municipio"), Registration.divipola, literal(""), many)
        .where(here, Registration.divipola.is_not(None))
        .group_by(Registration.divipola),
        select(literal("entidad"), Registration.entity_key, func.min(Registration.entity_name), many)
        .where(here, Registration.entity_key != "")
        .group_by(Registration.entity_key),
        select(literal("grupo"), RegistrationGroup.public_id, func.min(leader), many)
        .join(Registration, Registration.group_id == RegistrationGroup.id)
        .join(Person, Person.id == RegistrationGroup.leader_id)
        .where(here)
        .group_by(RegistrationGroup.public_id),
    ]
    found: dict[str, list[Facet]] = {"estado": [], "municipio": [], "entidad": [], "grupo": []}
    for row in db.execute(union_all(*parts)):
        found[row.kind].append(Facet(row.value, row.label, row.many))
    return found


def saved_views(db: Session, cycle_id: int, staff_id: int) -> list[ViewRow]:
    """The views somebody may use in the events of a cycle: their own, and those others share."""
    mine = SavedView.staff_id == staff_id
    rows = db.execute(
        select(SavedView.public_id, SavedView.name, SavedView.chosen, SavedView.shared, mine.label("mine"))
        .where(SavedView.cycle_id == cycle_id, or_(mine, SavedView.shared.is_(True)))
        .order_by(SavedView.name, SavedView.id)
    )
    return [ViewRow(row.public_id, row.name, dict(row.chosen), row.shared, bool(row.mine)) for row in rows]
