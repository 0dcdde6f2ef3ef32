"""A row of a sheet becomes clean values or reasons: data in, verdict out, without the database."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eventos.kernel import divipola
from eventos.kernel.divipola import Certainty
from eventos.kernel.spanish import join_and
from eventos.kernel.text import clean, fold, name_key, names_refuse_links, normalise_document, normalise_email, normalise_phone, titled
from eventos.kernel.vocabulary import DocumentType, Modality
from eventos.registration.service.importing import words
from eventos.registration.service.importing.columns import Field

SHOWN = 80
KEPT = 300
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\.]+(?:\.[^\s@<>,;:\"()\[\]\\.]+)+")
_LONGEST = {
    Field.FULL_NAME: 160,
    Field.GIVEN_NAMES: 100,
    Field.FAMILY_NAMES: 100,
    Field.ENTITY: 200,
    Field.DEPENDENCY: 200,
    Field.POST: 200,
    Field.COUNTRY: 80,
    Field.CITY: 120,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell, in words that say how to mend it; a note does not make the row bad."""

    column: str
    value: str
    message: str
    note: bool = False

    def data(self) -> dict[str, str | bool]:
        return {"column": self.column, "value": self.value, "message": self.message, "note": self.note}


@dataclass(frozen=True)
class Choices:
    """What the organiser chose besides the columns, and what the event offers."""

    modality: Modality
    offered: frozenset[Modality]
    prefer_departamento: str | None = None


@dataclass(frozen=True)
class Read:
    """The clean values of one row."""

    line: int
    raw: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    document_type: str | None = None
    document_number: str | None = None
    given_names: str = ""
    family_names: str = ""
    email: str = ""
    phone: str = ""
    entity_name: str = ""
    dependency: str = ""
    post: str = ""
    link_kind: str = ""
    divipola: str | None = None
    country: str = ""
    city: str = ""
    modality: str = ""
    attended: bool | None = None

    @property
    def is_bad(self) -> bool:
        return any(not problem.note for problem in self.problems)

    @property
    def name_key(self) -> str:
        return name_key(self.given_names, self.family_names)

    @property
    def entity_key(self) -> str:
        return fold(self.entity_name)

    @property
    def document(self) -> tuple[str, str] | None:
        return (self.document_type, self.document_number) if self.document_type and self.document_number else None

    def with_problem(self, problem: Problem) -> "Read":
        return replace(self, problems=(*self.problems, problem))


class CellError(ValueError):
    """A cell cannot be used; the message is Spanish and says how to mend it."""


@dataclass
class _Row:
    """The cells of one row by field, and the reasons gathered so far."""

    cells: Mapping[Field, str]
    headings: Mapping[Field, str]
    problems: list[Problem] = field(default_factory=list)

    def told(self, which: Field) -> str:
        cell = self.cells.get(which, "")
        return "" if words.is_nothing(cell) and which is not Field.ATTENDED else cell

    def text(self, which: Field) -> str:
        """One line of text that fits its column."""
        told = clean(self.told(which))
        if len(told) > _LONGEST[which]:
            self.refuse(which, f"Tiene {len(told)} caracteres y el máximo es {_LONGEST[which]}. Acórtelo.")
            return ""
        return told

    def refuse(self, which: Field, message: str, *, note: bool = False) -> None:
        shown = clean(self.cells.get(which, ""))
        heading = self.headings.get(which, which.label)
        self.problems.append(Problem(heading, shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…", message, note))

    def attempt(self, which: Field, read: Callable[[str], str]) -> str:
        told = self.told(which)
        try:
            return read(told) if told else ""
        except ValueError as fault:
            self.refuse(which, str(fault))
            return ""


def read_row(line: int, cells: Sequence[str], headers: Sequence[str], mapping: Mapping[Field, int], choices: Choices) -> Read:
    """What a row says, cleaned; every cell that cannot be used is named with its reason."""
    row = _Row({which: cells[at] for which, at in mapping.items()}, {which: headers[at] for which, at in mapping.items()})
    kind, number = _document(row)
    given, family = _names(row)
    code, country, city = _place(row, choices.prefer_departamento)
    entity, dependency, post = row.text(Field.ENTITY), row.text(Field.DEPENDENCY), row.text(Field.POST)
    return Read(
        line=line,
        raw=tuple(clean(cell)[:KEPT] for cell in cells),
        document_type=kind,
        document_number=number,
        given_names=given,
        family_names=family,
        email=row.attempt(Field.EMAIL, _email),
        phone=row.attempt(Field.PHONE, _phone),
        entity_name=entity,
        dependency=dependency,
        post=post,
        link_kind=words.link_kind(row.told(Field.LINK_KIND)),
        divipola=code,
        country=country,
        city=city,
        modality=_modality(row, choices),
        attended=_attended(row),
        problems=tuple(row.problems),
    )


def _document(row: _Row) -> tuple[str | None, str | None]:
    told, kind_told = row.told(Field.DOCUMENT_NUMBER), row.told(Field.DOCUMENT_TYPE)
    if not told:
        return None, None
    if words.is_scientific(told):
        row.refuse(
            Field.DOCUMENT_NUMBER, "La hoja recortó el número. Dele a la columna formato de número sin decimales y escríbalo completo."
        )
        return None, None
    if words.is_date(told):
        row.refuse(Field.DOCUMENT_NUMBER, "La hoja guarda este número como fecha. Dele a la columna formato de texto y escríbalo otra vez.")
        return None, None
    kind_inside, number = words.typed_number(told)
    kind = words.document_type(kind_told) if kind_told else kind_inside or DocumentType.CC
    if kind is None:
        row.refuse(Field.DOCUMENT_TYPE, f"No es un tipo de documento. Use {join_and(list(DocumentType))}.")
        return None, None
    try:
        return kind.value, normalise_document(kind, number)
    except ValueError as fault:
        row.refuse(Field.DOCUMENT_NUMBER, str(fault))
        return None, None


def _names(row: _Row) -> tuple[str, str]:
    if Field.FULL_NAME in row.cells:
        whole = row.text(Field.FULL_NAME)
        given, family = words.split_name(titled(whole))
        named = Field.FULL_NAME
    else:
        given, family = titled(row.text(Field.GIVEN_NAMES)), titled(row.text(Field.FAMILY_NAMES), follows=True)
        named = Field.GIVEN_NAMES
    if names_refuse_links(f"{given} {family}"):
        row.refuse(named, "Un nombre no lleva direcciones web ni correos. Escriba solo el nombre.")
    elif not given and not family:
        if not any(problem.column in (row.headings.get(named), row.headings.get(Field.FAMILY_NAMES)) for problem in row.problems):
            row.refuse(named, "Falta el nombre de la persona.")
    elif not given:
        given, family = family, ""
    return given, family


def _email(told: str) -> str:
    address = re.sub(r"^mailto:", "", clean(told), flags=re.IGNORECASE).strip("<>.,; ")
    if address.count("@") > 1:
        raise CellError("Hay más de un correo. Deje uno solo.")
    if len(address) > 254 or not _MAIL.fullmatch(address):
        raise CellError("No parece un correo. Escríbalo como nombre@entidad.gov.co, o deje la celda vacía.")
    return address


def _phone(told: str) -> str:
    parts = words.first_of_several(told)
    if len(parts) > 1:
        for part in parts:
            try:
                return normalise_phone(part)
            except ValueError:
                continue
    try:
        return normalise_phone(told)
    except ValueError:
        raise CellError("No parece un teléfono. Escriba de 7 a 15 dígitos, por ejemplo 300 123 4567, o deje la celda vacía.") from None


def _place(row: _Row, prefer: str | None) -> tuple[str | None, str, str]:
    """DIVIPOLA code, or country and city outside Colombia; nothing of it when the sheet does not say."""
    country, city = row.text(Field.COUNTRY), row.text(Field.CITY)
    municipio, departamento = clean(row.told(Field.MUNICIPIO)), clean(row.told(Field.DEPARTAMENTO))
    if country and fold(country) not in ("colombia", "co", "col"):
        return None, titled(country), titled(city or municipio[:120])
    which = Field.MUNICIPIO if municipio else Field.CITY
    sought = municipio or city
    if not sought:
        if departamento and Field.MUNICIPIO in row.cells:
            row.refuse(Field.MUNICIPIO, f"Falta el municipio; la fila solo dice «{departamento[:60]}».", note=True)
        return None, "", ""
    if len(sought) > 120:
        row.refuse(which, "Es demasiado largo para ser un municipio. Escriba solo su nombre, por ejemplo Riosucio, Caldas.")
        return None, "", ""
    match = divipola.resolve(sought, departamento=departamento or None, prefer_departamento=prefer)
    if match.municipio is not None:
        return match.municipio.code, "", ""
    offered = [place.label for place in match.candidates[:4]]
    if match.certainty is Certainty.AMBIGUOUS:
        places = join_and(offered).replace(" y ", " o ")
        row.refuse(which, f"Hay varios municipios con ese nombre: {places}. Agregue el departamento o el código DIVIPOLA.")
    elif offered:
        places = join_and(offered[:3]).replace(" y ", " o ")
        row.refuse(which, f"No está en la lista de municipios de Colombia. ¿Quiso decir {places}?")
    else:
        row.refuse(which, "No está en la lista de municipios de Colombia. Corrija el nombre, o diga el país si queda fuera.")
    return None, "", ""


def _modality(row: _Row, choices: Choices) -> str:
    told = row.told(Field.MODALITY)
    if len(choices.offered) == 1 or not told:
        return choices.modality.value
    meant = words.modality(told)
    if meant is None or meant not in choices.offered:
        row.refuse(Field.MODALITY, "No dice cómo participa. Use «virtual» o «presencial».")
        return choices.modality.value
    return meant.value


def _attended(row: _Row) -> bool | None:
    if Field.ATTENDED not in row.cells:
        return None
    came = words.attended(row.cells[Field.ATTENDED])
    if came is None:
        row.refuse(Field.ATTENDED, "No dice si asistió. Use «sí» o «no»; vacío cuenta como no.")
    return came


def mail_key(read: Read) -> str:
    return normalise_email(read.email)
