"""DIVIPOLA, the official list of Colombia's departamentos and municipios: looked up by code, searched by hand, resolved on import.

Source: DANE (Departamento Administrativo Nacional de Estadística), Codificación de la División Político-Administrativa de Colombia,
in `data/divipola.csv`, to which the `subregion` column adds the subregions of Caldas. Codes are text ("05001"). Names repeat (there are
three municipios called Riosucio, Palestina or Salamina elsewhere), so a name alone never decides when two places answer to it.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from eventos.kernel.text import fold, titled

_ARTICLE = re.compile(r"^(?:el|la|los|las) ")
_CIVIC_PREFIX = re.compile(r"^(?:municipio|mpio|alcaldia(?: municipal)?)(?: de| del)? ")

# What people write → the municipios they may mean; several codes make the name ambiguous (trap 12 of the domain).
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "bogota": ("11001",),
    "bogota dc": ("11001",),
    "bogota distrito capital": ("11001",),
    "santa fe de bogota": ("11001",),
    "santafe de bogota": ("11001",),
    "distrito capital": ("11001",),
    "santafe de antioquia": ("05042",),
    "el penol": ("05541", "52254"),
    "penol": ("05541", "52254"),
    "san vicente": ("05674",),
    "cartagena": ("13001",),
    "mompox": ("13468",),
    "mompos": ("13468",),
    "santa cruz de mompos": ("13468",),
    "guican": ("15332",),
    "villa de leiva": ("15407",),
    "dorada": ("17380",),
    "lopez": ("19418",),
    "piendamo": ("19548",),
    "sotara": ("19760",),
    "manaure": ("20443", "44560"),
    "purisima": ("23586",),
    "rioseco": ("25662",),
    "ubate": ("25843",),
    "litoral del san juan": ("27250",),
    "bajira": ("27493",),
    "belen de bajira": ("27493",),
    "cuaspud": ("52224",),
    "tumaco": ("52835",),
    "cucuta": ("54001",),
    "tolu": ("70820",),
    "toluviejo": ("70823",),
    "tolu viejo": ("70823",),
    "since": ("70742",),
    "mariquita": ("73443",),
    "cali": ("76001",),
    "buga": ("76111",),
    "puerto leguizamo": ("86573",),
    "leguizamo": ("86573",),
    "san andres isla": ("88001",),
    "san andres islas": ("88001",),
    "providencia y santa catalina": ("88564",),
    "miriti": ("91460",),
}
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
        return self.name if self.name == self.departamento else f"{self.name}, {self.departamento}"


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
class _Register:
    """The whole list and its indexes, read once; names are folded.

    `departamento_codes` goes from the longest name to the shortest ("valle del cauca" before "cauca"); `by_bare_name` leaves the
    leading article out; `keys` holds each municipio's spellings, the official one first.
    """

    municipios: Mapping[str, Municipio]
    departamentos: Mapping[str, Departamento]
    departamento_codes: Mapping[str, str]
    by_name: Mapping[str, frozenset[str]]
    by_bare_name: Mapping[str, frozenset[str]]
    keys: Mapping[str, tuple[str, ...]]


@cache
def _register() -> _Register:
    source = files("eventos.kernel").joinpath("data", "divipola.csv")
    with source.open(encoding="utf-8", newline="") as lines:
        municipios = {row["codigo_municipio"]: _municipio(row) for row in csv.DictReader(lines)}
    departamentos = {place.departamento_code: Departamento(place.departamento_code, place.departamento) for place in municipios.values()}
    by_name: dict[str, set[str]] = {}
    by_bare_name: dict[str, set[str]] = {}
    keys: dict[str, list[str]] = {}
    for code, place in municipios.items():
        name = fold(place.name)
        by_name.setdefault(name, set()).add(code)
        by_bare_name.setdefault(_without_article(name), set()).add(code)
        keys[code] = [name]
    for alias, codes in _ALIASES.items():
        by_name.setdefault(alias, set()).update(codes)
        for code in codes:
            keys[code].append(alias)
    names = {fold(each.name): each.code for each in departamentos.values()} | dict(_DEPARTAMENTO_ALIASES)
    return _Register(
        municipios=MappingProxyType(municipios),
        departamentos=MappingProxyType(departamentos),
        departamento_codes=MappingProxyType({name: names[name] for name in sorted(names, key=len, reverse=True)}),
        by_name=MappingProxyType({name: frozenset(codes) for name, codes in by_name.items()}),
        by_bare_name=MappingProxyType({name: frozenset(codes) for name, codes in by_bare_name.items()}),
        keys=MappingProxyType({code: tuple(names) for code, names in keys.items()}),
    )


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
    keys = _register().keys[place.code]
    bare = _without_article(keys[0])
    region = fold(place.departamento)
    labelled = f"{keys[0]} {region}"
    if sought in keys or sought in (place.code, labelled):
        return 0
    if any(key.startswith(sought) for key in (*keys, bare, labelled, place.code)):
        return 1
    if any(f" {sought}" in key for key in keys):
        return 2
    if any(sought in key for key in keys):
        return 3
    return 4 if region.startswith(sought) else None


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
    """The folded name of a municipio and the code of the departamento told with it, if any, in either order."""
    whole = _CIVIC_PREFIX.sub("", fold(text), count=1)
    for sought in (whole, whole.removesuffix(" colombia")):
        if _named(sought):
            return sought, None
        for key, code in _register().departamento_codes.items():
            for name in (sought.removesuffix(f" {key}"), sought.removeprefix(f"{key} ")):
                bare = re.sub(r" del?$", "", name)
                if name != sought and _named(bare):
                    return bare, code
    return whole, None


def _named(name: str, *, within: str | None = None) -> set[str]:
    """The codes that answer to a name, in one departamento or anywhere: by official name and alias, else whatever the article."""
    register = _register()
    for index, key in ((register.by_name, name), (register.by_bare_name, _without_article(name))):
        codes = {code for code in index.get(key, ()) if within is None or code.startswith(within)}
        if codes:
            return codes
    return set()


def _without_article(name: str) -> str:
    return _ARTICLE.sub("", name, count=1)


def _departamento_code(text: str) -> str | None:
    code = text.zfill(2)
    return code if code in _register().departamentos else _register().departamento_codes.get(fold(text))


def _reads_as_departamento(name: str, codes: set[str]) -> bool:
    """Whether a name alone is rather a departamento's; the capital that shares its departamento's name (Bogotá, Arauca) is not in doubt."""
    code = _departamento_code(name)
    return code is not None and codes != {f"{code}001"}


def _exact(codes: set[str]) -> Match:
    return Match(Certainty.EXACT, _register().municipios[min(codes)])


def _undecided(name: str, codes: set[str], *, prefer: str | None) -> Match:
    if not codes:
        return _unknown(name, codes, prefer=prefer)
    return Match(Certainty.AMBIGUOUS, candidates=_by_name((_register().municipios[code] for code in codes), prefer=prefer))


def _unknown(name: str, codes: set[str], *, prefer: str | None) -> Match:
    near = codes | {code for key in _near(name) for code in _register().by_name[key]}
    return Match(Certainty.UNKNOWN, candidates=_by_name((_register().municipios[code] for code in near), prefer=prefer))


@lru_cache(maxsize=1024)
def _near(name: str) -> tuple[str, ...]:
    """Official spellings close to a misspelt one; only keys of about the same length are compared, an import may hold thousands."""
    if not 3 <= len(name) <= 40:
        return ()
    keys = [key for key in _register().by_name if abs(len(key) - len(name)) <= 2 and set(key[:3]) & set(name[:3])]
    return tuple(get_close_matches(name, keys, n=5, cutoff=0.75))
