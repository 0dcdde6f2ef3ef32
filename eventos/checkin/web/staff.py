"""The organiser's page of the door: counters that grow by themselves, devices, their links and their end."""

from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from eventos.adapters import qr
from eventos.checkin import queries, service
from eventos.checkin.forms import DeviceForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.rules_words import WORDS, contact
from eventos.checkin.web.browser import today_of
from eventos.checkin.web.doors import URL, staff_pages
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventRef
from eventos.kernel import clock, links
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.http import actor, current_staff
from eventos.kernel.webforms import choices

NOTICES = {"device-revoked": ("success", "El teléfono quedó fuera: su próxima lectura será rechazada.")}


@staff_pages.get(URL)
def overview(slug: str) -> Any:
    return _page(slug, DeviceForm(name=""))


@staff_pages.post(URL)
def make(slug: str) -> Any:
    form = DeviceForm.from_request()
    if not form.validate():
        return _page(slug, form), 422
    staff = current_staff()
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, staff)
            event = cycles.event_view_by_id(db, ref.id)
            device, token = service.make_device(
                db,
                name=form.name.data,
                cycle_id=ref.cycle_id,
                slugs=form.events.data,
                staff_id=staff.id,
                by=actor(),
                now=clock.now(),
            )
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(slug, form), 422
    link = links.absolute(url_for("checkin_link.show", token=token))
    return render_template(
        "checkin/made.html", event=event, device=device, link=link, qr=qr.svg(link, title="Código QR del vínculo del teléfono")
    )


@staff_pages.get(f"{URL}/cuenta")
def count(slug: str) -> Any:
    """The panel alone, for the page that asks again."""
    with reading() as db:
        ref, door = _door(db, slug)
        live = _live(db, door)
    return render_template("checkin/count.html", **live, event=ref)


@staff_pages.get(f"{URL}/<public_id>/retirar")
def ask_revoke(slug: str, public_id: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        devices = queries.devices_of(db, ref.id, now=clock.now())
    device = next((one for one in devices if one.public_id == public_id and one.state != "fixed"), None)
    if device is None:
        raise NotFound("No encontramos ese teléfono.")
    return render_template("checkin/revoke.html", event=event, device=device)


@staff_pages.post(f"{URL}/<public_id>/retirar")
def revoke(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.revoke(db, public_id, event_id=ref.id, by=actor(), now=clock.now())
    return redirect(url_for("checkin.overview", slug=slug, aviso="device-revoked"), 303)


def _live(db: Session, event: DoorEvent) -> dict[str, Any]:
    """What the panel shows: the counters of the day whose door is open, and whether the event has others."""
    now = clock.now()
    today = today_of(event)
    return {
        "count": queries.door_count(db, event.id, today),
        "several": bool(today) and len({clock.local(day.starts_at).date() for day in event.days}) > 1,
        "panel": queries.panel_of(db, event, today),
        "words": WORDS,
        "devices": queries.devices_of(db, event.id, now=now),
        "now": now,
        "contact": contact,
    }


def _door(db: Session, slug: str) -> tuple[EventRef, DoorEvent]:
    ref = cycles.event_in_scope(db, slug, current_staff())
    event = queries.door_event_by_id(db, ref.id)
    if event is None:
        raise NotFound
    return ref, event


def _page(slug: str, form: DeviceForm) -> str:
    with reading() as db:
        ref, door = _door(db, slug)
        event = cycles.event_view_by_id(db, ref.id)
        live = _live(db, door)
        offered = queries.events_to_offer(db, ref.cycle_id)
    form.events.choices = choices(*((each.slug, each.title) for each in offered))
    if form.events.data is None:
        form.events.data = [slug]
    screens = {"screens": queries.screens_of(door), "screen_address": links.absolute(url_for("door.screen", slug=slug))}
    return render_template("checkin/overview.html", **live, **screens, event=event, form=form, offered=offered)
