"""iCalendar files (RFC 5545, 5546, 7986): the invite and its cancellation for one person, and public calendars for anybody."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal

from icalendar import Alarm, Calendar, Event, Parameters, Timezone, vCalAddress, vDuration, vText, vUri

from eventos.kernel.clock import BOGOTA

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

_REMINDER = timedelta(hours=-1)
_REFRESH = timedelta(hours=1)
# Bogotá has kept one offset since April 1993, so the zone needs a single rule; the library would otherwise add the summer time of
# 1992 as a DAYLIGHT without recurrence, which some clients take for a rule of every year.
_ZONE_SINCE = date(1993, 4, 4)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_ADDRESS = re.compile(r"[^\s@<>;:,\"\x00-\x1f\x7f]+@[^\s@<>;:,\"\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One day of an event. `suffix` names the day for ever ("1", "2", …): it becomes part of the UID; "" adds nothing."""

    starts_at: datetime
    ends_at: datetime
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class _Occasion:
    uid: str  # "…@host", random and stable
    sequence: int  # raised by one with every change and with the cancellation
    slots: tuple[Slot, ...]
    summary: str
    description: str
    location: str
    url: str | None
    organizer_name: str
    organizer_email: str
    conference_url: str | None  # reproduced byte for byte
    stamped_at: datetime
    status: Status = "CONFIRMED"


@dataclass(frozen=True, kw_only=True)
class PublicEvent(_Occasion):
    """An event as anybody may download or subscribe to it: it names no attendee and carries no personal link."""


@dataclass(frozen=True, kw_only=True)
class Invite(_Occasion):
    """An event as one person is invited to it. `organizer_email` must be the From of the mail that carries it."""

    attendee_name: str
    attendee_email: str


def request(invite: Invite) -> bytes:
    """Invite one person, or update an earlier invite (RFC 5546 §3.2.2), with an answer asked for and a reminder one hour before.

    One VEVENT a day. RFC 5546 wants a single UID in a REQUEST and Outlook reads only the first, so for an event of several days send
    one mail a day, each with `dataclasses.replace(invite, slots=(slot,))`: the suffix keeps the UID the same either way.
    Raises ValueError for values that iCalendar cannot carry (naive or reversed times, control characters in addresses or links).
    """
    calendar = _calendar("REQUEST")
    for slot in _slots(invite):
        event = _event(invite, slot)
        event.add_component(_reminder(invite.summary))
        event.add("attendee", _person(invite.attendee_name, invite.attendee_email, role="REQ-PARTICIPANT", answer=True))
        calendar.add_component(event)
    return _finish(calendar)


def cancel(invite: Invite) -> bytes:
    """Take an invite back (RFC 5546 §3.2.5). `invite.sequence` must be higher than the last one sent; the status says CANCELLED."""
    calendar = _calendar("CANCEL")
    for slot in _slots(invite):
        event = _event(invite, slot, status="CANCELLED")
        event.add("attendee", _person(invite.attendee_name, invite.attendee_email, role="REQ-PARTICIPANT"))
        calendar.add_component(event)
    return _finish(calendar)


def publish(events: Sequence[PublicEvent], *, calendar_name: str) -> bytes:
    """Publish events to anybody (RFC 5546 §3.2.1): no attendee, and how often a subscriber should ask again (RFC 7986 §5.7)."""
    calendar = _calendar("PUBLISH")
    name = _text(calendar_name)
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("x-wr-timezone", vText(BOGOTA.key))
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    for event in events:
        for slot in _slots(event):
            calendar.add_component(_event(event, slot))
    return _finish(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//eventos//ES")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _finish(calendar: Calendar) -> bytes:
    calendar.subcomponents.insert(0, _zone())
    wire: bytes = calendar.to_ical()
    return wire


@cache
def _zone() -> Timezone:
    """The VTIMEZONE that every calendar of this house needs, made once: the library takes 10 ms to look through a zone's history."""
    event, sample = Event(), Calendar()
    event.add("dtstart", datetime(2026, 1, 1, tzinfo=BOGOTA))
    sample.add_component(event)
    sample.add_missing_timezones(first_date=_ZONE_SINCE)
    zone = sample.timezones[0]
    zone.pop("COMMENT", None)  # the library's note that its rules end in 2038; a single fixed offset does not end
    return zone


def _slots(occasion: _Occasion) -> tuple[Slot, ...]:
    """The days of an occasion, refused when a calendar would show nonsense."""
    if occasion.stamped_at.tzinfo is None:
        raise ValueError("a calendar needs an aware stamp")
    if not occasion.slots:
        raise ValueError("an event in a calendar needs at least one day")
    if len({slot.suffix for slot in occasion.slots}) != len(occasion.slots):
        raise ValueError("two days of one event need different suffixes, or one would replace the other")
    for slot in occasion.slots:
        if slot.starts_at.tzinfo is None or slot.ends_at.tzinfo is None:
            raise ValueError("a calendar needs aware times")
        if slot.ends_at <= slot.starts_at:
            raise ValueError("an event ends after it starts")
    return occasion.slots


def _event(occasion: _Occasion, slot: Slot, *, status: Status | None = None) -> Event:
    if occasion.sequence < 0:
        raise ValueError("SEQUENCE counts from zero")
    event = Event()
    event.add("uid", vText(_uid(occasion.uid, slot.suffix)))
    event.add("sequence", occasion.sequence)
    event.add("dtstamp", occasion.stamped_at.astimezone(UTC))
    event.add("dtstart", slot.starts_at.astimezone(BOGOTA))
    event.add("dtend", slot.ends_at.astimezone(BOGOTA))
    event.add("summary", vText(_text(occasion.summary)))
    event.add("status", status or occasion.status)
    event.add("transp", "OPAQUE")
    event.add("organizer", _person(occasion.organizer_name, occasion.organizer_email))
    if occasion.description:
        event.add("description", vText(_text(occasion.description)))
    if occasion.location:
        event.add("location", vText(_text(occasion.location)))
    if occasion.url:
        event.add("url", vUri(_uri(occasion.url)))
    if occasion.conference_url:
        # As a list, or the library quotes both features into one; VALUE=URI because the property has no default type.
        how = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": "Link de ingreso"})
        event.add("conference", vUri(_uri(occasion.conference_url)), parameters=how)
    return event


def _reminder(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", vText(_text(summary)))
    alarm.add("trigger", _REMINDER)
    return alarm


def _person(name: str, address: str, *, role: str | None = None, answer: bool = False) -> vCalAddress:
    """A calendar address. Double quotes cannot stand in a parameter (RFC 5545 §3.2) and many clients do not know RFC 6868."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError("a calendar address is one plain mail address")
    person = vCalAddress(f"mailto:{address}")
    if name:
        person.params["CN"] = " ".join(_text(name).replace('"', "'").split())
    if role:
        person.params["ROLE"] = role
        person.params["CUTYPE"] = "INDIVIDUAL"
    if answer:
        person.params["PARTSTAT"] = "NEEDS-ACTION"
        person.params["RSVP"] = "TRUE"
    return person


def _uid(uid: str, suffix: str) -> str:
    """`abc@host` and day `2` make `abc-2@host`."""
    if not uid.isascii() or not uid.isprintable() or " " in uid or uid.count("@") != 1:
        raise ValueError("a UID is printable ASCII of the form id@host")
    if suffix and not (suffix.isascii() and suffix.replace("-", "").isalnum()):
        raise ValueError("a day's suffix is letters, digits and hyphens")
    local, host = uid.split("@")
    return f"{local}-{suffix}@{host}" if suffix else uid


def _uri(uri: str) -> str:
    """A link exactly as given; what could break out of its content line is refused, never mended."""
    if not _URI.fullmatch(uri):
        raise ValueError("a link in a calendar is one absolute ASCII URI")
    return uri


def _text(text: str) -> str:
    """Text as RFC 5545 §3.3.11 allows it: one kind of line end, no control characters (some readers end a line at each of them)."""
    unified = text.replace("\r\n", "\n")
    for separator in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        unified = unified.replace(separator, "\n")
    return "".join(char for char in unified if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
