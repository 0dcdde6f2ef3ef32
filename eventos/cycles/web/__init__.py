"""The doors of cycles and events for staff, one blueprint in two modules; and those of materials, for staff and for everybody."""

from eventos.cycles.web import cycles, events, materials
from eventos.cycles.web.door import NOTICES, door

DOORS = (door, materials.door, materials.public)

__all__ = ["DOORS", "NOTICES", "cycles", "events", "materials"]
