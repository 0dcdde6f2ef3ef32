"""The doors of the door for programs: what a phone prepares itself with, what it read, and whom it looks for."""

from eventos.checkin.api import device, manifest, people, scans  # noqa: F401 - their operations
from eventos.checkin.api.doors import door

DOORS = (door,)
