"""What people answer by their personal link: they take an offered seat, or say yes to what a colleague wrote down."""

from typing import Any

from flask import make_response, redirect, render_template, url_for

from eventos.entities.queries import entity_names, office_view
from eventos.kernel import audit, clock, divipola, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import normalise_email
from eventos.people import service as people
from eventos.people.rules import Purpose
from eventos.people.rules import notice as notice_of
from eventos.registration import asking, service
from eventos.registration import queries_questions as queries
from eventos.registration.asking import FILES_BODY
from eventos.registration.forms_admission import ConsentForm
from eventos.registration.forms_questions import filled, hint
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.service import notify
from eventos.registration.web.personal import door, page_of, registration_of

NOTICES = {
    "offer-accepted": ("success", "El cupo es suyo. Le enviamos la confirmación con su código QR."),
    "consent-given": ("success", "Gracias: su autorización quedó guardada. Le escribimos a su correo cómo está su inscripción."),
    "mail-resent": ("success", "Le enviamos otra vez su inscripción, al correo que tenemos."),
    "left": ("success", "Ya no está en este evento. Le enviamos un correo que lo confirma."),
}


@door.post("/i/<token>/aceptar")
def accept(token: str) -> Any:
    registration = registration_of(token)
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            service.accept_offer(db, row, by=Actor.person(registration.person_id), now=clock.now())
    except RuleViolation as refused:
        return page_of(token, registration_of(token), status=409, refusal=refused.message)
    return redirect(url_for("my_registration.show", token=token, aviso="offer-accepted"), 303)


@door.post("/i/<token>/reenviar")
def resend(token: str) -> Any:
    """Send how the registration stands once more, to the address on file; one that got too many waits for staff."""
    registration = registration_of(token)
    if not registration.state.is_open or not registration.email:
        return page_of(token, registration, status=409, refusal="Esta inscripción no tiene un correo que enviar.")
    with transaction() as db:
        held = notify.count_mail(db, normalise_email(registration.email))
        notify.confirm(db, registration.id, why="repeat", now=clock.now(), hold=held)
        audit.record(db, Actor.person(registration.person_id), "registration.resend", "registration", registration.id)
    return redirect(url_for("my_registration.show", token=token, aviso="mail-resent"), 303)


@door.get("/i/<token>/confirmar")
def confirm(token: str) -> Any:
    registration = registration_of(token)
    if not registration.needs_consent:
        return redirect(url_for("my_registration.show", token=token), 303)
    place = divipola.get(registration.divipola) if registration.divipola else None
    told = {name: getattr(registration, name) for name in ("given_names", "family_names", "phone", "dependency", "post", "link_kind")}
    where = {"entity": registration.entity_name, "country": registration.country, "city": registration.city}
    where |= {"municipio": place.label if place else "", "municipio_code": place.code if place else ""}
    sheet, form_class, answered = _asked(registration)
    own = filled(sheet, answered) if sheet else {}
    return _consent_page(token, registration, form_class(data={**told, **where, **own, "abroad": bool(registration.country)}), 200)


def _asked(registration: RegistrationView) -> tuple[Questionnaire | None, type[ConsentForm], dict[str, Any]]:
    """What the event asks, the form that asks it with the consent, and what staff may have filled in already."""
    event = registration.event
    with reading() as db:
        sheet = queries.questionnaire(db, event.id)
        if sheet is None:
            return None, ConsentForm, {}
        answered = {given.question.key: given.value for given in queries.answers_of(db, registration.id)}
        held = queries.held_options(db, registration.id)
        office = office_view(db)
    return sheet, asking.form_class(ConsentForm, [sheet], office, own=sheet.slug, held=held, before=answered), answered


def _consent_page(token: str, registration: RegistrationView, form: ConsentForm, status: int, refusal: str | None = None) -> Any:
    with reading() as db:
        office = office_view(db)
        entities = entity_names(db, limit=200)
    page = render_template(
        "registration/consent.html",
        token=token,
        registration=registration,
        event=registration.event,
        form=form,
        sheets=getattr(form, "sheets", ()),
        hint=hint,
        entities=entities,
        privacy=notice_of(office),
        places=[place.label for code in registration.event.expected if (place := divipola.get(code))],
        refusal=refusal,
        demo_banner=registration.demo,
    )
    return make_response(page, status)


@door.post("/i/<token>/confirmar", max_body=FILES_BODY)
def consent(token: str) -> Any:
    """Correct what a colleague typed, answer what the event asks and authorise it: only then does somebody count."""
    registration = registration_of(token)
    sheet, form_class, _answered = _asked(registration)
    form = form_class.from_request()
    if not form.validate():
        return _consent_page(token, registration, form, 422)
    told = asking.told(form)
    now, by = clock.now(), Actor.person(registration.person_id)
    purposes = (Purpose.EVENT, Purpose.INVITATIONS) if form.invitations.data else (Purpose.EVENT,)
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            if row.consent_id is None:
                service.change(db, row, form.to_command(), by=by, now=now)
                if sheet is not None:
                    service.change_answers(db, row, told[sheet.slug], by=by, now=now)
                text_hash = people.keep_consent_text(db, notice_of(office_view(db)).text, now)
                service.consent(db, row, people.record_consent(db, registration.person_id, text_hash, purposes, now=now), by=by, now=now)
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _consent_page(token, registration, form, 422)
    except RuleViolation as refused:
        return _consent_page(token, registration, form, 409, refused.message)
    return redirect(url_for("my_registration.show", token=token, aviso="consent-given"), 303)
