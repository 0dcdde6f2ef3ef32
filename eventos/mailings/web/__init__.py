"""The doors of the room: how a cycle words its mails, and what each event sends before and after."""

from eventos.mailings.web import event, wordings
from eventos.mailings.web.door import NOTICES, door, wordings_door

DOORS = (door, wordings_door)

__all__ = ["DOORS", "NOTICES", "event", "wordings"]
