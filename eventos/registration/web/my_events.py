"""The doors of "Mis eventos": ask for the link, and open it once with a button, because mail scanners open every address they find."""

from typing import Any

from flask import render_template

from eventos.kernel import clock, limits
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import Audience, Door, client_address
from eventos.kernel.text import mask_email
from eventos.registration import queries_admission as queries
from eventos.registration import service
from eventos.registration.forms import LinksForm
from eventos.registration.service import tickets
from eventos.registration.service.allowance import BAD_TOKENS

door = Door("my_events", __name__, audience=Audience.OPEN)
mine = Door("my_events_open", __name__, audience=Audience.PERSONAL)


@door.get("/mis-eventos")
def ask() -> str:
    return render_template("registration/my_events_ask.html", form=LinksForm(), sent=None)


@door.post("/mis-eventos")
def send() -> Any:
    filled = LinksForm.from_request()
    if not filled.validate():
        return render_template("registration/my_events_ask.html", form=filled, sent=None), 422
    with transaction() as db:
        service.ask_my_events(db, filled.email.data or "", now=clock.now(), address=client_address())
    return render_template("registration/my_events_ask.html", form=filled, sent=mask_email(filled.email.data or ""))


@mine.get("/mis-eventos/<token>")
def before(token: str) -> str:
    """The button. Whether the link was used is said only to who presses it."""
    try:
        service.check_my_events(token)
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise
    return render_template("registration/my_events.html", token=token, ahead=None, past=None)


@mine.post("/mis-eventos/<token>")
def show(token: str) -> str:
    now = clock.now()
    with transaction() as db:
        email_key = service.open_my_events(db, token, now=now)
    with reading() as db:
        found = queries.my_events(db, email_key)
    lines = [(each, tickets.link_of(each)) for each in found]
    ahead = [line for line in reversed(lines) if line[0].is_ahead(now)]
    past = [line for line in lines if not line[0].is_ahead(now)]
    return render_template(
        "registration/my_events.html", token=token, ahead=ahead, past=past, several=len({each.name for each in found}) > 1
    )
