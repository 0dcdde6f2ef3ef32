"""The form of an event, as staff write it: its own questions, how they will look, and the sensitive ones in figures."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import tables
from eventos.cycles.queries import EventRef, event_in_scope, event_view_by_id
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff, download
from eventos.kernel.vocabulary import StaffRole
from eventos.kernel.webforms import BaseForm
from eventos.registration import asking
from eventos.registration import queries_questions as queries
from eventos.registration.forms_editing import QuestionForm
from eventos.registration.forms_questions import hint
from eventos.registration.rules_answers import SensitiveCount
from eventos.registration.rules_questions import CLOSED, Question, QuestionKind
from eventos.registration.service import questions as service

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
READERS = (*WRITERS, StaffRole.READER)
URL = "/escritorio/eventos/<slug>/formulario"

door = Door("questionnaire", __name__, audience=Audience.STAFF, roles=READERS)

NOTICES = {
    "form-question-added": ("success", "La pregunta quedó en el formulario."),
    "form-question-saved": ("success", "La pregunta quedó guardada. Quienes ya respondieron conservan la pregunta que leyeron."),
    "form-question-same": ("info", "No había nada que cambiar en la pregunta."),
    "form-question-retired": ("success", "La pregunta ya no se hace. Está abajo, con sus respuestas, por si quiere volver a hacerla."),
    "form-question-restored": ("success", "La pregunta volvió al formulario, al final."),
}


@door.get(URL)
def index(slug: str) -> str:
    return _list(slug)


def _list(slug: str, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        event = event_view_by_id(db, ref.id)
        asked = queries.all_questions(db, ref.id)
        sheet = queries.questionnaire(db, ref.id)
        counts = queries.count_answers(db, ref.id)
    return render_template(
        "registration/questions.html",
        event=event,
        live=[question for question in asked if not question.retired],
        retired=[question for question in asked if question.retired],
        by_key={question.key: question for question in asked},
        sheet=sheet,
        counts=counts,
        kinds=list(QuestionKind),
        has_sensitive=any(question.said.sensitive for question in asked),
        refusal=refusal,
        writes=current_staff().role in WRITERS,
        demo_banner=event.demo,
    )


@door.get(f"{URL}/vista")
def preview(slug: str) -> str:
    """The questions as the public form asks them; nothing can be sent from here."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        event = event_view_by_id(db, ref.id)
        sheet = queries.questionnaire(db, ref.id)
        office = office_view(db)
    form = asking.form_class(BaseForm, [sheet], office, own=slug)() if sheet else None
    return render_template("registration/questions_preview.html", event=event, sheet=sheet, form=form, hint=hint, demo_banner=event.demo)


# --- one question ----------------------------------------------------------------------------------------------------------------


@door.get(f"{URL}/nueva", roles=WRITERS)
def new(slug: str) -> str:
    ref, live = _load(slug)
    form = QuestionForm().of_kind(_kind(), live, is_new=True)
    return _form(ref, form, None)


@door.post(f"{URL}/nueva", roles=WRITERS)
def create(slug: str) -> Any:
    ref, live = _load(slug)
    form = QuestionForm.from_request().of_kind(_kind(), live, is_new=True)
    if "add_row" in request.form:
        form.add_row()
        return _form(ref, form, None)
    if not form.validate():
        return _form(ref, form, None), 422
    try:
        with transaction() as db:
            service.add_question(db, ref.id, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _form(ref, form, None), 422
    except RuleViolation as refused:
        return _form(ref, form, None, refusal=refused.message), 409
    return redirect(url_for("questionnaire.index", slug=slug, aviso="form-question-added"), 303)


@door.get(f"{URL}/<key>", roles=WRITERS)
def edit(slug: str, key: str) -> str:
    ref, question, earlier = _one(slug, key)
    form = QuestionForm(data=QuestionForm.data_of(question)).of_kind(question.kind, earlier, is_new=False)
    return _form(ref, form, question)


@door.post(f"{URL}/<key>", roles=WRITERS)
def save(slug: str, key: str) -> Any:
    ref, question, earlier = _one(slug, key)
    form = QuestionForm.from_request().of_kind(question.kind, earlier, is_new=False)
    if "add_row" in request.form:
        form.add_row()
        return _form(ref, form, question)
    if not form.validate():
        return _form(ref, form, question), 422
    try:
        with transaction() as db:
            changed = service.edit_question(db, ref.id, key, form.to_command(), version=form.version_read, by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _form(ref, form, question), 422
    except RuleViolation as refused:
        form.version.data = str(question.version)
        return _form(ref, form, question, refusal=refused.message), 409
    return redirect(url_for("questionnaire.index", slug=slug, aviso="form-question-saved" if changed else "form-question-same"), 303)


@door.post(f"{URL}/<key>/<any(subir, bajar):way>", roles=WRITERS)
def move(slug: str, key: str, way: str) -> Any:
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            service.move_question(db, ref.id, key, up=way == "subir", by=actor())
    except RuleViolation as refused:
        return _list(slug, refusal=refused.message), 409
    return redirect(url_for("questionnaire.index", slug=slug), 303)


@door.post(f"{URL}/<key>/retirar", roles=WRITERS)
def retire(slug: str, key: str) -> Any:
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            service.retire_question(db, ref.id, key, by=actor(), now=clock.now())
    except RuleViolation as refused:
        return _list(slug, refusal=refused.message), 409
    return redirect(url_for("questionnaire.index", slug=slug, aviso="form-question-retired"), 303)


@door.post(f"{URL}/<key>/reponer", roles=WRITERS)
def restore(slug: str, key: str) -> Any:
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            service.restore_question(db, ref.id, key, by=actor())
    except RuleViolation as refused:
        return _list(slug, refusal=refused.message), 409
    return redirect(url_for("questionnaire.index", slug=slug, aviso="form-question-restored"), 303)


def _kind() -> QuestionKind:
    wanted = request.args.get("clase", QuestionKind.TEXT.value)
    if wanted not in set(QuestionKind):
        raise NotFound("Elija en el formulario qué clase de pregunta quiere agregar.")
    return QuestionKind(wanted)


def _load(slug: str) -> tuple[EventRef, list[Question]]:
    """The event in this person's scope and what it asks now."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        return ref, [question for question in queries.all_questions(db, ref.id) if not question.retired]


def _one(slug: str, key: str) -> tuple[EventRef, Question, Sequence[Question]]:
    """A question of the event, and those asked before it."""
    ref, live = _load(slug)
    with reading() as db:
        question = queries.question_of(db, ref.id, key)
    return ref, question, [each for each in live if each.position < question.position]


def _form(ref: EventRef, form: QuestionForm, question: Question | None, *, refusal: str | None = None) -> str:
    form.offer_rows()
    with reading() as db:
        event = event_view_by_id(db, ref.id)
        answered = queries.count_answers(db, ref.id).get(question.id, 0) if question else 0
    return render_template(
        "registration/question.html",
        event=event,
        form=form,
        question=question,
        answered=answered,
        refusal=refusal,
        may_be_sensitive=form.kind in CLOSED,
        demo_banner=event.demo,
    )


# --- sensitive answers, in figures -----------------------------------------------------------------------------------------------


@door.post(f"{URL}/cifras-sensibles", roles=WRITERS)
def sensitive_figures(slug: str) -> str:
    """How many answered what, never who; the audit keeps who looked."""
    ref, counts = _counts(slug)
    with reading() as db:
        event = event_view_by_id(db, ref.id)
    return render_template("registration/questions_figures.html", event=event, counts=counts, demo_banner=event.demo)


@door.post(f"{URL}/cifras-sensibles.csv", roles=WRITERS)
def sensitive_csv(slug: str) -> Any:
    _ref, counts = _counts(slug)
    lines: list[list[tables.Cell]] = [
        [count.label, option, "Menos de 5" if number is None else number] for count in counts for option, number in count.lines
    ]
    content = tables.write_csv(["Pregunta", "Respuesta", "Personas"], lines)
    return download(content, filename=f"preguntas-sensibles-{slug}.csv", media_type="text/csv")


def _counts(slug: str) -> tuple[EventRef, list[SensitiveCount]]:
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        audit.record(db, actor(), "registration.read_sensitive_counts", "event", ref.id)
        return ref, queries.sensitive_counts(db, ref.id)
