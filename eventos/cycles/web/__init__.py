"""The doors of cycles and events for staff: one blueprint, its pages in two modules."""

from eventos.cycles.web import cycles, events
from eventos.cycles.web.door import NOTICES, door

DOORS = (door,)

__all__ = ["DOORS", "NOTICES", "cycles", "events"]
