"""One-time links: each opens one door, once, in time."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from eventos.accounts import queries, service
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import transaction
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import a_link, a_staff, by, enable_totp, password_hash
from tests.conftest import Opened

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ADMIN = StaffRole.ADMINISTRATOR
both_databases = pytest.mark.both_databases
ClockAt = Callable[[datetime], None]


@both_databases
def test_the_first_administrator_link_works_once(db: Session) -> None:
    token = service.first_admin_link(db)
    assert token
    staff = service.become_first_admin(
        db, token, email="jefa@oficina.example", name="Jefa Ficticia", password_hash=password_hash(), now=clock.now()
    )
    assert staff.staff_role is ADMIN
    with pytest.raises(service.DeadLink):
        service.become_first_admin(
            db, token, email="otra@oficina.example", name="Otra Ficticia", password_hash=password_hash(), now=clock.now()
        )
    assert service.first_admin_link(db) is None


def test_a_newer_first_link_kills_the_older(db: Session) -> None:
    older, newer = service.first_admin_link(db), service.first_admin_link(db)
    assert older
    assert newer
    with pytest.raises(service.DeadLink):
        service.open_link(db, older, "first_admin", now=clock.now())
    assert service.open_link(db, newer, "first_admin", now=clock.now())


def test_the_first_link_is_dead_after_an_hour_and_after_create_admin(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    token = service.first_admin_link(db)
    assert token
    assert service.open_link(db, token, "first_admin", now=NOON + timedelta(minutes=59))
    with pytest.raises(service.DeadLink):
        service.open_link(db, token, "first_admin", now=NOON + timedelta(minutes=60))
    service.create_admin(db, email="jefa@oficina.example", name="Jefa Ficticia", password=None, by=SYSTEM)
    with pytest.raises(service.DeadLink):
        service.open_link(db, token, "first_admin", now=NOON + timedelta(minutes=1))


@pytest.mark.parametrize(("purpose", "life"), [("invitation", timedelta(hours=72)), ("reset", timedelta(minutes=60))])
def test_links_die_of_age(db: Session, clock_at: ClockAt, purpose: str, life: timedelta) -> None:
    clock_at(NOON)
    token = a_link(db, a_staff(db, password=None), purpose)
    assert service.open_link(db, token, purpose, now=NOON + life - timedelta(seconds=1))
    with pytest.raises(service.DeadLink):
        service.open_link(db, token, purpose, now=NOON + life)


def test_a_link_opens_only_the_door_it_was_made_for(db: Session) -> None:
    staff = a_staff(db, password=None)
    made = {purpose: a_link(db, staff, purpose) for purpose in ("invitation", "reset")} | {
        "first_admin": service.first_admin_link(db) or ""
    }
    for purpose, token in made.items():
        for door in made:
            if door == purpose:
                assert service.open_link(db, token, door, now=clock.now())
            else:
                with pytest.raises(service.DeadLink):
                    service.open_link(db, token, door, now=clock.now())


@both_databases
def test_using_one_link_uses_up_every_other_of_the_account(db: Session) -> None:
    staff = a_staff(db)
    first, second = a_link(db, staff, "reset"), a_link(db, staff, "reset")
    service.reset_password(db, second, password_hash=password_hash("otra frase bastante larga"), now=clock.now())
    with pytest.raises(service.DeadLink):
        service.reset_password(db, first, password_hash=password_hash(), now=clock.now())
    assert service.matches(staff.password_hash, "otra frase bastante larga")


def test_a_new_password_ends_every_session_and_keeps_the_second_step(db: Session) -> None:
    staff = a_staff(db)
    enable_totp(db, staff)
    cookie = service.start_session(db, staff.id, now=clock.now())
    service.reset_password(db, a_link(db, staff, "reset"), password_hash=password_hash(), now=clock.now())
    assert queries.staff_by_session(db, cookie, now=clock.now()) is None
    assert staff.totp_enabled_at is not None


def test_no_link_is_made_for_who_should_not_get_it(db: Session) -> None:
    chief, staff = a_staff(db, role=ADMIN), a_staff(db)
    assert service.link_for_mail(db, staff.id, "invitation") is None, "accepted meanwhile"
    service.deactivate(db, staff.public_id, by=by(chief), now=NOON)
    assert service.link_for_mail(db, staff.id, "reset") is None


@both_databases
def test_one_link_used_by_two_at_once_opens_one_account(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        token = service.first_admin_link(db)
    assert token
    start = threading.Barrier(2)
    refused: list[str] = []

    def become(number: int) -> None:
        start.wait()
        try:
            with app.app_context(), transaction() as db:
                service.become_first_admin(
                    db, token, email=f"a{number}@oficina.example", name="Ana Ficticia", password_hash=password_hash(), now=clock.now()
                )
        except service.DeadLink as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=become, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["dead_link"]
    with looking() as db:
        assert len(queries.staff_list(db)) == 1
