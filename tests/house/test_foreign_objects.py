"""Every staff route × every role × what belongs to another cycle: it is not there, also when asked for beside something of one's own.

A new route whose address names an object needs its line in `NAMED`, or this fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from eventos.accounts.models import Staff
from eventos.adapters import storage
from eventos.calls import service as calls
from eventos.certificates import service as certificates
from eventos.certificates.models import Certificate
from eventos.checkin.models import DoorRoom, Scan
from eventos.checkin.queries import door_event_by_id
from eventos.checkin.rules import Rule as DoorRule
from eventos.checkin.rules_rooms import SaveRoom
from eventos.checkin.service.devices import make_device
from eventos.checkin.service.rooms import save_room
from eventos.cycles.models import Cycle, CycleStaff
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.desk.service import ask_sheet, save_view
from eventos.dialogue import service as dialogue
from eventos.dialogue.rules import SaveQuestion
from eventos.inbox.models import InboundMail
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.http import Audience, Entry, entry_of
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import MaterialKind, StaffRole
from eventos.people import merging
from eventos.publicity import service as publicity
from eventos.registration import importing
from eventos.registration.rules_reminders import AddReminder
from eventos.registration.service import add_reminder, bulk
from eventos.registration.service import importing as sheets
from eventos.registration.service.importing import Options
from eventos.reports import service as reports
from eventos.reports.sections import SaveSection
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.calls.factories import a_call, convene, recipients, send
from tests.certificates.factories import a_closed_event
from tests.checkin.factories import a_bearer, carry
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question
from tests.support.crowd import sheet_of

# Argument of a route → the object it names, by the endpoint it begins with; the longest beginning that fits counts.
NAMED = {
    "slug": {"": "event", "calls.": "ahead", "convened.": "cycle", "mailings.": "ahead", "wordings.": "cycle",
             "cycles.cycle": "cycle", "cycles.edit_cycle": "cycle", "cycles.update_cycle": "cycle"},
    "public_id": {
        "attendance.": "registration", "desk.": "registration", "desk.bulk": "bulk", "desk.remove_view": "view", "desk.unmerge": "merge",
        "desk.sheet": "paper", "admission.": "registration", "importing.": "sheet",
        "materials.": "material", "dialogue.": "question",
        "calls.": "call", "convened.": "convened", "reports.": "report", "constancias.badges": "badges", "checkin.": "device",
        "questionnaire.": "registration", "mailings.": "reminder", "inbox.": "inbound",
    },
    "first": {"desk.": "person"},
    "second": {"desk.": "double"},
    "code": {"constancias.": "certificate"},
    "key": {"questionnaire.": "form_question", "checkin.": "room"},
    "number": {"constancias.reissue": "registration_id", "reports.": "section", "materials.page": "page",
               "calls.entity": "copy", "calls.record": "copy", "calls.annex": "page"},
    "version": {"publicity.": "version"},
    "job_id": {"desk.retry": "job"},
    "registration": {"checkin.": "registration"},
    "scan": {"checkin.": "scan"},
    "kind": {"desk.registrations_file": "csv", "checkin.": "csv",
             "attendance.export": "csv", "calls.export": "csv", "reports.": "texto", "desk.": "ods",
             "wordings.": "confirmed", "mailings.": "thanks"},
    "verb": {"materials.": "ocultar", "convened.": "retirar", "inbox.": "descartar"},
    "way": {"dialogue.": "subir", "questionnaire.": "subir"},
    "name": {"publicity.": "pdf"},
}  # fmt: skip
OF_THE_OFFICE = ("accounts_staff.", "publicity.entity", "publicity.keep_logo", "publicity.drop_logo", "publicity.logo")  # of no cycle
NUMBERED_BY_EVENT = {"page", "version"}  # every event has a first one
WORDS = {"csv", "ods", "texto", "confirmed", "thanks", "ocultar", "retirar", "descartar", "subir", "pdf"}
# These answer what is not there with a sentence, and do nothing: "ya no está", "no está en el acta".
TOLD = {"desk.retry": 303, "importing.abandon": 302, "constancias.reissue": 409}
ROLES = (StaffRole.ORGANISER, StaffRole.READER, StaffRole.DOOR)  # an administrator works in every cycle


@dataclass(frozen=True)
class Office:
    """A cycle with one event and one of everything that belongs to it."""

    cycle_id: int
    named: dict[str, str]


@pytest.fixture
def offices(writing: Opened) -> tuple[Office, Office]:
    with writing() as db:
        return an_office(db), an_office(db)


def an_office(db: Session) -> Office:
    now, cycle = clock.now(), a_cycle(db)
    event, people = a_closed_event(db, cycle=cycle)
    ahead = a_published_event(db, cycle=cycle, number=6)
    certificates.issue_all(db, event.id, by=SYSTEM, now=now)
    code = db.execute(select(Certificate.code).where(Certificate.registration_id == people[0].id)).scalar_one()
    file = importing.take_file(sheet_of(2), "lista.csv")
    sheet = sheets.upload(db, file, Options(has_consents=True), event_id=event.id, by=SYSTEM, now=now)
    slugs = [event.slug, ahead.slug]
    device, _link = make_device(db, name="Puerta", cycle_id=cycle.id, slugs=slugs, staff_id=a_staff(db).id, by=SYSTEM, now=now)
    db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=DoorRule(self_checkin=True).kept(), updated_at=now))
    db.flush()
    door = door_event_by_id(db, event.id)
    assert door is not None
    room = save_room(db, door, None, SaveRoom(f"Taller {cycle.id}"), by=SYSTEM, now=now)
    kept = KeptFile("0" * 64, 10, "notas.pdf", "application/pdf", MaterialKind.FILE, needs_work=False)
    publicity.prepare(db, event.id, by=SYSTEM, now=now)
    question = dialogue.note(db, event.id, SaveQuestion("¿Cómo se publica?"), by=SYSTEM, now=now)
    own = {"event": event.slug, "cycle": cycle.slug, "registration": people[0].public_id, "registration_id": str(people[0].id)}
    own |= {"certificate": code, "sheet": sheet.public_id, "device": device.public_id, "question": question, "page": "1", "version": "1"}
    own["room"] = room
    read = {"device_id": device.id, "nonce": "lectura-01", "event_id": event.id, "registration_id": people[0].id}
    scan = Scan(**read, verdict="accepted", scanned_at=now, received_at=now)
    db.add(scan)
    db.flush()
    own["scan"] = str(scan.id)
    own["form_question"] = a_question(db, event).key
    own["material"] = materials.add_material(db, event.id, SaveMaterial("Notas"), kept, by=SYSTEM, now=now)
    own["badges"] = certificates.ask_badges(db, event.id, by=SYSTEM, now=now)
    own["report"] = reports.ask(db, event.id, format="docx", by=SYSTEM, now=now).public_id
    own["section"] = str(reports.save_section(db, event.id, SaveSection("text", "Título", ("Texto",)), by=SYSTEM))
    own["ahead"] = ahead.slug
    doubles = [a_registration(db, event).person for _ in range(4)]
    paper = {"day": "", "blank": 20, "empty": True}
    own["paper"] = ask_sheet(db, event.id, paper, rows=0, reason="Visita sin lista.", by=SYSTEM, now=now)
    own["person"], own["double"] = doubles[0].public_id, doubles[1].public_id
    own["merge"] = merging.merge(db, doubles[2].id, doubles[3].id, by=SYSTEM, now=now).public_id
    again = bulk.begin(db, event.id, bulk.Ask(bulk.Action.RESEND), [people[0].id], by=SYSTEM, now=now)
    own["bulk"] = again.public_id
    view = save_view(db, cycle.id, "Todas", {}, shared=True, by=SYSTEM, staff_id=a_staff(db).id, now=now)
    own["view"] = view.public_id
    own["convened"] = convene(db, cycle, many=1)[0]
    own["call"] = a_call(db, ahead)
    own["reminder"] = add_reminder(db, ahead.id, AddReminder(minutes_before=60), by=SYSTEM, now=now)
    annex = {"filename": "matriz.xlsx", "media_type": "text/csv", "sha256": storage.shelf().put(b"a;b").sha256, "size": 3}
    calls.attach(db, ahead.id, own["call"], annex, by=SYSTEM, now=now)
    send(db, ahead, own["call"])
    own["copy"] = str(recipients(db, ahead, own["call"])[0].id)
    waiting = a_registration(db, ahead).id
    own["job"] = str(next(job.id for job in db.execute(select(Job)).scalars() if job.args.get("registration_id") == waiting))
    own["inbound"] = f"i{event.id}"
    file_of_mail = storage.shelf().put(own["inbound"].encode()).sha256
    came = {"sha256": file_of_mail, "kind": "bounce", "verdict": "doubtful", "via": "folder", "event_id": event.id, "received_at": now}
    db.add(InboundMail(public_id=own["inbound"], **came))
    return Office(cycle.id, own)


def object_of(endpoint: str, argument: str) -> str:
    fitting = [(len(start), what) for start, what in NAMED[argument].items() if endpoint.startswith(start)]
    assert fitting, f"{endpoint}: what does <{argument}> name? Say so in NAMED."
    return max(fitting)[1]


def routes(app: Flask) -> Iterator[tuple[Rule, Entry, dict[str, str]]]:
    """Each staff route about something of a cycle: argument → the kind of object it names."""
    for rule in app.url_map.iter_rules():
        entry = entry_of(app, rule.endpoint)
        if entry is not None and entry.audience is Audience.STAFF and rule.arguments and not rule.endpoint.startswith(OF_THE_OFFICE):
            yield rule, entry, {argument: object_of(rule.endpoint, argument) for argument in rule.arguments}


def address(rule: Rule, objects: dict[str, str], whose: dict[str, Office]) -> str:
    values = {argument: what if what in WORDS else whose[argument].named[what] for argument, what in objects.items()}
    return re.sub(r"<(?:[^<>:]+:)?([a-z_]+)>", lambda part: values[part[1]], rule.rule)


def foreign_addresses(rule: Rule, objects: dict[str, str], mine: Office, theirs: Office) -> Iterator[str]:
    """Wherever at least one object is theirs. A version or a page is theirs only with the thing it is of."""
    owned = [argument for argument, what in objects.items() if what not in WORDS | NUMBERED_BY_EVENT]
    for choice in product((mine, theirs), repeat=len(owned)):
        if theirs in choice:
            yield address(rule, objects, dict.fromkeys(objects, choice[0]) | dict(zip(owned, choice, strict=True)))


def ask(client: FlaskClient, who: SignedIn, rule: Rule, path: str) -> Iterator[tuple[str, int]]:
    for method in sorted((rule.methods or set()) & {"GET", "POST"}):
        answer = client.open(path, method=method, data={"csrf_token": who.csrf} if method == "POST" else None)
        yield f"{method} {rule.endpoint} {path}", answer.status_code


def a_colleague(db: Session, role: StaffRole, office: Office) -> Staff:
    staff = a_staff(db, role=role)
    db.add(CycleStaff(cycle_id=office.cycle_id, staff_id=staff.id))
    return staff


def test_what_belongs_to_another_cycle_is_not_there(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened, offices: tuple[Office, Office]
) -> None:
    mine, theirs = offices
    for role in ROLES:
        with writing() as db:
            staff = a_colleague(db, role, mine)
        who = signed_in(client, writing, staff=staff)
        before = everything(looking)
        wrong, asked = [], 0
        for rule, entry, objects in routes(app):
            for path in foreign_addresses(rule, objects, mine, theirs):
                is_told = rule.endpoint in TOLD and theirs.named["event"] not in path.split("/")
                expected = 403 if role not in entry.roles else TOLD[rule.endpoint] if is_told else 404
                for what, status in ask(client, who, rule, path):
                    asked += 1
                    wrong += [f"{what}: {status}"] * (status != expected)
        assert wrong == [], role
        assert asked > 100
        assert [table for table, rows in everything(looking).items() if rows != before[table]] == [], role
    for event, material in ((mine, theirs), (theirs, mine)):
        assert client.get(f"/eventos/{event.named['event']}/materiales/{material.named['material']}").status_code == 404


def test_ones_own_is_there_so_the_sweep_means_something_and_to_look_changes_nothing(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened, offices: tuple[Office, Office]
) -> None:
    mine, _theirs = offices
    with writing() as db:
        staff = a_colleague(db, StaffRole.ORGANISER, mine)
    signed_in(client, writing, staff=staff)
    missing, before = [], everything(looking)
    for rule, entry, objects in routes(app):
        if "GET" in (rule.methods or set()) and staff.staff_role in entry.roles:
            path = address(rule, objects, dict.fromkeys(objects, mine))
            missing += [f"GET {rule.endpoint} {path}"] if client.get(path).status_code == 404 else []
    assert [table for table, rows in everything(looking).items() if rows != before[table]] == [], "a look changes nothing"
    # Files that no worker made yet, in this test, are the only things of one's own that are not there.
    assert {each.split()[1] for each in missing} <= {
        "calls.evidence_file", "publicity.file", "reports.file", "materials.file", "materials.page",
    }  # fmt: skip


def test_neither_a_visitor_nor_a_phone_opens_anything_of_the_office(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened, offices: tuple[Office, Office]
) -> None:
    mine, _theirs = offices
    with writing() as db:
        door = a_published_event(db, cycle=db.get_one(Cycle, mine.cycle_id), number=7)
        bearer = a_bearer(db, door, now=clock.now())
    before = everything(looking)
    for token in ("", carry(client, bearer)):
        for rule, _entry, objects in routes(app):
            path = address(rule, objects, dict.fromkeys(objects, mine))
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                assert (answer.status_code, "/ingresar" in answer.headers.get("Location", "")) == (302, True), f"{method} {rule.rule}"
    assert everything(looking) == before


def everything(looking: Opened) -> dict[str, list[tuple[object, ...]]]:
    with looking() as db:
        return {table.name: sorted(tuple(map(repr, row)) for row in db.execute(table.select())) for table in Staff.metadata.tables.values()}
