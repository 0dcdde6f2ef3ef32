"""The doors of the door: devices and counters for staff, the link that enrols a phone, and the phone's own pages."""

from eventos.checkin.web import link, phone, staff, walk_in
from eventos.checkin.web.browser import start
from eventos.checkin.web.doors import device_pages, links, staff_pages

DOORS = (staff_pages, links, device_pages)
START = (start,)
NOTICES = {**staff.NOTICES, **phone.NOTICES}

__all__ = ["DOORS", "NOTICES", "START", "link", "phone", "staff", "walk_in"]
