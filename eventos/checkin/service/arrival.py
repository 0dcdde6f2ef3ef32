"""People who confirm their own arrival: the code of a room that changes, the pass it gives, and the reading that follows.

A code proves that somebody saw the room's screen within the last minute; who they are is proved by their personal link, or by document and
mail together. What is written down is a reading like any other, of the room's screen.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from eventos.checkin import queries
from eventos.checkin.queries import DoorEvent
from eventos.checkin.rules import Flag, SeenScan, Verdict
from eventos.checkin.service.devices import screen_of
from eventos.checkin.service.scans import record_scans
from eventos.checkin.service.told import Answer
from eventos.kernel import clock, tokens
from eventos.kernel.limits import Limit

STEP = timedelta(seconds=30)
PASS_LIFE = timedelta(minutes=10)
CODE_LENGTH = 6
MOST_ON_A_PHONE = 2
PER_PASS = Limit("checkin.arrival_pass", 5, timedelta(minutes=10))
PER_ADDRESS = Limit("checkin.arrival", 600, timedelta(minutes=10))  # an auditorium is one address
REASON = "Confirmó su llegada en su teléfono"
_PASS, _CODE, _PHONE = "arrival-pass", "arrival-code", "arrival-phone"
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that reads like another
_MEANT = str.maketrans("OILU", "011V")


def code_of(event_id: int, room: str, at: datetime, *, key: bytes | None = None) -> str:
    """The code of a room in the half minute of `at`: six signs of an HMAC-SHA-256 over event, room and half minute (RFC 6238's way)."""
    step = int(at.timestamp() // STEP.total_seconds())
    key = key or tokens.ring().all(_CODE)[0]
    number = int.from_bytes(hmac.digest(key, f"{event_id}:{room}:{step}".encode(), sha256)[:8], "big")
    signs = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[rest])
    return "".join(signs)


def left(at: datetime) -> int:
    """How many seconds the present code is still shown, at least one."""
    return max(1, int(STEP.total_seconds() - at.timestamp() % STEP.total_seconds()))


def room_of(event_id: int, rooms: Iterable[str], typed: str, at: datetime) -> str | None:
    """The room whose code this is, now or in the half minute before; None for any other. Typed as people do, in any case and spaced."""
    told = "".join(char for char in typed.upper() if char.isalnum()).translate(_MEANT).encode()
    good = [
        (room, code_of(event_id, room, moment, key=key).encode())
        for room in rooms
        for moment in (at, at - STEP)
        for key in tokens.ring().all(_CODE)
    ]
    found = [room for room, code in good if hmac.compare_digest(code, told)]
    return found[0] if found else None


@dataclass(frozen=True)
class Pass:
    """That somebody was in a room of an event within the last ten minutes. `key` names the pass in limits and readings."""

    event_id: int
    room: str
    key: str


def issue_pass(event_id: int, room: str) -> str:
    """A pass for whoever showed a good code, to be shown again within ten minutes."""
    content = {"event": event_id, "room": room, "key": tokens.public_id()}
    return tokens.issue(_PASS, content, expires_at=clock.now() + PASS_LIFE)


def read_pass(token: str, event_id: int) -> Pass:
    """What `issue_pass` wrote, for this event. Raises BadToken, ExpiredToken."""
    content = tokens.read(_PASS, token)
    if content["event"] != event_id:
        raise tokens.BadToken(_PASS)
    return Pass(content["event"], content["room"], content["key"])


def phone_key(phone: str) -> str:
    """What is kept of the phone that somebody confirmed on: a keyed hash of its random name."""
    return hmac.new(tokens.ring().all(_PHONE)[0], phone.encode(), sha256).hexdigest()[:32]


def arrive(db: Session, event: DoorEvent, passed: Pass, registration: str, *, phone: str, now: datetime) -> Answer:
    """Write down that somebody says they are in the room; the same judge answers. Pressed twice with one pass, it is once.

    Who was refused and comes back with the same pass, after answering what was asked, is judged anew.
    A phone on which more than two people confirmed is flagged, never refused: a colleague without a telephone is no fraud.
    """
    screen, key = screen_of(db, event, passed.room, now=now), phone_key(phone)
    nonce = f"llegada-{passed.key}-{registration}"
    before = queries.earlier(db, screen.id, [nonce]).get(nonce)
    if before is not None and before.verdict not in (Verdict.ACCEPTED, Verdict.REPEATED):
        nonce = f"{nonce}-{int(now.timestamp())}"
    others = queries.confirmed_on(db, event.id, key, but=registration)
    seen = SeenScan(
        nonce=nonce,
        registration=registration,
        room=passed.room,
        scanned_at=now,
        reason=REASON,
        phone_key=key,
        flags=(Flag.PHONE,) if others >= MOST_ON_A_PHONE else (),
    )
    return record_scans(db, screen, event, [seen], now=now)[0]
