"""Plays `cases.json` through the service, on both databases: what the door answers, given what it knows, when somebody comes."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from eventos.app import create_app
from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, DoorRoom, Scan
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import Rule, SeenScan, UndoTooLate, Verdict
from eventos.cycles.models import Cycle, Event, EventDay
from eventos.kernel import clock, tokens
from eventos.kernel import db as database
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import NotFound
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import EventState
from eventos.registration.models import Answer as FormAnswer
from eventos.registration.models import FormQuestion, FormQuestionVersion, Registration, RevokedTicket
from eventos.registration.service import tickets
from tests.checkin.factories import a_device
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.support.databases import Databases

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())["cases"]
SEATED = ("active", "offered", "unconfirmed")
ONE_DAY = [["2030-07-25T08:00", "2030-07-25T10:00"]]


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=clock.BOGOTA)


@dataclass(frozen=True)
class Office:
    """What all cases share: an application on one database, a cycle, an event with its day, another event with somebody."""

    app: Flask
    cycle: Cycle
    event: Event
    pool: int
    stranger: Registration


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    url = databases.fresh(request.param)
    folder = str(tmp_path_factory.mktemp("cases"))
    app = create_app(Settings.from_environ({"EVENTOS_DATA_DIR": folder, "EVENTOS_DATABASE_URL": url}), ring=lambda: None)
    with app.app_context(), database.transaction() as db:
        cycle = a_cycle(db)
        event = a_published_event(db, cycle=cycle)
        stranger = a_registration(db, a_published_event(db, cycle=cycle, number=6, topic="Control social"))
        office = Office(app, cycle, event, event.pools[0].id, stranger)
    yield office
    with app.app_context():
        database.database.engine.dispose()
    databases.discard(url)


@dataclass
class World:
    """An event as a case gives it, its doors, its people and their codes."""

    db: Session
    office: Office
    event: Event
    people: dict[str, Registration] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    devices: dict[str, DeviceView] = field(default_factory=dict)

    def device(self, name: str) -> DeviceView:
        if name not in self.devices:
            self.devices[name] = a_device(self.db, self.event, name=f"Puerta {name}")
        return self.devices[name]

    @property
    def door(self) -> DoorEvent:
        found = queries.door_event_by_id(self.db, self.event.id)
        assert found is not None
        return found

    def reissue(self, who: str) -> None:
        """Another ticket in place of the present one."""
        self.old[who], self.codes[who] = self.codes[who], tokens.new_ticket(self.event.id)
        row = {"ticket_hash": tokens.digest(self.old[who]), "event_id": self.event.id, "registration_id": self.people[who].id}
        self.db.execute(insert(RevokedTicket).values(**row, revoked_at=clock.now(), revoked_by="staff:1"))
        mine = update(Registration).where(Registration.id == self.people[who].id)
        self.db.execute(mine.values(ticket_hash=tokens.digest(self.codes[who])))

    def set_state(self, who: str, state: str) -> None:
        row = {"state": state, "seat_pool_id": self.office.pool if state in SEATED else None}
        self.db.execute(update(Registration).where(Registration.id == self.people[who].id).values(row))

    def code(self, ticket: str) -> str:
        how, _, who = ticket.rpartition(":")
        if ticket.startswith("text:"):
            return ticket.removeprefix("text:")
        if ticket == "nobody":
            return tokens.new_ticket(self.event.id)
        match how:
            case "other":
                return tickets.ticket_of(self.office.stranger)
            case "old":
                return self.old[who]
            case "number":
                return str(self.people[who].id)
            case "public":
                return self.people[who].public_id
        mine = self.codes[who]
        if how == "forged":
            return ("A" if mine[60] != "A" else "B").join((mine[:60], mine[61:]))
        return f"httpsÑ--eventos.example-q-{mine}\r" if how == "mangled" else mine


def build(db: Session, office: Office, given: dict[str, Any]) -> World:
    days = given.get("days", ONE_DAY)
    event = db.get_one(Event, office.event.id)
    if days != ONE_DAY:
        event = a_published_event(db, cycle=office.cycle, number=9)
        db.execute(delete(EventDay).where(EventDay.event_id == event.id))
        for starts, ends in days:
            db.add(EventDay(event_id=event.id, on_date=moment(starts).date(), starts_at=moment(starts), ends_at=moment(ends)))
    rooms = {"": {}} | given.get("rooms", {})
    for place, (key, said) in enumerate(rooms.items()):
        rule = Rule.of({name: value for name, value in said.items() if name != "retired"}).kept()
        retired_at = clock.now() if said.get("retired") else None
        named = {"event_id": event.id, "key": key, "name": f"Sala {place}", "position": place}
        db.add(DoorRoom(**named, rule=rule, retired_at=retired_at, updated_at=clock.now()))
    db.flush()
    world = World(db, office, event)
    world.device("A")
    event.state = EventState(given.get("event", "published"))
    for who, state in given.get("people", {"ana": "active"}).items():
        world.people[who] = a_registration(db, event, given_names=who.title())
        world.codes[who] = tickets.ticket_of(world.people[who])
        world.set_state(who, state)
    for who in given.get("reissued", ()):
        world.reissue(who)
    for place, key in enumerate(given.get("questions", ())):
        _ask(world, key, place, {who: told[key] for who, told in given.get("answered", {}).items()})
    return world


def _ask(world: World, key: str, place: int, told: dict[str, str]) -> None:
    db, now = world.db, clock.now()
    question = FormQuestion(key=key, event_id=world.event.id, position=place)
    db.add(question)
    db.flush()
    said = {"kind": "yes_no", "label": "¿Almuerza con nosotros?", "limits": {}, "shown_if": {}, "options": []}
    version = FormQuestionVersion(question_id=question.id, version=1, **said, created_at=now, created_by="staff:1")
    db.add(version)
    db.flush()
    for who, value in told.items():
        mine = {"registration_id": world.people[who].id, "question_id": question.id, "version_id": version.id}
        db.add(FormAnswer(**mine, value=value, updated_at=now))
    db.flush()


class Player:
    """Takes the steps of a case and remembers what was answered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.verdicts: list[Any] = []
        self.flags: dict[str, list[str]] = {}
        self.nonces = 0

    def play(self, steps: list[dict[str, Any]]) -> None:
        while steps:
            same = [step for step in steps if step.get("batch") and step.get("batch") == steps[0].get("batch")] or steps[:1]
            getattr(self, f"_{steps[0]['do']}")(same)
            steps = steps[len(same) :]

    def _scan(self, steps: list[dict[str, Any]]) -> None:
        first = steps[0]
        now = moment(first.get("received_at", first["at"]))
        device = self.world.device(first.get("device", "A"))
        seen = [self._seen(step) for step in steps]
        for answer in service.record_scans(self.world.db, device, self.world.door, seen, now=now):
            if answer.flags:
                self.flags[str(len(self.verdicts))] = [flag.value for flag in answer.flags]
            self.verdicts.append(answer.verdict.value)

    def _seen(self, step: dict[str, Any]) -> SeenScan:
        self.nonces += 1
        ticket, by_name = step["ticket"], step.get("by_name")
        whose = self.world.office.stranger if ticket.startswith("other:") else self.world.people.get(ticket)
        return SeenScan(
            step.get("nonce", f"lectura-{self.nonces}"),
            code="" if by_name else self.world.code(ticket),
            registration=whose.public_id if by_name and whose else "",
            scanned_at=moment(step["at"]),
            **{name: step[name] for name in ("room", "direction", "offline", "told", "reason", "answers") if name in step},
        )

    def _undo(self, steps: list[dict[str, Any]]) -> None:
        (step,) = steps
        device = self.world.device(step.get("device", "A"))
        try:
            answer = service.undo(self.world.db, device, self.world.door, step["nonce"], now=moment(step["at"]))
            self.verdicts.append(answer.verdict.value)
        except (NotFound, UndoTooLate):
            self.verdicts.append("refused")

    def _annul(self, steps: list[dict[str, Any]]) -> None:
        (step,) = steps
        db, door, now = self.world.db, self.world.door, moment(step["at"])
        scan_id = db.execute(select(Scan.id).where(Scan.nonce == step["nonce"], Scan.event_id == door.id)).scalar_one()
        desk = service.desk_of(db, door, now=now)
        answer = service.annul(db, desk, door, scan_id, reason=step["reason"], by=SYSTEM, now=now)
        self.verdicts.append(answer.verdict.value)

    def _bulk(self, steps: list[dict[str, Any]]) -> None:
        (step,) = steps
        self.nonces += 1
        db, door, now = self.world.db, self.world.door, moment(step["at"])
        answers = service.mark_many(
            db,
            service.desk_of(db, door, now=now),
            door,
            [self.world.people[who].public_id for who in step["tickets"]],
            batch=step.get("nonce", f"lista-{self.nonces}"),
            reason="Lista en papel",
            by=SYSTEM,
            now=now,
            room=step.get("room", ""),
            at=moment(step["moment"]),
        )
        self.verdicts.append([answer.verdict.value for answer in answers])

    def _reissue(self, steps: list[dict[str, Any]]) -> None:
        self.world.reissue(steps[0]["ticket"])
        self.verdicts.append("done")

    def _state(self, steps: list[dict[str, Any]]) -> None:
        self.world.set_state(steps[0]["ticket"], steps[0]["state"])
        self.verdicts.append("done")

    def _event(self, steps: list[dict[str, Any]]) -> None:
        self.world.event.state = EventState(steps[0]["state"])
        self.world.db.flush()
        self.verdicts.append("done")


def stored(world: World) -> list[tuple[Any, ...]]:
    columns = (Acceptance.registration_id, Acceptance.day, Acceptance.room, Acceptance.device_id, Acceptance.nonce, Acceptance.accepted_at)
    mine = select(*columns).join(Registration, Registration.id == Acceptance.registration_id)
    return sorted(tuple(row) for row in world.db.execute(mine.where(Registration.event_id == world.event.id)))


def inside(world: World) -> Counter[str]:
    found = queries.by_ids(world.db, [one.id for one in world.people.values()]).values()
    last = {(one.public_id, moved.room): moved for one in found for moved in one.moved}
    return Counter(room for (_who, room), moved in last.items() if moved.direction == "in")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_the_door_answers(office: Office, case: dict[str, Any]) -> None:
    with office.app.app_context(), database.transaction() as db:
        world = build(db, office, case.get("given", {}))
        player = Player(world)
        player.play(case["when"])
        then, kept = case["then"], stored(world)
        assert player.verdicts == then["verdicts"]
        assert player.flags == then.get("flags", {})
        entered = Counter(room for _who, room in {(row[0], row[2]) for row in kept})
        assert {room: entered[room] for room in then.get("entered", {})} == then.get("entered", {})
        went_in = inside(world)
        assert {room: went_in[room] for room in then.get("inside", {})} == then.get("inside", {})
        service.restate_event(db, world.event.id)
        assert stored(world) == kept, "told again from the readings, the acceptances are the same"
        nonces = db.execute(select(Scan.device_id, Scan.nonce, func.count()).group_by(Scan.device_id, Scan.nonce)).all()
        assert all(number == 1 for *_, number in nonces)
        db.rollback()


def test_there_are_cases_enough_and_each_says_something_of_its_own() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 60
    assert sum(1 for case in CASES if not case.get("server")) >= 40, "a phone alone plays these"
    told = {verdict for case in CASES for verdict in case["then"]["verdicts"] if isinstance(verdict, str)}
    assert {verdict.value for verdict in Verdict} <= told
