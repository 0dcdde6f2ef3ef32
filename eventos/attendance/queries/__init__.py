"""What is asked about who came: the count with its breakdowns, the list behind each figure, and the evidence of one person."""

from eventos.attendance.queries.closed import Change, RosterVersion, change_since, changes_between, has_changed, latest, team, versions
from eventos.attendance.queries.count import Count, Figure, count
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
    "RosterFilter",
    "RosterPage",
    "RosterRow",
    "RosterVersion",
    "Status",
    "attended_ids",
    "change_since",
    "changes_between",
    "count",
    "evidence",
    "export_rows",
    "has_changed",
    "latest",
    "roster",
    "team",
    "versions",
]
