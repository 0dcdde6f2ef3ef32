"""Who calls the API: a bearer token with scopes, at most so many requests a minute; or a phone of the door, by its bearer or its cookie.

For tokens no cookie is read, so no form token is needed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from eventos.kernel import limits
from eventos.kernel.db import transaction
from eventos.kernel.doors import ApiCaller, EnrolledDevice, Entry
from eventos.kernel.errors import NotAllowed, NotIdentified, TooManyRequests
from eventos.kernel.limits import Limit

PER_TOKEN = Limit("api", 600, timedelta(minutes=1))
BAD_TOKENS = Limit("api-bad-token", 60, timedelta(minutes=1))
LONGEST = 100


class NotEnrolled(NotIdentified):
    """A phone that was revoked, is over, or was never enrolled: whatever it keeps, it forgets."""

    code = "not_enrolled"
    message = "Este teléfono ya no está vinculado a la puerta, o su tiempo terminó. Pida otro vínculo a quien organiza el evento."


class LacksScope(NotAllowed):
    code = "lacks_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"La llave de esta solicitud no tiene el alcance {scope}.")


def use_loader(app: Flask, load: Callable[[Session, str], ApiCaller | None]) -> None:
    """The roof says how to find who a token belongs to (accounts knows)."""
    app.extensions["eventos.api_loader"] = load


def admit(entry: Entry, address: str) -> None:
    """Let a request in, or raise NotIdentified, LacksScope or TooManyRequests. Every try with a token is counted."""
    token = sent_bearer()
    if not token:
        raise NotIdentified
    load: Callable[[Session, str], ApiCaller | None] = current_app.extensions["eventos.api_loader"]
    with transaction() as db:
        caller = load(db, token)
        limit, key = (PER_TOKEN, str(caller.token_id)) if caller else (BAD_TOKENS, address)
        (used,) = limits.hit(db, (limit, key))
    left, wait = limit.times - used, limits.wait(limit)
    if caller is not None:
        g.caller, g.rate = caller, (limit.times, max(0, left), wait)
    if left < 0:
        raise TooManyRequests(retry_after=wait, detail=limit.name)
    if caller is None:
        raise NotIdentified
    if entry.scope not in caller.scopes:
        raise LacksScope(entry.scope)


def admit_phone(device: EnrolledDevice | None, address: str) -> None:
    """Let the operation of a phone in. Raises NotEnrolled, and TooManyRequests to whoever tries bearers that are nobody's; NotAllowed for
    a write by cookie that no page of ours is known to have started.

    There is no form token: the body is JSON, which no form of another site sends, and the browser says where the request comes from.
    """
    if device is None:
        if sent_bearer():
            with transaction() as db:
                (used,) = limits.hit(db, (BAD_TOKENS, address))
            if used > BAD_TOKENS.times:
                raise TooManyRequests(retry_after=limits.wait(BAD_TOKENS), detail=BAD_TOKENS.name)
        raise NotEnrolled
    if request.method == "GET" or "Authorization" in request.headers:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_ours = origin is not None and urlsplit(origin).netloc == request.host
    if (origin is not None and not is_ours) or (site != "same-origin" if site is not None else not is_ours):
        raise NotAllowed("Esta solicitud no viene de una página de este sitio.")


def current_caller() -> ApiCaller:
    """Who this request belongs to; only routes of the API may ask."""
    return cast("ApiCaller", g.caller)


def mark(response: Response) -> None:
    """Tell how much of the minute's allowance is left."""
    if (rate := cast("Any", g.get("rate"))) is not None:
        for name, figure in zip(("Limit", "Remaining", "Reset"), rate, strict=True):
            response.headers[f"RateLimit-{name}"] = str(figure)


def sent_bearer() -> str:
    """The bearer of this request's Authorization, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() and len(token) <= LONGEST else ""
