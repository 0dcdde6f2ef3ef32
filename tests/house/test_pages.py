"""Every page that can be looked at is looked at by everybody: nobody ever meets a server error."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from eventos.accounts.models import Staff
from eventos.cycles.models import CycleStaff
from eventos.kernel.http import Audience, entry_of
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration

Seeded = tuple[dict[str, list[str]], dict[StaffRole, Staff]]


@pytest.fixture
def seeded(writing: Opened) -> Seeded:
    """A cycle with a draft, an event ahead and one behind, each with people; and somebody of each role who works in it."""
    with writing() as db:
        cycle = a_cycle(db)
        draft = an_event(db, cycle=cycle, number=6, topic="Control social")
        ahead = a_published_event(db, cycle=cycle)
        behind = a_published_event(db, cycle=cycle, number=3, days=(a_day(datetime(2021, 7, 29, tzinfo=UTC).date()),))
        undated = a_published_event(db, cycle=cycle, number=2, days=(), date_note="En 2021")
        people = [a_registration(db, event).public_id for event in (ahead, behind)]
        staff = {role: a_staff(db, role=role) for role in StaffRole}
        db.add_all(CycleStaff(cycle_id=cycle.id, staff_id=one.id) for one in staff.values())
        slugs = [event.slug for event in (draft, ahead, behind, undated)]
        return {"slug": [*slugs, cycle.slug], "public_id": people}, staff


def addresses(rule: Rule, known: dict[str, list[str]]) -> list[str]:
    """The addresses of a route: of what is there, and of what is not."""
    values = [known.get(name, []) for name in sorted(rule.arguments)]
    found = [re.sub(r"<(?:int[^>]*):[^>]+>", "999999", re.sub(r"<(?!int)[^>]+>", "no-existe", rule.rule))]
    for value in values[0] if len(values) == 1 else []:
        found.append(re.sub(r"<[^>]+>", value, rule.rule))
    return found


def look_at_everything(app: Flask, client: FlaskClient, known: dict[str, list[str]], wanted: Callable[[Audience], bool]) -> dict[str, int]:
    app.config["PROPAGATE_BUGS"] = False
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set()) and rule.endpoint != "static"]
    answers = {}
    for rule in rules:
        entry = entry_of(app, rule.endpoint)
        assert entry is not None, rule.rule
        if wanted(entry.audience):
            answers.update({path: client.get(path).status_code for path in addresses(rule, known)})
    return answers


def test_no_page_fails_for_a_visitor(app: Flask, client: FlaskClient, seeded: Seeded) -> None:
    answers = look_at_everything(app, client, seeded[0], lambda _audience: True)
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert answers["/"] == 200


@pytest.mark.parametrize("role", list(StaffRole))
def test_no_page_fails_for_staff(app: Flask, client: FlaskClient, writing: Opened, seeded: Seeded, role: StaffRole) -> None:
    known, staff = seeded
    signed_in(client, writing, staff=staff[role])
    answers = look_at_everything(app, client, known, lambda audience: audience is Audience.STAFF)
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert answers["/escritorio"] == 200


def test_a_staff_page_of_somebody_elses_cycle_is_not_there(app: Flask, client: FlaskClient, writing: Opened, seeded: Seeded) -> None:
    """An organiser of no cycle: every page about one of these events, cycles or registrations is 404, or not for them."""
    known, _staff = seeded
    signed_in(client, writing, StaffRole.ORGANISER)
    answers = look_at_everything(app, client, known, lambda audience: audience is Audience.STAFF)
    values = {value for values in known.values() for value in values}
    foreign = {path: status for path, status in answers.items() if values & set(path.split("/"))}
    assert foreign
    assert {path: status for path, status in foreign.items() if status not in {403, 404}} == {}
