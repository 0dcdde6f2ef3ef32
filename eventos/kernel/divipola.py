"""DIVIPOLA, the official list of Colombia's departamentos and municipios: looked up by code, searched by hand, resolved on import.

Source: DANE (Departamento Administrativo Nacional de Estadística), Codificación de la División Político-Administrativa de Colombia,
in `data/divipola.csv`, to which the `subregion` column adds the subregions of Caldas; `data/divipola_alias.csv` holds what people write
instead ("Dorada", "Cali"). Codes are text ("05001"). Names repeat (Riosucio, Palestina and Salamina of Caldas have namesakes elsewhere),
so a name alone never decides when two places answer to it.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from eventos.kernel.text import fold, titled

_ARTICLE = re.compile(r"^(?:el|la|los|las) ")
_CIVIC_PREFIX = re.compile(r"^(?:municipio|mpio|alcaldia(?: municipal)?)(?: de| del)? ")

_DEPARTAMENTO_ALIASES: Mapping[str, str] = {
    "bogota": "11",
    "bogota dc": "11",
    "valle": "76",
    "guajira": "44",
    "n de santander": "54",
    "san andres": "88",
    "san andres y providencia": "88",
    "san andres providencia y santa catalina": "88",
}


def _without_article(name: str) -> str:
    return _ARTICLE.sub("", name, count=1)


def _without_spaces(name: str) -> str:
    return name.replace(" ", "")


_SHAPES: tuple[Callable[[str], str], ...] = (str, _without_article, _without_spaces)


@dataclass(frozen=True, slots=True)
class Departamento:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Municipio:
    """One row of DIVIPOLA: `kind` is DANE's ("Municipio", "Isla", "Área no municipalizada"), `lat` and `lon` are degrees."""

    code: str
    name: str
    departamento_code: str
    departamento: str
    subregion: str | None
    lat: float
    lon: float
    kind: str

    @property
    def label(self) -> str:
        """ "Riosucio, Caldas"; the capital district, its own departamento, is said once."""
        return self.name if self.departamento_code == "11" else f"{self.name}, {self.departamento}"


class Certainty(StrEnum):
    EXACT = "exact"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """What a typed name means: `municipio` only when `certainty` is exact, else the `candidates` to offer, likeliest first."""

    certainty: Certainty
    municipio: Municipio | None = None
    candidates: tuple[Municipio, ...] = ()

    @property
    def is_exact(self) -> bool:
        return self.certainty is Certainty.EXACT


@dataclass(frozen=True, slots=True)
class _Spellings:
    """How one municipio may be written, folded: its names (the official one first), those plus other beginnings, its departamento."""

    names: tuple[str, ...]
    beginnings: tuple[str, ...]
    departamento: str


@dataclass(frozen=True, slots=True)
class _Register:
    """The whole list and its indexes, read once; names are folded.

    `departamento_codes` goes from the longest name to the shortest ("valle del cauca" before "cauca"). `indexes` are tried in turn:
    names and aliases, names whatever their article, names whatever their spaces.
    """

    municipios: Mapping[str, Municipio]
    departamentos: Mapping[str, Departamento]
    departamento_codes: Mapping[str, str]
    indexes: tuple[Mapping[str, frozenset[str]], ...]
    spellings: Mapping[str, _Spellings]


@cache
def _register() -> _Register:
    municipios = {row["codigo_municipio"]: _municipio(row) for row in _rows("divipola.csv")}
    departamentos = {place.departamento_code: Departamento(place.departamento_code, place.departamento) for place in municipios.values()}
    names = {code: [fold(place.name)] for code, place in municipios.items()}
    for row in _rows("divipola_alias.csv"):
        names[row["codigo_municipio"]].append(fold(row["alias"]))
    codes = {fold(each.name): each.code for each in departamentos.values()} | dict(_DEPARTAMENTO_ALIASES)
    return _Register(
        municipios=MappingProxyType(municipios),
        departamentos=MappingProxyType(departamentos),
        departamento_codes=MappingProxyType({name: codes[name] for name in sorted(codes, key=len, reverse=True)}),
        indexes=tuple(_index(names, shape) for shape in _SHAPES),
        spellings=MappingProxyType({code: _spellings(municipios[code], tuple(known)) for code, known in names.items()}),
    )


def _rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(files("eventos.kernel").joinpath("data", name).read_text(encoding="utf-8").splitlines())


def _index(names: Mapping[str, Iterable[str]], shape: Callable[[str], str]) -> Mapping[str, frozenset[str]]:
    index: dict[str, set[str]] = {}
    for code, known in names.items():
        for name in known:
            index.setdefault(shape(name), set()).add(code)
    return MappingProxyType({key: frozenset(codes) for key, codes in index.items()})


def _spellings(place: Municipio, names: tuple[str, ...]) -> _Spellings:
    region = fold(place.departamento)
    return _Spellings(names, (*names, _without_article(names[0]), f"{names[0]} {region}", place.code), region)


def _municipio(row: Mapping[str, str]) -> Municipio:
    return Municipio(
        code=row["codigo_municipio"],
        name=titled(row["municipio"]),
        departamento_code=row["codigo_departamento"],
        departamento=titled(row["departamento"]),
        subregion=row["subregion"] or None,
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        kind=row["tipo"].capitalize(),
    )


def get(code: str) -> Municipio | None:
    """The municipio of a five-digit code, or None."""
    return _register().municipios.get(code)


def departamento(code: str) -> Departamento | None:
    """The departamento of a two-digit code, or None."""
    return _register().departamentos.get(code)


def departamentos() -> tuple[Departamento, ...]:
    """All of them by name."""
    return tuple(sorted(_register().departamentos.values(), key=lambda each: fold(each.name)))


def all_municipios() -> tuple[Municipio, ...]:
    """Every municipio in the order of the codes."""
    return tuple(_register().municipios.values())


def of_departamento(code: str) -> tuple[Municipio, ...]:
    """The municipios of a departamento by name: 27 for Caldas ("17"), none for an unknown code."""
    return _by_name(place for place in all_municipios() if place.departamento_code == code)


def _by_name(places: Iterable[Municipio], *, prefer: str | None = None) -> tuple[Municipio, ...]:
    return tuple(sorted(places, key=lambda place: (place.departamento_code != prefer, fold(place.name), place.code)))


def search(text: str, *, limit: int = 8, prefer: str | None = "17") -> list[Municipio]:
    """What a search field offers while somebody types: whole names first, then beginnings, then words, then anything inside.

    Within each of these the preferred departamento comes first. Accents and capitals do not matter; codes and aliases work.
    """
    sought = fold(text)
    if not sought:
        return []
    found = [(grade, place) for place in all_municipios() if (grade := _grade(sought, place)) is not None]
    found.sort(key=lambda pair: (pair[0], pair[1].departamento_code != prefer, fold(pair[1].name), pair[1].code))
    return [place for _, place in found[:limit]]


def _grade(sought: str, place: Municipio) -> int | None:
    """How well a place answers: 0 whole, 1 beginning, 2 beginning of a later word, 3 inside, 4 by its departamento; None not at all."""
    written = _register().spellings[place.code]
    if sought in written.names or sought == place.code:
        return 0
    if any(key.startswith(sought) for key in written.beginnings):
        return 1
    inside = [key for key in written.names if sought in key]
    if inside:
        return 2 if any(f" {sought}" in key for key in inside) else 3
    return 4 if written.departamento.startswith(sought) else None


def resolve(text: str, *, departamento: str | None = None, prefer_departamento: str | None = None) -> Match:
    """What municipio an imported cell means: a code, a name, or a name with its departamento ("Riosucio (Caldas)").

    `departamento` is what another column says, a code or a name, and binds. `prefer_departamento` (a code) settles a name that several
    places share when one of them lies there; pass it only when the organiser asked for that. A name that is also a departamento's
    ("Caldas", "Risaralda") is never taken for the municipio by itself.
    """
    told = re.sub(r"\.0$", "", text.strip())
    if re.fullmatch(r"[0-9]{4,5}", told):
        place = get(told.zfill(5))
        return Match(Certainty.EXACT, place) if place else Match(Certainty.UNKNOWN)
    name, inside_text = _read(told)
    beside = departamento.strip() if departamento else ""
    bound = _departamento_code(beside)
    if (beside and bound is None) or (bound and inside_text and bound != inside_text):
        return _undecided(name, _named(name), prefer=prefer_departamento)
    bound = bound or inside_text
    codes = _named(name, within=bound)
    if bound and not codes:
        return _unknown(name, _named(name), prefer=bound)
    if len(codes) == 1 and (bound or not _reads_as_departamento(name, codes)):
        return _exact(codes)
    preferred = {code for code in codes if prefer_departamento and code.startswith(prefer_departamento)}
    if len(preferred) == 1 and _departamento_code(name) != prefer_departamento:
        return _exact(preferred)
    return _undecided(name, codes, prefer=bound or prefer_departamento)


def _read(text: str) -> tuple[str, str | None]:
    """The folded name of a municipio and the code of the departamento told after it or before it, if any."""
    whole = _CIVIC_PREFIX.sub("", fold(text), count=1)
    if _named(whole):
        return whole, None
    sought = whole.removesuffix(" colombia")
    codes = _register().departamento_codes
    after = [(sought.removesuffix(f" {key}"), code) for key, code in codes.items() if sought.endswith(f" {key}")]
    before = [(sought.removeprefix(f"{key} "), code) for key, code in codes.items() if sought.startswith(f"{key} ")]
    readings = [(re.sub(r" del?$", "", name), code) for name, code in after + before]
    likely = [reading for reading in readings if _named(reading[0], within=reading[1])] or [each for each in readings if _named(each[0])]
    return likely[0] if likely else (sought, None)


def _named(name: str, *, within: str | None = None) -> set[str]:
    """The codes that answer to a name, in one departamento or anywhere; a looser way of comparing is tried only when the stricter fails."""
    for index, shape in zip(_register().indexes, _SHAPES, strict=True):
        codes = {code for code in index.get(shape(name), ()) if within is None or code.startswith(within)}
        if codes:
            return codes
    return set()


def _departamento_code(text: str) -> str | None:
    code = text.zfill(2)
    return code if code in _register().departamentos else _register().departamento_codes.get(fold(text))


def _reads_as_departamento(name: str, codes: set[str]) -> bool:
    """Whether a name alone is rather a departamento's, or the country's; capitals named like theirs (Bogotá, Arauca) are not in doubt."""
    code = _departamento_code(name)
    return name == "colombia" or (code is not None and codes != {f"{code}001"})


def _exact(codes: set[str]) -> Match:
    return Match(Certainty.EXACT, _register().municipios[min(codes)])


def _undecided(name: str, codes: set[str], *, prefer: str | None) -> Match:
    if not codes:
        return _unknown(name, codes, prefer=prefer)
    return Match(Certainty.AMBIGUOUS, candidates=_by_name((_register().municipios[code] for code in codes), prefer=prefer))


def _unknown(name: str, codes: set[str], *, prefer: str | None) -> Match:
    register = _register()
    near = [place for key in _near(name) for place in _by_name(register.municipios[code] for code in register.indexes[0][key])]
    offered = dict.fromkeys((*_by_name(register.municipios[code] for code in codes), *near))
    return Match(Certainty.UNKNOWN, candidates=tuple(sorted(offered, key=lambda place: place.departamento_code != prefer)))


@lru_cache(maxsize=1024)
def _near(name: str) -> tuple[str, ...]:
    """Official spellings close to a misspelt one; only keys of about the same length are compared, an import may hold thousands."""
    if not 3 <= len(name) <= 40:
        return ()
    keys = [key for key in _register().indexes[0] if abs(len(key) - len(name)) <= 2 and set(key[:3]) & set(name[:3])]
    return tuple(get_close_matches(name, keys, n=5, cutoff=0.75))
