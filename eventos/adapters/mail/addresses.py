"""What may stand in a header or an envelope: one line of text, one plain address; everything else is refused."""

import re
import unicodedata
from email.errors import MessageError
from email.headerregistry import Address


def one_line(value: str) -> str:
    """A header value on one line. The library lets a final line break and NUL pass, so every control character is refused here."""
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in value):
        raise ValueError("a header carries no line breaks or control characters")
    return value


def plain_address(address: str) -> str:
    """One plain address, its domain in ASCII (RFC 5891). Raises ValueError for lists, comments, routes and non-ASCII local parts."""
    local, at, domain = one_line(address).rpartition("@")
    try:
        parsed = Address(addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (MessageError, ValueError, IndexError):
        raise ValueError("a mail address is one plain address") from None
    if not at or not local.isascii() or re.search(r"[\s<>,;:\"()]", address) or not parsed.domain:
        raise ValueError("a mail address is one plain address")
    return parsed.addr_spec
