"""What staff write down about a call that was sent: a confirmation that came in another way, and a longer deadline."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.calls import queries, service
from eventos.calls.forms import ExtendForm, RecordForm
from eventos.calls.queries import CallView, RecipientView
from eventos.calls.web.door import ONE, WRITERS, door
from eventos.cycles.queries import EventView, event_in_scope, event_view_by_id
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff

ENTITY = f"{ONE}/entidades/<int:number>"


def _load(slug: str, public_id: str) -> tuple[EventView, CallView]:
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        return event_view_by_id(db, ref.id), queries.call(db, ref.id, public_id)


def _entity(slug: str, public_id: str, number: int) -> tuple[EventView, CallView, RecipientView]:
    event, call = _load(slug, public_id)
    with reading() as db:
        return event, call, queries.recipient(db, call.id, number)


@door.get(f"{ENTITY}/confirmar", roles=WRITERS)
def record_form(slug: str, public_id: str, number: int) -> Any:
    event, call, view = _entity(slug, public_id, number)
    known = {"name": view.liaison_name, "told_at": clock.now()}
    return _record(event, call, view, RecordForm(data=known))


@door.post(f"{ENTITY}/confirmar", roles=WRITERS)
def record(slug: str, public_id: str, number: int) -> Any:
    event, call, view = _entity(slug, public_id, number)
    form = RecordForm.from_request()
    if not form.validate():
        return _record(event, call, view, form), 422
    try:
        with transaction() as db:
            service.record_confirmation(db, event.id, public_id, number, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _record(event, call, view, form), 422
    except RuleViolation as refusal:
        return _record(event, call, view, form, refusal=refusal.message), 409
    return redirect(url_for("calls.entity", slug=slug, public_id=public_id, number=number, aviso="confirmation-recorded"))


def _record(event: EventView, call: CallView, view: RecipientView, form: RecordForm, *, refusal: str | None = None) -> str:
    return render_template("calls/record.html", event=event, call=call, view=view, form=form, refusal=refusal, demo_banner=event.demo)


@door.post(f"{ENTITY}/deshacer", roles=WRITERS)
def record_undo(slug: str, public_id: str, number: int) -> Any:
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        service.undo_confirmation(db, ref.id, public_id, number, by=actor(), now=clock.now())
    return redirect(url_for("calls.entity", slug=slug, public_id=public_id, number=number, aviso="confirmation-undone"))


@door.get(f"{ONE}/plazo", roles=WRITERS)
def extend_form(slug: str, public_id: str) -> Any:
    event, call = _load(slug, public_id)
    return _extend(event, call, ExtendForm())


@door.post(f"{ONE}/plazo", roles=WRITERS)
def extend(slug: str, public_id: str) -> Any:
    event, call = _load(slug, public_id)
    form = ExtendForm.from_request()
    if not form.validate():
        return _extend(event, call, form), 422
    try:
        with transaction() as db:
            service.extend_deadline(db, event.id, public_id, form.deadline_at.data, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _extend(event, call, form), 422
    except RuleViolation as refusal:
        return _extend(event, call, form, refusal=refusal.message), 409
    return redirect(url_for("calls.one", slug=slug, public_id=public_id, aviso="deadline-extended"))


def _extend(event: EventView, call: CallView, form: ExtendForm, *, refusal: str | None = None) -> str:
    is_past = call.deadline_at is not None and call.deadline_at <= clock.now()
    return render_template("calls/extend.html", event=event, call=call, form=form, is_past=is_past, refusal=refusal, demo_banner=event.demo)
