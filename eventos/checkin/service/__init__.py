"""What is done at the door: devices are made, enrolled and revoked; readings are recorded, taken back; people are written down there."""

from eventos.checkin.service.arrival import arrive
from eventos.checkin.service.devices import desk_of, enrol, make_device, revoke, screen_of, see_device
from eventos.checkin.service.marks import mark_many
from eventos.checkin.service.rooms import retire_room, save_room
from eventos.checkin.service.scans import record_scans
from eventos.checkin.service.told import Answer
from eventos.checkin.service.undo import annul, restate, restate_event, undo
from eventos.checkin.service.walk_in import (
    PER_DEVICE_SCANS,
    PER_DEVICE_SEARCHES,
    keep_pace,
    keep_refused,
    note_names,
    note_search,
    refused_walk_in,
    walk_in,
)

__all__ = [
    "PER_DEVICE_SCANS",
    "PER_DEVICE_SEARCHES",
    "Answer",
    "annul",
    "arrive",
    "desk_of",
    "enrol",
    "keep_pace",
    "keep_refused",
    "make_device",
    "mark_many",
    "note_names",
    "note_search",
    "record_scans",
    "refused_walk_in",
    "restate",
    "restate_event",
    "retire_room",
    "revoke",
    "save_room",
    "screen_of",
    "see_device",
    "undo",
    "walk_in",
]
