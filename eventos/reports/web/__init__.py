"""The doors of informes: what it will say, its own texts and tables, asking for it and taking it away."""

from eventos.reports.web import informes, texts
from eventos.reports.web.door import NOTICES, door

DOORS = (door,)

__all__ = ["DOORS", "NOTICES", "informes", "texts"]
