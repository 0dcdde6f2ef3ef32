"""Doors of the public pages: the agenda, an event, its calendar file, and the legal pages of every public site."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, render_template, request, url_for

from eventos.adapters import calendar
from eventos.agenda import messages, queries, rules
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.cycles.rules import PresenceRule
from eventos.kernel import clock, links, spanish
from eventos.kernel.db import reading
from eventos.kernel.errors import NotFound
from eventos.kernel.http import Audience, Door, current_staff, download, entry_of
from eventos.kernel.vocabulary import EventState, LinkExposure
from eventos.people.rules import notice as habeas_data

PAST_PAGE = 10

public = Door("agenda", __name__, audience=Audience.PUBLIC)
preview = Door("agenda_preview", __name__, audience=Audience.STAFF)


@public.get("/")
def home() -> str:
    now = clock.now()
    with reading() as db:
        agenda = cycles.agenda(db, now)
        beginning = None if agenda.upcoming or agenda.past else queries.beginning(db)
    if beginning is not None and not beginning.is_done:
        return render_template("agenda/first_steps.html", beginning=beginning)
    pages = max(1, -(-len(agenda.past) // PAST_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    past = agenda.past[(page - 1) * PAST_PAGE : page * PAST_PAGE]
    entrances = {card.slug: rules.entrance(card, now) for card in (*agenda.upcoming, *past)}
    demo = any(card.demo for card in (*agenda.upcoming, *past))
    return render_template(
        "agenda/home.html", upcoming=agenda.upcoming, past=past, page=page, pages=pages, entrances=entrances, demo_banner=demo
    )


@public.get("/eventos/<slug>")
def event(slug: str) -> str:
    with reading() as db:
        view = _shown(cycles.event_view(db, slug))
    return _event_page(view)


@public.get("/eventos/<slug>/evento.ics")
def event_calendar(slug: str) -> Response:
    """The event for anybody's calendar (RFC 5546, PUBLISH): no attendee, and the link de ingreso only when it is public."""
    with reading() as db:
        view = _shown(cycles.event_view(db, slug))
    if not view.days:
        raise NotFound("Este evento no tiene una fecha que se pueda agregar al calendario.")
    return download(
        calendar.publish([messages.occasion(view)], calendar_name=view.title), filename=f"{view.slug}.ics", media_type="text/calendar"
    )


@preview.get("/escritorio/eventos/<slug>/vista")
def draft(slug: str) -> str:
    """The event as the public will see it, for those who prepare it."""
    with reading() as db:
        cycles.event_in_scope(db, slug, current_staff())
        view = cycles.event_view(db, slug)
    return _event_page(view, preview=True)


@public.get("/politicas")
def policies() -> str:
    return render_template("agenda/policies.html", habeas_data=habeas_data)


@public.get("/mapa-del-sitio")
def sitemap() -> str:
    with reading() as db:
        upcoming = cycles.agenda(db, clock.now()).upcoming
    return render_template("agenda/sitemap.html", upcoming=upcoming)


@public.get("/terminos")
def terms() -> str:
    return render_template("agenda/terms.html")


@public.get("/accesibilidad")
def accessibility() -> str:
    return render_template("agenda/accessibility.html")


def _shown(view: EventView) -> EventView:
    """Only what was published may be looked at; a draft does not exist. Raises NotFound."""
    if view.state is EventState.DRAFT or view.published_at is None:
        raise NotFound("No encontramos ese evento.")
    return view


def _event_page(view: EventView, *, preview: bool = False) -> str:
    now = clock.now()
    shows_link = view.link_exposure is LinkExposure.PUBLIC and view.link
    return render_template(
        "agenda/event.html",
        event=view,
        entrance=rules.entrance(view, now),
        facts=rules.facts(view, now),
        link=view.link if shows_link else None,
        link_host=urlsplit(view.link).hostname if shows_link else None,
        presence=PresenceRule.of(view.presence_rule).words(),
        intensity=spanish.hours_in_words(view.intensity_hours) if view.intensity_hours else None,
        programme=rules.programme(view),
        speakers=[
            {
                "name": who.name,
                "initials": rules.initials(who.name),
                "role": ". ".join(filter(None, (who.role.verb, ", ".join(filter(None, (who.post, who.entity)))))),
            }
            for who in view.speakers
        ],
        address=links.event(view.slug),
        structured=messages.structured(view),
        demo_banner=view.demo,
        preview=preview,
    )


MENU = (("Agenda", "agenda.home", {"agenda.home", "agenda.event"}), ("Mi inscripción", "registration.links", {"registration.links"}))
MINE = {"registration.links": "my_registration"}


def _give_the_menu(app: Flask) -> None:
    """Every page that is not for staff gets the public menu, of the doors that are open."""

    @app.context_processor
    def menu() -> dict[str, Any]:
        entry = entry_of(current_app, request.endpoint)
        if entry is not None and entry.audience is Audience.STAFF:
            return {}
        here = request.endpoint or ""
        return {
            "nav": [
                {"label": label, "url": url_for(endpoint), "current": here in pages or here.partition(".")[0] == MINE.get(endpoint)}
                for label, endpoint, pages in MENU
                if endpoint in current_app.view_functions
            ]
        }


DOORS = (public, preview)
START = (_give_the_menu,)
