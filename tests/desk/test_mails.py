"""The mail log: addresses masked, in one's scope, and a failed job can be tried again."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.desk.queries.mails import job_words
from eventos.kernel import clock, correspondence, outbox
from eventos.kernel.audit import AuditEntry
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import SignedIn, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.desk.factories import an_organiser_of
from tests.registration.factories import a_registration
from tests.support.statements import counted


@pytest.mark.usefixtures("app")
def test_every_job_has_a_name_that_an_office_understands() -> None:
    assert [name for name in outbox.handlers() if job_words(name) == "Trabajo interno"] == []


@pytest.mark.both_databases
def test_mails_say_what_happened_with_masked_addresses(client: FlaskClient, admin: SignedIn, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        registration = a_registration(db, event, email="elvira@riosucio.example")
        outbox.hold(db, "registration.confirm", reason="Demasiados correos a esta dirección.", registration_id=registration.id)
        correspondence.record_sent(
            db,
            message_id="<1@prueba.example>",
            kind="registration.confirm",
            recipient="elvira@riosucio.example",
            subject="Su inscripción",
            about=("registration", registration.id),
        )
    page = client.get("/escritorio/correos").text
    assert "Demasiados correos a esta dirección." in page
    assert "Retenido" in page
    assert "Su inscripción" in page
    assert "e···@riosucio.example" in page
    assert "elvira@" not in page
    assert "elvira@" not in client.get("/escritorio/correos?estado=enviados").text
    assert "Su inscripción" not in client.get("/escritorio/correos?estado=fallidos").text


def test_a_failed_job_is_tried_again_and_a_finished_one_is_not(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    now = clock.now()
    common = {"args": {}, "due_at": now - timedelta(hours=1), "created_at": now}
    with writing() as db:
        failed = Job(name="registration.confirm", attempts=8, buried_at=now, last_error="El servidor de correo no responde.", **common)
        done = Job(name="registration.confirm", attempts=1, done_at=now, **common)
        fresh = Job(name="registration.confirm", attempts=0, **common)
        lease = now + timedelta(minutes=1)
        in_hand = Job(name="registration.confirm", attempts=2, last_error="No responde.", leased_until=lease, **common)
        db.add_all([failed, done, fresh, in_hand])
        db.flush()
        ids = [failed.id, done.id, fresh.id, in_hand.id]
    notices = [client.post(f"/escritorio/correos/{job}/reintentar", data={"csrf_token": admin.csrf}).location for job in ids]
    assert ["job-retried" in notice for notice in notices] == [True, False, False, False]
    with looking() as db:
        job = db.get_one(Job, ids[0])
        assert job.buried_at is None
        assert db.execute(select(AuditEntry.action).where(AuditEntry.object_type == "job")).scalars().all() == ["desk.retry"]


@pytest.mark.both_databases
def test_mails_of_other_cycles_and_of_accounts_are_not_an_organisers(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        registration = a_registration(db, event)
        for job, args in (("registration.confirm", {"registration_id": registration.id}), ("accounts.send_link", {"staff_id": 1})):
            outbox.hold(db, job, reason=f"Retenido: {job}.", **args)
        ids = db.execute(select(Job.id).where(Job.buried_at.is_not(None))).scalars().all()
        staff = an_organiser_of(db, event)
    stranger = signed_in(client, writing, StaffRole.ORGANISER)
    assert "Retenido:" not in client.get("/escritorio/correos").text
    for job_id in ids:
        assert "job-gone" in client.post(f"/escritorio/correos/{job_id}/reintentar", data={"csrf_token": stranger.csrf}).location
    signed_in(client, writing, staff=staff)
    page = client.get("/escritorio/correos").text
    assert "Retenido: registration.confirm." in page
    assert "accounts.send_link" not in page


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_the_mail_log_costs_the_same_however_long(client: FlaskClient, writing: Opened) -> None:
    costs = []
    for size in (1, 30):
        with writing() as db:
            event = a_published_event(db, number=size)
            registration = a_registration(db, event)
            for number in range(size):
                outbox.hold(db, "registration.confirm", reason="Retenido.", registration_id=registration.id, n=number)
                about = ("registration", registration.id)
                message = f"<{size}-{number}@prueba.example>"
                correspondence.record_sent(db, message_id=message, kind="x", recipient="a@b.example", subject="s", about=about)
        with counted() as statements:
            assert client.get("/escritorio/correos").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 7, str(statements)
