"""The doors of the door: devices and counters for staff, the link that enrols a phone, and the phone's own pages."""

from eventos.checkin.web import app, arrival, link, log, marking, phone, refused, rooms, screen, staff, walk_in
from eventos.checkin.web.browser import start
from eventos.checkin.web.doors import app_files, arrival_pages, device_pages, links, own_arrival, staff_pages

DOORS = (staff_pages, links, device_pages, app_files, arrival_pages, own_arrival)
START = (start,)
NOTICES = {**staff.NOTICES, **phone.NOTICES, **rooms.NOTICES, **log.NOTICES}

__all__ = [
    "DOORS",
    "NOTICES",
    "START",
    "app",
    "arrival",
    "link",
    "log",
    "marking",
    "phone",
    "refused",
    "rooms",
    "screen",
    "staff",
    "walk_in",
]
