"""The phone's pages: the camera, typed codes, searching, marking by hand and undoing. Each works without scripts, through plain forms."""

from collections.abc import Sequence
from typing import Any

from flask import jsonify, redirect, render_template, url_for

from eventos.checkin import queries, service
from eventos.checkin.forms import REASONS, CodeForm, MarkForm, SearchForm, UndoForm
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import SeenScan, day_of
from eventos.checkin.service import PER_DEVICE_SEARCHES, Answer
from eventos.checkin.web.app import app_page
from eventos.checkin.web.browser import count_now, device, device_and_event
from eventos.checkin.web.doors import device_pages
from eventos.kernel import clock, limits, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation

NOTICES: dict[str, tuple[str, str]] = {}


@device_pages.get("/acreditacion")
def choose() -> Any:
    here = device()
    if len(here.events) == 1:
        return redirect(url_for("door.camera", slug=here.events[0].slug))
    now = clock.now()
    events = sorted(here.events, key=lambda event: (not day_of(event.days, now), [-day.starts_at.timestamp() for day in event.days[:1]]))
    return render_template("checkin/choose.html", device=here, events=[(event, bool(day_of(event.days, now))) for event in events])


@device_pages.get("/acreditacion/<slug>")
def camera(slug: str) -> Any:
    """The page that reads codes: the only one that may use the camera and run WebAssembly."""
    return _camera(slug, CodeForm(nonce=tokens.public_id()))


def _camera(slug: str, form: CodeForm, status: int = 200) -> Any:
    here, event = device_and_event(slug)
    with reading() as db:
        count = count_now(db, event)
    return app_page(here, event, form, count, status)


@device_pages.post("/acreditacion/<slug>/codigo")
def typed(slug: str) -> Any:
    """A code typed into the form, for browsers without scripts."""
    here, event = device_and_event(slug)
    form = CodeForm.from_request()
    if not form.validate():
        return _camera(slug, form, 422)
    seen = SeenScan(form.nonce.data, code=form.code.data, scanned_at=clock.now())
    return show_result(here, event, _record(here, event, [seen])[0])


@device_pages.get("/acreditacion/<slug>/cuenta")
def counters(slug: str) -> Any:
    _, event = device_and_event(slug)
    with reading() as db:
        count = count_now(db, event)
    return jsonify(accepted=count.accepted, expected=count.expected)


def _record(here: DeviceView, event: DoorEvent, seen: Sequence[SeenScan]) -> list[Answer]:
    service.keep_pace(here)
    with transaction() as db:
        return service.record_scans(db, here, event, seen, now=clock.now())


def show_result(here: DeviceView, event: DoorEvent, answer: Answer, status: int = 200) -> Any:
    with reading() as db:
        count = count_now(db, event)
    return render_template("checkin/result.html", device=here, event=event, answer=answer, count=count), status


# --- without a code ------------------------------------------------------------------------------------------------------------


@device_pages.get("/acreditacion/<slug>/buscar")
def search_form(slug: str) -> Any:
    return _search_page(slug, SearchForm())


@device_pages.post("/acreditacion/<slug>/buscar")
def search(slug: str) -> Any:
    here, event = device_and_event(slug)
    form = SearchForm.from_request()
    if not form.validate():
        return _search_page(slug, form), 422
    with transaction() as db:
        limits.spend(db, (PER_DEVICE_SEARCHES, str(here.id)))
        found = queries.search(db, event.id, form.text.data, day=day_of(event.days, clock.now()))
        service.note_search(db, here, event, found=len(found))
    return _search_page(slug, form, found=found)


def _search_page(slug: str, form: SearchForm, *, found: Any = None) -> str:
    here, event = device_and_event(slug)
    with reading() as db:
        count = count_now(db, event)
    return render_template(
        "checkin/search.html", device=here, event=event, form=form, found=found, count=count, reasons=REASONS, nonce=tokens.public_id
    )


@device_pages.post("/acreditacion/<slug>/marcar")
def mark(slug: str) -> Any:
    here, event = device_and_event(slug)
    form = MarkForm.from_request()
    if not form.validate():
        raise InvalidInput("Elija a la persona y el motivo.")
    seen = SeenScan(form.nonce.data, registration=form.registration.data, scanned_at=clock.now(), reason=form.reason.data)
    return show_result(here, event, _record(here, event, [seen])[0])


@device_pages.post("/acreditacion/<slug>/deshacer")
def undo(slug: str) -> Any:
    here, event = device_and_event(slug)
    form = UndoForm.from_request()
    if not form.validate():
        raise InvalidInput("Recargue la página e intente de nuevo.")
    try:
        with transaction() as db:
            answer = service.undo(db, here, event, form.nonce.data, now=clock.now())
    except RuleViolation as refusal:
        with reading() as db:
            count = count_now(db, event)
        return render_template("checkin/refused.html", device=here, event=event, refusal=refusal.message, count=count), 409
    return show_result(here, event, answer)
