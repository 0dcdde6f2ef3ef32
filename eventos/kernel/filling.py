"""Texts with fields «{nombre}» that an office writes: each is looked for in a list and replaced by plain text, once; nothing is run.

What a value holds is neither filled again nor followed as an address. Pure, and used by every room whose mails an office may word.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

FIELD = re.compile(r"\{([^{}\n]*)\}")
_ADDRESS = re.compile(r"https?://[^\s<>{}\"]+[^\s<>{}\".,;:!?)\]]")
_NONE: AbstractSet[str] = frozenset()


@dataclass(frozen=True)
class Piece:
    """A run of text, or an address to follow."""

    text: str
    is_link: bool = False


Paragraphs = list[list[list[Piece]]]


def has_loose_brace(text: str) -> bool:
    """Whether a brace is left once every field is taken out."""
    rest = FIELD.sub("", text)
    return "{" in rest or "}" in rest


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each field's value in its place."""
    return "".join(piece.text for piece in pieces(text, values))


def paragraphs(text: str, values: Mapping[str, str], *, links: AbstractSet[str] = _NONE) -> Paragraphs:
    """Paragraphs of lines of pieces, for HTML. `links`: the fields whose value is an address to follow."""
    whole = text.replace("\r\n", "\n").strip()
    return [
        [pieces(line, values, links=links) for line in paragraph.split("\n")]
        for paragraph in re.split(r"\n[ \t]*\n\s*", whole)
        if paragraph.strip()
    ]


def pieces(text: str, values: Mapping[str, str], *, links: AbstractSet[str] = _NONE) -> list[Piece]:
    """A text around its fields, with the addresses that were typed told apart. A field that is not known (of a text that was kept before
    the list changed) stays as it was written."""
    found: list[Piece] = []
    parts = FIELD.split(text)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            found += _typed(part)
        elif (name := part.strip().lower()) in values:
            found.append(Piece(_value(values[name], parts[at + 1]), name in links))
        else:
            found.append(Piece(f"{{{part}}}"))
    return [piece for piece in found if piece.text]


def _typed(text: str) -> list[Piece]:
    found, last = [], 0
    for address in _ADDRESS.finditer(text):
        found += [Piece(text[last : address.start()]), Piece(address[0], is_link=True)]
        last = address.end()
    return [*found, Piece(text[last:])]


def _value(value: str, after: str) -> str:
    """What a field says before these words: "8:00 a. m." loses its full stop before another."""
    return value[:-1] if value.endswith(".") and after.startswith(".") else value
