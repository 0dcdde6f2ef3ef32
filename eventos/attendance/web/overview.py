"""The page of the count: its numbers, coverage, map, bars and breakdowns; every figure opens its list."""

from flask import render_template

from eventos.attendance import picture, queries
from eventos.attendance.web.door import URL, door
from eventos.cycles import queries as cycles
from eventos.cycles.rules import PresenceRule
from eventos.kernel.db import reading
from eventos.kernel.http import current_staff
from eventos.kernel.vocabulary import CountKind


@door.get(URL)
def overview(slug: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        count = queries.count(db, ref.id, expected=event.expected)
    return render_template(
        "attendance/overview.html",
        event=event,
        count=count,
        is_unknown=event.count_kind is CountKind.UNKNOWN,
        is_rough=event.count_kind is CountKind.APPROXIMATE,
        rule=PresenceRule.of(event.presence_rule).words(),
        bubbles=picture.bubbles(count.municipalities) if count.expected and count.attended else [],
        bars=picture.bars(count.municipalities),
        demo_banner=event.demo,
    )
