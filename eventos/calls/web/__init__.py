"""The doors of the room: the convened entities of a cycle, the calls of an event, and the receipt behind an entity's link."""

from eventos.calls.web import board, by_hand, compose, convened, receipt
from eventos.calls.web.door import NOTICES, convened_door, door, receipt_door

DOORS = (door, convened_door, receipt_door)

__all__ = ["DOORS", "NOTICES", "board", "by_hand", "compose", "convened", "receipt"]
