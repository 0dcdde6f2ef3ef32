"""The form of an event and the verbs of its state: create, edit, duplicate, publish, postpone, cancel."""

import re
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for

from eventos.cycles import queries, service
from eventos.cycles.forms import CancelForm, EventForm, event_data
from eventos.cycles.rules import Advice, advice
from eventos.cycles.web.door import FORM_BODY, WRITERS, door
from eventos.entities.queries import entity_names
from eventos.kernel import clock, reach
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.kernel.titles import numbered
from eventos.kernel.vocabulary import EventKind, EventState

URL = "/escritorio/eventos"


@door.get(f"{URL}/como-se-lee", roles=WRITERS)
def heading() -> Any:
    """How a kind and a number read, for the preview beside the number."""
    kind, number = request.args.get("clase", ""), request.args.get("numero", "")
    known = kind in set(EventKind) and (number == "" or re.fullmatch(r"[1-9][0-9]{0,2}", number, re.ASCII))
    return jsonify(heading=numbered(kind, int(number) if number else None).upper() if known else "")


@door.get(f"{URL}/nuevo", roles=WRITERS)
def new() -> Any:
    with reading() as db:
        cycles = queries.cycles_for(db, current_staff())
    form = EventForm(data={"cycle": request.args.get("ciclo", "")}, cycles=cycles)
    return _form(form)


@door.post(f"{URL}/nuevo", roles=WRITERS, max_body=FORM_BODY)
def create() -> Any:
    with reading() as db:
        form = EventForm.from_request(cycles=queries.cycles_for(db, current_staff()))
    if "add_row" in request.form:
        form.add_row(request.form["add_row"])
        return _form(form, said=form.advise())
    if not form.validate():
        return _form(form, said=form.advise()), 422
    try:
        with transaction() as db:
            cycle = queries.cycle_in_scope(db, form.cycle.data, current_staff())
            slug = service.create_event(db, form.to_command(), cycle_id=cycle.id, by=actor(), now=clock.now()).slug
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(form, said=form.advise()), 422
    return redirect(url_for("cycles.edit", slug=slug, aviso="event-created"))


@door.get(f"{URL}/<slug>/editar", roles=WRITERS)
def edit(slug: str) -> Any:
    view, said = _load(slug)
    form = EventForm(data=event_data(view))
    return _form(form, view, said=form.advice_by_field(said))


@door.post(f"{URL}/<slug>/editar", roles=WRITERS, max_body=FORM_BODY)
def update(slug: str) -> Any:
    view, _said = _load(slug)
    form = EventForm.from_request()
    if "add_row" in request.form:
        form.add_row(request.form["add_row"])
        return _form(form, view, said=form.advise())
    if not form.validate():
        return _form(form, view, said=form.advise()), 422
    try:
        with transaction() as db:
            event = queries.event_for_write(db, slug)
            service.edit_event(
                db,
                event,
                form.to_command(),
                version=_version(form),
                by=actor(),
                now=clock.now(),
                is_confirmed="notify" in request.form,
            )
    except service.PeopleWillBeTold as question:
        return _form(form, view, telling=question.groups, said=form.advise()), 409
    except service.EventChanged as refusal:
        return _somebody_else(slug, form, refusal)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(form, view, said=form.advise()), 422
    except RuleViolation as refusal:
        return _form(form, view, refusal=refusal.message), 409
    if "publish" in request.form:
        return _publish(slug)
    return redirect(url_for("cycles.edit", slug=slug, aviso="event-saved"))


@door.post(f"{URL}/<slug>/publicar", roles=WRITERS)
def publish(slug: str) -> Any:
    _load(slug)
    return _publish(slug)


@door.post(f"{URL}/<slug>/duplicar", roles=WRITERS)
def duplicate(slug: str) -> Any:
    _load(slug)
    with transaction() as db:
        copy = service.duplicate_event(db, queries.event_for_write(db, slug), by=actor(), now=clock.now())
        new_slug = copy.slug
    return redirect(url_for("cycles.edit", slug=new_slug, aviso="event-duplicated"))


@door.get(f"{URL}/<slug>/aplazar", roles=WRITERS)
def ask_postpone(slug: str) -> Any:
    return _postpone_page(slug)


@door.post(f"{URL}/<slug>/aplazar", roles=WRITERS)
def postpone(slug: str) -> Any:
    _load(slug)
    try:
        with transaction() as db:
            service.postpone(db, queries.event_for_write(db, slug), by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _postpone_page(slug, refusal=refusal.message), 409
    return redirect(url_for("desk.event", slug=slug, aviso="event-postponed"))


def _postpone_page(slug: str, *, refusal: str | None = None) -> str:
    view, _said = _load(slug)
    with reading() as db:
        telling = reach.of_event(db, view.id)
    can = view.state is EventState.PUBLISHED and view.ends_at is not None and view.ends_at > clock.now()
    return render_template("cycles/postpone.html", event=view, telling=telling, can_postpone=can, refusal=refusal)


@door.get(f"{URL}/<slug>/cancelar", roles=WRITERS)
def ask_cancel(slug: str) -> Any:
    view, _said = _load(slug)
    return _cancel_page(view, CancelForm())


@door.post(f"{URL}/<slug>/cancelar", roles=WRITERS)
def cancel(slug: str) -> Any:
    view, _said = _load(slug)
    form = CancelForm.from_request()
    if not form.validate():
        return _cancel_page(view, form), 422
    with transaction() as db:
        service.cancel(db, queries.event_for_write(db, slug), reason=form.reason.data, by=actor(), now=clock.now())
    return redirect(url_for("desk.event", slug=slug, aviso="event-cancelled"))


def _cancel_page(view: queries.EventView, form: CancelForm) -> str:
    is_over = (view.ends_at is None and view.postponed_at is None) or (view.ends_at is not None and view.ends_at <= clock.now())
    with reading() as db:
        telling = reach.of_event(db, view.id)
    return render_template("cycles/cancel.html", event=view, form=form, is_over=is_over, telling=telling)


def _load(slug: str) -> tuple[queries.EventView, list[Advice]]:
    """The event in this person's scope, and what they should know about it."""
    with reading() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
        view = queries.event_view_by_id(db, ref.id)
        same = queries.same_number(db, cycle_id=view.cycle_id, event_id=view.id, kind=view.kind, number=view.number)
    return view, advice(view, today=clock.today(), same_number=same)


def _version(form: EventForm) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _publish(slug: str) -> Any:
    try:
        with transaction() as db:
            new_slug = service.publish(db, queries.event_for_write(db, slug), by=actor(), now=clock.now()).slug
    except InvalidInput as refusal:
        view, said = _load(slug)
        form = EventForm(data=event_data(view))
        form.refuse(refusal.fields, refusal.message)
        return _form(form, view, said=form.advice_by_field(said)), 422
    except service.OfficeUnknown as refusal:
        view, said = _load(slug)
        form = EventForm(data=event_data(view))
        return _form(form, view, said=form.advice_by_field(said), refusal=refusal.message, lacks_office=True), 409
    return redirect(url_for("desk.event", slug=new_slug, aviso="event-published"))


def _somebody_else(slug: str, form: EventForm, refusal: RuleViolation) -> Any:
    """What was typed stays; saving once more is then a choice, made with the differences in sight."""
    view, _said = _load(slug)
    saved = EventForm(data=event_data(view))
    form.version.data = str(view.version)
    return _form(form, view, refusal=refusal.message, differing=form.differing(saved), said=form.advise()), 409


def _form(form: EventForm, view: queries.EventView | None = None, **more: Any) -> str:
    form.offer_rows()
    with reading() as db:
        names = entity_names(db)
    more = {"said": {}, "refusal": None, "differing": [], "lacks_office": False, "telling": ()} | more
    cancelled = view is not None and view.state is EventState.CANCELLED
    return render_template("cycles/event_form.html", form=form, event=view, names=names, cancelled=cancelled, **more)
