"""The verbs of cycles and events: save, duplicate, publish, postpone, cancel; seats are in `seats`."""

from eventos.cycles.service.change_state import NothingToPostpone, OfficeUnknown, cancel, postpone, publish
from eventos.cycles.service.duplicate import duplicate_event
from eventos.cycles.service.save_cycle import edit_cycle, save_cycle
from eventos.cycles.service.save_event import EventChanged, PeopleWillBeTold, create_event, edit_event
from eventos.cycles.service.wordings import WordingChanged, restore_default, save_wording

__all__ = [
    "EventChanged",
    "NothingToPostpone",
    "OfficeUnknown",
    "PeopleWillBeTold",
    "WordingChanged",
    "cancel",
    "create_event",
    "duplicate_event",
    "edit_cycle",
    "edit_event",
    "postpone",
    "publish",
    "restore_default",
    "save_cycle",
    "save_wording",
]
