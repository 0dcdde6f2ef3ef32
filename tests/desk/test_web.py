"""The organiser's pages: the next thing to do, the events in one's scope, registrations masked, mails that can be tried again."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import CycleStaff, Event
from eventos.kernel import clock, correspondence, outbox
from eventos.kernel.audit import AuditEntry
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import RegistrationState, Source, StaffRole
from eventos.registration.models import Registration
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import LINK, a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.statements import counted


@pytest.fixture
def admin(client: FlaskClient, writing: Opened) -> SignedIn:
    return signed_in(client, writing)


def an_organiser_of(db: Session, event: Event) -> Staff:
    staff = a_staff(db, role=StaffRole.ORGANISER, name="Marina Ficticia Yarumo")
    db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
    db.flush()
    return staff


def a_fifth(db: Session, people: int = 1) -> tuple[str, list[str]]:
    """A published event with people in it: its address and their public ids."""
    event = a_published_event(db)
    return event.slug, [a_registration(db, event).public_id for _ in range(people)]


@pytest.mark.usefixtures("admin")
def test_an_empty_desk_begins_with_the_office(client: FlaskClient) -> None:
    page = client.get("/escritorio").text
    assert "Escriba los datos de la oficina" in page
    assert "Cree el primer ciclo" in page


@pytest.mark.usefixtures("admin")
def test_the_desk_names_what_a_draft_lacks(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        an_event(db, link="")
    page = client.get("/escritorio").text
    assert "Complete el borrador de la quinta asistencia técnica" in page
    assert "el link de ingreso" in page


@pytest.mark.usefixtures("admin")
def test_a_past_event_asks_for_its_attendance(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, days=(a_day(datetime(2021, 7, 29, tzinfo=UTC).date()),))
        a_registration(db, event)
    page = client.get("/escritorio").text
    assert "Registre la asistencia de la quinta asistencia técnica" in page
    assert "Falta la asistencia" in page


def test_the_desk_greets_by_the_hour_and_shows_todays_event(
    client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2030, 7, 25, 12, 30, tzinfo=UTC))
    with writing() as db:
        staff = an_organiser_of(db, a_published_event(db))
    signed_in(client, writing, staff=staff)
    page = client.get("/escritorio").text
    assert "Buenos días, Marina" in page
    assert "Hoy: quinta asistencia técnica" in page


@pytest.mark.parametrize("role", list(StaffRole))
def test_every_role_has_a_desk(client: FlaskClient, writing: Opened, role: StaffRole) -> None:
    with writing() as db:
        a_fifth(db)
    signed_in(client, writing, role)
    assert client.get("/escritorio").status_code == 200
    assert client.get("/escritorio/eventos").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_home_costs_the_same_whatever_the_events(client: FlaskClient, writing: Opened) -> None:
    costs = []
    for _ in range(2):
        with writing() as db:
            cycle = a_cycle(db)
            an_event(db, cycle=cycle)
            a_registration(db, a_published_event(db, cycle=cycle, number=6))
        with counted() as statements:
            assert client.get("/escritorio").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 12, str(statements)


@pytest.mark.usefixtures("admin")
def test_events_are_found_by_words_state_and_cycle(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        a_published_event(db, cycle=cycle)
        an_event(db, cycle=cycle, number=6, topic="Control social")
    assert "Control social" in client.get("/escritorio/eventos").text
    assert "Gobierno Abierto" not in client.get("/escritorio/eventos?estado=borradores").text
    assert "Control social" not in client.get("/escritorio/eventos?texto=gobierno+ABIERTO").text
    assert "Ningún evento coincide" in client.get("/escritorio/eventos?ciclo=otro&pagina=x").text


@pytest.mark.usefixtures("admin")
def test_the_page_of_an_event_shows_its_link_whole_and_its_tabs(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, _people = a_fifth(db)
    page = client.get(f"/escritorio/eventos/{slug}").text
    assert LINK.replace("&", "&amp;") in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="qr"' in page
    assert f'href="/escritorio/eventos/{slug}/inscripciones"' in page
    assert 'aria-current="page">Resumen' in page


def test_an_event_of_another_cycle_does_not_exist(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, (public_id,) = a_fifth(db)
    who = signed_in(client, writing, StaffRole.ORGANISER)
    foreign = [f"/escritorio/eventos/{slug}", f"/escritorio/eventos/{slug}/inscripciones", f"/escritorio/inscripciones/{public_id}"]
    assert [client.get(path).status_code for path in foreign] == [404, 404, 404]
    for verb in ("ver", "reenviar", "cancelar"):
        answer = client.post(f"/escritorio/inscripciones/{public_id}/{verb}", data={"csrf_token": who.csrf, "reason": "x"})
        assert answer.status_code == 404, verb
    answer = client.post(f"/escritorio/eventos/{slug}/inscripciones.csv", data={"csrf_token": who.csrf})
    assert answer.status_code == 404
    assert "Gobierno Abierto" not in client.get("/escritorio/eventos").text


@pytest.mark.usefixtures("admin")
def test_registrations_are_masked_and_can_be_searched(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        slug = event.slug
        a_registration(db, event, document_number="10123456", given_names="Hilario", family_names="Modelo", email="hilario@viterbo.example")
        a_registration(db, event, given_names="Elvira", divipola="05001")
    url = f"/escritorio/eventos/{slug}/inscripciones"
    page = client.get(url).text
    assert "CC ···456" in page
    assert "10123456" not in page
    assert "hilario@viterbo.example" not in page
    assert "Elvira" not in client.get(f"{url}?texto=hilário").text
    assert "Hilario" not in client.get(f"{url}?municipio=05001").text
    assert "Ninguna inscripción coincide" in client.get(f"{url}?texto=nadie%25").text
    assert client.get(f"{url}?pagina=99999999&estado=raro&modalidad=x&municipio=zz").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("admin")
def test_the_list_costs_the_same_for_one_person_and_for_many(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        small, _one = a_fifth(db)
        large, _many = a_fifth(db, 20)
    costs = []
    for slug in (small, large):
        with counted() as statements:
            assert client.get(f"/escritorio/eventos/{slug}/inscripciones").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 10, str(statements)


def test_seeing_a_document_whole_is_a_click_and_is_remembered(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        public_id = a_registration(db, event, document_number="10123456").public_id
    masked = client.get(f"/escritorio/inscripciones/{public_id}").text
    whole = client.post(f"/escritorio/inscripciones/{public_id}/ver", data={"csrf_token": admin.csrf}).text
    assert "10123456" not in masked
    assert "10123456" in whole
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "desk.unmask")).scalar_one()
        assert entry.actor == f"staff:{admin.id}"
        assert "10123456" not in str(entry.detail)


def test_a_reader_sees_lists_but_never_whole_documents(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        public_id = a_registration(db, event, document_number="10123456").public_id
        slug = event.slug
        staff = a_staff(db, role=StaffRole.READER)
        db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=staff.id))
    who = signed_in(client, writing, staff=staff)
    assert client.get(f"/escritorio/inscripciones/{public_id}").status_code == 200
    assert client.post(f"/escritorio/inscripciones/{public_id}/ver", data={"csrf_token": who.csrf}).status_code == 403
    asked = {"csrf_token": who.csrf, "private": "y", "reason": "quiero"}
    answer = client.post(f"/escritorio/eventos/{slug}/inscripciones.csv", data=asked)
    assert answer.status_code == 200
    assert "10123456" not in answer.text


def test_the_door_sees_no_registrations(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug, (public_id,) = a_fifth(db)
    signed_in(client, writing, StaffRole.DOOR)
    assert client.get(f"/escritorio/eventos/{slug}/inscripciones").status_code == 403
    assert client.get(f"/escritorio/inscripciones/{public_id}").status_code == 403
    assert client.get("/escritorio/correos").status_code == 403


def test_the_list_leaves_without_documents_unless_somebody_says_why(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        a_registration(db, event, document_number="10123456", entity='=HYPERLINK("http://pesca.example")')
        slug = event.slug
    url = f"/escritorio/eventos/{slug}/inscripciones.csv"
    plain = client.post(url, data={"csrf_token": admin.csrf}).text
    assert "10123456" not in plain
    assert "'=HYPERLINK" in plain
    refused = client.post(url, data={"csrf_token": admin.csrf, "private": "y"})
    assert refused.status_code == 422
    assert "Escriba para qué los necesita" in refused.text
    private = client.post(url, data={"csrf_token": admin.csrf, "private": "y", "reason": "Certificar ante control interno"})
    assert "10123456" in private.text
    assert private.headers["Content-Disposition"].startswith("attachment")
    with looking() as db:
        kept = db.execute(
            select(AuditEntry.detail).where(AuditEntry.action == "desk.export_registrations").order_by(AuditEntry.id)
        ).scalars()
        assert [(entry["private"], entry["rows"]) for entry in kept] == [(False, 1), (True, 1)]


def test_a_confirmation_can_be_sent_again(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        _slug, (public_id,) = a_fifth(db)
        before = db.execute(select(Job.id)).scalars().all()
    answer = client.post(f"/escritorio/inscripciones/{public_id}/reenviar", data={"csrf_token": admin.csrf})
    assert answer.status_code == 303
    assert "La confirmación va en camino" in client.get(answer.location).text
    with looking() as db:
        names = db.execute(select(Job.name).where(Job.id.not_in(before))).scalars().all()
    assert names == ["registration.confirm"]


def test_cancelling_for_somebody_needs_a_reason_and_gives_the_seat_to_who_waits(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        first = a_registration(db, event, source=Source.FORM).public_id
        second = a_registration(db, event, source=Source.FORM).public_id
    url = f"/escritorio/inscripciones/{first}/cancelar"
    assert client.post(url, data={"csrf_token": admin.csrf}).status_code == 422
    assert client.post(url, data={"csrf_token": admin.csrf, "reason": "Lo pidió por teléfono."}).status_code == 303
    again = client.post(url, data={"csrf_token": admin.csrf, "reason": "Lo pidió por teléfono."})
    assert "already-cancelled" in again.location
    with looking() as db:
        states = {row.public_id: row.state for row in db.execute(select(Registration.public_id, Registration.state))}
    assert states == {first: RegistrationState.CANCELLED.value, second: RegistrationState.ACTIVE.value}


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
        db.add_all([failed, done, fresh])
        db.flush()
        ids = [failed.id, done.id, fresh.id]
    notices = [client.post(f"/escritorio/correos/{job}/reintentar", data={"csrf_token": admin.csrf}).location for job in ids]
    assert ["job-retried" in notice for notice in notices] == [True, False, False]
    with looking() as db:
        job = db.get_one(Job, ids[0])
        assert job.buried_at is None
        assert db.execute(select(AuditEntry.action).where(AuditEntry.object_type == "job")).scalars().all() == ["desk.retry"]


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


@pytest.mark.usefixtures("admin")
def test_hours_of_the_day_are_told_in_the_task(client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]) -> None:
    with writing() as db:
        a_published_event(db, days=(a_day(starts=time(14), ends=time(16)),))
    clock_at(clock.now())
    assert "Hoy:" not in client.get("/escritorio").text
