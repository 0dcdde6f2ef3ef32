"""What is asked about who came: the count with its breakdowns, the list behind each figure, and the evidence of one person."""

from eventos.attendance.queries.closed import (
    Change,
    RosterVersion,
    changes_between,
    has_changed,
    history,
    latest,
    team,
    versions,
)
from eventos.attendance.queries.count import Count, Figure, count
from eventos.attendance.queries.marks import Mark, Marker, marks_by_hand
from eventos.attendance.queries.roster import Decision, Evidence, RosterPage, RosterRow, attended_ids, evidence, export_rows, roster
from eventos.attendance.queries.standing import (
    ABROAD,
    NO_ENTITY,
    NO_PLACE,
    OF_THE_CYCLE,
    OTHER_DEPARTAMENTOS,
    OTHER_MUNICIPIOS,
    RosterFilter,
    Status,
)

__all__ = [
    "ABROAD",
    "NO_ENTITY",
    "NO_PLACE",
    "OF_THE_CYCLE",
    "OTHER_DEPARTAMENTOS",
    "OTHER_MUNICIPIOS",
    "Change",
    "Count",
    "Decision",
    "Evidence",
    "Figure",
    "Mark",
    "Marker",
    "RosterFilter",
    "RosterPage",
    "RosterRow",
    "RosterVersion",
    "Status",
    "attended_ids",
    "changes_between",
    "count",
    "evidence",
    "export_rows",
    "has_changed",
    "history",
    "latest",
    "marks_by_hand",
    "roster",
    "team",
    "versions",
]
