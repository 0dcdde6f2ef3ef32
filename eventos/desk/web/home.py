"""The organiser's home: the next thing to do, what comes after it, the events nearest to today, and how the cycle goes."""

from flask import current_app, render_template

from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventCard
from eventos.desk import queries, rules
from eventos.desk.web.door import WRITERS, door
from eventos.entities.queries import office_view
from eventos.kernel import backups, clock
from eventos.kernel.db import reading
from eventos.kernel.http import current_staff
from eventos.kernel.vocabulary import EventState, StaffRole

EVENTS_SHOWN = 5
TASKS_SHOWN = 7


@door.get("/escritorio")
def home() -> str:
    now, staff = clock.now(), current_staff()
    writes = staff.role in WRITERS
    with reading() as db:
        cards = cycles.events_for(db, staff)
        known_cycles = cycles.cycles_for(db, staff)
        figures = queries.event_figures(db, [card.id for card in cards])
        drafts = cycles.event_views_by_id(db, [card.id for card in cards if card.state is EventState.DRAFT]) if writes else []
        facts = rules.Facts(
            has_office=office_view(db).is_set,
            has_cycle=bool(known_cycles),
            administers=staff.role is StaffRole.ADMINISTRATOR,
            cards=cards,
            figures=figures,
            gaps={view.slug: rules.gaps(view) for view in drafts},
            failed_jobs=queries.failed_count(db, staff) if writes else 0,
            backup_is_stale=backups.standing(current_app.extensions["eventos.settings"].data_dir, now).is_stale,
        )
        shown = sorted(cards, key=lambda card: _distance(card, now.timestamp()))[:EVENTS_SHOWN]
        cycle = next((row for row in known_cycles if shown and row.id == shown[0].cycle_id), None)
        cycle_figures = queries.cycle_figures(db, cycle.id) if cycle else None
    tasks = rules.tasks(facts, now) if writes else rules.todays_tasks(facts, now)
    return render_template(
        "desk/home.html",
        greeting=rules.greeting(now, staff.name),
        task=tasks[0] if tasks else None,
        later=tasks[1 : 1 + TASKS_SHOWN],
        hidden_tasks=max(0, len(tasks) - 1 - TASKS_SHOWN),
        rows=[(card, rules.when_line(card, clock.today()), rules.standing(card, figures[card.id], now)) for card in shown],
        figures=figures,
        cycle=cycle,
        cycle_figures=cycle_figures,
        held=sum(1 for card in cards if cycle and card.cycle_id == cycle.id and _is_over(card, now.timestamp())),
        demo_banner=any(card.demo for card in cards),
        writes=writes,
    )


def _distance(card: EventCard, now: float) -> tuple[bool, float]:
    """Nearest to today first, whether ahead or behind; what has no date comes last."""
    return (card.starts_at is None, abs(card.starts_at.timestamp() - now) if card.starts_at else -card.id)


def _is_over(card: EventCard, now: float) -> bool:
    if card.ends_at is None:
        return card.state is EventState.PUBLISHED and card.postponed_at is None
    return card.state is EventState.PUBLISHED and card.ends_at.timestamp() <= now
