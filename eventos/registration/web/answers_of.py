"""What staff do with one registration's answers: complete or correct them, and take away the files that came with them."""

from typing import Any

from flask import Response, redirect, render_template, url_for

from eventos.adapters import storage
from eventos.cycles.queries import event_view_by_id
from eventos.entities.queries import entity_names, office_view
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.webforms import BaseForm
from eventos.registration import asking, service
from eventos.registration import queries_questions as queries
from eventos.registration.asking import FILES_BODY
from eventos.registration.forms_questions import filled, hint
from eventos.registration.models import Registration
from eventos.registration.queries_questions import Answerer
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.web.questions import WRITERS, door

URL = "/escritorio/inscripciones/<public_id>/respuestas"
NOTICES = {
    "answers-kept": ("success", "Las respuestas quedaron guardadas."),
    "answers-as-before": ("info", "No había respuestas que cambiar."),
}


@door.get(URL, roles=WRITERS)
def answers(public_id: str) -> str:
    return _page(public_id)


@door.post(URL, roles=WRITERS, max_body=FILES_BODY)
def save_answers(public_id: str) -> Any:
    """Fill in or correct what somebody answered. Sensitive answers are theirs alone; required questions may stay open."""
    with reading() as db:
        who = queries.answerer_in_scope(db, public_id, current_staff())
    form = _form_class(who).from_request()
    if not form.validate():
        return _page(public_id, form), 422
    told = asking.told(form)[who.event_slug]
    try:
        with transaction() as db:
            row = db.get_one(Registration, who.id, with_for_update=True)
            changed = service.change_answers(db, row, told, by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _page(public_id, form), 422
    except RuleViolation as refused:
        return _page(public_id, form, refusal=refused.message), 409
    notice = "answers-kept" if changed else "answers-as-before"
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)


@door.post(f"{URL}/<key>/archivo")
def answer_file(public_id: str, key: str) -> Response:
    """The file somebody answered with, as an attachment; the audit keeps who took it."""
    with transaction() as db:
        who = queries.answerer_in_scope(db, public_id, current_staff())
        found = [
            given for given in queries.answers_of(db, who.id) if given.question.key == key and given.question.kind is QuestionKind.FILE
        ]
        if not found:
            raise NotFound("Esa respuesta no tiene archivo.")
        audit.record(db, actor(), "registration.read_file", "registration", who.id, question=key)
    value: Any = found[0].value
    return download(storage.shelf().read(value["sha256"], verify=True), filename=value["name"], media_type=value["media_type"])


def _form_class(who: Answerer) -> type[BaseForm]:
    with reading() as db:
        sheet = queries.questionnaire(db, who.event_id)
        if sheet is None or not who.is_open:
            raise NotFound("Esta inscripción no tiene preguntas que responder.")
        answered = {given.question.key: given.value for given in queries.answers_of(db, who.id)}
        held = queries.held_options(db, who.id)
        office = office_view(db)
    return asking.form_class(BaseForm, [sheet], office, own=sheet.slug, held=held, before=answered, for_staff=True)


def _page(public_id: str, form: BaseForm | None = None, *, refusal: str | None = None) -> str:
    with reading() as db:
        who = queries.answerer_in_scope(db, public_id, current_staff())
        event = event_view_by_id(db, who.event_id)
        sheet = queries.questionnaire(db, who.event_id)
        answered = {given.question.key: given.value for given in queries.answers_of(db, who.id)}
        entities = entity_names(db, limit=200)
    form_class = _form_class(who)
    if form is None and sheet is not None:
        form = form_class(data=filled(sheet, answered))
    return render_template(
        "registration/answers_of.html",
        event=event,
        who=who,
        sheet=sheet,
        form=form,
        entities=entities,
        hint=hint,
        refusal=refusal,
        demo_banner=event.demo,
    )
