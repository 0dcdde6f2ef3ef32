"""One's own constancia, from the personal link: whether there is one and why not, asking for it, and the file. A GET changes nothing."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from eventos.adapters import storage
from eventos.certificates import messages, rules, service
from eventos.certificates.codes import State
from eventos.certificates.rules import NoCertificate, Standing
from eventos.kernel import clock, limits, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import Audience, Door, client_address, download
from eventos.registration import queries as registrations
from eventos.registration.queries import RegistrationView
from eventos.registration.service.allowance import BAD_TOKENS

SLOW_S = 120

door = Door("certificates", __name__, audience=Audience.PERSONAL)


def _registration(token: str) -> RegistrationView:
    """The registration of a link. A link that is not ours is counted."""
    try:
        with reading() as db:
            return registrations.my_registration_view(db, tokens.digest(token))
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise


@door.get("/i/<token>/constancia")
def mine(token: str) -> Response:
    return _page(token, _registration(token))


def _page(token: str, registration: RegistrationView, *, status: int = 200, refusal: str | None = None) -> Response:
    with reading() as db:
        verdict, last = service.standing_of(db, registration.id, registration.event.id, registration.state)
    may = verdict is Standing.MAY
    live = last if last is not None and last.state is not State.REVOKED else None
    waited = (clock.now() - live.issued_at).total_seconds() if live else 0
    return make_response(
        render_template(
            "certificates/mine.html",
            token=token,
            registration=registration,
            event=registration.event,
            verdict=verdict.value,
            reason=None if may else rules.REASONS[verdict],
            revoke_reason=last.revoke_reason if last and verdict is Standing.REVOKED else "",
            live=live if may else None,
            is_slow=live is not None and live.state is State.PENDING and waited > SLOW_S,
            refusal=refusal,
            demo_banner=registration.demo or registration.event.demo,
        ),
        status,
    )


@door.post("/i/<token>/constancia")
def prepare(token: str) -> Any:
    """Ask for it. Two clicks at once make one: the second finds the first."""
    registration = _registration(token)
    try:
        with transaction() as db:
            service.issue_own(db, registration.id, by=Actor.person(registration.person_id), now=clock.now())
    except NoCertificate as refused:
        return _page(token, registration, status=409, refusal=refused.message)
    except IntegrityError:
        pass
    return redirect(url_for("certificates.mine", token=token), 303)


@door.get("/i/<token>/constancia.pdf")
def file(token: str) -> Response:
    """The PDF, only for who is in the acta in force."""
    registration = _registration(token)
    with reading() as db:
        verdict, last = service.standing_of(db, registration.id, registration.event.id, registration.state)
    if verdict is not Standing.MAY or last is None or last.state is not State.READY or last.file_sha256 is None:
        raise NotFound("Esta constancia no está disponible.")
    return download(storage.shelf().read(last.file_sha256, verify=True), filename=messages.filename(last), media_type=messages.PDF)
