"""A private event does not exist for who has no invitation; a group in one form, offers and consents by the personal link."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

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
from eventos.publicity.models import Flyer
from eventos.publicity.queries import public_flyer
from eventos.registration import service
from eventos.registration.models import AdmissionPolicy, Registration
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


def test_an_invitation_that_was_sent_still_leads_to_an_event_that_opened_to_all(
    app: Flask, client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = an_event(db, Policy(is_private=True))
        token, event_id = invitation_of(db, event), event.id
    with writing() as db:
        save_policy(db, event_id, Policy(), by=SYSTEM, now=clock.now())
    assert client.get(f"/privado/{token}").status_code == 200
    assert Invited(app, f"/privado/{token}/inscripcion").register(**answers(1)).status_code == 303
    with looking() as db:
        assert states(db) == ["active"]


def test_a_post_without_the_invitation_writes_nobody_down(app: Flask, client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        public, private = a_published_event(db).slug, an_event(db, Policy(is_private=True, group_limit=3)).slug
    typed = dict(Booth(app, public).open().fields(**answers(1)))
    for path in ("inscripcion", "inscripcion/con-archivos", "inscripcion/grupo"):
        assert client.post(f"/eventos/{private}/{path}", data=typed).status_code == 404
    with looking() as db:
        assert states(db) == []


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
