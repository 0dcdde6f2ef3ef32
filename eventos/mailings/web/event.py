"""The mails of one event: its reminders before, and thanks or "we missed you" after its acta."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.cycles.queries import event_in_scope, event_view_by_id
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.kernel.vocabulary import EventState
from eventos.mailings import queries, service
from eventos.mailings.forms import ReminderForm
from eventos.mailings.web.door import URL, WRITERS, door
from eventos.registration import service as registration
from eventos.registration.queries_mail import reminders_of
from eventos.registration.rules_reminders import SUGGESTED, due, words


@door.get(URL)
def event(slug: str) -> Any:
    return _page(slug)


@door.post(f"{URL}/recordatorios", roles=WRITERS)
def add_reminder(slug: str) -> Any:
    form = ReminderForm.from_request()
    if not form.validate():
        return _page(slug, form), 422
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            registration.add_reminder(db, ref.id, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(slug, form), 422
    except RuleViolation as refusal:
        return _page(slug, form, refusal=refusal.message), 409
    return redirect(url_for("mailings.event", slug=slug, aviso="reminder-added"))


@door.post(f"{URL}/recordatorios/<public_id>/retirar", roles=WRITERS)
def drop_reminder(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        dropped = registration.drop_reminder(db, ref.id, public_id, by=actor())
    return redirect(url_for("mailings.event", slug=slug, aviso="reminder-dropped" if dropped else "reminder-gone"))


@door.post(f"{URL}/<any(thanks, absent):kind>", roles=WRITERS)
def send(slug: str, kind: str) -> Any:
    """Send what is missing: twice asked, nobody gets it twice."""
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            people = service.send(db, ref.id, kind, by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _page(slug, refusal=refusal.message), 409
    return redirect(url_for("mailings.event", slug=slug, aviso="after-sent" if people else "after-nobody"))


@door.post(f"{URL}/al-cerrar", roles=WRITERS)
def plan(slug: str) -> Any:
    on_close = request.form.get("on_close") == "1"
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        service.plan_thanks(db, ref.id, on_close=on_close, by=actor(), now=clock.now())
    return redirect(url_for("mailings.event", slug=slug, aviso="after-planned" if on_close else "after-unplanned"))


def _page(slug: str, form: ReminderForm | None = None, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        view, reminders, after = event_view_by_id(db, ref.id), reminders_of(db, ref.id), queries.after(db, ref.id)
    now, starts_at = clock.now(), view.starts_at
    is_ahead = starts_at is not None and starts_at > now
    taken = {each.due_at for each in reminders if each.sent_at is None}
    suggested = [
        (minutes, words(minutes))
        for minutes in SUGGESTED
        if starts_at and (moment := due(None, minutes, starts_at)) and moment > now and moment not in taken
    ]
    return render_template(
        "mailings/event.html",
        event=view,
        form=form or ReminderForm(),
        refusal=refusal,
        reminders=reminders,
        suggested=suggested,
        may_remind=is_ahead and view.state is EventState.PUBLISHED,
        is_ahead=is_ahead,
        after=after,
        writes=current_staff().role in WRITERS,
        demo_banner=view.demo,
    )
