"""What comes back by mail changes only what it may: a flag. The attacks of the threats stand beside what works."""

import random
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.app import create_app
from eventos.cycles.models import SeatPool
from eventos.inbox import tasks
from eventos.inbox.models import InboundDecision, InboundMail
from eventos.jobs import runner
from eventos.kernel import clock, return_path
from eventos.kernel.audit import AuditEntry
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import StaffRole
from eventos.registration.models import Registration
from tests.accounts.factories import SignedIn, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_day, a_published_event
from tests.inbox.letters import SERVER, a_bounce, a_reply, an_answer, drop, spoil
from tests.registration.factories import a_registration
from tests.support.smtp import Sink


def test_an_answer_the_server_vouches_for_is_noted_and_frees_no_seat(sent, collected, looking: Opened, settings: Settings) -> None:
    registration, _ = sent
    (mail,) = collected(an_answer(registration.uid, "DECLINED"))
    assert (mail.kind, mail.verdict, mail.registration_id) == ("calendar", "applied", registration.id)
    assert mail.sender == "a···@neira.example"
    assert list(settings.inbox_path.iterdir()) == []
    with looking() as db:
        one = db.get_one(Registration, registration.id)
        assert (one.reply, one.state) == ("declined", "active")
        assert db.scalars(select(SeatPool.taken)).all() == [1]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"results": f"{SERVER}; dmarc=fail header.from=neira.example"}, "refused"),
        ({"results": ""}, "refused"),
        ({"results": "mx.lejos.example; dmarc=pass header.from=neira.example"}, "refused"),
        ({"sender": "otra@lejos.example", "attendee": "ana@neira.example"}, "refused"),
        ({"sender": "otra@lejos.example", "results": f"{SERVER}; dmarc=pass header.from=lejos.example"}, "refused"),
        ({"uid": "0123456789abcdef@oficina.example"}, "foreign"),
        ({"answer": "DELEGATED"}, "noted"),
    ],
)
def test_a_forged_declined_changes_nothing(sent, collected, looking: Opened, change: dict[str, str], verdict: str) -> None:
    registration, _ = sent
    (mail,) = collected(an_answer(**{"uid": registration.uid, **change}))
    assert mail.verdict == verdict
    with looking() as db:
        one = db.get_one(Registration, registration.id)
        assert (one.reply, one.replied_at, one.state) == ("", None, "active")
        assert db.scalars(select(SeatPool.taken)).all() == [1]


def test_the_same_file_twice_counts_once(sent, collected, looking: Opened) -> None:
    registration, _ = sent
    yes, no = an_answer(registration.uid, "ACCEPTED"), an_answer(registration.uid, "DECLINED")
    assert len(collected(yes, yes)) == 1
    assert len(collected(no)) == 2
    assert len(collected(yes)) == 2
    with looking() as db:
        assert db.get_one(Registration, registration.id).reply == "declined", "the answer that came again is not the last word"


def test_a_bounce_with_our_address_and_our_message_marks_the_mail(sent, collected, looking: Opened) -> None:
    _, message = sent
    home = return_path.address(message["Message-ID"])
    assert home is not None
    (mail,) = collected(a_bounce(message["Message-ID"], to=home, recipient="ana@neira.example"))
    assert (mail.kind, mail.verdict, mail.says["recipient"]) == ("bounce", "applied", "a···@neira.example")
    with looking() as db:
        record = db.scalars(select(MailRecord).where(MailRecord.message_id == message["Message-ID"])).one()
        assert record.bounced_at is not None
        assert record.bounce_reason.startswith("5.1.1")
        assert db.scalars(select(Job.name).where(Job.name.startswith("mail.bounced"))).all() != [], "rooms above are told"
        assert db.scalars(select(Registration.state)).all() == ["active"]


@pytest.mark.parametrize("forged", ["to us", "another message's address", "a message of others", "late only"])
def test_a_bounce_without_them_changes_nothing(sent, collected, looking: Opened, forged: str) -> None:
    _, message = sent
    ours, home = str(message["Message-ID"]), return_path.address(message["Message-ID"]) or ""
    letter, verdict = {
        "to us": (a_bounce(ours, to="eventos@oficina.example"), "doubtful"),
        "another message's address": (a_bounce(ours, to=return_path.address("<otro@oficina.example>") or ""), "doubtful"),
        "a message of others": (a_bounce("<otro@oficina.example>", to=home), "foreign"),
        "late only": (a_bounce(ours, to=home, status="4.4.1"), "applied"),
    }[forged]
    (mail,) = collected(letter)
    assert mail.verdict == verdict
    with looking() as db:
        assert db.scalars(select(MailRecord.bounced_at)).all() == [None]


def test_each_mail_leaves_with_its_own_way_back(settings: Settings, sink: Sink) -> None:
    app = create_app(replace(settings, mail_url=sink.url), ring=lambda: None)
    with app.app_context():
        from eventos import migrations
        from eventos.adapters import mail
        from eventos.kernel.db import database

        migrations.upgrade(database.engine)
        letter = mail.Mail(to="a@neira.example", to_name="", subject="x", text="x", html="<p>x</p>", message_id="<uno@oficina.example>")
        mail.send(letter)
        mail.send(replace(letter, message_id="<dos@oficina.example>"))
        database.engine.dispose()
        first, second = (one.sender for one in sink.received)
        assert first.startswith("rebotes+")
        assert first != second
        assert return_path.is_ours([first.upper()], "<uno@oficina.example>")
        assert not return_path.is_ours([first], "<dos@oficina.example>")


def test_a_refusal_while_sending_marks_the_mail_as_bounced(settings: Settings, sink: Sink, tmp_path) -> None:
    sink.refusals["ana@neira.example"] = "550 5.1.1 <ana@neira.example> no existe"
    app = create_app(replace(settings, mail_url=sink.url), ring=lambda: None)
    from eventos.kernel.db import database, reading, transaction

    with app.app_context():
        with transaction() as db:
            a_registration(db, a_published_event(db), email="ana@neira.example")
        runner.run_all(app)
        with reading() as db:
            record = db.scalars(select(MailRecord)).one()
            assert record.bounced_at is not None
            assert "no existe" in record.bounce_reason
            assert "ana@" not in record.bounce_reason
            assert db.scalars(select(Job.buried_at).where(Job.name == "registration.confirm")).one() is not None
        database.engine.dispose()


def test_a_reply_is_announced_and_an_unknown_mail_is_only_kept(sent, collected) -> None:
    _, message = sent
    known, unknown = collected(a_reply(message["Message-ID"]), a_reply("<otro@lejos.example>"))
    assert (known.verdict, unknown.verdict) == ("applied", "foreign")


def test_what_is_no_mail_is_set_apart_and_a_link_is_not_followed(sent, collected, settings: Settings, tmp_path) -> None:
    registration, _ = sent
    secret = drop(tmp_path / "otra", "secreto.eml", an_answer(registration.uid))
    settings.inbox_path.mkdir()
    (settings.inbox_path / "enlace.eml").symlink_to(secret)
    drop(settings.inbox_path, "foto.eml", b"GIF89a")
    drop(settings.inbox_path, "notas.txt", b"nada")
    assert collected() == []
    assert sorted(path.name for path in settings.inbox_path.iterdir()) == ["enlace.eml", "no-leidos", "notas.txt"]
    apart = settings.inbox_path / "no-leidos"
    assert sorted(path.name for path in apart.iterdir()) == ["foto.eml", "foto.eml.motivo.txt"]
    assert "no es un correo" in (apart / "foto.eml.motivo.txt").read_text(encoding="utf-8")
    drop(settings.inbox_path, "foto.eml", b"GIF87a")
    assert collected() == []
    assert (apart / "foto.eml").read_bytes() == b"GIF89a", "what was set apart before stays"
    assert (apart / "2-foto.eml").read_bytes() == b"GIF87a"


def test_a_folder_full_of_what_cannot_be_moved_does_not_hold_the_others_up(sent, collected, settings: Settings, monkeypatch) -> None:
    """A folder that lets nothing be set apart: the bad ones stay, and none of the good waits behind them."""
    registration, _ = sent
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    for number in range(4):
        drop(settings.inbox_path, f"-{number}.eml", b"GIF89a")
    (settings.inbox_path / "no-leidos").write_text("no es una carpeta", encoding="utf-8")
    (mail,) = collected(an_answer(registration.uid))
    assert mail.verdict == "applied"
    assert len(list(settings.inbox_path.glob("*.eml"))) == 4


@pytest.mark.both_databases
def test_mails_spoiled_at_random_are_taken_in_or_set_apart_and_the_good_one_behind_them_is_read(
    sent, collected, settings: Settings
) -> None:
    registration, message = sent
    chance = random.Random(20260723)
    good = [an_answer(registration.uid), a_bounce(message["Message-ID"], to="x@oficina.example"), a_reply(message["Message-ID"])]
    spoilt = [spoil(letter, chance) for letter in good for _ in range(16)]
    for number, letter in enumerate(spoilt):
        drop(settings.inbox_path, f"-{number}.eml", letter)
    rows = collected(an_answer(registration.uid, "TENTATIVE"))
    apart = list((settings.inbox_path / "no-leidos").glob("*.eml"))
    assert list(settings.inbox_path.glob("*.eml")) == [], "none is left to be tried again"
    assert {one.sha256 for one in rows} >= {sha256(an_answer(registration.uid, "TENTATIVE")).hexdigest()}
    assert len({one.sha256 for one in rows}) + len({path.read_bytes() for path in apart}) == len(set(spoilt)) + 1
    assert all(path.with_name(f"{path.name}.motivo.txt").read_text(encoding="utf-8").strip() for path in apart)


@pytest.mark.both_databases
@pytest.mark.parametrize("words", [b"\x00", b"\xed\xa0\x80"], ids=["NUL", "half a sign"])
def test_a_name_no_database_keeps_is_set_apart_with_its_reason(sent, collected, settings: Settings, words: bytes) -> None:
    registration, _ = sent
    uid = registration.uid.encode()
    mails = collected(an_answer(registration.uid).replace(uid, words + uid), an_answer(registration.uid, "TENTATIVE"))
    assert "applied" in [mail.verdict for mail in mails]
    for reason in (settings.inbox_path / "no-leidos").glob("*.motivo.txt"):
        assert "mal hecho" in reason.read_text(encoding="utf-8")
    assert list(settings.inbox_path.glob("*.eml")) == []


def test_who_administers_is_told_which_files_could_not_be_read(sent, collected, settings: Settings, client: FlaskClient, writing) -> None:
    drop(settings.inbox_path, "foto.eml", b"GIF89a")
    collected()
    signed_in(client, writing)
    page = client.get("/escritorio/correos/recibidos").text
    assert "1 archivo apartado" in page
    assert "foto.eml</span>: El archivo no es un correo" in page
    other = client.application.test_client()
    signed_in(other, writing, role=StaffRole.ORGANISER)
    assert "foto.eml" not in other.get("/escritorio/correos/recibidos").text


@pytest.mark.parametrize("day", [1, 2])
def test_declining_one_day_of_several_is_kept_with_its_day_and_says_nothing_of_the_registration(
    writing: Opened, collected, looking: Opened, day: int
) -> None:
    with writing() as db:
        event = a_published_event(db, days=(a_day(date(2030, 6, 13)), a_day(date(2030, 6, 14))))
        registration = a_registration(db, event, email="ana@neira.example")
    name, _, host = registration.uid.partition("@")
    (mail,) = collected(an_answer(registration.uid if day == 1 else f"{name}-{day}@{host}", "DECLINED"))
    assert (mail.verdict, mail.registration_id) == ("noted", registration.id)
    assert mail.reason == f"No asistirá el día {day} del evento."
    with looking() as db:
        one = db.get_one(Registration, registration.id)
        assert (one.reply, one.state) == ("", "active")


def test_an_answer_to_an_earlier_invite_is_only_kept(sent, collected, writing: Opened, looking: Opened) -> None:
    registration, _ = sent
    with writing() as db:
        db.execute(update(Registration).values(sequence=3))
    old, new = collected(an_answer(registration.uid, "DECLINED", sequence=2), an_answer(registration.uid, "ACCEPTED", sequence=3))
    assert (old.verdict, new.verdict) == ("noted", "applied")
    with looking() as db:
        assert db.get_one(Registration, registration.id).reply == "accepted"


def _bring(client: FlaskClient, who: SignedIn, content: bytes) -> TestResponse:
    data = {"csrf_token": who.csrf, "file": (BytesIO(content), "respuesta.eml")}
    return client.post("/escritorio/correos/recibidos", data=data, content_type="multipart/form-data")


def test_what_staff_bring_waits_for_their_decision_and_is_decided_once(sent, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    registration, _ = sent
    who = signed_in(client, writing)
    answer = _bring(client, who, an_answer(registration.uid, "TENTATIVE"))
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "espera su decisión" in page
    assert "ana@neira.example" not in page
    assert _bring(client, who, an_answer(registration.uid, "TENTATIVE")).location.endswith("inbound-repeated")
    with looking() as db:
        (mail,) = db.scalars(select(InboundMail)).all()
        assert (mail.verdict, db.get_one(Registration, registration.id).reply) == ("doubtful", "")
    url = f"/escritorio/correos/recibidos/{mail.public_id}/aceptar"
    assert client.post(url, data={"csrf_token": who.csrf}).status_code == 303
    assert client.post(url, data={"csrf_token": who.csrf}).status_code == 409
    with looking() as db:
        assert db.get_one(Registration, registration.id).reply == "tentative"
        assert db.scalars(select(InboundDecision.accepted)).all() == [True]
        assert {"inbox.upload", "inbox.decide"} <= set(db.scalars(select(AuditEntry.action)))
    file = f"/escritorio/correos/recibidos/{mail.public_id}/correo.eml"
    assert client.get(file).status_code == 405  # it leaves a line in the register
    kept = client.post(file, data={"csrf_token": who.csrf})
    assert "attachment" in kept.headers["Content-Disposition"]


def test_a_file_that_is_no_mail_is_refused_beside_the_field(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    answer = _bring(client, who, b"hola")
    assert answer.status_code == 422
    assert "El archivo no es un correo" in answer.text


def test_an_organiser_of_other_cycles_sees_nothing(sent, collected, client: FlaskClient, writing: Opened) -> None:
    registration, _ = sent
    (mail,) = collected(an_answer(registration.uid))
    who = signed_in(client, writing, role=StaffRole.ORGANISER)
    assert "Respuesta a la cita" not in client.get("/escritorio/correos/recibidos").text
    file = f"/escritorio/correos/recibidos/{mail.public_id}/correo.eml"
    assert client.post(file, data={"csrf_token": who.csrf}).status_code == 404


def test_files_are_forgotten_after_ninety_days_and_their_rows_stay(
    sent, collected, clock_at, app: Flask, client: FlaskClient, writing: Opened
) -> None:
    registration, _ = sent
    (mail,) = collected(an_answer(registration.uid))
    clock_at(clock.now() + tasks.KEPT + tasks.KEPT / 90)
    assert len(collected()) == 1
    who = signed_in(client, writing)
    file = f"/escritorio/correos/recibidos/{mail.public_id}/correo.eml"
    assert client.post(file, data={"csrf_token": who.csrf}).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("rewrite", [update(InboundMail).values(verdict="applied"), delete(InboundMail)], ids=["UPDATE", "DELETE"])
def test_nobody_rewrites_what_came_in(db: Session, rewrite: object) -> None:
    db.add(InboundMail(public_id="a", sha256="b", kind="reply", verdict="foreign", via="folder", received_at=clock.now()))
    db.flush()
    with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
        db.execute(rewrite)  # type: ignore[call-overload]
    assert db.execute(select(func.count()).select_from(InboundMail)).scalar_one() == 1


def test_what_came_back_is_told_on_the_list_and_on_the_registration(sent, collected, client: FlaskClient, writing: Opened) -> None:
    registration, message = sent
    signed_in(client, writing)
    detail = f"/escritorio/inscripciones/{registration.public_id}"
    assert "Su correo rebotó" not in client.get(detail).text
    home = return_path.address(message["Message-ID"]) or ""
    collected(a_bounce(message["Message-ID"], to=home, recipient="ana@neira.example"), an_answer(registration.uid, "TENTATIVE"))
    page = client.get(detail).text
    assert "Su correo rebotó" in page
    assert "Tal vez asista" in page
    listed = client.get("/escritorio/correos?estado=rebotados").text
    assert "User unknown" in listed
    assert "Rebotó" in listed
    assert "ana@neira.example" not in listed + page
