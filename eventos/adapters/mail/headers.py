"""What stands in a header or an envelope: one line of text or one plain address, written out here and never by the library.

Python's `email` parses what it is given before writing it. It then decodes `=?utf-8?q?=0D=0ABcc:…?=`, which anybody can type as a name,
into a real line break; loses the quotes of long names, so that a comma in them starts another address; and encodes links of more than
78 characters. (All three were seen with Python 3.11.7.) So values are encoded here, into ASCII tokens, and go out as written.
"""

import re
import unicodedata
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import SMTP, Policy
from typing import Any

LINE = 76  # characters, as RFC 2047 §2 asks of lines with encoded words
_WORD = 60  # characters of one encoded word, so that it fits a line beside the longest header name used here
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PHRASE = re.compile(rf"{_ATOM}( {_ATOM})*")
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_UNENCODED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047 §5(3), the strictest of its sets


class _AsWritten(BaseHeader):
    """A header that is kept and sent as it was given, folded only at its spaces."""

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Accept tokens without reading anything into them (the name and shape are the base class's)."""
        if not value.isascii() or not value.isprintable():
            raise ValueError("a header is printable ASCII; words are encoded before they get here")
        kwds["parse_tree"], kwds["decoded"] = None, value

    def fold(self, *, policy: Policy) -> str:
        lines = [f"{self.name}:"]
        for token in self.split(" "):
            if len(lines[-1]) + 1 + len(token) > LINE and len(lines[-1]) > len(self.name) + 1:
                lines.append("")
            lines[-1] += f" {token}"
        return policy.linesep.join(lines) + policy.linesep


class _Registry(HeaderRegistry):
    """The library keeps the headers of structure, whose values are made in this package; the rest goes out as written."""

    def __call__(self, name: str, value: Any) -> BaseHeader:
        structural = name.lower() in {"date", "mime-version"} or name.lower().startswith("content-")
        return super().__call__(name, value) if structural else _AsWritten(name, value)


POLICY = SMTP.clone(header_factory=_Registry())


def one_line(value: str) -> str:
    """The same text, if it is one line without control characters; otherwise ValueError."""
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in value):
        raise ValueError("a header carries no line breaks or control characters")
    return value


def words(text: str) -> str:
    """Text for a Subject: as it is when that is harmless, otherwise encoded words (RFC 2047)."""
    one_line(text)
    plain = text.isascii() and "=?" not in text and text == " ".join(text.split()) and max(map(len, text.split()), default=0) <= _WORD
    return text if plain else _encoded(text)


def mailbox(name: str, address: str) -> str:
    """`name <address>`. A name that is not bare words is encoded rather than quoted."""
    spec = plain_address(address)
    if not one_line(name).strip():
        return spec
    plain = _PHRASE.fullmatch(name) and "=?" not in name and max(map(len, name.split())) <= _WORD
    return f"{name if plain else _encoded(name)} <{spec}>"


def plain_address(address: str) -> str:
    """One plain address, its domain in ASCII (RFC 5891). Raises ValueError for lists, comments, quotes and non-ASCII local parts."""
    local, _, domain = one_line(address).rpartition("@")
    try:
        spec = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        spec = ""
    if len(spec) > 254 or "=?" in spec or not _ADDRESS.fullmatch(spec):
        raise ValueError("a mail address is one plain address")
    return spec


def _encoded(text: str) -> str:
    """Encoded words in the Q encoding, none of which splits a character; readers drop the space between two of them."""
    chunks = [""]
    for char in text:
        piece = char if char in _UNENCODED else "_" if char == " " else "".join(f"={byte:02X}" for byte in char.encode("utf-8"))
        if len("=?utf-8?q??=") + len(chunks[-1]) + len(piece) > _WORD:
            chunks.append("")
        chunks[-1] += piece
    return " ".join(f"=?utf-8?q?{chunk}?=" for chunk in chunks)
