"""The verbs of cycles and events: save, duplicate, publish, cancel; seats are in `seats`."""

from eventos.cycles.service.change_state import OfficeUnknown, cancel, publish
from eventos.cycles.service.duplicate import duplicate_event
from eventos.cycles.service.save_cycle import edit_cycle, save_cycle
from eventos.cycles.service.save_event import EventChanged, create_event, edit_event

__all__ = [
    "EventChanged",
    "OfficeUnknown",
    "cancel",
    "create_event",
    "duplicate_event",
    "edit_cycle",
    "edit_event",
    "publish",
    "save_cycle",
]
