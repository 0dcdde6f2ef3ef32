"""Events that nobody finds without an invitation: the rooms above say which, and the public doors of the rooms below leave them out."""

from collections.abc import Callable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

Rule = Callable[[InstrumentedAttribute[int]], ColumnElement[bool]]

_rules: dict[str, Rule] = {}


def hides(rule: Rule) -> Rule:
    """Register what a room says: the column with an event's id in, whether that event is private out, for the WHERE of a query."""
    _rules[f"{rule.__module__}.{rule.__qualname__}"] = rule
    return rule


def open_to_all(event_id: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
    """What a query asks of an event that it shows to anybody."""
    return [~rule(event_id) for rule in _rules.values()]
