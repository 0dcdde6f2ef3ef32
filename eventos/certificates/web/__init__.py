"""The doors of constancias: verifying by anybody, one's own, and the office's list; and escarapelas."""

from eventos.certificates.web import badges, desk, mine, verify
from eventos.certificates.web.desk import NOTICES

DOORS = (verify.door, mine.door, desk.door)

__all__ = ["DOORS", "NOTICES", "badges", "desk", "mine", "verify"]
