"""Doors for whoever holds a personal link or a ticket: see, change, cancel, come back, enter. A GET changes nothing."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, url_for

from eventos.adapters import qr
from eventos.cycles.rules import PresenceRule
from eventos.kernel import audit, clock, divipola, limits, links, own_page, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation, TooManyRequests
from eventos.kernel.http import CSP, Audience, Door, client_address, download, status_of
from eventos.kernel.vocabulary import EventState, Modality, RegistrationState
from eventos.registration import messages, queries, service
from eventos.registration.forms import ChangeForm, MailChangeForm
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_admission import policy_of
from eventos.registration.queries_questions import answers_of, standing
from eventos.registration.rules import NoSeatThere, RegistrationClosed, TooLate, can_change, entrance, window_of
from eventos.registration.service import tickets
from eventos.registration.service.allowance import BAD_TOKENS

door = Door("my_registration", __name__, audience=Audience.PERSONAL)
ticket_door = Door("ticket", __name__, audience=Audience.PERSONAL)

NOTICES = {
    "my-registration-cancelled": ("success", "Su inscripción quedó cancelada. Le enviamos un correo que la retira de su calendario."),
    "waitlist-left": ("success", "Salió de la lista de espera. Le enviamos un correo que lo confirma."),
    "registration-back": ("success", "Volvió a inscribirse. Le enviamos un correo con su estado."),
    "registration-back-without-option": (
        "warning",
        "Volvió a inscribirse, pero algo que había elegido ya no tiene cupos: revise sus respuestas. Le enviamos un correo con su estado.",
    ),
    "registration-changed": ("success", "Sus datos quedaron guardados."),
    "registration-same": ("info", "No había nada que cambiar."),
    "mail-change-asked": ("success", "Le enviamos un vínculo al correo nuevo: ábralo en las próximas 48 horas para confirmarlo."),
    "mail-changed": ("success", "Su correo nuevo quedó confirmado."),
}


def registration_of(token: str) -> RegistrationView:
    """The registration of a link. A link that is not ours is counted, so that nobody can try them all."""
    try:
        with reading() as db:
            return queries.my_registration_view(db, tokens.digest(token))
    except NotFound:
        _count_bad_token()
        raise


def _count_bad_token() -> None:
    with transaction() as db:
        limits.spend(db, (BAD_TOKENS, client_address()))


@door.get("/i/<token>")
def show(token: str) -> Response:
    return page_of(token, registration_of(token))


def page_of(token: str, registration: RegistrationView, *, status: int = 200, refusal: str | None = None) -> Response:
    event, now = registration.event, clock.now()
    active = registration.state is RegistrationState.ACTIVE
    online = registration.modality is Modality.VIRTUAL and bool(event.link) and active and event.state is EventState.PUBLISHED
    is_open, opens_at = entrance(event.days, now)
    ticket_url = links.ticket(tickets.ticket_of(registration))
    with reading() as db:
        own_questions = standing(db, registration.id, event.id)
        policy = policy_of(db, event.id)
        offers = own_page.of_event(db, event.id, now) if active and registration.modality is not Modality.VIRTUAL else []
    page = make_response(
        render_template(
            "registration/mine.html",
            token=token,
            registration=registration,
            event=event,
            refusal=refusal,
            online=online,
            can_enter=online and is_open,
            offers=offers,
            opens_at=opens_at if online else None,
            can_change=can_change(event.state, event.starts_at, now),
            can_return=window_of(event, now, late=policy.admits_late).accepts,
            is_moderated=policy.moderated,
            is_over=event.ends_at is not None and now > event.ends_at,
            has_begun=event.starts_at is None or now >= event.starts_at,
            own_questions=own_questions,
            presence=PresenceRule.of(event.presence_rule).words(),
            qr=qr.svg(ticket_url, title="Código QR de su inscripción") if active else "",
            demo_banner=registration.demo or event.demo,
        ),
        status,
    )
    if online and is_open:
        # Chromium blocks the redirect of a form unless the page that holds the form names where it ends.
        target = urlsplit(event.link)
        page.headers["Content-Security-Policy"] = CSP.replace("form-action 'self'", f"form-action 'self' {target.scheme}://{target.netloc}")
    return page


@door.post("/i/<token>/entrar")
def enter(token: str) -> Any:
    """Write down that somebody went in by their own link, and let them through."""
    registration = registration_of(token)
    event = registration.event
    is_open, _ = entrance(event.days, clock.now())
    online = registration.modality is Modality.VIRTUAL and registration.state is RegistrationState.ACTIVE and bool(event.link)
    if not (is_open and online and event.state is EventState.PUBLISHED):
        return page_of(token, registration, status=409, refusal="La entrada no está abierta en este momento.")
    with transaction() as db:
        audit.record(db, Actor.person(registration.person_id), "registration.enter", "registration", registration.id)
    return redirect(event.link, 303)


# --- cancel, come back -----------------------------------------------------------------------------------------------------------


@door.get("/i/<token>/cancelar")
def ask_cancel(token: str) -> Any:
    registration = registration_of(token)
    return render_template(
        "registration/cancel.html", token=token, registration=registration, event=registration.event, demo_banner=registration.demo
    )


@door.post("/i/<token>/cancelar")
def cancel(token: str) -> Any:
    registration = registration_of(token)
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            service.cancel(db, row, by=Actor.person(registration.person_id), now=clock.now())
    except TooLate as refused:
        return page_of(token, registration, status=409, refusal=refused.message)
    notice = {RegistrationState.WAITLISTED: "waitlist-left", RegistrationState.ACTIVE: "my-registration-cancelled"}.get(
        registration.state, "left"
    )
    return redirect(url_for("my_registration.show", token=token, aviso=notice), 303)


@door.post("/i/<token>/volver")
def come_back(token: str) -> Any:
    registration = registration_of(token)
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            before = answers_of(db, row.id)
            service.come_back(db, row, by=Actor.person(registration.person_id), now=clock.now())
            lost_an_option = answers_of(db, row.id) != before
    except RegistrationClosed as refused:
        return page_of(token, registration, status=409, refusal=refused.message)
    notice = "registration-back-without-option" if lost_an_option else "registration-back"
    return redirect(url_for("my_registration.show", token=token, aviso=notice), 303)


# --- change ----------------------------------------------------------------------------------------------------------------------


@door.get("/i/<token>/datos")
def data(token: str) -> Any:
    registration = registration_of(token)
    return _data_page(token, registration, ChangeForm.of(registration), 200)


def _data_page(token: str, registration: RegistrationView, form: ChangeForm, status: int, refusal: str | None = None) -> Any:
    places = [place.label for code in registration.event.expected if (place := divipola.get(code))]
    with reading() as db:
        is_moderated = policy_of(db, registration.event.id).moderated
    page = render_template(
        "registration/data.html",
        token=token,
        registration=registration,
        event=registration.event,
        form=form,
        places=places,
        is_moderated=is_moderated,
        refusal=refusal,
        demo_banner=registration.demo,
    )
    return make_response(page, status)


@door.post("/i/<token>/datos")
def save_data(token: str) -> Any:
    registration = registration_of(token)
    form = ChangeForm.from_request()
    form.offer_seats(registration.event.modality)
    if not form.validate():
        return _data_page(token, registration, form, 422)
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            changed = service.change(db, row, form.to_command(), by=Actor.person(registration.person_id), now=clock.now())
    except NoSeatThere as refused:
        form.refuse({"modality": refused.message})
        return _data_page(token, registration, form, 409)
    except RuleViolation as refused:
        return _data_page(token, registration, form, 409, refused.message)
    notice = "registration-changed" if changed else "registration-same"
    return redirect(url_for("my_registration.show", token=token, aviso=notice), 303)


@door.get("/i/<token>/correo")
def mail_address(token: str) -> Any:
    return _mail_page(token, registration_of(token), MailChangeForm(), 200)


def _mail_page(token: str, registration: RegistrationView, form: MailChangeForm, status: int, refusal: str | None = None) -> Any:
    page = render_template(
        "registration/mail_address.html", token=token, registration=registration, form=form, refusal=refusal, demo_banner=registration.demo
    )
    return make_response(page, status)


@door.post("/i/<token>/correo")
def ask_mail_change(token: str) -> Any:
    registration = registration_of(token)
    form = MailChangeForm.from_request()
    if not form.validate():
        return _mail_page(token, registration, form, 422)
    try:
        with transaction() as db:  # The attempt counts whatever comes of it.
            service.count_try(db, registration.id)
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            by = Actor.person(registration.person_id)
            service.ask_mail_change(db, row, form.email.data or "", form.document_number.data or "", by=by, now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _mail_page(token, registration, form, 422)
    except TooManyRequests as refused:
        return _mail_page(token, registration, form, status_of(refused), refused.message)
    return redirect(url_for("my_registration.show", token=token, aviso="mail-change-asked"), 303)


@door.get("/correo/<token>")
def confirm_mail(token: str) -> Any:
    service.read_mail_change(token)
    return render_template("registration/confirm_mail.html", token=token, done=False)


@door.post("/correo/<token>")
def mail_confirmed(token: str) -> Any:
    with transaction() as db:
        service.confirm_mail_change(db, token, now=clock.now())
    return render_template("registration/confirm_mail.html", token=token, done=True)


# --- files, ticket ---------------------------------------------------------------------------------------------------------------


@door.get("/i/<token>/qr.png")
def qr_image(token: str) -> Response:
    registration = registration_of(token)
    if registration.state is not RegistrationState.ACTIVE:
        raise NotFound("Esta inscripción no tiene un código vigente.")
    picture = qr.png(links.ticket(tickets.ticket_of(registration)), scale=8)
    return download(picture, filename=f"qr-{registration.event.slug[:60]}.png", media_type="image/png")


@door.get("/i/<token>/invitacion.ics")
def invitation(token: str) -> Response:
    registration = registration_of(token)
    if registration.state is not RegistrationState.ACTIVE or not registration.event.days or not registration.email:
        raise NotFound("Esta inscripción no tiene una invitación vigente.")
    return download(messages.invite_file(registration), filename="invitacion.ics", media_type="text/calendar")


@ticket_door.get("/q/<token>")
def check(token: str) -> Any:
    """Event and validity, for whoever reads the QR; it names nobody and marks nothing."""
    try:
        tokens.read_ticket(token)
    except tokens.BadToken:
        _count_bad_token()
        return render_template("registration/ticket.html", verdict="unknown", event=None), 404
    with reading() as db:
        registration = queries.ticket_view(db, tokens.digest(token))
        was_replaced = registration is None and queries.was_replaced(db, tokens.digest(token))
    if registration is None:
        return render_template("registration/ticket.html", verdict="revoked" if was_replaced else "unknown", event=None), 404
    verdict = "valid"
    if registration.state is not RegistrationState.ACTIVE:
        verdict = "cancelled"
    elif registration.event.state is EventState.CANCELLED:
        verdict = "event_cancelled"
    return render_template("registration/ticket.html", verdict=verdict, event=registration.event, demo_banner=registration.event.demo)
