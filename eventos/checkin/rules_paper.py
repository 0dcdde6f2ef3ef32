"""A list on paper beside the people of an event: who each line is, whom it may be, or nobody. By document, or by the whole name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventos.kernel.text import clean, fold

MOST_LINES = 1000
SHORTEST_DOCUMENT = 5
MOST_OFFERED = 5
_CELLS = re.compile(r"[;,\t|]")
_NUMBERING = re.compile(r"^\s*\d{1,4}\s*[.)]\s+")
_DOCUMENT = re.compile(r"(?:(?:CC|CE|TI|PA|PEP|PPT)[\s.:]*)?([A-Z]{0,3}\d[\d.\s]{3,16}\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line as it was written, with what was understood of it."""

    number: int
    text: str
    document: str = ""
    name: str = ""


@dataclass(frozen=True)
class Expected:
    """Somebody registered for the event, by every document they ever gave."""

    public_id: str
    name: str
    documents: tuple[str, ...]
    shown: str = ""


@dataclass(frozen=True)
class Matched:
    """A line with the people it may be: one who surely is, some to choose from, or none."""

    line: Line
    people: tuple[Expected, ...] = ()
    is_sure: bool = False
    why: str = ""


def read_lines(text: str) -> list[Line]:
    """What was pasted, a person a line; empty lines are left out."""
    found = []
    for number, told in enumerate(text.splitlines(), start=1):
        if clean(told):
            found.append(read_cells(number, [_NUMBERING.sub("", cell) for cell in _CELLS.split(told)]))
    return found


def read_cells(number: int, cells: Sequence[str]) -> Line:
    """The document is the first cell that looks like one, and the name the longest of the others."""
    told = [clean(cell) for cell in cells]
    document, names = "", []
    for cell in told:
        found = None if document else _DOCUMENT.search(cell)
        plain = _plain(found[1]) if found else ""
        if found and sum(char.isdigit() for char in plain) >= SHORTEST_DOCUMENT:
            document = plain
            names.append(clean(cell[: found.start()] + " " + cell[found.end() :]))
        else:
            names.append(cell)
    name = max((cell for cell in names if len(fold(cell).split()) > 1 and not any(char.isdigit() for char in cell)), key=len, default="")
    return Line(number, ", ".join(cell for cell in told if cell), document, name)


def match(lines: Iterable[Line], expected: Iterable[Expected]) -> list[Matched]:
    """Who each line is. Whoever comes twice in the list is told once, and said to be repeated the second time."""
    by_document: dict[str, list[Expected]] = defaultdict(list)
    by_words: dict[frozenset[str], list[Expected]] = defaultdict(list)
    by_word: dict[str, set[Expected]] = defaultdict(set)
    for person in expected:
        for document in person.documents:
            by_document[_plain(document)].append(person)
        words = frozenset(fold(person.name).split())
        by_words[words].append(person)
        for word in words:
            by_word[word].add(person)
    seen: set[str] = set()
    found = []
    for line in lines:
        one = _match(line, by_document, by_words, by_word)
        if one.is_sure and one.people[0].public_id in seen:
            one = Matched(line, (), why=f"{one.people[0].name} ya está en otra línea de esta lista.")
        seen.update(person.public_id for person in one.people if one.is_sure)
        found.append(one)
    return found


def _match(
    line: Line, by_document: dict[str, list[Expected]], by_words: dict[frozenset[str], list[Expected]], by_word: dict[str, set[Expected]]
) -> Matched:
    if line.document and (people := by_document.get(line.document)):
        return Matched(
            line, tuple(people[:MOST_OFFERED]), len(people) == 1, "" if len(people) == 1 else "Varias personas tienen ese documento."
        )
    words = frozenset(fold(line.name).split())
    people = by_words.get(words, []) if words else []
    if len(people) == 1 and not line.document:
        return Matched(line, (people[0],), is_sure=True)
    if people:
        why = "El nombre coincide, pero el documento no." if line.document else "Varias personas se llaman así."
        return Matched(line, tuple(people[:MOST_OFFERED]), why=why)
    near = _near(words, by_word)
    if near:
        return Matched(line, tuple(near), why="El nombre se parece. Elija a la persona si es ella.")
    return Matched(
        line, (), why="Nadie inscrito tiene ese documento ni ese nombre." if line.document or words else "No se entiende a quién nombra."
    )


def _near(words: frozenset[str], by_word: dict[str, set[Expected]]) -> list[Expected]:
    """People whose name holds every word of a shorter one, or all of whose words are in a longer one; two words at least."""
    if len(words) < 2:
        return []
    around = set().union(*(by_word.get(word, set()) for word in words))
    near = [person for person in around if len(mine := frozenset(fold(person.name).split())) > 1 and (mine <= words or words <= mine)]
    return sorted(near, key=lambda person: (person.name, person.public_id))[:MOST_OFFERED]


def _plain(document: str) -> str:
    return "".join(char for char in document.upper() if char.isalnum())
