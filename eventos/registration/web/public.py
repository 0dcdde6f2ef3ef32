"""Doors anybody may use: the registration form, its receipt, the personal links by mail, and the municipalities to choose from."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from eventos.cycles.queries import EventCard, EventView, event_view, event_views_by_id, events_of_cycle
from eventos.cycles.rules import registration_window
from eventos.entities.queries import entity_names, office_view
from eventos.kernel import clock, divipola, limits, spanish, tokens
from eventos.kernel.audit import VISITOR
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation, TooManyRequests
from eventos.kernel.http import Audience, Door, client_address, status_of
from eventos.kernel.text import mask_email
from eventos.kernel.vocabulary import EventState
from eventos.kernel.webforms import choices
from eventos.people.rules import notice as notice_of
from eventos.registration import asking, queries, service
from eventos.registration.asking import FILES_BODY
from eventos.registration.forms import LinksForm, RegistrationForm
from eventos.registration.forms_questions import QuestionFields, hint
from eventos.registration.queries import Opening
from eventos.registration.queries_admission import PLAIN, policies, policy_of, sealed_invitation
from eventos.registration.queries_questions import Questionnaire, questionnaires
from eventos.registration.rules import RECEIPT_LIFE, Policy, why_closed, window_of
from eventos.registration.service.allowance import TRAPPED
from eventos.registration.service.policy import invitation_token

door = Door("registration", __name__, audience=Audience.OPEN)
_LOG = logging.getLogger("eventos.registration")
public = Door("registration_public", __name__, audience=Audience.PUBLIC)


@door.get("/eventos/<slug>/inscripcion")
def form(slug: str, invitation: str | None = None) -> Any:
    """The form. That of a private event opens by its invitation, or for whom an entity designated."""
    with reading() as db:
        event = _visible(event_view(db, slug))
        policy = policy_of(db, event.id)
        sealed = sealed_invitation(db, event.id) if policy.is_private else None
    told = _told_of_them(event.id)
    if policy.is_private and invitation is None:
        if not told or sealed is None:
            raise NotFound("No encontramos ese evento.")
        invitation = invitation_token(sealed)
    if not window_of(event, clock.now(), late=policy.admits_late).accepts:
        told_then = {"event": event, "reason": why_closed(event, clock.now()), "invitation": invitation, "demo_banner": event.demo}
        return render_template("registration/closed.html", **told_then)
    return _form_page(slug, None, 200, told=told, invitation=invitation)


def _told_of_them(event_id: int) -> dict[str, str]:
    """What an entity told of somebody it designated, sealed in the address of their invitation; anything else says nothing."""
    try:
        content = tokens.read("prefill", request.args.get("datos", ""))
    except tokens.BadToken:
        return {}
    return dict(content["d"]) if content["e"] == event_id else {}


@door.post("/eventos/<slug>/inscripcion")
def submit(slug: str, invitation: str | None = None) -> Any:
    with reading() as db:
        opening = queries.opening(db, slug)
        if opening.is_private and invitation is None:
            raise NotFound("No encontramos ese evento.")
        office = office_view(db)
        sheets = _sheets(db, opening) if opening.questions or request.form.getlist("also") else []
    filled = asking.form_class(RegistrationForm, sheets, office, own=slug).from_request()
    filled.offer_seats(opening.modality)
    now = clock.now()
    if not window_of(opening, now, late=opening.admits_late).accepts:
        return _form_page(slug, filled, 409, refusal=why_closed(opening, now), invitation=invitation)
    if filled.is_trap:
        note_trap()
        return redirect(url_for("registration.received", receipt=receipt_of([opening.id], filled.email.data or "")), 303)
    if not filled.validate():
        return _form_page(slug, filled, 422, invitation=invitation)
    command = replace(filled.to_command(slug, notice_of(office)), answers=asking.told(filled))
    try:
        with transaction() as db:
            invited_to = opening.id if invitation else None
            outcomes = service.register(db, command, now=now, by=VISITOR, address=client_address(), invited_to=invited_to)
    except InvalidInput as refused:
        filled.refuse(refused.fields, refused.message)
        return _form_page(slug, filled, 422, invitation=invitation)
    except (RuleViolation, TooManyRequests) as refused:
        page = _form_page(slug, filled, status_of(refused), refusal=refused.message, invitation=invitation)
        if isinstance(refused, TooManyRequests):
            page.headers["Retry-After"] = str(refused.retry_after)
        return page
    events = [outcome.event_id for outcome in outcomes]
    return redirect(url_for("registration.received", receipt=receipt_of(events, command.identity.email)), 303)


@door.post("/eventos/<slug>/inscripcion/con-archivos", max_body=FILES_BODY)
def submit_with_files(slug: str) -> Any:
    """The same form where the event asks for files: it takes a larger body, and nothing else."""
    return submit(slug)


def _sheets(db: Session, event: Opening | EventView) -> list[Questionnaire]:
    """The own questions of the event, and of the others that one can register for with the same form."""
    others = _others(events_of_cycle(db, event.cycle_id), event, policies(db))
    return questionnaires(db, [event.id, *(other.id for other in others)])


def note_trap() -> None:
    """Count what a machine sent to the field that people do not see; the log says that it happened, not what was sent."""
    _LOG.warning("honeypot")
    with transaction() as db:
        limits.hit(db, (TRAPPED, client_address()))


def receipt_of(event_ids: list[int], email: str, *, members: int = 0, comes: bool = True) -> str:
    """The sealed, dated text that the receipt page is made from: the same for everybody who typed the same."""
    content = {"e": sorted(event_ids), "m": mask_email(email), "n": members, "c": comes}
    return tokens.issue("receipt", content, expires_at=clock.now() + RECEIPT_LIFE)


def _address(endpoint: str, slug: str, invitation: str | None) -> str:
    """Where the form goes: a private event is registered for under its invitation."""
    return url_for(f"invited.{endpoint}", token=invitation) if invitation else url_for(f"registration.{endpoint}", slug=slug)


def _visible(event: EventView) -> EventView:
    if event.state is EventState.DRAFT:
        raise NotFound("No encontramos ese evento.")
    return event


def _form_page(
    slug: str,
    filled: RegistrationForm | None,
    status: int,
    *,
    refusal: str | None = None,
    told: Mapping[str, str] | None = None,
    invitation: str | None = None,
) -> Any:
    """The form with what it needs to be drawn: seats left, other events of the cycle, names to suggest. A new one begins with `told`."""
    now = clock.now()
    with reading() as db:
        event = _visible(event_view(db, slug))
        ways = policies(db)
        others = [] if invitation else _others(events_of_cycle(db, event.cycle_id), event, ways)
        entities = entity_names(db, limit=200)
        office = office_view(db)
        sheets = questionnaires(db, [event.id, *(other.id for other in others)])
    whole = asking.form_class(RegistrationForm, sheets, office, own=slug)
    if filled is None:
        filled = whole(data=told)
        filled.offer_seats(event.modality)
    elif sheets and not isinstance(filled, QuestionFields):
        filled = asking.again(filled, whole)
    filled.also.choices = choices(*((other.slug, other.title) for other in others))
    way = ways.get(event.id, PLAIN)
    expected = [place for code in event.expected if (place := divipola.get(code))]
    page = render_template(
        "registration/form.html",
        form=filled,
        event=event,
        refusal=refusal,
        sheets=sheets,
        hint=hint,
        window=window_of(event, now, late=way.admits_late),
        way=way,
        invitation=invitation,
        files_to=_address("submit_with_files", slug, invitation),
        action=_address("submit", slug, invitation),
        other_notes={other.slug: _note(other, ways.get(other.id, PLAIN)) for other in others},
        places=[place.label for place in expected],
        entities=[*(f"Alcaldía de {place.name}" for place in expected), *entities],
        privacy=notice_of(office),
        demo_banner=event.demo,
    )
    return make_response(page, status)


def _others(cards: list[EventCard], event: Opening | EventView, ways: Mapping[int, Policy]) -> list[EventCard]:
    """The other events of the cycle that people can register for now; private ones are not for everybody to see."""
    now = clock.now()
    seen = [card for card in cards if card.id != event.id and not ways.get(card.id, PLAIN).is_private]
    return [card for card in seen if registration_window(card, now).accepts]


def _note(card: EventCard, way: Policy) -> str:
    told = ["Lleno: entra a la lista de espera."] if card.is_full else []
    told += ["Será una solicitud: el equipo organizador la revisa."] if way.moderated else []
    return " ".join([*told, spanish.sentence(card.when)] if card.when else told)


@door.get("/inscripcion/recibida/<receipt>")
def received(receipt: str) -> Any:
    try:
        content = tokens.read("receipt", receipt)
    except tokens.ExpiredToken:
        return render_template("registration/receipt_gone.html"), 404
    except tokens.BadToken:
        raise NotFound from None
    with reading() as db:
        events = event_views_by_id(db, content["e"])
        hidden = {number for number, way in policies(db).items() if way.is_private}
    page = make_response(
        render_template(
            "registration/received.html",
            events=events,
            masked=content["m"],
            members=content.get("n", 0),
            comes=content.get("c", True),
            hidden=hidden,
            demo_banner=any(event.demo for event in events),
        )
    )
    page.headers["X-Robots-Tag"] = "noindex"
    return page


@door.get("/mi-inscripcion")
def links() -> str:
    return render_template("registration/links.html", form=LinksForm(), sent=None)


@door.post("/mi-inscripcion")
def send_links() -> Any:
    filled = LinksForm.from_request()
    if not filled.validate():
        return render_template("registration/links.html", form=filled, sent=None), 422
    with transaction() as db:
        service.resend_links(db, filled.email.data or "", now=clock.now(), address=client_address())
    return render_template("registration/links.html", form=filled, sent=mask_email(filled.email.data or ""))


@public.get("/municipios.json")
def municipios() -> Any:
    """What the municipality field offers while somebody types: `[{"code", "name", "where"}]`."""
    found = divipola.search(request.args.get("q", "")[:80])
    return jsonify([{"code": place.code, "name": place.name, "where": place.departamento} for place in found])
