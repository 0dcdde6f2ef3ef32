"""Who works with the product: invited, given a role, closed and opened again; somebody always keeps the keys."""

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts import queries, rules, service
from eventos.accounts.models import Staff, StaffLink
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.db import transaction
from eventos.kernel.errors import InvalidInput, NotAllowed, NotFound
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import PASSWORD, a_link, a_staff, by
from tests.conftest import Opened

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ADMIN = StaffRole.ADMINISTRATOR
both_databases = pytest.mark.both_databases


@both_databases
def test_two_accounts_cannot_share_an_address_however_it_is_written(db: Session) -> None:
    a_staff(db, email="Ana@Oficina.example")
    with pytest.raises(InvalidInput) as refusal:
        service.invite(db, email="ana@oficina.EXAMPLE", name="Otra Ana Ficticia", role=ADMIN, by=SYSTEM)
    assert "email" in refusal.value.fields


def test_an_invitation_promises_a_mail_without_the_token_in_the_job(db: Session) -> None:
    staff = service.invite(db, email="luz@oficina.example", name="Luz Ficticia", role=StaffRole.DOOR, by=SYSTEM)
    job = db.scalars(select(Job)).one()
    assert job.name == "accounts.send_link"
    assert set(job.args) == {"staff_id", "purpose", "mail_id"}
    assert staff.password_hash is None
    assert db.scalars(select(StaffLink)).all() == []


@both_databases
def test_the_last_administrator_keeps_the_keys(db: Session) -> None:
    chief, helper = a_staff(db, role=ADMIN), a_staff(db)
    a_staff(db, role=ADMIN, password=None)  # invited, never came: does not count
    for act in (
        lambda: service.deactivate(db, chief.public_id, by=SYSTEM, now=NOON),
        lambda: service.change_role(db, chief.public_id, StaffRole.READER, by=SYSTEM),
    ):
        with pytest.raises(rules.LastAdministrator):
            act()
    service.change_role(db, helper.public_id, ADMIN, by=by(chief))
    service.deactivate(db, chief.public_id, by=by(helper), now=NOON)
    assert chief.deactivated_at == NOON


def test_nobody_closes_demotes_or_disarms_their_own_account(db: Session) -> None:
    chief = a_staff(db, role=ADMIN)
    a_staff(db, role=ADMIN)
    for act in (
        lambda: service.deactivate(db, chief.public_id, by=by(chief), now=NOON),
        lambda: service.change_role(db, chief.public_id, StaffRole.READER, by=by(chief)),
        lambda: service.reset_second_step(db, chief.public_id, by=by(chief)),
    ):
        with pytest.raises(rules.NotOnOneself):
            act()


def test_an_administrator_unseated_meanwhile_unseats_nobody(db: Session) -> None:
    first, second = a_staff(db, role=ADMIN), a_staff(db, role=ADMIN)
    service.deactivate(db, second.public_id, by=by(first), now=NOON)
    with pytest.raises(NotAllowed):
        service.deactivate(db, first.public_id, by=by(second), now=NOON)


@pytest.mark.both_databases
def test_two_administrators_closing_each_other_leave_one(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        pair = [a_staff(db, role=ADMIN), a_staff(db, role=ADMIN)]
    start = threading.Barrier(2)
    refused: list[str] = []

    def close(actor: Staff, target: Staff) -> None:
        start.wait()
        try:
            with app.app_context(), transaction() as db:
                service.deactivate(db, target.public_id, by=by(actor), now=NOON)
        except (NotAllowed, rules.LastAdministrator) as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=close, args=pair), threading.Thread(target=close, args=pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with looking() as db:
        closed = [row for row in queries.staff_list(db) if row.state is queries.StaffState.DEACTIVATED]
    assert len(closed) == 1
    assert len(refused) == 1


def test_a_deactivated_account_loses_its_sessions_and_its_links(db: Session) -> None:
    chief, leaver = a_staff(db, role=ADMIN), a_staff(db)
    cookie = service.start_session(db, leaver.id, now=NOON)
    link = a_link(db, leaver, "reset")
    service.deactivate(db, leaver.public_id, by=by(chief), now=NOON)
    assert queries.staff_by_session(db, cookie, now=NOON) is None
    service.reactivate(db, leaver.public_id, by=by(chief))
    assert queries.staff_by_session(db, cookie, now=NOON) is None
    with pytest.raises(service.DeadLink):
        service.open_link(db, link, "reset", now=clock.now())


def test_an_invitation_is_sent_again_only_to_who_has_not_come(db: Session) -> None:
    invited = service.invite(db, email="luz@oficina.example", name="Luz Ficticia", role=StaffRole.DOOR, by=SYSTEM)
    service.invite_again(db, invited.public_id, by=SYSTEM)
    assert len(db.scalars(select(Job)).all()) == 2
    with pytest.raises(Exception, match="ya aceptó"):
        service.invite_again(db, a_staff(db).public_id, by=SYSTEM)
    with pytest.raises(NotFound):
        service.invite_again(db, "nadie", by=SYSTEM)


@both_databases
def test_the_list_says_who_is_at_work_invited_or_gone(db: Session) -> None:
    chief = a_staff(db, role=ADMIN, name="Zoila Ficticia")
    a_staff(db, password=None, name="Berta Ficticia")
    gone = a_staff(db, name="Ada Ficticia")
    service.start_session(db, chief.id, now=NOON)
    service.deactivate(db, gone.public_id, by=by(chief), now=NOON)
    rows = queries.staff_list(db)
    assert [(row.name, row.state.value) for row in rows] == [
        ("Berta Ficticia", "invited"),
        ("Zoila Ficticia", "active"),
        ("Ada Ficticia", "deactivated"),
    ]
    assert rows[1].last_seen_at == NOON


def test_what_was_done_to_accounts_is_written_down_without_names(db: Session) -> None:
    chief = service.create_admin(db, email="jefa@oficina.example", name="Jefa Ficticia", password=PASSWORD, by=SYSTEM)
    luz = service.invite(db, email="luz@oficina.example", name="Luz Ficticia", role=StaffRole.DOOR, by=by(chief))
    service.change_role(db, luz.public_id, StaffRole.READER, by=by(chief))
    service.deactivate(db, luz.public_id, by=by(chief), now=NOON)
    db.flush()
    entries = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "accounts.create_admin",
        "accounts.invite",
        "accounts.change_role",
        "accounts.deactivate",
    ]
    assert entries[2].actor == f"staff:{chief.id}"
    assert not [entry for entry in entries if "Ficticia" in str(entry.detail) or "@" in str(entry.detail)]
