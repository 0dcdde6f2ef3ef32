"""The page of the count: its numbers, coverage, map, bars and breakdowns; every figure opens its list."""

from flask import render_template

from eventos.attendance import picture, queries
from eventos.attendance.rules import CannotClose, admit_closing
from eventos.attendance.web.door import DECIDERS, URL, door
from eventos.cycles import queries as cycles
from eventos.cycles.rules import PresenceRule
from eventos.kernel import clock
from eventos.kernel.db import reading
from eventos.kernel.http import current_staff
from eventos.kernel.vocabulary import CountKind


@door.get(URL)
def overview(slug: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        count = queries.count(db, ref.id, expected=event.expected)
        team = queries.team(db, ref.id)
        acta = queries.latest(db, ref.id)
        changed = acta is not None and queries.has_changed(db, ref.id, acta)
    return render_template(
        "attendance/overview.html",
        event=event,
        count=count,
        team=team,
        acta=acta,
        changed=changed,
        may_close=_may_close(event),
        is_unknown=event.count_kind is CountKind.UNKNOWN,
        is_rough=event.count_kind is CountKind.APPROXIMATE,
        rule=PresenceRule.of(event.presence_rule).words(),
        bubbles=picture.bubbles(count.municipalities) if count.expected and count.attended else [],
        bars=picture.bars(count.municipalities),
        demo_banner=event.demo,
    )


def _may_close(event: cycles.EventView) -> bool:
    try:
        admit_closing(event.state, event.count_kind, event.starts_at, clock.now())
    except CannotClose:
        return False
    return current_staff().role in DECIDERS
