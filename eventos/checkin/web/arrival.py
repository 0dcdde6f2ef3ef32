"""People confirm their own arrival on their own phone: by the code on the room's screen and their personal link, or document and mail.

Looking changes nothing: a code that is good gives a pass for ten minutes, in the form and in a cookie that "Mi inscripción" reads.
"""

from typing import Any

from flask import make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from eventos.checkin import queries, service
from eventos.checkin.forms_arrival import ArrivalForm, RoomCodeForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.rules import Rule, Verdict, day_of
from eventos.checkin.rules_arrival import arrival_words
from eventos.checkin.service import arrival
from eventos.checkin.service.arrival import PASS_LIFE, PER_ADDRESS, PER_PASS, Pass
from eventos.checkin.web.browser import is_secure
from eventos.checkin.web.doors import arrival_pages, own_arrival
from eventos.kernel import clock, limits, own_page, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import client_address
from eventos.kernel.own_page import Offer
from eventos.kernel.vocabulary import EventState
from eventos.registration import queries as registrations
from eventos.registration.queries import RegistrationView
from eventos.registration.rules import can_change
from eventos.registration.service.allowance import BAD_TOKENS

PASS_COOKIE, PHONE_COOKIE = "eventos-sala", "eventos-telefono"
PHONE_LIFE = 30 * 86_400
LONGEST_COOKIE = 600
NOT_FOUND = "No encontramos una inscripción con ese documento y ese correo. Revíselos, o acérquese a la puerta y allí le ayudan."
CODE_GONE = "Ese código no sirve o ya cambió. Escriba el que se ve ahora en la pantalla de la sala."


@own_page.offers
def offer(db: Session, event_id: int, now: Any) -> list[Offer]:
    """A link in "Mi inscripción" while the door of a room with a screen is open."""
    event = queries.door_event_by_id(db, event_id)
    rules = [Rule.of(room.rule) for room in event.offered] if event is not None else []
    is_open = event is not None and any(rule.self_checkin and day_of(event.days, now, rule) for rule in rules)
    return [Offer("own_arrival.show", "Confirmar mi llegada", "check")] if is_open else []


# --- from the room's code --------------------------------------------------------------------------------------------------------


@arrival_pages.get("/llegada/<slug>/<code>")
def scanned(slug: str, code: str) -> Any:
    """What the QR of the room's screen opens."""
    with reading() as db:
        event = queries.arrival_event(db, slug)
    room = arrival.room_of(event.id, queries.screens_of(event), code, clock.now())
    if room is None:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        return render_template("checkin/arrival_gone.html"), 404
    told = arrival.issue_pass(event.id, room)
    page = make_response(_identify(event, ArrivalForm(passed=told)))
    page.set_cookie(PASS_COOKIE, told, path="/i", max_age=int(PASS_LIFE.total_seconds()), secure=is_secure(), httponly=True, samesite="Lax")
    return page


@arrival_pages.post("/llegada/<slug>")
def confirm(slug: str) -> Any:
    """Whoever has no personal link at hand says their document and the mail they registered with."""
    with reading() as db:
        event = queries.arrival_event(db, slug)
    form = ArrivalForm.from_request()
    passed = _pass(form.passed.data or "", event)
    if passed is None:
        return render_template("checkin/arrival_gone.html"), 409
    if not form.validate():
        return _identify(event, form), 422
    with transaction() as db:
        limits.spend(db, (PER_PASS, passed.key), (PER_ADDRESS, client_address()))
    with reading() as db:
        registration = queries.registration_by(db, event.id, form.document.data or "", form.email.data or "")
    if registration is None:
        return _identify(event, form, refusal=NOT_FOUND), 422
    return _arrive(event, passed, registration, token="")


def _identify(event: DoorEvent, form: ArrivalForm, *, refusal: str = "") -> str:
    return render_template("checkin/arrival.html", event=event, form=form, refusal=refusal)


# --- from "Mi inscripción" -------------------------------------------------------------------------------------------------------


@own_arrival.get("/i/<token>/llegada")
def show(token: str) -> Any:
    registration, event = _mine(token)
    return _own_page(token, registration, event, RoomCodeForm())


@own_arrival.post("/i/<token>/llegada")
def arrive(token: str) -> Any:
    """With the pass of the code that was scanned, or with the code as it was typed."""
    registration, event = _mine(token)
    form = RoomCodeForm.from_request()
    passed = _pass(request.cookies.get(PASS_COOKIE, ""), event)
    if form.code.data or passed is None:
        if not form.validate():
            return _own_page(token, registration, event, form, 422)
        room = arrival.room_of(event.id, queries.screens_of(event), form.code.data or "", clock.now())
        if room is None:
            with transaction() as db:
                limits.spend(db, (BAD_TOKENS, client_address()))
            form.refuse({"code": CODE_GONE})
            return _own_page(token, registration, event, form, 422)
        passed = Pass(event.id, room, f"{(form.code.data or '').upper()}-{clock.now():%Y%m%d%H}")
    return _arrive(event, passed, registration.public_id, token=token)


def _mine(token: str) -> tuple[RegistrationView, DoorEvent]:
    try:
        with reading() as db:
            registration = registrations.my_registration_view(db, tokens.digest(token))
            event = queries.door_event_by_id(db, registration.event.id)
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise
    if event is None or not queries.screens_of(event):
        raise NotFound("Este evento no tiene confirmación de llegada por código.")
    return registration, event


def _own_page(token: str, registration: RegistrationView, event: DoorEvent, form: RoomCodeForm, status: int = 200) -> Any:
    has_pass = _pass(request.cookies.get(PASS_COOKIE, ""), event) is not None
    page = render_template("checkin/arrival_own.html", token=token, registration=registration, event=event, form=form, has_pass=has_pass)
    return page, status


# --- both ------------------------------------------------------------------------------------------------------------------------


def _pass(told: str, event: DoorEvent) -> Pass | None:
    if len(told) > LONGEST_COOKIE:
        return None
    try:
        return arrival.read_pass(told, event.id)
    except (tokens.BadToken, KeyError):
        return None


def _arrive(event: DoorEvent, passed: Pass, registration: str, *, token: str) -> Any:
    phone = request.cookies.get(PHONE_COOKIE, "")
    phone = phone if 20 <= len(phone) <= 60 and phone.isascii() else tokens.random_token()
    with transaction() as db:
        answer = service.arrive(db, event, passed, registration, phone=phone, now=clock.now())
    came = answer.verdict in (Verdict.ACCEPTED, Verdict.REPEATED)
    may_answer = can_change(event.state, min((day.starts_at for day in event.days), default=None), clock.now())
    word, why = arrival_words(answer.verdict, answer.why, is_on=event.state is EventState.PUBLISHED, may_answer=may_answer)
    told = {"came": came, "word": word, "why": why, "may_answer": may_answer, "token": token}
    page = render_template("checkin/arrival_done.html", event=event, answer=answer, **told)
    return _remember(make_response(page, 200 if came else 409), phone)


def _remember(response: Response, phone: str) -> Response:
    response.set_cookie(PHONE_COOKIE, phone, path="/", max_age=PHONE_LIFE, secure=is_secure(), httponly=True, samesite="Lax")
    return response
