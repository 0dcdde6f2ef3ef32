"""The organiser's page of the door: counters that grow by themselves, devices, their links and their end."""

from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from eventos.adapters import qr
from eventos.checkin import queries, service
from eventos.checkin.forms import DeviceForm
from eventos.checkin.queries import DoorCount
from eventos.checkin.rules import day_of
from eventos.checkin.rules_words import contact
from eventos.checkin.web.doors import URL, staff_pages
from eventos.cycles import queries as cycles
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
    """The counters alone, for the page that asks again."""
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        numbers, several = _count(db, ref.id)
    return render_template("checkin/count.html", event=ref, count=numbers, several=several)


@staff_pages.get(f"{URL}/<public_id>/retirar")
def ask_revoke(slug: str, public_id: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        devices = queries.devices_of(db, ref.id, now=clock.now())
    device = next((one for one in devices if one.public_id == public_id), None)
    if device is None:
        raise NotFound("No encontramos ese teléfono.")
    return render_template("checkin/revoke.html", event=event, device=device)


@staff_pages.post(f"{URL}/<public_id>/retirar")
def revoke(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.revoke(db, public_id, event_id=ref.id, by=actor(), now=clock.now())
    return redirect(url_for("checkin.overview", slug=slug, aviso="device-revoked"), 303)


def _count(db: Session, event_id: int) -> tuple[DoorCount, bool]:
    """The counters of the day whose door is open, and whether the event has others."""
    days = queries.hours_of(db, event_id)
    today = day_of(days, clock.now())
    return queries.door_count(db, event_id, today), bool(today) and len({clock.local(day.starts_at).date() for day in days}) > 1


def _page(slug: str, form: DeviceForm) -> str:
    now = clock.now()
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        numbers, several = _count(db, ref.id)
        devices = queries.devices_of(db, ref.id, now=now)
        offered = queries.events_to_offer(db, ref.cycle_id)
    form.events.choices = choices(*((each.slug, each.title) for each in offered))
    if form.events.data is None:
        form.events.data = [slug]
    shown = {"event": event, "count": numbers, "several": several, "devices": devices, "form": form, "offered": offered}
    return render_template("checkin/overview.html", **shown, now=now, contact=contact)
