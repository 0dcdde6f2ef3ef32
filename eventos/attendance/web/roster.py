"""The list behind the figures, one person's evidence, and the decisions of the office about one or several people."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.attendance import queries, service
from eventos.attendance.forms import DecideForm, FilterForm, PartForm, chosen_from
from eventos.attendance.web.door import DECIDERS, URL, door
from eventos.cycles import queries as cycles
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff


@door.get(f"{URL}/lista")
def roster(slug: str) -> Any:
    return _list(slug, DecideForm(mark=""))


@door.post(f"{URL}/lista", roles=DECIDERS)
def mark(slug: str) -> Any:
    """Decide about everybody who was ticked, with one reason."""
    form = DecideForm.from_request()
    ticked = request.form.getlist("registration")
    if not form.validate():
        return _list(slug, form, ticked=ticked), 422
    try:
        _decide(slug, form, ticked)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _list(slug, form, ticked=ticked), 422
    except RuleViolation as refusal:
        return _list(slug, form, ticked=ticked, refusal=refusal.message), 409
    back: dict[str, Any] = chosen_from(request.args).given() | {"pagina": request.args.get("pagina", "1")[:6]}
    return redirect(url_for("attendance.roster", slug=slug, aviso=_notice(form), **back))


@door.get(f"{URL}/<public_id>")
def person(slug: str, public_id: str) -> Any:
    return _person(slug, public_id, DecideForm(mark=""))


@door.post(f"{URL}/<public_id>", roles=DECIDERS)
def mark_one(slug: str, public_id: str) -> Any:
    form = DecideForm.from_request()
    if not form.validate():
        return _person(slug, public_id, form), 422
    try:
        _decide(slug, form, [public_id])
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _person(slug, public_id, form), 422
    except RuleViolation as refusal:
        return _person(slug, public_id, form, refusal=refusal.message), 409
    return redirect(url_for("attendance.person", slug=slug, public_id=public_id, aviso=_notice(form)))


def _decide(slug: str, form: DecideForm, registrations: list[str]) -> None:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.decide(db, ref.id, form.to_command(registrations), by=actor(), now=clock.now())


def _notice(form: DecideForm) -> str:
    return "attendance-taken-back" if form.mark.data == "quitar" else "attendance-decided"


def _list(slug: str, form: DecideForm, *, ticked: list[str] | None = None, refusal: str | None = None) -> str:
    chosen = chosen_from(request.args)
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        count = queries.count(db, ref.id, expected=event.expected)
        page = queries.roster(db, ref.id, chosen, page=request.args.get("pagina", 1, type=int), expected=event.expected)
    given: dict[str, Any] = chosen.given()
    return render_template(
        "attendance/roster.html",
        event=event,
        count=count,
        page=page,
        chosen=given,
        filters=FilterForm.of(chosen, count),
        form=form,
        ticked=set(ticked or ()),
        refusal=refusal,
        decides=_decides(),
        page_url=lambda number: url_for("attendance.roster", slug=slug, **given, pagina=number),
        demo_banner=event.demo,
    )


def _person(slug: str, public_id: str, form: DecideForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        found = queries.evidence(db, ref.id, public_id)
    return render_template(
        "attendance/person.html",
        event=event,
        found=found,
        row=found.row,
        form=form,
        part_form=PartForm(part=found.part),
        refusal=refusal,
        decides=_decides(),
        demo_banner=event.demo,
    )


def _decides() -> bool:
    return current_staff().role in DECIDERS
