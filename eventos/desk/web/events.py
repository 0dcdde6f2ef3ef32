"""The list of events, and the page of one: how it stands, what it lacks, its public address and its link de ingreso."""

from datetime import datetime

from flask import render_template, request

from eventos.adapters import qr
from eventos.attendance import queries as attendance
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventCard
from eventos.cycles.rules import PresenceRule
from eventos.desk import queries, rules
from eventos.desk.web.door import READERS, WRITERS, door
from eventos.kernel import clock, links, spanish
from eventos.kernel.db import reading
from eventos.kernel.http import current_staff
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import EventState
from eventos.publicity import service as publicity

PAGE = 20
STATES = (("", "Todos"), ("proximos", "Próximos"), ("realizados", "Realizados"), ("borradores", "Borradores"), ("cancelados", "Cancelados"))


@door.get("/escritorio/eventos")
def events() -> str:
    now, staff = clock.now(), current_staff()
    chosen = {name: request.args.get(name, "").strip()[:100] for name in ("ciclo", "estado", "texto")}
    with reading() as db:
        known_cycles = cycles.cycles_for(db, staff)
        cards = [card for card in cycles.events_for(db, staff) if _matches(card, chosen, now.timestamp())]
        cards.sort(key=_place)
        pages = max(1, -(-len(cards) // PAGE))
        page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
        shown = cards[(page - 1) * PAGE : page * PAGE]
        figures = queries.event_figures(db, [card.id for card in shown])
    return render_template(
        "desk/events.html",
        rows=[(card, rules.when_line(card, clock.today()), rules.standing(card, figures[card.id], now)) for card in shown],
        figures=figures,
        total=len(cards),
        cycles=known_cycles,
        states=STATES,
        chosen=chosen,
        page=page,
        pages=pages,
        demo_banner=any(card.demo for card in shown),
        writes=staff.role in WRITERS,
    )


@door.get("/escritorio/eventos/<slug>")
def event(slug: str) -> str:
    now, staff = clock.now(), current_staff()
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, staff)
        view = cycles.event_view_by_id(db, ref.id)
        figures = queries.event_figures(db, [ref.id])[ref.id]
        count = attendance.count(db, ref.id) if figures.has_attendance else None
        stale = publicity.stale_words(db, view)
    address = links.event(view.slug)
    return render_template(
        "desk/event.html",
        event=view,
        figures=figures,
        count=count,
        gaps=rules.gaps(view) if view.state is not EventState.CANCELLED and not _is_past(view.ends_at, now) else [],
        exposure=rules.exposure_words(view.link_exposure),
        address=address,
        code=qr.svg(address, title="QR de la página pública del evento") if view.published_at and len(address) <= qr.LONGEST else None,
        has_started=view.postponed_at is None if view.starts_at is None else now >= view.starts_at,
        stale=stale if not _is_past(view.ends_at, now) else [],
        seats=rules.seats(view),
        presence=PresenceRule.of(view.presence_rule).words(),
        intensity=spanish.hours_in_words(view.intensity_hours) if view.intensity_hours else None,
        sees_link=staff.role in READERS,
        writes=staff.role in WRITERS,
    )


def _place(card: EventCard) -> tuple[int, float]:
    """Drafts that lack a day and what was put off come first, then the latest days, then what happened nobody knows when."""
    if card.starts_at is None:
        return (0 if card.state is EventState.DRAFT or card.postponed_at is not None else 2, -card.id)
    return (1, -card.starts_at.timestamp())


def _is_past(ends_at: datetime | None, now: datetime) -> bool:
    return ends_at is not None and now >= ends_at


def _matches(card: EventCard, chosen: dict[str, str], now: float) -> bool:
    ahead = card.ends_at.timestamp() > now if card.ends_at is not None else card.postponed_at is not None
    by_state = {
        "proximos": card.state is EventState.PUBLISHED and ahead,
        "realizados": card.state is EventState.PUBLISHED and not ahead,
        "borradores": card.state is EventState.DRAFT,
        "cancelados": card.state is EventState.CANCELLED,
    }
    text = fold(chosen["texto"])
    return (
        (not chosen["ciclo"] or card.cycle_slug == chosen["ciclo"])
        and by_state.get(chosen["estado"], True)
        and (not text or text in fold(f"{card.title} {card.summary} {card.place}"))
    )
