"""Who a row of a sheet is: somebody already known, somebody earlier in the same sheet, or somebody new.

By document; without one in common, by mail and name together; with neither, by name and entity among the registrants of the same event.
Equal names alone never join two people, and when two people answer the row is refused until it brings a document.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from eventos.registration.service.importing.reading import Problem, Read, mail_key

TWO_ANSWER = "Dos personas ya conocidas coinciden con esta fila. Agregue el documento para saber cuál es."
OTHER_NAME = "Ese documento ya está guardado con otro nombre. Se conserva el nombre guardado; revise si el número es correcto."


@dataclass(frozen=True)
class KnownPerson:
    """Somebody in the database; `id` is the person they were merged into, if they were."""

    id: int
    document: tuple[str, str] | None
    name_key: str


@dataclass
class Known:
    """What the database knows about the people of a sheet. `here` holds the registrants of this event by (name, entity)."""

    by_document: dict[tuple[str, str], KnownPerson] = field(default_factory=dict)
    by_mail: dict[tuple[str, str], list[KnownPerson]] = field(default_factory=lambda: defaultdict(list))
    here: dict[tuple[str, str], list[tuple[KnownPerson, bool]]] = field(default_factory=lambda: defaultdict(list))
    registered: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Judged:
    """A row with its verdict: new, known (registered already), repeated (line `first` brought the person), or bad."""

    read: Read
    verdict: str
    person_id: int | None = None
    attended: bool | None = None


@dataclass
class _Sheet:
    """Who was met in the sheet so far, each with the position of their first row."""

    by_person: dict[int, int] = field(default_factory=dict)
    by_document: dict[tuple[str, str], int] = field(default_factory=dict)
    by_mail: dict[tuple[str, str], list[tuple[bool, int]]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[str, str], int] = field(default_factory=dict)

    def met(self, read: Read, person: KnownPerson | None) -> int | None:
        if person is not None and person.id in self.by_person:
            return self.by_person[person.id]
        if read.document and read.document in self.by_document:
            return self.by_document[read.document]
        if read.email:
            for has_document, at in self.by_mail[mail_key(read), read.name_key]:
                if not (has_document and read.document):
                    return at
        if not read.document and not read.email:
            return self.by_name.get((read.name_key, read.entity_key))
        return None

    def meet(self, read: Read, person: KnownPerson | None, at: int) -> None:
        if person is not None:
            self.by_person[person.id] = at
        if read.document:
            self.by_document[read.document] = at
        if read.email:
            self.by_mail[mail_key(read), read.name_key].append((read.document is not None, at))
        self.by_name.setdefault((read.name_key, read.entity_key), at)


def judge(reads: Sequence[Read], known: Known) -> list[Judged]:
    """A verdict for each row, in order. What a repeated row says about attendance is added to the person's first row."""
    sheet = _Sheet()
    judged: list[Judged] = []
    for read in reads:
        if read.is_bad:
            judged.append(Judged(read, "bad"))
            continue
        candidates = _candidates(read, known)
        if len(candidates) > 1:
            judged.append(Judged(read.with_problem(_whole_row(read, TWO_ANSWER)), "bad"))
            continue
        person = candidates[0] if candidates else None
        first = sheet.met(read, person)
        if first is not None:
            note = f"Es la misma persona de la fila {judged[first].read.line}."
            judged.append(Judged(read.with_problem(_whole_row(read, note, note=True)), "repeated"))
            judged[first] = _with_attendance(judged[first], read.attended)
            continue
        sheet.meet(read, person, len(judged))
        if person and read.document == person.document is not None and person.name_key != read.name_key:
            read = read.with_problem(_whole_row(read, OTHER_NAME, note=True))
        verdict = "known" if person and person.id in known.registered else "new"
        judged.append(Judged(read, verdict, person.id if person else None, read.attended))
    return judged


def _candidates(read: Read, known: Known) -> list[KnownPerson]:
    """Whoever the row may be; one is certain, several are a doubt."""
    if read.document and read.document in known.by_document:
        return [known.by_document[read.document]]
    if read.email:
        found = known.by_mail.get((mail_key(read), read.name_key), [])
        return _likely([person for person in found if not (read.document and person.document)])
    if read.document:
        return []
    here = known.here.get((read.name_key, read.entity_key), [])
    bare = {person.id: person for person, is_bare in here if is_bare}
    return _likely(list(bare.values())) if bare else _likely([person for person, _ in here])


def _likely(people: list[KnownPerson]) -> list[KnownPerson]:
    """One of each; somebody without a document goes first, because the row brings none either."""
    each = list({person.id: person for person in people}.values())
    without = [person for person in each if person.document is None]
    return without if len(without) == 1 else each


def _with_attendance(judged: Judged, attended: bool | None) -> Judged:
    if attended is None or judged.attended:
        return judged
    return Judged(judged.read, judged.verdict, judged.person_id, attended)


def _whole_row(read: Read, message: str, *, note: bool = False) -> Problem:
    return Problem("Persona", f"{read.given_names} {read.family_names}".strip(), message, note)
