""" "Mis respuestas": what somebody answered to the own questions of their event, to see and to change until it begins."""

from typing import Any

from flask import make_response, redirect, render_template, url_for

from eventos.entities.queries import entity_names, office_view
from eventos.kernel import clock, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.webforms import BaseForm
from eventos.registration import asking, service
from eventos.registration import queries_questions as queries
from eventos.registration.asking import FILES_BODY
from eventos.registration.forms_questions import filled, hint
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules import can_change
from eventos.registration.rules_answers import words
from eventos.registration.web.personal import door, registration_of

NOTICES = {
    "answers-saved": ("success", "Sus respuestas quedaron guardadas."),
    "answers-same": ("info", "No había respuestas que cambiar."),
}


@door.get("/i/<token>/respuestas")
def answers(token: str) -> Any:
    registration, sheet, form_class, answered = _asked(token)
    return _page(token, registration, sheet, form_class(data=filled(sheet, answered)), 200)


@door.post("/i/<token>/respuestas", max_body=FILES_BODY)
def save_answers(token: str) -> Any:
    registration, sheet, form_class, _answered = _asked(token)
    form = form_class.from_request()
    if not form.validate():
        return _page(token, registration, sheet, form, 422)
    told = asking.told(form)[registration.event.slug]
    try:
        with transaction() as db:
            row = service.by_link(db, tokens.digest(token))
            changed = service.change_answers(db, row, told, by=Actor.person(registration.person_id), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _page(token, registration, sheet, form, 422)
    except RuleViolation as refused:
        return _page(token, registration, sheet, form, 409, refused.message)
    return redirect(url_for("my_registration.show", token=token, aviso="answers-saved" if changed else "answers-same"), 303)


def _asked(token: str) -> tuple[RegistrationView, Questionnaire, type[BaseForm], dict[str, Any]]:
    """The registration of the link, what its event asks, the form that asks it, and what was answered by key."""
    registration = registration_of(token)
    with reading() as db:
        sheet = queries.questionnaire(db, registration.event.id)
        if sheet is None:
            raise NotFound("Este evento no tiene preguntas propias.")
        answered = {given.question.key: given.value for given in queries.answers_of(db, registration.id)}
        held = queries.held_options(db, registration.id)
        told_sensitive = queries.has_sensitive(db, registration.id)
        office = office_view(db)
    more = {"held": held, "before": answered, "answered_sensitive": told_sensitive}
    return registration, sheet, asking.form_class(BaseForm, [sheet], office, own=sheet.slug, **more), answered


def _page(token: str, registration: RegistrationView, sheet: Questionnaire, form: BaseForm, status: int, refusal: str | None = None) -> Any:
    event = registration.event
    with reading() as db:
        entities = entity_names(db, limit=200)
        given = queries.answers_of(db, registration.id)
    page = render_template(
        "registration/answers.html",
        token=token,
        registration=registration,
        event=event,
        sheet=sheet,
        form=form,
        given=[(each.question.label, words(each.question, each.value)) for each in given],
        entities=entities,
        hint=hint,
        refusal=refusal,
        can_change=can_change(event.state, event.starts_at, clock.now()) and registration.state.is_open,
        demo_banner=registration.demo or event.demo,
    )
    return make_response(page, status)
