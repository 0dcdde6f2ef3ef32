"""The count of an event: inscritos and asistentes, by municipality, entity and modality. Its parts always add up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.attendance.queries.standing import (
    ABROAD,
    NO_ENTITY,
    NO_PLACE,
    OTHER_DEPARTAMENTOS,
    OTHER_MUNICIPIOS,
    expected_codes,
    group_of,
    standing,
)
from eventos.kernel import divipola, spanish
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import Modality
from eventos.registration.models import Registration


@dataclass(frozen=True)
class Figure:
    """One line of a breakdown; `key` is what its list is filtered by, `note` the subregion of a municipality."""

    key: str
    name: str
    registered: int
    attended: int
    note: str = ""


@dataclass(frozen=True)
class Count:
    """Numbers that stay apart. `marked`, `scanned` and `listed` say on what evidence the asistentes count, and add up to `attended`.

    `municipalities` are those the cycle expects, zeroes too, most asistentes first; all that people come from when it expects none.
    """

    registered: int
    attended: int
    marked: int
    scanned: int
    listed: int
    expected: tuple[str, ...]
    municipalities: tuple[Figure, ...]
    other_municipios: Figure
    other_departamentos: Figure
    abroad: Figure
    unknown: Figure
    entities: tuple[Figure, ...]
    modalities: tuple[Figure, ...]

    @property
    def absent(self) -> int:
        return self.registered - self.attended

    @property
    def apart(self) -> tuple[Figure, ...]:
        """What counts outside the expected municipalities, in the order it is told."""
        return (self.other_municipios, self.other_departamentos, self.abroad, self.unknown)

    @property
    def inside(self) -> int:
        """Asistentes of the municipalities listed."""
        return sum(figure.attended for figure in self.municipalities)

    @property
    def present(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.municipalities if figure.attended)

    @property
    def missing(self) -> tuple[Figure, ...]:
        """The expected municipalities from which nobody came."""
        return tuple(figure for figure in self.municipalities if not figure.attended) if self.expected else ()

    @property
    def home(self) -> tuple[str, ...]:
        """The departamentos of the municipalities listed, by name."""
        codes = {code[:2] for code in self.expected or [figure.key for figure in self.municipalities]}
        return tuple(found.name for code in sorted(codes) if (found := divipola.departamento(code)) is not None)

    @property
    def home_words(self) -> str:
        """ "Caldas", "Caldas y Risaralda"; "Colombia" when they are many."""
        return spanish.join_and(self.home) if 0 < len(self.home) < 4 else "Colombia"


def count(db: Session, event_id: int, *, expected: tuple[str, ...] | None = None) -> Count:
    """Count an event: two statements however many people it has, one when `expected` (DIVIPOLA codes) is known already."""
    if expected is None:
        expected = expected_codes(db, event_id)
    which = standing(event_id)
    keys = [
        Registration.divipola,
        Registration.country,
        Registration.entity_key,
        Registration.entity_name,
        Registration.modality,
        which.attended,
        which.decided.c.attended.is_(True),
        which.scanned,
    ]
    rows = db.execute(select(*keys, func.count()).select_from(which.source).where(which.counted).group_by(*keys)).all()
    return _add_up(rows, expected)


class _Sums:
    """Registered and attended, summed under a key."""

    def __init__(self) -> None:
        self.registered: Counter[str] = Counter()
        self.attended: Counter[str] = Counter()

    def add(self, key: str, number: int, *, attended: bool) -> None:
        self.registered[key] += number
        self.attended[key] += number if attended else 0

    def figure(self, key: str, name: str, note: str = "") -> Figure:
        return Figure(key, name, self.registered[key], self.attended[key], note)


def _add_up(rows: Iterable[Sequence[Any]], expected: tuple[str, ...]) -> Count:
    places, entities, modalities, whole = _Sums(), _Sums(), _Sums(), _Sums()
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    marked = scanned = 0
    for code, country, entity_key, entity_name, modality, attended, by_office, by_door, number in rows:
        came = bool(attended)
        places.add(group_of(code, country, expected), number, attended=came)
        entities.add(entity_key or NO_ENTITY, number, attended=came)
        modalities.add(modality, number, attended=came)
        whole.add("", number, attended=came)
        spellings[entity_key or NO_ENTITY][entity_name] += number
        marked += number if by_office else 0
        scanned += number if by_door else 0
    listed_codes = expected or tuple(key for key in places.registered if divipola.get(key) or key.isdigit())
    return Count(
        registered=whole.registered[""],
        attended=whole.attended[""],
        marked=marked,
        scanned=scanned,
        listed=whole.attended[""] - marked - scanned,
        expected=expected,
        municipalities=_ordered(_municipio(places, code) for code in listed_codes),
        other_municipios=places.figure(OTHER_MUNICIPIOS, "Otros municipios del departamento"),
        other_departamentos=places.figure(OTHER_DEPARTAMENTOS, "Otros departamentos"),
        abroad=places.figure(ABROAD, "Fuera de Colombia"),
        unknown=places.figure(NO_PLACE, "Sin municipio"),
        entities=_ordered(entities.figure(key, _commonest(spellings[key])) for key in entities.registered),
        modalities=_ordered(modalities.figure(key, Modality(key).label) for key in modalities.registered),
    )


def _municipio(places: _Sums, code: str) -> Figure:
    place = divipola.get(code)
    return places.figure(code, place.name, place.subregion or "") if place else places.figure(code, code)


def _commonest(spellings: Counter[str]) -> str:
    """The spelling most people used; of equals, the first by the alphabet."""
    return min(spellings, key=lambda name: (-spellings[name], name)) or "Sin entidad"


def _ordered(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda each: (-each.attended, fold(each.name), each.key)))
