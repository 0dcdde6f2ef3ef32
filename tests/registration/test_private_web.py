"""A private event does not exist for who has no invitation; a group in one form, offers and consents by the personal link."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, Material
from eventos.cycles.queries.materials import public_material
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import NotFound
from eventos.kernel.outbox import Job
from eventos.people.models import Consent
from eventos.publicity.models import Flyer
from eventos.publicity.queries import public_flyer
from eventos.registration import service
from eventos.registration.models import AdmissionPolicy, Registration, RegistrationGroup
from eventos.registration.rules import Policy
from eventos.registration.service import tickets
from eventos.registration.service.policy import invitation_token, renew_invitation, save_policy
from tests.attendance.factories import a_held_event
from tests.cycles.factories import a_cycle, a_published_event
from tests.flows.guests import Booth, answers
from tests.registration.factories import a_registration

Opened = Callable[[], AbstractContextManager[Session]]


def an_event(db: Session, policy: Policy, **changes: object) -> Event:
    event = a_published_event(db, **changes)
    save_policy(db, event.id, policy, by=SYSTEM, now=clock.now())
    return event


def invitation_of(db: Session, event: Event) -> str:
    sealed = db.get_one(AdmissionPolicy, event.id).invitation_sealed
    assert sealed is not None
    return invitation_token(sealed)


class Invited(Booth):
    def __init__(self, app: Flask, path: str) -> None:
        super().__init__(app, "")
        self.path = path


def states(db: Session) -> list[str]:
    return list(db.execute(select(Registration.state).order_by(Registration.id)).scalars())


# --- private events ----------------------------------------------------------------------------------------------------------------


def test_a_private_event_answers_like_an_unknown_one_everywhere(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = an_event(db, Policy(is_private=True, group_limit=3), topic="Reunión reservada")
        slug, cycle = event.slug, event.cycle.slug
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/eventos/<slug>") and "GET" in (rule.methods or ()) and set(rule.arguments) == {"slug"}:
            hidden, unknown = (client.get(rule.rule.replace("<slug>", each)) for each in (slug, "no-existe"))
            assert (hidden.status_code, unknown.status_code) == (404, 404), rule
            assert hidden.text.replace(slug, "x") == unknown.text.replace("no-existe", "x"), rule
    for listing in ("/", "/mapa-del-sitio", "/agenda.ics", f"/ciclos/{cycle}/agenda.ics"):
        assert "Reunión reservada" not in client.get(listing).text, listing


def test_the_invited_add_a_private_event_to_their_calendar_and_the_file_invites_nobody(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = an_event(db, Policy(is_private=True), topic="Reunión reservada")
        slug, invitation = event.slug, invitation_of(db, event)
    assert f"/privado/{invitation}/evento.ics" in client.get(f"/privado/{invitation}").text
    answer = client.get(f"/privado/{invitation}/evento.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    unfolded = answer.text.replace("\r\n ", "")
    assert "Reunión reservada" in unfolded
    assert invitation not in unfolded
    assert f"/eventos/{slug}" not in unfolded
    assert client.get(f"/privado/{invitation[:-1]}x/evento.ics").status_code == 404


def test_the_pieza_and_the_materials_of_a_private_event_have_no_public_address(db: Session) -> None:
    now = clock.now()
    event = a_held_event(db)
    made = {"event_id": event.id, "state": "ready", "created_at": now}
    files = {"pdf": "a" * 64, "square": "b" * 64, "wide": "c" * 64}
    db.add(
        Flyer(**made, public_id="pieza-1", version=1, fields={}, fields_hash="d" * 64, files=files, created_by="staff:1", published_at=now)
    )
    db.add(
        Material(
            **made,
            public_id="material-1",
            position=1,
            kind="file",
            title="Diapositivas",
            filename="d.pdf",
            media_type="application/pdf",
            file_sha256="e" * 64,
            size=1,
            is_public=True,
        )
    )
    db.flush()
    assert public_flyer(db, event.slug).public_id == "pieza-1"
    assert public_material(db, event.slug, "material-1", now).public_id == "material-1"
    save_policy(db, event.id, Policy(is_private=True), by=SYSTEM, now=now)
    with pytest.raises(NotFound):
        public_flyer(db, event.slug)
    with pytest.raises(NotFound):
        public_material(db, event.slug, "material-1", now)


def test_the_same_event_is_listed_once_it_is_not_private(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = an_event(db, Policy(), topic="Reunión reservada")
        slug = event.slug
    assert "Reunión reservada" in client.get("/").text
    assert client.get(f"/eventos/{slug}").status_code == 200


def test_the_form_of_a_public_event_does_not_offer_its_private_neighbour(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        hidden = an_event(db, Policy(is_private=True), cycle=cycle, number=6, topic="Reunión reservada")
        slug, private = a_published_event(db, cycle=cycle).slug, hidden.slug
    assert "Reunión reservada" not in client.get(f"/eventos/{slug}/inscripcion").text
    answer = Booth(app, slug).register(**answers(1), also=private)
    assert answer.status_code == 422
    assert "Reunión reservada" not in answer.text


def test_who_has_the_invitation_sees_the_event_and_registers(app: Flask, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = an_event(db, Policy(is_private=True), topic="Reunión reservada")
        token, slug = invitation_of(db, event), event.slug
    page = client.get(f"/privado/{token}")
    assert "Reunión reservada" in page.text
    assert f"/privado/{token}/inscripcion" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    answer = Invited(app, f"/privado/{token}/inscripcion").register(**answers(1))
    assert answer.status_code == 303
    receipt = client.get(answer.headers["Location"]).text
    assert f"/eventos/{slug}" not in receipt
    with looking() as db:
        assert states(db) == ["active"]


def test_an_invitation_opens_its_own_event_alone_and_a_renewed_one_nothing(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        one, other = (an_event(db, Policy(is_private=True), topic=topic) for topic in ("Reunión primera", "Reunión segunda"))
        first, slug = invitation_of(db, one), other.slug
    assert "Reunión segunda" not in client.get(f"/privado/{first}").text
    assert client.get(f"/eventos/{slug}/inscripcion?invitacion={first}").status_code == 404
    with writing() as db:
        event = db.execute(select(Event).where(Event.topic == "Reunión primera")).scalar_one()
        renew_invitation(db, event.id, by=SYSTEM, now=clock.now())
    assert client.get(f"/privado/{first}").status_code == 404
    assert client.get(f"/privado/{first}/inscripcion").status_code == 404
    assert client.get(f"/privado/{tokens.random_token()}").status_code == 404


def test_a_post_without_the_invitation_writes_nobody_down(app: Flask, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        public, private = a_published_event(db).slug, an_event(db, Policy(is_private=True, group_limit=3)).slug
    typed = dict(Booth(app, public).open().fields(**answers(1)))
    for path in ("inscripcion", "inscripcion/con-archivos", "inscripcion/grupo"):
        assert client.post(f"/eventos/{private}/{path}", data=typed).status_code == 404
    with looking() as db:
        assert states(db) == []


# --- groups ------------------------------------------------------------------------------------------------------------------------


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


# --- offers, requests --------------------------------------------------------------------------------------------------------------


def test_an_offer_is_accepted_by_a_button_and_once_its_time_is_over_it_says_so(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = an_event(db, Policy(offer_hours=24), capacity_virtual=1)
        holder, second, third = (a_registration(db, event) for _ in range(3))
        links = [tickets.link_of(each) for each in (second, third)]
        service.cancel(db, holder, by=SYSTEM, now=clock.now())
    page = Invited(app, f"/i/{links[0]}")
    assert "Aceptar el cupo" in client.get(page.path).text
    with looking() as db:
        assert states(db) == ["cancelled", "offered", "waitlisted"]
    page.path = f"/i/{links[0]}"
    form = page.open()
    sent = {"csrf_token": dict(form.fields())["csrf_token"]}
    assert client.post(f"/i/{links[1]}/aceptar", data=sent).status_code == 409
    assert client.post(f"/i/{links[0]}/aceptar", data=sent).status_code == 303
    with looking() as db:
        assert states(db) == ["cancelled", "active", "waitlisted"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("pending", "revisa su solicitud"),
        ("rejected", "no aprobó su solicitud. Motivo: Solo enlaces."),
        ("waitlisted", "El orden es el de llegada"),
    ],
)
def test_the_personal_page_tells_each_state_plainly_and_shows_no_code(client: FlaskClient, writing: Opened, state: str, said: str) -> None:
    with writing() as db:
        one = a_registration(db, an_event(db, Policy(moderated=True)))
        one.state, one.seat_pool_id, one.decision_reason = state, None, "Solo enlaces."
        link = tickets.link_of(one)
    page = client.get(f"/i/{link}").text
    assert said in page
    assert '<svg class="qr' not in page
    for path in ("qr.png", "invitacion.ics"):
        assert client.get(f"/i/{link}/{path}").status_code == 404


def test_the_mail_is_sent_again_by_a_button_and_to_nobody_who_left(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        one, gone = a_registration(db, event), a_registration(db, event)
        service.cancel(db, gone, by=SYSTEM, now=clock.now())
        links = [tickets.link_of(each) for each in (one, gone)]
    sent = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', client.get(f"/i/{links[0]}").text)[0]}
    assert "Reenviarme el correo" in client.get(f"/i/{links[0]}").text
    assert client.post(f"/i/{links[0]}/reenviar", data=sent).status_code == 303
    assert client.post(f"/i/{links[1]}/reenviar", data=sent).status_code == 409
    with looking() as db:
        again = [job for job in db.execute(select(Job)).scalars() if job.args.get("why") == "repeat"]
        assert len(again) == 1
