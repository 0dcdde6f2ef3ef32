"""The cookie of an enrolled phone, and which device comes with it (HttpOnly, SameSite=Lax, `__Host-` on https)."""

from typing import Any, cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from eventos.checkin import queries, service
from eventos.checkin.queries import DeviceView, DoorCount, DoorEvent
from eventos.checkin.rules import SEEN_EVERY, Rule, open_day
from eventos.kernel import bearers, clock, http, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import Busy


def start(app: Flask) -> None:
    """Tell the gate how to find the phone behind a request, and take the cookie of one that is refused."""
    http.use_device_loader(app, load)

    @app.after_request
    def forget_refused(response: Response) -> Response:
        entry = http.entry_of(current_app, request.endpoint)
        is_refused = entry is not None and entry.audience is http.Audience.DEVICE and response.status_code == 401
        if is_refused and "Authorization" not in request.headers and cookie():
            response.delete_cookie(_name(), path="/", secure=is_secure(), httponly=True, samesite="Lax")
        return response


def load() -> DeviceView | None:
    """The device of this request's cookie, or of the bearer of an operation; notes every minute that it is alive.

    What it writes says so by itself (`queries.devices_of`), so a reading at the door costs no statement more.
    """
    entry = http.entry_of(current_app, request.endpoint)
    by_bearer = entry is not None and entry.is_operation and "Authorization" in request.headers
    token = bearers.sent_bearer() if by_bearer else cookie()
    if not token:
        return None
    now = clock.now()
    with reading() as db:
        device = queries.device_by_token(db, tokens.digest(token), now=now)
    if device is None:
        return None
    if request.method == "GET" and (device.seen_at is None or device.seen_at < now - SEEN_EVERY):
        try:
            with transaction() as db:
                service.see_device(db, device.id, now=now)
        except Busy:
            pass  # A scan must not fail because its contact could not be noted; the next one notes it.
    http.use_session_id(f"device:{tokens.digest(token)}")
    return device


def device() -> DeviceView:
    """The phone of this request; only behind the gate."""
    return cast("DeviceView", g.device)


def device_and_event(slug: str) -> tuple[DeviceView, DoorEvent]:
    """The phone of this request and one of its events. Raises NotFound for any other."""
    here = device()
    return here, here.event(slug)


def count_now(db: Session, event: DoorEvent) -> DoorCount:
    """The counters of the event on the day whose door is open."""
    return queries.door_count(db, event.id, today_of(event))


def today_of(event: DoorEvent) -> str:
    """The day of the event that is open now in some of its rooms, or ""."""
    return open_day(event.days, clock.now(), (Rule.of(room.rule) for room in event.offered))


def cookie() -> str:
    value = request.cookies.get(_name(), "")
    return value if len(value) <= 100 else ""


def give_cookie(response: Response, token: str) -> Any:
    # A session cookie would be lost when the phone closes its browser in the middle of the morning; the device itself expires.
    response.set_cookie(_name(), token, path="/", max_age=60 * 86_400, secure=is_secure(), httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-eventos-puerta" if is_secure() else "eventos-puerta"


def is_secure() -> bool:
    """Whether people reach us by https, so that cookies travel by it alone."""
    return bool(current_app.extensions["eventos.secure"])
