"""The pages behind one-time links: forgotten password, invitations, the first administrator. A GET changes nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.accounts import queries, service
from eventos.accounts.models import Staff, StaffLink, StaffSession
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import PASSWORD, a_link, a_staff, open_form_token, signed_in
from tests.accounts.pages import OTHER, choose, enter, everything
from tests.conftest import Opened
from tests.support.smtp import Mailbox
from tests.support.statements import counted

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ClockAt = Callable[[datetime], None]


# --- forgotten password


@pytest.mark.both_databases
def test_asking_for_a_new_password_says_the_same_for_known_and_unknown(
    client: FlaskClient, writing: Opened, mailbox: Mailbox, outbox_run: Callable[[], int]
) -> None:
    with writing() as db:
        email = a_staff(db).email
    answers, cost = [], []
    for address in (email, "nadie@oficina.example"):
        with counted() as statements:
            answer = client.post("/restablecer", data={"csrf_token": open_form_token(), "email": address})
        answers.append((answer.status_code, answer.location, answer.text))
        cost.append(len(statements))
    assert answers[0] == answers[1]
    assert abs(cost[0] - cost[1]) <= 2
    assert "Si hay una cuenta con ese correo" in client.get(answers[0][1] or "").text
    outbox_run()
    assert [str(message["To"]) for message in mailbox.messages()] == [f"Ana Prueba Ficticia <{email}>"]


def test_the_mailed_link_changes_the_password_once(
    client: FlaskClient, writing: Opened, looking: Opened, mailbox: Mailbox, outbox_run: Callable[[], int]
) -> None:
    with writing() as db:
        email = a_staff(db).email
    client.post("/restablecer", data={"csrf_token": open_form_token(), "email": email})
    outbox_run()
    (mail,) = mailbox.to(email)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    (token,) = set(re.findall(r"http://127\.0\.0\.1:8000/restablecer/([\w-]{43})", text + html))
    path = f"/restablecer/{token}"
    with looking() as db:
        stored = str([job.args for job in db.scalars(select(Job))]) + str([link.token_hash for link in db.scalars(select(StaffLink))])
        assert token not in stored
        assert db.scalars(select(MailRecord.recipient)).one().startswith("p···@")

    before = everything(looking)
    for verb in (client.get, client.head):
        assert verb(path).status_code == 200
    assert everything(looking) == before, "looking changes nothing: mail scanners look"

    answer = choose(client, path)
    assert (answer.status_code, answer.location) == (303, "/ingresar?aviso=password-set")
    assert client.get_cookie("eventos", domain="localhost") is None, "the second step is not skipped"
    assert enter(client, email, PASSWORD).status_code == 422
    assert enter(client, email, OTHER).status_code == 303
    assert choose(client, path).status_code == 404


def test_a_job_done_twice_sends_one_mail_whose_link_works(
    app: Flask, client: FlaskClient, writing: Opened, mailbox: Mailbox, outbox_run: Callable[[], int]
) -> None:
    with writing() as db:
        email = service.invite(db, email="luz@oficina.example", name="Luz Ficticia", role=StaffRole.DOOR, by=SYSTEM).email
    outbox_run()
    with writing() as db:
        db.scalars(select(Job)).one().done_at = None
    outbox_run()
    (mail,) = mailbox.to(email)
    (token,) = re.findall(r"/invitacion/([\w-]{43})", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert client.get(f"/invitacion/{token}").status_code == 200


def test_somebody_elses_mailbox_is_not_flooded(client: FlaskClient, writing: Opened, looking: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        email = a_staff(db).email
    answers = [client.post("/restablecer", data={"csrf_token": open_form_token(), "email": email}).status_code for _ in range(5)]
    strangers = [
        client.post("/restablecer", data={"csrf_token": open_form_token(), "email": "nadie@o.example"}).status_code for _ in range(5)
    ]
    assert answers == strangers == [303, 303, 303, 429, 429]
    with looking() as db:
        assert len(db.scalars(select(Job)).all()) == 3


# --- invitations and the first administrator


def test_an_invited_person_chooses_a_password_and_is_in(
    client: FlaskClient, writing: Opened, looking: Opened, mailbox: Mailbox, outbox_run: Callable[[], int]
) -> None:
    who = signed_in(client, writing)
    data = {"csrf_token": who.csrf, "name": "Luz Ficticia", "email": "luz@oficina.example", "role": "door"}
    assert client.post("/escritorio/equipo", data=data).location == "/escritorio/equipo?aviso=invited"
    client.delete_cookie("eventos", domain="localhost")
    outbox_run()
    (mail,) = mailbox.to("luz@oficina.example")
    (token,) = re.findall(r"/invitacion/([\w-]{43})", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    path = f"/invitacion/{token}"
    page = client.get(path)
    assert "luz@oficina.example" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"

    for password, repeated, why in (
        ("corta", "corta", "al menos 12"),
        ("contrasena2026", "contrasena2026", "muy conocida"),
        (OTHER, "otra", "no son iguales"),
    ):
        again = client.post(path, data={"csrf_token": open_form_token(), "password": password, "repeated": repeated})
        assert again.status_code == 422
        assert why in again.text
    answer = choose(client, path)
    assert (answer.status_code, answer.location) == (303, "/escritorio?aviso=welcome")
    assert client.get("/escritorio/cuenta").status_code == 200
    assert client.get("/escritorio/equipo").status_code == 403
    assert choose(client, path).status_code == 404


def test_the_first_administrator_link_opens_once_by_post_alone(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        token = service.first_admin_link(db)
    path = f"/primer-ingreso/{token}"
    before = everything(looking)
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert everything(looking) == before
    assert client.post(path, data={"name": "Jefa Ficticia"}).status_code == 400, "no form token"
    assert everything(looking) == before
    answer = choose(client, path, name="Jefa Ficticia", email="jefa@oficina.example")
    assert (answer.status_code, answer.location) == (303, "/escritorio?aviso=welcome")
    assert client.get("/escritorio/equipo").status_code == 200
    stranger = client.application.test_client()
    assert stranger.get(path).status_code == 404
    assert choose(stranger, path, name="Otra Ficticia", email="otra@oficina.example").status_code == 404
    with looking() as db:
        assert [row.name for row in queries.staff_list(db)] == ["Jefa Ficticia"]


def test_a_mistake_does_not_use_the_first_link_up(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        path = f"/primer-ingreso/{service.first_admin_link(db)}"
    for wrong in (
        {"email": "jefa", "name": "Jefa"},
        {"email": "jefa@oficina.example", "name": "www.gane.example"},
        {"email": "", "name": ""},
    ):
        assert choose(client, path, **wrong).status_code == 422
    assert choose(client, path, name="Jefa Ficticia", email="jefa@oficina.example").status_code == 303


def test_the_first_link_is_dead_when_late_and_after_create_admin(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        path = f"/primer-ingreso/{service.first_admin_link(db)}"
    clock_at(NOON + timedelta(minutes=61))
    assert choose(client, path, name="Jefa Ficticia", email="jefa@oficina.example").status_code == 404
    clock_at(NOON)
    assert client.get(path).status_code == 200
    with writing() as db:
        service.create_admin(db, email="otra@oficina.example", name="Otra Ficticia", password=PASSWORD, by=SYSTEM)
    assert choose(client, path, name="Jefa Ficticia", email="jefa@oficina.example").status_code == 404


def test_guessing_links_is_counted(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    with writing() as db:
        good = a_link(db, a_staff(db), "reset")
    statuses = [client.get(f"/restablecer/{number}").status_code for number in range(61)]
    assert statuses == [404] * 60 + [429]
    assert client.get(f"/restablecer/{good}").status_code == 200, "a good link is not counted"


def test_signing_in_is_written_down(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        staff = a_staff(db)
    enter(client, staff.email, OTHER)
    enter(client, staff.email)
    with looking() as db:
        assert [(entry.actor, entry.action) for entry in db.scalars(select(AuditEntry))] == [(f"staff:{staff.id}", "accounts.sign_in")]
        assert len(db.scalars(select(StaffSession)).all()) == 1
        assert db.scalars(select(Staff.password_hash)).one() not in str(db.scalars(select(AuditEntry.detail)).all())
