"""What is done at the door: devices are made, enrolled and revoked; scans are recorded, undone; people are written down on the spot."""

from eventos.checkin.service.devices import enrol, make_device, revoke, see_device
from eventos.checkin.service.scans import Answer, record_scans, undo
from eventos.checkin.service.walk_in import PER_DEVICE_SCANS, PER_DEVICE_SEARCHES, note_search, walk_in

__all__ = [
    "PER_DEVICE_SCANS",
    "PER_DEVICE_SEARCHES",
    "Answer",
    "enrol",
    "make_device",
    "note_search",
    "record_scans",
    "revoke",
    "see_device",
    "undo",
    "walk_in",
]
