"""The screen of a room: a QR that changes every half minute and the same code in letters, for staff or for an enrolled device.

The page asks again by itself; without scripts the browser reloads it. A poster of paper cannot change, so it only says what to do.
"""

from flask import render_template, request, url_for

from eventos.adapters import qr
from eventos.checkin import queries
from eventos.checkin.queries import DoorEvent
from eventos.checkin.service import arrival
from eventos.checkin.web.browser import device_and_event
from eventos.checkin.web.doors import URL, device_pages, staff_pages
from eventos.cycles import queries as cycles
from eventos.kernel import clock, links
from eventos.kernel.db import reading
from eventos.kernel.errors import NotFound
from eventos.kernel.http import current_staff


@staff_pages.get(f"{URL}/pantalla")
def staff_screen(slug: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = queries.arrival_event(db, ref.slug)
    return _screen(event, poster=url_for("checkin.poster", slug=slug))


@device_pages.get("/acreditacion/<slug>/pantalla")
def screen(slug: str) -> str:
    """A phone or a computer enrolled for the door may be the screen: it keeps its session a whole event long."""
    return _screen(device_and_event(slug)[1])


@staff_pages.get(f"{URL}/cartel")
def poster(slug: str) -> str:
    """To print and hang at the entrance: where the screen is and what to do with it. It carries no code."""
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = queries.arrival_event(db, ref.slug)
    return render_template("checkin/poster.html", event=event, rooms=queries.screens_of(event))


def _screen(event: DoorEvent, *, poster: str = "") -> str:
    rooms = queries.screens_of(event)
    room = request.args.get("sala", next(iter(rooms), ""))
    if room not in rooms:
        raise NotFound("Esa sala no tiene confirmación de llegada por código.")
    now = clock.now()
    code = arrival.code_of(event.id, room, now)
    link = links.absolute(url_for("arrival.scanned", slug=event.slug, code=code))
    return render_template(
        "checkin/screen.html",
        event=event,
        rooms=rooms,
        room=room,
        code=code,
        left=arrival.left(now),
        poster=poster,
        qr=qr.svg(link, title=f"Código QR de la sala. También se puede escribir: {' '.join(code)}"),
    )
