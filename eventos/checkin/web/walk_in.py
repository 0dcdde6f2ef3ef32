"""A registration on the spot, in less than half a minute: who, from where, the authorisation, and in."""

from typing import Any

from flask import render_template

from eventos.checkin import service
from eventos.checkin.forms import WalkInForm
from eventos.checkin.rules import SeenScan
from eventos.checkin.web.browser import count_now, device_and_event
from eventos.checkin.web.doors import device_pages
from eventos.checkin.web.phone import show_result
from eventos.cycles import queries as cycles
from eventos.entities.queries import entity_names, office_view
from eventos.kernel import clock, divipola, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import Modality
from eventos.people.rules import notice as notice_of


@device_pages.get("/acreditacion/<slug>/inscribir")
def walk_in_form(slug: str) -> Any:
    return _page(slug, WalkInForm(nonce=tokens.public_id()))


@device_pages.post("/acreditacion/<slug>/inscribir")
def walk_in(slug: str) -> Any:
    here, event = device_and_event(slug)
    form = WalkInForm.from_request()
    if not form.validate():
        return _page(slug, form), 422
    service.keep_pace(here)
    try:
        with transaction() as db:
            office = office_view(db)
            onsite = cycles.event_view_by_id(db, event.id).modality is not Modality.VIRTUAL
            command = form.walk_in(event.slug, notice_of(office), onsite=onsite)
            answer = service.walk_in(db, here, event, command, SeenScan(form.nonce.data), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(slug, form), 422
    except RuleViolation as refusal:
        return _page(slug, form, refusal=refusal.message), 409
    return show_result(here, event, answer)


def _page(slug: str, form: WalkInForm, *, refusal: str | None = None) -> str:
    here, event = device_and_event(slug)
    with reading() as db:
        view = cycles.event_view_by_id(db, event.id)
        entities = entity_names(db, limit=200)
        office = office_view(db)
        count = count_now(db, event)
    expected = [place for code in view.expected if (place := divipola.get(code))]
    return render_template(
        "checkin/walk_in.html",
        device=here,
        event=event,
        form=form,
        refusal=refusal,
        count=count,
        places=[place.label for place in expected],
        entities=[*(f"Alcaldía de {place.name}" for place in expected), *entities],
        privacy=notice_of(office),
    )
