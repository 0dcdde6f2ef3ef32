"""The list an acta freezes: who is in it and in what part, its canonical hash, and what changed between two of them."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from hashlib import sha256

from eventos.kernel.vocabulary import Word


class Part(Word):
    """What somebody did at the event."""

    ATTENDEE = "attendee", "Asistente"
    SPEAKER = "speaker", "Expositor o expositora"
    ORGANISER = "organiser", "Parte de la organización"


class Others(Word):
    """What the acta does with speakers and organisers; the count of asistentes never includes them."""

    APART = "apart", "Expositores y organizadores figuran aparte"
    EXCLUDED = "excluded", "Expositores y organizadores no figuran"


@dataclass(frozen=True)
class Entry:
    """One person of a list, with what the acta freezes about them."""

    registration_id: int
    part: str
    evidence: str
    divipola: str | None
    country: str
    entity_name: str
    modality: str


@dataclass(frozen=True)
class Difference:
    """Registrations that a list has and the one before it had not, the reverse, and those that say something else. Asistentes first."""

    added: tuple[int, ...]
    removed: tuple[int, ...]
    altered: tuple[int, ...]


def list_hash(entries: Iterable[Entry]) -> str:
    """SHA-256 (hexadecimal) of the canonical list: one JSON array per person, in the order of their registrations, a line each."""
    lines = [
        json.dumps(list(astuple(entry)), ensure_ascii=False, separators=(",", ":"))
        for entry in sorted(entries, key=lambda each: each.registration_id)
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def compare(before: Iterable[Entry], after: Iterable[Entry]) -> Difference:
    """What changed between two lists. Added and removed are asistentes; any other difference of a person is an alteration."""
    old, new = ({each.registration_id: each for each in entries} for entries in (before, after))
    came = {number for number, each in new.items() if each.part == Part.ATTENDEE}
    had = {number for number, each in old.items() if each.part == Part.ATTENDEE}
    moved = (came - had) | (had - came)
    altered = {number for number in old.keys() | new.keys() if old.get(number) != new.get(number)} - moved
    return Difference(tuple(sorted(came - had)), tuple(sorted(had - came)), tuple(sorted(altered)))
