"""Each secret opens its own door and no other; looking at it, as scanners of mail do, changes nothing."""

from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.accounts import service as accounts
from eventos.accounts.models import Staff
from eventos.certificates import service as certificates
from eventos.certificates.models import Certificate
from eventos.checkin.models import DoorRoom
from eventos.checkin.rules import Rule
from eventos.checkin.service.arrival import code_of
from eventos.checkin.service.devices import make_device
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM
from eventos.registration import queries_admission as queries
from eventos.registration.rules import RECEIPT_LIFE, Policy
from eventos.registration.service.change import MailChange, mail_change_token
from eventos.registration.service.my_events import my_events_token
from eventos.registration.service.policy import invitation_token, save_policy
from eventos.registration.service.tickets import link_of, ticket_of
from tests.accounts.factories import a_link, a_staff
from tests.calls.factories import a_call, convene, recipients, send
from tests.calls.factories import link as receipt_of
from tests.certificates.factories import a_closed_event
from tests.checkin.factories import a_bearer
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


class Secret(NamedTuple):
    door: str
    value: str


def secrets_of(db: Session) -> list[Secret]:
    """One of each, good now; the first administrator's link, which dies with the first account, is tried in tests/accounts."""
    now = clock.now()
    held, _people = a_closed_event(db, came=1)
    certificates.issue_all(db, held.id, by=SYSTEM, now=now)
    event, staff = a_published_event(db, number=6), a_staff(db)
    mine = a_registration(db, event)
    asked = MailChange(mine.person_id, mine.id, mine.person.email_key or "", "otra@riosucio.example")
    _device, link = make_device(db, name="Puerta", cycle_id=event.cycle_id, slugs=[event.slug], staff_id=staff.id, by=SYSTEM, now=now)
    db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=now))
    private = a_published_event(db, number=8)
    save_policy(db, private.id, Policy(is_private=True), by=SYSTEM, now=now)
    receipt = tokens.issue("receipt", {"e": [event.id], "m": "e···@riosucio.example"}, expires_at=now + RECEIPT_LIFE)
    convene(db, event.cycle_id, many=1)
    call = a_call(db, event)
    send(db, event, call)
    return [
        Secret("/i/", link_of(mine)),
        Secret("/q/", ticket_of(mine)),
        Secret("/inscripcion/recibida/", receipt),
        Secret("/privado/", invitation_token(queries.sealed_invitation(db, private.id) or b"")),
        Secret("/mis-eventos/", my_events_token("elvira@riosucio.example")),
        Secret("/correo/", mail_change_token(asked)),
        Secret("/invitacion/", a_link(db, a_staff(db, password=None), "invitation")),
        Secret("/restablecer/", a_link(db, staff, "reset")),
        Secret("/acreditacion/vincular/", link),
        Secret(f"/llegada/{event.slug}/", code_of(event.id, "", now)),
        Secret("/convocatoria/", receipt_of(recipients(db, event, call)[0])),
        Secret("/verificar/", db.query(Certificate.code).scalar() or ""),
    ]


def bearers_of(db: Session) -> dict[str, str]:
    """Cookie → what it holds: each opens a whole place, and nothing by an address."""
    event = a_published_event(db, number=7)
    return {"eventos": accounts.start_session(db, a_staff(db).id, now=clock.now()), "eventos-puerta": a_bearer(db, event, now=clock.now())}


def test_each_secret_opens_its_own_door_and_no_other(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        secrets = secrets_of(db)
    before = everything(looking)
    opened = {
        (door, secret.door)
        for door in (each.door for each in secrets)
        for secret in secrets
        if client.get(door + secret.value).status_code == 200 and client.head(door + secret.value).status_code == 200
    }
    assert opened == {(each.door, each.door) for each in secrets}
    assert [table for table, rows in everything(looking).items() if rows != before[table] and table != "rate_counter"] == []


def test_a_cookie_is_good_for_its_own_place_alone(app: Flask, writing: Opened) -> None:
    with writing() as db:
        secrets, bearers = secrets_of(db), bearers_of(db)
    opened = set()
    for name in bearers:
        for kind, value in {**bearers, **{each.door: each.value for each in secrets}}.items():
            visitor = app.test_client()
            visitor.set_cookie(name, value, domain="localhost")
            if visitor.get("/escritorio").status_code == 200:
                opened.add((name, kind, "/escritorio"))
            if visitor.get("/acreditacion").headers.get("Location", "").startswith("/acreditacion/"):  # the one event of the phone
                opened.add((name, kind, "/acreditacion"))
    assert opened == {("eventos", "eventos", "/escritorio"), ("eventos-puerta", "eventos-puerta", "/acreditacion")}


def test_every_route_with_a_secret_stands_here(app: Flask, writing: Opened) -> None:
    with writing() as db:
        tried = {each.door for each in secrets_of(db)} | {"/primer-ingreso/", "/llegada/<slug>/"}
    rules = [rule.rule for rule in app.url_map.iter_rules() if {"token", "receipt", "code"} & rule.arguments]
    public = [rule for rule in rules if not rule.startswith("/escritorio/")]
    assert [rule for rule in public if not rule.startswith(tuple(tried))] == []


def everything(looking: Opened) -> dict[str, list[tuple[object, ...]]]:
    with looking() as db:
        return {table.name: sorted(tuple(map(repr, row)) for row in db.execute(table.select())) for table in Staff.metadata.tables.values()}
