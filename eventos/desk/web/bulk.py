"""One thing done to several registrations of the list: chosen, looked at once more, done in steps, and undone within a day."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.cycles import queries as cycles
from eventos.desk import queries
from eventos.desk.forms import BulkForm
from eventos.desk.rules_list import chosen_from
from eventos.desk.web.door import READERS, WRITERS, door
from eventos.desk.web.listing import URL, given, list_page
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.registration.queries_questions import all_questions
from eventos.registration.service import bulk
from eventos.registration.service import bulk_undo as undoing
from eventos.registration.service.bulk import AT_ONCE, Action, Ask


@door.post(f"{URL}/varias", roles=WRITERS)
def bulk_ask(slug: str) -> Any:
    """Show what is about to be done, to how many; a second press does it."""
    form = BulkForm.from_request()
    said = given()
    ask, ids = _asked(slug, form)
    if ask is None or not ids:
        return list_page(slug, bulk=form), 422
    if "seguro" not in said:
        with reading() as db:
            event = cycles.event_view_by_id(db, cycles.event_in_scope(db, slug, current_staff()).id)
            chosen = chosen_from(said, all_questions(db, event.id))
        return render_template(
            "desk/bulk_confirm.html", event=event, ask=ask, many=len(ids), at_once=AT_ONCE, chosen=chosen,
            ids=said.get("ids", ()), is_all="todas" in said,
        )  # fmt: skip
    now = clock.now()
    with transaction() as db:
        event_id = cycles.event_in_scope(db, slug, current_staff()).id
        row = bulk.begin(db, event_id, ask, ids, by=actor(), now=now)
        bulk_id, public_id = row.id, row.public_id
    _go_on(bulk_id, many=len(ids))
    return redirect(url_for("desk.bulk_done", slug=slug, public_id=public_id), 303)


def _asked(slug: str, form: BulkForm) -> tuple[Ask | None, list[int]]:
    """What is to be done and to whom; what is missing is said beside its field."""
    said = given()
    if not form.validate() or not form.action.data:
        form.refuse({"action": "Elija qué hacer."} if not form.action.errors else {})
        return None, []
    try:
        ask = Ask(Action(form.action.data), form.bulk_reason.data or "", form.modality.data or "")
    except InvalidInput as refusal:
        form.refuse({{"reason": "bulk_reason"}.get(name, name): words for name, words in refusal.fields.items()})
        return None, []
    ticked = None if "todas" in said else list(said.get("ids", ()))
    if ticked == []:
        form.refuse({"action": "Marque al menos una inscripción, o todas las de la lista."})
        return None, []
    with reading() as db:
        event = cycles.event_in_scope(db, slug, current_staff())
        chosen = chosen_from(said, all_questions(db, event.id))
        ids = queries.listed_ids(db, event.id, chosen, public_ids=ticked)
    if not ids:
        form.refuse({"action": "Ninguna de las elegidas es de este evento."})
    return ask, ids


def _go_on(bulk_id: int, *, many: int) -> None:
    """A few are done while whoever asked waits; many are the worker's."""
    more = many <= AT_ONCE
    while more:
        with transaction() as db:
            more = undoing.go_on(db, bulk_id, now=clock.now())


@door.get(f"{URL}/varias/<public_id>", roles=READERS)
def bulk_done(slug: str, public_id: str) -> str:
    return _done(slug, public_id)


@door.post(f"{URL}/varias/<public_id>/deshacer", roles=WRITERS)
def bulk_undo(slug: str, public_id: str) -> Any:
    """Put back what is still as it was left; who changed since is named."""
    try:
        with transaction() as db:
            event = cycles.event_in_scope(db, slug, current_staff())
            row = undoing.bulk_of(db, event.id, public_id)
            bulk_id, many = row.id, undoing.undo(db, row, by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _done(slug, public_id, refusal=refusal.message), 409
    _go_on(bulk_id, many=many)
    return redirect(url_for("desk.bulk_done", slug=slug, public_id=public_id), 303)


def _done(slug: str, public_id: str, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        done = queries.bulk_view(db, ref.id, public_id, now=clock.now())
    return render_template("desk/bulk_done.html", event=event, done=done, refusal=refusal, writes=current_staff().role in WRITERS)
