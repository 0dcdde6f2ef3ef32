"""Doors of the public pages: the agenda, an event, its calendar file, and the legal pages of every public site."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, render_template, request, url_for

from eventos.adapters import calendar
from eventos.agenda import messages, queries, rules
from eventos.agenda.forms import AskForm
from eventos.agenda.queries import Beside
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.cycles.rules import PresenceRule
from eventos.dialogue import queries as dialogue
from eventos.dialogue import service as asking
from eventos.dialogue.rules import MOST_OF_ONE_PERSON, QuestionsClosed, TooManyQuestions
from eventos.entities.queries import office_view
from eventos.kernel import clock, limits, links, spanish, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.http import Audience, Door, client_address, current_staff, download, entry_of
from eventos.kernel.vocabulary import EventState, LinkExposure
from eventos.people.rules import notice as habeas_data
from eventos.registration import queries as registrations
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_admission import PLAIN, invited_slug, policy_of
from eventos.registration.queries_admission import policies as policies_of
from eventos.registration.rules import Policy
from eventos.registration.service.allowance import BAD_TOKENS

PAST_PAGE = 10

public = Door("agenda", __name__, audience=Audience.PUBLIC)
preview = Door("agenda_preview", __name__, audience=Audience.STAFF)
mine = Door("my_questions", __name__, audience=Audience.PERSONAL)
NOTICES = {"question-sent": ("success", "Recibimos su pregunta. El equipo organizador la verá antes de la sesión.")}


@public.get("/")
def home() -> str:
    now = clock.now()
    with reading() as db:
        ways = policies_of(db)
        agenda = _open_to_all(cycles.agenda(db, now), ways)
        beginning = None if agenda.upcoming or agenda.past else queries.beginning(db)
    if beginning is not None and not beginning.is_done:
        return render_template("agenda/first_steps.html", beginning=beginning)
    pages = max(1, -(-len(agenda.past) // PAST_PAGE))
    page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
    past = agenda.past[(page - 1) * PAST_PAGE : page * PAST_PAGE]
    entrances = {card.slug: rules.entrance(card, now, late=ways.get(card.id, PLAIN).admits_late) for card in (*agenda.upcoming, *past)}
    demo = any(card.demo for card in (*agenda.upcoming, *past))
    return render_template(
        "agenda/home.html",
        feed=_subscription(url_for("agenda.agenda_feed")),
        upcoming=agenda.upcoming,
        past=past,
        page=page,
        pages=pages,
        entrances=entrances,
        demo_banner=demo,
    )


def _open_to_all(agenda: cycles.Agenda, ways: Mapping[int, Policy]) -> cycles.Agenda:
    """The agenda without the events that are found by invitation alone."""
    return replace(
        agenda,
        upcoming=tuple(card for card in agenda.upcoming if not ways.get(card.id, PLAIN).is_private),
        past=tuple(card for card in agenda.past if not ways.get(card.id, PLAIN).is_private),
    )


@public.get("/eventos/<slug>")
def event(slug: str) -> str:
    with reading() as db:
        view = _shown(cycles.event_view(db, slug))
        policy = policy_of(db, view.id)
        if policy.is_private:
            raise NotFound("No encontramos ese evento.")
        beside = queries.beside(db, view.id)
    return _event_page(view, beside, late=policy.admits_late)


@mine.get("/privado/<token>")
def invited(token: str) -> str:
    """A private event, for whoever holds its invitation. Its files stay hidden: their addresses are open to all or to nobody."""
    slug = _invited_slug(token)
    with reading() as db:
        view = _shown(cycles.event_view(db, slug))
        beside = replace(queries.beside(db, view.id), flyer=None, downloads=())
        late = policy_of(db, view.id).admits_late
    return _event_page(view, beside, late=late, invitation=token)


def _invited_slug(invitation: str) -> str:
    """The event of an invitation. One that is not ours is counted, so that nobody can try them all."""
    try:
        with reading() as db:
            return invited_slug(db, tokens.digest(invitation))
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise


@public.get("/eventos/<slug>/evento.ics")
def event_calendar(slug: str) -> Response:
    """The event for anybody's calendar (RFC 5546, PUBLISH): no attendee, and the link de ingreso only when it is public."""
    with reading() as db:
        return _calendar_of(_shown(cycles.event_view(db, slug)))


@mine.get("/privado/<token>/evento.ics")
def invited_calendar(token: str) -> Response:
    """The same of a private event, for whoever holds its invitation; the file does not carry the invitation."""
    slug = _invited_slug(token)
    with reading() as db:
        return _calendar_of(_shown(cycles.event_view(db, slug)), is_private=True)


def _calendar_of(view: EventView, *, is_private: bool = False) -> Response:
    if not view.days:
        raise NotFound("Este evento no tiene una fecha que se pueda agregar al calendario.")
    occasion = messages.occasion(view, is_private=is_private)
    return download(calendar.publish([occasion], calendar_name=view.title), filename=f"{view.slug}.ics", media_type="text/calendar")


@public.get("/agenda.ics")
def agenda_feed() -> Response:
    """Every public event for who subscribes: what was put off or is private is not in it, what was called off says so."""
    now = clock.now()
    with reading() as db:
        views = queries.feed(db, now=now)
        office = office_view(db)
    return _feed(views, f"Agenda de {office.name}" if office.name else "Agenda", "agenda.ics")


@public.get("/ciclos/<slug>/agenda.ics")
def cycle_feed(slug: str) -> Response:
    """The same for one cycle."""
    now = clock.now()
    with reading() as db:
        name = queries.cycle_name(db, slug)
        views = queries.feed(db, now=now, cycle=slug)
    return _feed(views, name, f"{slug}.ics")


def _feed(views: list[EventView], name: str, filename: str) -> Response:
    wire = calendar.publish([messages.occasion(view) for view in views], calendar_name=name)
    answer = Response(wire, mimetype="text/calendar")
    answer.headers.set("Content-Disposition", "inline", filename=filename)
    return answer


@preview.get("/escritorio/eventos/<slug>/vista")
def draft(slug: str) -> str:
    """The event as the public will see it, for those who prepare it."""
    with reading() as db:
        cycles.event_in_scope(db, slug, current_staff())
        view = cycles.event_view(db, slug)
        beside = queries.beside(db, view.id)
    return _event_page(view, beside, preview=True)


@public.get("/politicas")
def policies() -> str:
    return render_template("agenda/policies.html", habeas_data=habeas_data)


@public.get("/mapa-del-sitio")
def sitemap() -> str:
    with reading() as db:
        upcoming = _open_to_all(cycles.agenda(db, clock.now()), policies_of(db)).upcoming
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


def _event_page(view: EventView, beside: Beside, *, preview: bool = False, late: bool = False, invitation: str | None = None) -> str:
    now = clock.now()
    is_over = view.postponed_at is None if view.ends_at is None else now >= view.ends_at
    shows_link = view.link_exposure is LinkExposure.PUBLIC and view.link
    return render_template(
        "agenda/event.html",
        event=view,
        entrance=rules.entrance(view, now, late=late),
        register_url=url_for("invited.form", token=invitation) if invitation else url_for("registration.form", slug=view.slug),
        invitation=invitation,
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
        address=links.absolute(f"/privado/{invitation}") if invitation else links.event(view.slug),
        structured=None if invitation else messages.structured(view),
        flyer=messages.picture(view, beside.flyer) if beside.flyer is not None else None,
        downloads=beside.downloads if is_over else (),
        answers=beside.answers,
        demo_banner=view.demo,
        preview=preview,
        feed=_subscription(url_for("agenda.cycle_feed", slug=view.cycle_slug)),
    )


def _subscription(path: str) -> dict[str, str]:
    """The address of a feed for calendars (webcal) and as a file."""
    address = links.absolute(path)
    return {"webcal": f"webcal://{address.partition('://')[2]}", "url": address}


# --- questions of whoever holds a personal link -----------------------------------------------------------------------------------


@mine.get("/i/<token>/preguntas")
def my_questions(token: str) -> Any:
    return _questions_page(token, _registration(token), AskForm())


@mine.post("/i/<token>/preguntas")
def ask(token: str) -> Any:
    """Send a question to those who prepare the event, from the link that only the registered person has."""
    form, registration = AskForm.from_request(), _registration(token)
    if not form.validate():
        return _questions_page(token, registration, form), 422
    if not _may_ask(registration):
        return _questions_page(token, registration, form, refusal=QuestionsClosed.message), 409
    try:
        with transaction() as db:
            asking.ask(
                db,
                registration.event.id,
                registration_id=registration.id,
                asked_by=", ".join(part for part in (registration.full_name, registration.entity_name) if part)[:160],
                body=form.body.data or "",
                by=Actor.person(registration.person_id),
                now=clock.now(),
            )
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _questions_page(token, registration, form), 422
    except TooManyQuestions as refusal:
        return _questions_page(token, registration, form, refusal=refusal.message), 409
    return redirect(url_for("my_questions.my_questions", token=token, aviso="question-sent"), 303)


def _registration(token: str) -> RegistrationView:
    """The registration of a link. A link that is not ours is counted, so that nobody can try them all."""
    try:
        with reading() as db:
            return registrations.my_registration_view(db, tokens.digest(token))
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise


def _may_ask(registration: RegistrationView) -> bool:
    """Until the event ends, while both it and the registration stand."""
    event = registration.event
    is_ahead = event.ends_at is None or clock.now() < event.ends_at
    return registration.state.is_open and event.state is EventState.PUBLISHED and is_ahead


def _questions_page(token: str, registration: RegistrationView, form: AskForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        asked = dialogue.questions_by(db, registration.id)
    return render_template(
        "agenda/my_questions.html",
        token=token,
        event=registration.event,
        asked=asked,
        form=form,
        may_ask=_may_ask(registration) and len(asked) < MOST_OF_ONE_PERSON,
        most=MOST_OF_ONE_PERSON,
        refusal=refusal,
        demo_banner=registration.demo or registration.event.demo,
    )


MENU = (
    ("Agenda", "agenda.home", {"agenda.home", "agenda.event"}),
    ("Mi inscripción", "registration.links", {"registration.links", "certificates.mine", "certificates.prepare"}),
    ("Verificar", "verify.ask", {"verify.ask", "verify.answer"}),
)
MINE = {"registration.links": ("my_registration", "my_questions")}


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
                {"label": label, "url": url_for(endpoint), "current": here in pages or here.partition(".")[0] in MINE.get(endpoint, ())}
                for label, endpoint, pages in MENU
                if endpoint in current_app.view_functions
            ]
        }


DOORS = (public, preview, mine)
START = (_give_the_menu,)
