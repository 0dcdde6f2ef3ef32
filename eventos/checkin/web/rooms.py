"""The rooms of an event and how each lets people in: for the organiser."""

from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.forms_rooms import RoomForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.rules import Rule
from eventos.checkin.rules_rooms import OWN, words
from eventos.checkin.service.rooms import ChangedMeanwhile, seen
from eventos.checkin.web.doors import URL, staff_pages
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.kernel import clock, spanish
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.http import actor, current_staff
from eventos.registration.queries_questions import questionnaire

NOTICES = {
    "room-saved": ("success", "La sala quedó guardada. Los teléfonos toman la regla al conectarse."),
    "room-retired": ("success", "La sala ya no se ofrece en los teléfonos. Lo que se leyó allí sigue guardado."),
}


@staff_pages.get(f"{URL}/salas")
def rooms(slug: str) -> str:
    with reading() as db:
        view, event = _event(db, slug)
    retired = [room for room in event.rooms if room.is_retired]
    lines = [(room, address(room.key), words(Rule.of(room.rule))) for room in (*event.offered, *retired)]
    return render_template("checkin/rooms.html", event=view, lines=lines, only=len(event.offered) == 1)


@staff_pages.get(f"{URL}/salas/nueva")
def new_room(slug: str) -> Any:
    return _page(slug, None, RoomForm())


@staff_pages.post(f"{URL}/salas/nueva")
def add_room(slug: str) -> Any:
    return _save(slug, None)


@staff_pages.get(f"{URL}/salas/<key>")
def room(slug: str, key: str) -> Any:
    with reading() as db:
        _, event = _event(db, slug)
        updated_at = queries.room_updated_at(db, event.id, key_of(key))
    here = _room(event, key)
    return _page(slug, key, RoomForm.of(here.name, Rule.of(here.rule), seen(updated_at) if updated_at else ""))


@staff_pages.post(f"{URL}/salas/<key>")
def save_room(slug: str, key: str) -> Any:
    return _save(slug, key)


@staff_pages.post(f"{URL}/salas/<key>/retirar")
def retire_room(slug: str, key: str) -> Any:
    with transaction() as db:
        _, event = _event(db, slug)
        _room(event, key)
        service.retire_room(db, event, key_of(key), by=actor(), now=clock.now())
    return redirect(url_for("checkin.rooms", slug=slug, aviso="room-retired"), 303)


def key_of(told: str) -> str:
    return "" if told == OWN else told


def address(key: str) -> str:
    """How a room is called in addresses."""
    return key or OWN


def _event(db: Session, slug: str) -> tuple[EventView, DoorEvent]:
    ref = cycles.event_in_scope(db, slug, current_staff())
    event = queries.door_event_by_id(db, ref.id)
    if event is None:
        raise NotFound
    return cycles.event_view_by_id(db, ref.id), event


def _room(event: DoorEvent, told: str) -> queries.Room:
    found = next((room for room in (*event.offered, *event.rooms) if room.key == key_of(told)), None)
    if found is None:
        raise NotFound("No encontramos esa sala.")
    return found


def _save(slug: str, key: str | None) -> Any:
    form = RoomForm.from_request()
    with reading() as db:
        _, event = _event(db, slug)
    if key is not None:
        _room(event, key)
    if not form.validate():
        return _page(slug, key, form), 422
    try:
        with transaction() as db:
            _, event = _event(db, slug)
            told = form.to_command([day for day, _ in _days(event)])
            service.save_room(db, event, None if key is None else key_of(key), told, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(slug, key, form), 422
    except ChangedMeanwhile as refusal:
        with reading() as db:
            updated_at = queries.room_updated_at(db, event.id, key_of(key or ""))
        form.seen.data = seen(updated_at) if updated_at else ""
        return _page(slug, key, form, refusal=refusal.message), 409
    return redirect(url_for("checkin.rooms", slug=slug, aviso="room-saved"), 303)


def _days(event: DoorEvent) -> list[tuple[str, str]]:
    dates = sorted({clock.local(day.starts_at).date() for day in event.days})
    return [(day.isoformat(), spanish.date_full(day)) for day in dates]


def _page(slug: str, key: str | None, form: RoomForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        view, event = _event(db, slug)
        asked = questionnaire(db, event.id)
    here = None if key is None else _room(event, key)
    form.offer(_days(event), [(question.key, question.label) for question in asked.plain] if asked else [])
    if not form.days.data:
        form.days.data = [day for day, _ in _days(event)]
    may_retire = here is not None and not here.is_retired and len(event.offered) > 1
    return render_template("checkin/room.html", event=view, form=form, key=key, room=here, may_retire=may_retire, refusal=refusal)
