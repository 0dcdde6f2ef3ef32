"""The door of groups: one form for several colleagues; adding a row is a button that posts and writes nothing."""

from dataclasses import replace
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from eventos.cycles.queries import event_view
from eventos.entities.queries import OfficeView, entity_names, office_view
from eventos.kernel import clock, divipola
from eventos.kernel.audit import VISITOR
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation, TooManyRequests
from eventos.kernel.http import Audience, Door, client_address, status_of
from eventos.people.rules import notice as notice_of
from eventos.registration import asking, queries, service
from eventos.registration.forms_group import GroupForm
from eventos.registration.forms_questions import hint
from eventos.registration.queries import Opening
from eventos.registration.queries_questions import Questionnaire, questionnaire
from eventos.registration.rules import why_closed, window_of
from eventos.registration.web.public import note_trap, receipt_of

door = Door("groups", __name__, audience=Audience.OPEN)


@door.get("/eventos/<slug>/inscripcion/grupo")
def form(slug: str, invitation: str | None = None) -> Any:
    return _page(slug, None, 200, invitation=invitation)


def _asked(db: Session, opening: Opening) -> Questionnaire | None:
    """What the event asks of the leader, who answers for themselves alone: each colleague does when they confirm."""
    return questionnaire(db, opening.id) if opening.questions else None


def _form_class(sheet: Questionnaire | None, office: OfficeView, slug: str) -> type[GroupForm]:
    return asking.form_class(GroupForm, [sheet.without_files()] if sheet else [], office, own=slug)


@door.post("/eventos/<slug>/inscripcion/grupo")
def submit(slug: str, invitation: str | None = None) -> Any:
    with reading() as db:
        opening = queries.opening(db, slug)
        office = office_view(db)
        sheet = _asked(db, opening)
    filled = _form_class(sheet, office, slug).from_request()
    filled.offer_seats(opening.modality)
    if "add_row" in request.form:
        filled.members.offer_blank()
        return _page(slug, filled, 200, invitation=invitation)
    if (opening.is_private and invitation is None) or opening.group_limit < 2:
        raise NotFound("No encontramos ese evento.")
    if filled.is_trap:
        note_trap()
        members, comes = len(filled.members.said()), bool(filled.comes.data)
        receipt = receipt_of([opening.id], filled.email.data or "", members=members, comes=comes)
        return redirect(url_for("registration.received", receipt=receipt), 303)
    if not filled.validate():
        return _page(slug, filled, 422, invitation=invitation)
    command = filled.to_group(slug, notice_of(office))
    command = replace(command, leader=replace(command.leader, answers=asking.told(filled)))
    try:
        with transaction() as db:
            invited_to = opening.id if invitation else None
            service.register_group(db, command, now=clock.now(), by=VISITOR, address=client_address(), invited_to=invited_to)
    except InvalidInput as refused:
        filled.refuse(refused.fields, refused.message)
        return _page(slug, filled, 422, invitation=invitation)
    except (RuleViolation, TooManyRequests) as refused:
        page = _page(slug, filled, status_of(refused), refusal=refused.message, invitation=invitation)
        if isinstance(refused, TooManyRequests):
            page.headers["Retry-After"] = str(refused.retry_after)
        return page
    receipt = receipt_of([opening.id], command.leader.identity.email, members=len(command.members), comes=command.comes)
    return redirect(url_for("registration.received", receipt=receipt), 303)


def _page(slug: str, filled: GroupForm | None, status: int, *, refusal: str | None = None, invitation: str | None = None) -> Any:
    with reading() as db:
        opening = queries.opening(db, slug)
        if (opening.is_private and invitation is None) or opening.group_limit < 2:
            raise NotFound("No encontramos ese evento.")
        event = event_view(db, slug)
        entities = entity_names(db, limit=200)
        office = office_view(db)
        sheet = _asked(db, opening)
    now = clock.now()
    if not window_of(event, now, late=opening.admits_late).accepts:
        told = {"event": event, "reason": why_closed(event, now), "invitation": invitation, "demo_banner": event.demo}
        return make_response(render_template("registration/closed.html", **told), 200 if status == 200 else 409)
    if filled is None:
        filled = _form_class(sheet, office, slug)(data={"comes": True})
        filled.offer_seats(event.modality)
    filled.offer_rows()
    expected = [place for code in event.expected if (place := divipola.get(code))]
    page = render_template(
        "registration/group.html",
        form=filled,
        event=event,
        refusal=refusal,
        sheets=[sheet.without_files()] if sheet else [],
        later_files=sheet is not None and sheet.has_files,
        hint=hint,
        limit=opening.group_limit,
        moderated=opening.moderated,
        action=url_for("invited.submit_group", token=invitation) if invitation else url_for("groups.submit", slug=slug),
        back=url_for("invited.form", token=invitation) if invitation else url_for("registration.form", slug=slug),
        places=[place.label for place in expected],
        entities=[*(f"Alcaldía de {place.name}" for place in expected), *entities],
        privacy=notice_of(office),
        demo_banner=event.demo,
    )
    return make_response(page, status)
