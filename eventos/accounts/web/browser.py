"""The cookie of a signed-in browser, and who comes with it (threats, D3: HttpOnly, SameSite=Lax, `__Host-` on https)."""

from typing import Any

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from eventos.accounts import queries, rules, service
from eventos.kernel import clock, http, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import Busy


def start(app: Flask) -> None:
    """Tell the gate how to find the staff member behind a request, and the templates whom it found (public pages never ask)."""
    http.use_staff_loader(app, load)

    @app.context_processor
    def staff() -> dict[str, Any]:
        return {"staff": g.get("staff")}


def load() -> queries.StaffView | None:
    """The staff member of this request's cookie; notes every few minutes that the session is in use."""
    token = cookie()
    if not token:
        return None
    now = clock.now()
    with reading() as db:
        staff = queries.staff_by_session(db, token, now=now)
    if staff is None:
        return None
    if staff.seen_at < now - rules.SEEN_EVERY:
        try:
            with transaction() as db:
                service.see_session(db, staff.session_id, now=now)
        except Busy:
            pass  # A page must not fail because its visit could not be noted; the next one notes it.
    http.use_session_id(tokens.digest(token))
    return staff


def session_id() -> int:
    """The id of this request's session; only for staff pages, behind the gate."""
    staff: queries.StaffView = g.staff
    return staff.session_id


def cookie() -> str:
    """What the browser sent: "" for nothing that could be ours."""
    value = request.cookies.get(_name(), "")
    return value if len(value) <= 100 else ""


def give_cookie(response: Response, token: str) -> Response:
    response.set_cookie(_name(), token, path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def take_cookie(response: Response) -> Response:
    response.delete_cookie(_name(), path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-eventos" if _is_secure() else "eventos"


def _is_secure() -> bool:
    return bool(current_app.extensions["eventos.secure"])
