"""The doors of attendance: the count, the list behind it, decisions, and the files that leave."""

from eventos.attendance.web import closing, exports, overview, roster
from eventos.attendance.web.door import NOTICES, door

DOORS = (door,)

__all__ = ["DOORS", "NOTICES", "closing", "exports", "overview", "roster"]
