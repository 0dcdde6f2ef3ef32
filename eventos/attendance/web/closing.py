"""The actas of an event: closing the list, correcting it, every version with its differences; and what part somebody took."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.attendance import queries, service
from eventos.attendance.acta import Part
from eventos.attendance.forms import CloseForm, PartForm
from eventos.attendance.rules import CannotClose, admit_closing
from eventos.attendance.web.door import DECIDERS, URL, door
from eventos.cycles import queries as cycles
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff


@door.get(f"{URL}/actas")
def rosters(slug: str) -> Any:
    return _page(slug, CloseForm())


@door.post(f"{URL}/actas", roles=DECIDERS)
def close(slug: str) -> Any:
    """Close the first version, or correct the last one."""
    form = CloseForm.from_request()
    if not form.validate():
        return _page(slug, form), 422
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            acta = service.close_roster(db, ref.id, form.to_command(), by=actor(), now=clock.now())
            notice = "roster-corrected" if acta.version > 1 else "roster-closed"
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(slug, form), 422
    except RuleViolation as refusal:
        return _page(slug, form, refusal=refusal.message), 409
    return redirect(url_for("attendance.rosters", slug=slug, aviso=notice))


@door.post(f"{URL}/<public_id>/parte", roles=DECIDERS)
def assign_part(slug: str, public_id: str) -> Any:
    form = PartForm.from_request()
    if not form.validate():
        raise InvalidInput("Elija si asistió, expuso u organizó.")
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.assign_part(db, ref.id, public_id, Part(form.part.data), by=actor(), now=clock.now())
    return redirect(url_for("attendance.person", slug=slug, public_id=public_id, aviso="part-assigned"))


def _page(slug: str, form: CloseForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        actas = queries.versions(db, ref.id)
        count = queries.count(db, ref.id, expected=event.expected) if not actas else None
        pending, changes = queries.history(db, ref.id, actas) if actas else (None, {})
        marks = queries.marks_by_hand(db, ref.id)
    if form.version.data is None:
        form.version.data = actas[0].version if actas else 0
        form.others.data = (actas[0].others if actas else form.others.data) or form.others.default
    blocked = None
    try:
        admit_closing(event.state, event.count_kind, event.starts_at, clock.now())
    except CannotClose as refused:
        blocked = refused.message
    return render_template(
        "attendance/rosters.html",
        event=event,
        count=count,
        actas=actas,
        pending=pending,
        changes=changes,
        marks=marks,
        blocked=blocked,
        form=form,
        refusal=refusal,
        decides=current_staff().role in DECIDERS,
        demo_banner=event.demo,
    )
