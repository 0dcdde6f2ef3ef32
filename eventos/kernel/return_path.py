"""Where a mail that cannot be delivered comes back to: an address of its own for each message, which nobody else can make.

The envelope says `rebotes+<token>@dominio` (a variable envelope return path); the token is an HMAC-SHA-256 of the Message-ID, cut to
128 bits, in lower-case base32, because servers may lose the case of a local part.
"""

import base64
import hmac
from collections.abc import Iterable
from hashlib import sha256

from eventos.kernel import tokens

_mailbox: list[str] = []


def configure(mailbox: str) -> None:
    """Say which mailbox takes bounces; "" for none (the roof does, once)."""
    _mailbox[:] = [mailbox] if mailbox else []


def address(message_id: str) -> str | None:
    """The envelope sender of a message, or None when no mailbox is set."""
    if not _mailbox:
        return None
    local, _, domain = _mailbox[0].partition("@")
    return f"{local}+{_token(tokens.ring().all('bounce')[0], message_id)}@{domain}"


def is_ours(addresses: Iterable[str], message_id: str) -> bool:
    """Whether one of these addresses is the way back of that message, under any of our keys."""
    if not _mailbox:
        return False
    local, _, domain = _mailbox[0].lower().partition("@")
    wanted = [f"{local}+{_token(key, message_id)}@{domain}".encode() for key in tokens.ring().all("bounce")]
    return any(hmac.compare_digest(one.strip().lower().encode(), each) for one in addresses for each in wanted)


def _token(key: bytes, message_id: str) -> str:
    return base64.b32encode(hmac.new(key, message_id.encode(), sha256).digest()[:16]).decode().rstrip("=").lower()
