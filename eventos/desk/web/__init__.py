"""The doors of the desk: home, the events, one event and its registrations, and the mails."""

from eventos.desk.web import backups, bulk, duplicates, events, home, listing, mails, registrations, sheet
from eventos.desk.web.door import NOTICES, door, give_the_menus

DOORS = (door,)
START = (give_the_menus,)

__all__ = ["DOORS", "NOTICES", "START", "backups", "bulk", "duplicates", "events", "home", "listing", "mails", "registrations", "sheet"]
