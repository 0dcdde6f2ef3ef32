"""The questions of an event for staff: the quick form, the list in its order, and one question to answer."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.cycles import queries as cycles
from eventos.dialogue import queries, service
from eventos.dialogue.forms import QuestionForm
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff
from eventos.kernel.vocabulary import StaffRole

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
URL = "/escritorio/eventos/<slug>/preguntas"

door = Door("dialogue", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
DOORS = (door,)
NOTICES = {
    "question-noted": ("success", "La pregunta quedó anotada."),
    "question-saved": ("success", "La pregunta quedó guardada."),
    "question-moved": ("success", "El orden quedó guardado."),
}


@door.get(URL)
def questions(slug: str) -> Any:
    return _list(slug, QuestionForm())


@door.post(URL, roles=WRITERS)
def note(slug: str) -> Any:
    form = QuestionForm.from_request()
    if not form.validate():
        return _list(slug, form), 422
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            service.note(db, ref.id, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _list(slug, form), 422
    except RuleViolation as refusal:
        return _list(slug, form, refusal=refusal.message), 409
    return redirect(url_for("dialogue.questions", slug=slug, aviso="question-noted"))


@door.get(f"{URL}/<public_id>", roles=WRITERS)
def question(slug: str, public_id: str) -> Any:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        view = queries.question(db, ref.id, public_id)
    return _one(view, QuestionForm.of(view))


@door.post(f"{URL}/<public_id>", roles=WRITERS)
def change(slug: str, public_id: str) -> Any:
    form = QuestionForm.from_request()
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        view = queries.question(db, ref.id, public_id)
    if view.registration_id is not None:  # What a person sent by their own link stays as they wrote it.
        form.body.data, form.asked_by.data = view.body, view.asked_by
    if not form.validate():
        return _one(view, form), 422
    try:
        with transaction() as db:
            service.change(db, ref.id, public_id, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _one(view, form), 422
    return redirect(url_for("dialogue.questions", slug=slug, aviso="question-saved", _anchor=f"p-{public_id}"))


@door.post(f"{URL}/<public_id>/<any(subir, bajar):way>", roles=WRITERS)
def move(slug: str, public_id: str, way: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.move(db, ref.id, public_id, up=way == "subir", by=actor())
    return redirect(url_for("dialogue.questions", slug=slug, aviso="question-moved", _anchor=f"p-{public_id}"))


def _list(slug: str, form: QuestionForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        found = queries.questions_of(db, ref.id)
    return render_template(
        "dialogue/questions.html",
        event=event,
        questions=found,
        tally=queries.tally(found),
        form=form,
        refusal=refusal,
        writes=current_staff().role in WRITERS,
        demo_banner=event.demo,
    )


def _one(view: queries.QuestionView, form: QuestionForm) -> str:
    with reading() as db:
        event = cycles.event_view_by_id(db, view.event_id)
    return render_template("dialogue/question.html", event=event, question=view, form=form, demo_banner=event.demo)
