"""How every door behaves: who may enter (audience), headers, form tokens, and what an error looks like.

A room's `web.py` makes its doors with `Door(...)`; every route therefore declares its audience, and a test fails when one does not.
"""

import hmac
import logging
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from eventos.kernel import bearers, clock, tokens
from eventos.kernel.audit import VISITOR, Actor
from eventos.kernel.db import is_busy
from eventos.kernel.doors import EVERY_ROLE, PUBLIC_BODY, Audience, Door, EnrolledDevice, Entry, StaffMember
from eventos.kernel.errors import (
    Busy,
    EventosError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotIdentified,
    RuleViolation,
    TooManyRequests,
    TransientFailure,
)
from eventos.kernel.settings import Settings

__all__ = ["EVERY_ROLE", "PUBLIC_BODY", "Audience", "Door", "EnrolledDevice", "Entry", "StaffMember"]  # rooms ask for them here

log = logging.getLogger("eventos.http")

FORM_TOKEN_LIFE = timedelta(hours=4)
UPLOAD_BODY = 11 * 1024 * 1024
NEVER_REPEATED = {"csrf_token", "password", "repeated", "present", "code"}  # what a page that keeps a form does not print
DISCARDED_BODY = 2 * UPLOAD_BODY  # at least, and four times what the route takes

STATUS: list[tuple[type[EventosError], int]] = [
    (RuleViolation, 409),
    (InvalidInput, 422),
    (NotFound, 404),
    (NotIdentified, 401),
    (NotAllowed, 403),
    (TooManyRequests, 429),
    (Busy, 503),
    (TransientFailure, 503),
    (EventosError, 502),
]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSP_FILE = "sandbox; default-src 'none'; frame-ancestors 'none'"


_BOUND = frozenset({Audience.STAFF, Audience.DEVICE})


def init_app(app: Flask, settings: Settings) -> None:
    """Put the gate, the headers and the error pages on the application."""
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = UPLOAD_BODY
    app.config["MAX_FORM_PARTS"] = 2000
    app.config["TRUSTED_HOSTS"] = sorted(
        {urlsplit(settings.url).hostname or "", *(["127.0.0.1", "localhost"] if not settings.public_url else [])}
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0, x_port=0, x_prefix=0
        )
    app.extensions["eventos.secure"] = settings.is_secure
    app.before_request(_gate)
    app.after_request(_headers)
    app.register_error_handler(EventosError, answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_operational)
    app.register_error_handler(PoolTimeout, _answer_operational)
    app.register_error_handler(Exception, _answer_bug)
    app.jinja_env.globals["csrf_token"] = csrf_token
    setattr(app.view_functions["static"], "entry", Entry(Audience.PUBLIC, EVERY_ROLE, PUBLIC_BODY))  # noqa: B010 - functions carry what routes declare


def entry_of(app: Flask, endpoint: str | None) -> Entry | None:
    """What the route behind an endpoint declared, or None."""
    view = app.view_functions.get(endpoint or "")
    return cast("Entry | None", getattr(view, "entry", None))


# --- who is here ---------------------------------------------------------------------------------------------------------------


def use_staff_loader(app: Flask, load: Callable[[], StaffMember | None]) -> None:
    """The roof says how to find the staff member behind a request (accounts knows)."""
    app.extensions["eventos.staff_loader"] = load


def find_staff() -> StaffMember | None:
    """The staff member signed in, or None. Only routes for staff, and sign-in itself, may ask: public pages read no cookie."""
    if "staff" not in g:
        g.staff = current_app.extensions["eventos.staff_loader"]()
    return cast("StaffMember | None", g.staff)


def current_staff() -> StaffMember:
    """The staff member this request belongs to. Raises NotAllowed when nobody is signed in."""
    staff = find_staff()
    if staff is None:
        raise NotAllowed
    return staff


def use_device_loader(app: Flask, load: Callable[[], EnrolledDevice | None]) -> None:
    """The roof says how to find the enrolled phone behind a request (checkin knows)."""
    app.extensions["eventos.device_loader"] = load


def find_device() -> EnrolledDevice | None:
    """The enrolled phone that asks, or None. Only routes for devices may ask."""
    if "device" not in g:
        g.device = current_app.extensions["eventos.device_loader"]()
    return cast("EnrolledDevice | None", g.device)


def actor() -> Actor:
    """Who acts in this request, for the audit."""
    staff, device, caller = g.get("staff"), g.get("device"), g.get("caller")
    if caller:
        return Actor.api(caller.token_id, caller.token_name)
    if device:
        return Actor(f"device:{device.id}")
    return Actor.staff(staff.id, staff.name) if staff else VISITOR


def client_address() -> str:
    return request.remote_addr or "unknown"


# --- the gate ------------------------------------------------------------------------------------------------------------------


def _gate() -> Response | None:
    entry = entry_of(current_app, request.endpoint)
    judged = entry is not None and entry.is_operation  # its parameters are judged one by one
    if "\0" in request.path or (not judged and any("\0" in value for value in request.args.values())):
        abort(404)  # PostgreSQL keeps no NUL: nothing of ours can be called so.
    if entry is None:
        if request.endpoint is not None:
            raise RuntimeError(f"the route {request.endpoint} declares no audience")
        return None
    request.max_content_length = entry.max_body
    if entry.audience is Audience.API:
        bearers.admit(entry, client_address())
        return None
    if entry.audience is Audience.STAFF:
        staff = find_staff()
        if staff is None:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            return cast("Response", redirect(url_for("accounts.sign_in", next=target)))
        if staff.role not in entry.roles:
            raise NotAllowed
    if entry.audience is Audience.DEVICE and entry.is_operation:
        bearers.admit_phone(find_device(), client_address())
        return None
    if entry.audience is Audience.DEVICE and find_device() is None:
        abort(401)
    if request.method not in {"GET", "HEAD", "OPTIONS"} and entry.audience is not Audience.SERVICE:
        _check_origin()
        _check_form_token(entry)
    return None


def _check_origin() -> None:
    """Refuse a write that another site's page started (Fetch Metadata, else Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in {"same-origin", "none"}:
        abort(403)
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


def _check_form_token(entry: Entry) -> None:
    sent = request.form.get("csrf_token", "")
    if entry.audience in _BOUND:
        if not hmac.compare_digest(sent.encode(), _session_form_token().encode()):
            abort(400)
        return
    try:
        tokens.read("form", sent)
    except tokens.ExpiredToken:
        g.form_expired = True
    except tokens.BadToken:
        abort(400)


def csrf_token() -> str:
    """The hidden value of a form: bound to the session (staff) or to the phone (devices), sealed and dated for everybody else."""
    entry = entry_of(current_app, request.endpoint)
    if entry is not None and entry.audience in _BOUND:
        return _session_form_token()
    return tokens.issue("form", {}, expires_at=clock.now() + FORM_TOKEN_LIFE)


def use_session_id(session_id: str) -> None:
    """Accounts (or checkin, for a phone) names the session of this request; its form tokens are bound to it."""
    g.session_id = session_id


def _session_form_token() -> str:
    return hmac.new(tokens.ring().all("csrf")[0], g.get("session_id", "").encode(), sha256).hexdigest()


# --- headers -------------------------------------------------------------------------------------------------------------------


def _headers(response: Response) -> Response:
    entry = entry_of(current_app, request.endpoint)
    audience = entry.audience if entry else Audience.OPEN
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
    headers.setdefault("Content-Security-Policy", CSP_FILE if "attachment" in headers.get("Content-Disposition", "") else CSP)
    if current_app.extensions["eventos.secure"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if audience in {Audience.PERSONAL, Audience.DEVICE}:
        headers.setdefault("X-Robots-Tag", "noindex")
    bearers.mark(response)
    if request.endpoint == "static":
        keeps = "v" in request.args or request.path.endswith(".woff2")
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if keeps else "public, max-age=3600"
    elif audience is Audience.PUBLIC and request.method in {"GET", "HEAD"} and response.status_code == 200:
        headers["Cache-Control"] = "public, max-age=60"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.add_etag()
        response.make_conditional(request)
    else:
        headers["Cache-Control"] = "no-store"
    return response


def download(content: bytes, *, filename: str, media_type: str) -> Response:
    """A file to keep: always an attachment, never sniffed, never run."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


# --- errors --------------------------------------------------------------------------------------------------------------------


def status_of(error: EventosError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer_error(error: EventosError) -> tuple[Any, int, dict[str, str]]:
    """The page (or RFC 9457 problem, under /api/) for something the product foresaw."""
    status = status_of(error)
    extra = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    if status == 503:
        extra["Retry-After"] = "5"
    if status == 401:
        extra["WWW-Authenticate"] = 'Bearer realm="eventos"'
    if request.path.startswith("/api/"):
        fields = error.fields if isinstance(error, InvalidInput) else {}
        return _problem(status, error.message, error.code, **({"errors": fields} if fields else {})), status, extra
    return _page(status, error.message), status, extra


TITLES = {
    400: ("bad_request", "La solicitud está mal escrita."),
    404: ("not_found", "No encontramos lo que busca."),
    405: ("method_not_allowed", "Aquí no se puede usar ese método."),
    413: ("too_large", "El contenido es más grande de lo que se recibe aquí."),
    415: ("unsupported_media_type", "El Content-Type no es de los que se reciben aquí."),
    500: ("server_error", "Algo falló de nuestro lado. Ya quedó registrado."),
}


def _problem(status: int, title: str, code: str, **more: Any) -> Response:
    """Problem JSON (RFC 9457): `title` in Spanish for people, `code` for programs, `errors` by field."""
    answer = jsonify({"type": "about:blank", "title": title, "status": status, "code": code, **more})
    answer.mimetype = "application/problem+json"
    return answer


def _page(status: int, message: str | None) -> str:
    known = status if status in {400, 401, 403, 404, 409, 413, 422, 429, 500, 503} else (400 if status < 500 else 500)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_REPEATED] if status == 503 else []
    return render_template(f"errors/{known}.html", message=message, kept=kept)


def _answer_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400 or isinstance(error, SecurityError):
        return error
    if isinstance(error, RequestEntityTooLarge):
        _take_the_rest()
    if request.path.startswith("/api/"):
        code, title = TITLES.get(status, (str(error.name).lower().replace(" ", "_"), TITLES[400][1]))
        allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
        return _problem(status, title, code), status, allowed
    return _page(status, None), status


def _take_the_rest() -> None:
    """Read on, and throw away, what a form sends beyond its limit: a browser whose sending is cut off shows no answer at all."""
    left = min(request.content_length or 0, max(DISCARDED_BODY, 4 * (request.max_content_length or 0)))
    stream = request.environ["wsgi.input"]
    while left > 0 and (piece := stream.read(min(left, PUBLIC_BODY))):
        left -= len(piece)


def _answer_operational(error: OperationalError | PoolTimeout) -> Any:
    if isinstance(error, PoolTimeout) or is_busy(error):
        log.error("the database does not answer", extra={"endpoint": request.endpoint})
        return answer_error(Busy())
    return _answer_bug(error)


def _answer_bug(error: Exception) -> Any:
    """A bug stays a bug: recorded with its trace, shown without it."""
    log.error("unhandled", exc_info=error, extra={"endpoint": request.endpoint})
    if current_app.testing and current_app.config.get("PROPAGATE_BUGS", True):
        raise error
    if request.path.startswith("/api/"):
        return _problem(500, TITLES[500][1], TITLES[500][0]), 500
    return _page(500, None), 500
