"""The form for groups in a browser: rows, errors beside them, each member's own yes, and one answer for known and unknown people."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.kernel.outbox import Job
from eventos.people.models import Consent
from eventos.registration.models import Registration, RegistrationGroup
from eventos.registration.rules import Policy
from eventos.registration.service import tickets
from tests.conftest import Opened
from tests.flows.guests import answers
from tests.registration.factories import a_registration
from tests.registration.test_private_web import Invited, an_event, invitation_of, states


def rows(*numbers: int) -> dict[str, str]:
    typed: dict[str, str] = {}
    for place, number in enumerate(numbers):
        person = answers(number)
        names = ("document_type", "document_number", "given_names", "family_names", "email")
        typed |= {f"members-{place}-{name}": person[name] for name in names}
    return typed


def test_a_group_is_written_down_and_each_member_confirms_by_their_own_link(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        slug = an_event(db, Policy(group_limit=3)).slug
    booth = Invited(app, f"/eventos/{slug}/inscripcion/grupo")
    answer = booth.register(**answers(1), comes="y", **rows(2, 3))
    assert answer.status_code == 303, answer.text
    assert "2 personas" in client.get(answer.headers["Location"]).text
    with looking() as db:
        assert states(db) == ["active", "unconfirmed", "unconfirmed"]
        assert db.execute(select(RegistrationGroup.size)).scalar_one() == 2
        member = db.execute(select(Registration).where(Registration.state == "unconfirmed")).scalars().first()
        assert member is not None
        link = tickets.link_of(member)
    assert "Revisar y confirmar" in client.get(f"/i/{link}").text
    confirm = Invited(app, f"/i/{link}/confirmar")
    theirs = {"post": "Enlace", "link_kind": "contratista"}
    assert "Para confirmar su inscripción" in confirm.register(**theirs, consent="").text
    assert confirm.register(**theirs, consent="y").status_code == 303
    with looking() as db:
        assert states(db) == ["active", "active", "unconfirmed"]
        assert len(db.execute(select(Consent)).scalars().all()) == 2
    assert confirm.register(**theirs, consent="y").status_code == 303
    assert client.get(f"/i/{link}/confirmar").status_code == 303


def test_one_row_more_is_a_post_that_writes_nothing_and_keeps_what_was_typed(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = an_event(db, Policy(group_limit=9)).slug
    page = Invited(app, f"/eventos/{slug}/inscripcion/grupo").register(**answers(1), **rows(2), add_row="members")
    assert page.status_code == 200
    assert 'value="Visitante 2"' in page.text
    assert 'name="members-3-given_names"' in page.text
    with looking() as db:
        assert states(db) == []


def test_errors_of_a_group_stand_beside_their_row_and_everything_is_kept(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = an_event(db, Policy(group_limit=2)).slug
    booth = Invited(app, f"/eventos/{slug}/inscripcion/grupo")
    nobody = booth.register(**{**answers(1), "post": ""}).text
    assert ("Escriba los datos de al menos una persona." in nobody, "Escriba su cargo." in nobody) == (True, True)
    wrong = booth.register(**answers(1), **{**rows(2), "members-0-email": "esto no es"})
    assert wrong.status_code == 422
    assert "Escriba un correo como" in wrong.text
    assert 'value="esto no es"' in wrong.text
    assert "como máximo 2 personas" in booth.register(**answers(1), **rows(2, 3, 4)).text
    with looking() as db:
        assert states(db) == []


def test_a_group_with_somebody_on_file_answers_the_same_from_outside(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = an_event(db, Policy(group_limit=3))
        slug = event.slug
        a_registration(db, event, document_number=answers(2)["document_number"], given_names="Persona", family_names="Conocida")
    booth = Invited(app, f"/eventos/{slug}/inscripcion/grupo")
    known = client.get(booth.register(**answers(1), **rows(2)).headers["Location"]).text
    unknown = client.get(booth.register(**answers(1), **rows(9)).headers["Location"]).text
    assert known == unknown
    assert "Conocida" not in known


def test_whoever_is_written_down_while_the_event_goes_on_confirms_until_it_ends(
    app: Flask, writing: Opened, looking: Opened, clock_at: Callable[[datetime], None]
) -> None:
    with writing() as db:
        slug = an_event(db, Policy(group_limit=3, admits_late=True)).slug
    clock_at(datetime(2030, 7, 25, 14, 0, tzinfo=UTC))
    assert Invited(app, f"/eventos/{slug}/inscripcion/grupo").register(**answers(1), comes="", **rows(2, 3)).status_code == 303
    with looking() as db:
        links = [tickets.link_of(each) for each in db.execute(select(Registration).order_by(Registration.id)).scalars()]
    theirs = {"post": "Enlace", "link_kind": "contratista", "consent": "y"}
    confirmed = Invited(app, f"/i/{links[0]}/confirmar").register(**theirs)
    assert confirmed.status_code == 303, confirmed.text
    late = Invited(app, f"/i/{links[1]}/confirmar")
    late.open()
    clock_at(datetime(2030, 7, 25, 15, 30, tzinfo=UTC))
    assert late.register(**theirs).status_code == 409
    with looking() as db:
        assert states(db) == ["active", "unconfirmed"]


@pytest.mark.parametrize("policy", [Policy(), Policy(group_limit=1)])
def test_an_event_without_groups_has_no_form_for_them(client: FlaskClient, writing: Opened, policy: Policy) -> None:
    with writing() as db:
        slug = an_event(db, policy).slug
    assert client.get(f"/eventos/{slug}/inscripcion/grupo").status_code == 404


def test_who_does_not_come_is_not_promised_a_mail(app: Flask, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        slug = an_event(db, Policy(group_limit=3)).slug
    booth = Invited(app, f"/eventos/{slug}/inscripcion/grupo")
    comes = client.get(booth.register(**answers(1), comes="y", **rows(2)).headers["Location"]).text
    stays = client.get(booth.register(**answers(3), comes="", **rows(4)).headers["Location"]).text
    assert ("Revise su correo" in comes, "Usted no asiste: a usted no le escribimos." in comes) == (True, False)
    assert ("Revise su correo" in stays, "Usted no asiste: a usted no le escribimos." in stays) == (False, True)
    with looking() as db:
        told = [job.args["registration_id"] for job in db.execute(select(Job).where(Job.name == "registration.confirm")).scalars()]
        assert len(told) == 3


def test_the_closed_form_of_a_private_event_leads_back_to_its_invitation(
    client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]
) -> None:
    with writing() as db:
        event = an_event(db, Policy(is_private=True, group_limit=3))
        slug, token = event.slug, invitation_of(db, event)
    clock_at(datetime(2030, 7, 26, tzinfo=UTC))
    for way in ("inscripcion", "grupo"):
        page = client.get(f"/privado/{token}/{way}").text
        assert (f'href="/privado/{token}"' in page, f"/eventos/{slug}" in page) == (True, False), way
