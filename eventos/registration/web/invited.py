"""Keeps private events unseen: every open page of one answers as if it did not exist, and its form is reached by its invitation."""

from typing import Any

from flask import Flask, current_app, request

from eventos.kernel import limits, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import Audience, Door, client_address, entry_of
from eventos.registration import queries_admission as queries
from eventos.registration.asking import FILES_BODY
from eventos.registration.service.allowance import BAD_TOKENS
from eventos.registration.web import group, public

NOWHERE = "-"  # no event has this address

door = Door("invited", __name__, audience=Audience.PERSONAL)
# These look themselves, with what they read anyway.
_THEIR_OWN = {"registration.form", "registration.submit", "registration.submit_with_files", "groups.form", "groups.submit", "agenda.event"}


def slug_of(token: str) -> str:
    """The private event of an invitation. One that is not ours is counted, so that nobody can try them all. Raises NotFound."""
    try:
        with reading() as db:
            return queries.invited_slug(db, tokens.digest(token))
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise


@door.get("/privado/<token>/inscripcion")
def form(token: str) -> Any:
    return public.form(slug_of(token), token)


@door.post("/privado/<token>/inscripcion")
def submit(token: str) -> Any:
    return public.submit(slug_of(token), token)


@door.post("/privado/<token>/inscripcion/con-archivos", max_body=FILES_BODY)
def submit_with_files(token: str) -> Any:
    return public.submit(slug_of(token), token)


@door.get("/privado/<token>/grupo")
def group_form(token: str) -> Any:
    return group.form(slug_of(token), token)


@door.post("/privado/<token>/grupo")
def submit_group(token: str) -> Any:
    return group.submit(slug_of(token), token)


def keep_private(app: Flask) -> None:
    """Whatever page anybody may open about an event by its address, now or later, answers for a private one as for an unknown address."""

    @app.before_request
    def hide() -> None:
        slug = (request.view_args or {}).get("slug")
        entry = entry_of(current_app, request.endpoint)
        if slug is None or entry is None or entry.audience not in (Audience.PUBLIC, Audience.OPEN) or request.endpoint in _THEIR_OWN:
            return
        if request.view_args and request.url_rule is not None and request.url_rule.rule.startswith("/eventos/"):
            with reading() as db:
                if queries.is_private(db, slug):
                    request.view_args["slug"] = NOWHERE
