"""Reads of the door: the device behind a cookie, what a code is, who is searched for, and the counters of the organiser."""

from eventos.checkin.queries.arrivals import arrival_event, confirmed_on, registration_by, screens_of
from eventos.checkin.queries.attendees import LET_IN, STANDS, Attendee, Moved, by_ids, search
from eventos.checkin.queries.counters import DeviceRow, DoorCount, devices_of, door_count
from eventos.checkin.queries.devices import (
    COMMON,
    DeviceView,
    DoorEvent,
    Hours,
    LinkView,
    Room,
    device_by_token,
    device_names,
    door_event,
    door_event_by_id,
    events_to_offer,
    hours_of,
    open_link,
    room_updated_at,
)
from eventos.checkin.queries.panel import Panel, panel_of
from eventos.checkin.queries.readings import LookedUp, answered, earlier, event_names, lock, look_up

__all__ = [
    "COMMON",
    "LET_IN",
    "STANDS",
    "Attendee",
    "DeviceRow",
    "DeviceView",
    "DoorCount",
    "DoorEvent",
    "Hours",
    "LinkView",
    "LookedUp",
    "Moved",
    "Panel",
    "Room",
    "answered",
    "arrival_event",
    "by_ids",
    "confirmed_on",
    "device_by_token",
    "device_names",
    "devices_of",
    "door_count",
    "door_event",
    "door_event_by_id",
    "earlier",
    "event_names",
    "events_to_offer",
    "hours_of",
    "lock",
    "look_up",
    "open_link",
    "panel_of",
    "registration_by",
    "room_updated_at",
    "screens_of",
    "search",
]
