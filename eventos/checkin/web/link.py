"""The link that enrols a phone: looking at it changes nothing, the button does."""

from typing import Any

from flask import make_response, redirect, render_template, url_for

from eventos.checkin import queries, service
from eventos.checkin.rules import LinkGone
from eventos.checkin.web.browser import give_cookie
from eventos.checkin.web.doors import links
from eventos.kernel import clock, limits, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import client_address
from eventos.registration.service.allowance import BAD_TOKENS


@links.get("/acreditacion/vincular/<token>")
def show(token: str) -> Any:
    with reading() as db:
        link = queries.open_link(db, tokens.digest(token), now=clock.now())
    if link is None:
        return _gone()
    return render_template("checkin/link.html", token=token, link=link)


@links.post("/acreditacion/vincular/<token>")
def use(token: str) -> Any:
    try:
        with transaction() as db:
            bearer = service.enrol(db, token, now=clock.now())
    except LinkGone:
        return _gone()
    return give_cookie(make_response(redirect(url_for("door.choose"), 303)), bearer)


def _gone() -> Any:
    """One answer for used, late, revoked and invented links; each try is counted."""
    with transaction() as db:
        limits.spend(db, (BAD_TOKENS, client_address()))
    return render_template("checkin/link_gone.html"), 404
