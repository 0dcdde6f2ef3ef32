"""Reads of the door: the device behind a cookie, what a code is, who is searched for, and the counters of the organiser."""

from eventos.checkin.queries.attendees import Attendee, Entered, by_ids, by_public_ids, by_tickets, earlier, search
from eventos.checkin.queries.counters import DeviceRow, DoorCount, devices_of, door_count
from eventos.checkin.queries.devices import (
    DeviceView,
    DoorEvent,
    Hours,
    LinkView,
    device_by_token,
    device_names,
    events_to_offer,
    hours_of,
    open_link,
)

__all__ = [
    "Attendee",
    "DeviceRow",
    "DeviceView",
    "DoorCount",
    "DoorEvent",
    "Entered",
    "Hours",
    "LinkView",
    "by_ids",
    "by_public_ids",
    "by_tickets",
    "device_by_token",
    "device_names",
    "devices_of",
    "door_count",
    "earlier",
    "events_to_offer",
    "hours_of",
    "open_link",
    "search",
]
