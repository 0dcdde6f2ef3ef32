"""The list of cycles, a cycle with its events, and the form of a cycle."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.cycles import queries, service
from eventos.cycles.forms import CycleForm
from eventos.cycles.web.door import FORM_BODY, WRITERS, door
from eventos.entities.queries import office_view
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import actor, current_staff
from eventos.kernel.vocabulary import StaffRole

URL = "/escritorio/ciclos"


@door.get(URL)
def index() -> Any:
    with reading() as db:
        rows = queries.cycles_for(db, current_staff())
        events = queries.events_for(db, current_staff())
    return render_template("cycles/index.html", cycles=rows, events=events, may_write=_may_write())


@door.get(f"{URL}/<slug>")
def cycle(slug: str) -> Any:
    with reading() as db:
        view = queries.cycle_in_scope(db, slug, current_staff())
        events = queries.events_of_cycle(db, view.id, drafts=True)
    return render_template("cycles/cycle.html", cycle=view, events=events, may_write=_may_write())


@door.get(f"{URL}/nuevo", roles=WRITERS)
def new_cycle() -> Any:
    with reading() as db:
        form = CycleForm(data={"departamento": office_view(db).departamento}, people=queries.staff_to_choose(db))
    form.fill()
    return _form(form)


@door.post(f"{URL}/nuevo", roles=WRITERS, max_body=FORM_BODY)
def create_cycle() -> Any:
    return _save(None)


@door.get(f"{URL}/<slug>/editar", roles=WRITERS)
def edit_cycle(slug: str) -> Any:
    with reading() as db:
        view = queries.cycle_in_scope(db, slug, current_staff())
        form = CycleForm.of(view, queries.staff_to_choose(db))
    return _form(form, view)


@door.post(f"{URL}/<slug>/editar", roles=WRITERS, max_body=FORM_BODY)
def update_cycle(slug: str) -> Any:
    with reading() as db:
        view = queries.cycle_in_scope(db, slug, current_staff())
    return _save(view)


def _save(view: queries.CycleView | None) -> Any:
    with reading() as db:
        form = CycleForm.from_request(people=queries.staff_to_choose(db))
    if "fill" in request.form:
        form.fill()
        return _form(form, view)
    if not form.validate():
        return _form(form, view), 422
    command = _by_rank(form, view)
    try:
        with transaction() as db:
            if view is None:
                saved = service.save_cycle(db, command, by=actor(), now=clock.now())
            else:
                saved = service.edit_cycle(db, queries.cycle_for_write(db, view.slug), command, by=actor())
            slug = saved.slug
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(form, view), 422
    return redirect(url_for("cycles.cycle", slug=slug, aviso="cycle-saved"))


def _by_rank(form: CycleForm, view: queries.CycleView | None) -> Any:
    """Administrators choose who works in a cycle; an organiser works in the one they begin, and leaves the others as they are."""
    staff_ids = tuple(form.staff.data or ())
    if current_staff().role is not StaffRole.ADMINISTRATOR:
        staff_ids = tuple(number for number, _name in view.staff) if view else (current_staff().id,)
    return form.to_command(staff_ids=staff_ids)


def _form(form: CycleForm, view: queries.CycleView | None = None) -> str:
    chooses_staff = current_staff().role is StaffRole.ADMINISTRATOR
    return render_template("cycles/cycle_form.html", form=form, cycle=view, chooses_staff=chooses_staff)


def _may_write() -> bool:
    return current_staff().role in WRITERS
