"""A sheet of entities to convene: which column is which, and each row as a command or the reasons it cannot be one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventos.accounts.rules import check_email
from eventos.calls.rules import SaveConvened
from eventos.kernel import divipola
from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import clean, fold, names_refuse_links, normalise_email, normalise_phone
from eventos.kernel.vocabulary import Word

MOST_ROWS = 2_000


class Column(Word):
    """What a column can tell us; the value is also the name of its select."""

    ENTITY = "entity", "Entidad"
    MAILBOX = "mailbox", "Correo institucional"
    MUNICIPIO = "municipio", "Municipio"
    LIAISON_NAME = "liaison_name", "Persona de contacto"
    LIAISON_POST = "liaison_post", "Cargo del contacto"
    LIAISON_EMAIL = "liaison_email", "Correo del contacto"
    PHONE = "phone", "Teléfono"
    NOTE = "note", "Nota"


# Headings as offices write them, folded; the first that fits takes the column.
_HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.LIAISON_EMAIL: ("correo del enlace", "correo enlace", "correo del contacto", "correo contacto", "correo personal"),
    Column.LIAISON_POST: ("cargo", "cargo del enlace", "cargo del contacto", "cargo enlace"),
    Column.LIAISON_NAME: (
        *("enlace", "nombre del enlace", "contacto", "persona de contacto", "nombre del contacto", "funcionario", "responsable"),
        *("alcalde", "alcaldesa", "alcalde o alcaldesa", "nombre"),
    ),
    Column.ENTITY: ("entidad", "alcaldia", "nombre de la entidad", "institucion", "organizacion", "entidad convocada"),
    Column.MAILBOX: (
        *("correo", "correo institucional", "correo electronico", "email", "e mail", "buzon", "correo de la alcaldia", "mail"),
        *("correo electronico institucional", "correo de la entidad"),
    ),
    Column.MUNICIPIO: ("municipio", "mpio", "divipola", "codigo divipola", "codigo dane", "municipio o ciudad"),
    Column.PHONE: ("telefono", "celular", "telefono de contacto", "tel", "cel", "movil", "numero de contacto"),
    Column.NOTE: ("nota", "notas", "observacion", "observaciones"),
}


@dataclass(frozen=True)
class Row:
    """A row of the sheet: `verdict` is good, repeated (said before in the sheet) or bad."""

    line: int
    command: SaveConvened
    verdict: str
    problems: tuple[str, ...] = ()


def guess(headers: Sequence[str]) -> dict[Column, int]:
    """Column → position, by its heading; each position serves one."""
    folded, found, taken = [fold(header) for header in headers], {}, set()
    for column, names in _HEADINGS.items():
        at = next((at for name in names for at, heading in enumerate(folded) if heading == name and at not in taken), None)
        if at is not None:
            found[column] = at
            taken.add(at)
    return found


def read(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int], mapping: Mapping[Column, int], *, prefer: str
) -> list[Row]:
    """Every row of the sheet, in its order; `prefer` is the departamento that settles a name several share.

    Raises InvalidInput when the entity's column is not known, one column is read twice, or the sheet is too long.
    """
    if Column.ENTITY not in mapping and Column.MUNICIPIO not in mapping:
        raise InvalidInput(fields={Column.ENTITY.value: "Diga en qué columna está el nombre de la entidad."})
    if len(rows) > MOST_ROWS:
        raise InvalidInput(fields={"file": "La hoja tiene más de 2.000 filas: no parece una lista de entidades."})
    users: dict[int, Column] = {}
    for column, at in mapping.items():
        if at in users:
            raise InvalidInput(fields={column.value: f"La columna «{headers[at]}» ya está en uso para «{users[at].label}»."})
        users[at] = column
    found, seen = [], set()
    for line, cells in zip(numbers, rows, strict=True):
        if not any(clean(cell) for cell in cells):
            continue
        row = _row(line, {column: clean(cells[at]) if at < len(cells) else "" for column, at in mapping.items()}, prefer)
        key = fold(row.command.entity)
        if row.verdict == "good" and key in seen:
            row = Row(line, row.command, "repeated", ("Ya está más arriba en la hoja.",))
        seen.add(key)
        found.append(row)
    return found


def _row(line: int, said: Mapping[Column, str], prefer: str) -> Row:
    problems: list[str] = []
    code = _place(said.get(Column.MUNICIPIO, ""), said.get(Column.ENTITY, ""), prefer, problems)
    place = divipola.get(code) if code else None
    entity = said.get(Column.ENTITY, "") or (f"Alcaldía de {place.name}" if place else "")
    if not entity:
        problems.append("Falta el nombre de la entidad.")
    values = {column: said.get(column, "") for column in (Column.LIAISON_NAME, Column.LIAISON_POST, Column.NOTE)}
    if names_refuse_links(entity) or any(names_refuse_links(value) for column, value in values.items() if column is not Column.NOTE):
        problems.append("Un nombre no lleva direcciones web ni correos.")
    command = SaveConvened(
        entity[:200],
        mailbox=_mail(said.get(Column.MAILBOX, ""), "El correo institucional", problems),
        liaison_name=values[Column.LIAISON_NAME][:160],
        liaison_post=values[Column.LIAISON_POST][:160],
        liaison_email=_mail(said.get(Column.LIAISON_EMAIL, ""), "El correo del contacto", problems),
        phone=_phone(said.get(Column.PHONE, ""), problems),
        divipola=code,
        note=values[Column.NOTE][:400],
    )
    return Row(line, command, "bad" if problems else "good", tuple(problems))


def _place(told: str, entity: str, prefer: str, problems: list[str]) -> str | None:
    """The code of a municipality named in its column, else of the town hall's own name; a name that fits several is asked for."""
    asked = told or (entity[len("Alcaldía de ") :] if fold(entity).startswith("alcaldia de ") else "")
    if not asked:
        return None
    place = divipola.resolve(asked, prefer_departamento=prefer).municipio
    if place is None and told:
        problems.append(f"No sabemos cuál municipio es «{told}»: escriba también el departamento o el código DIVIPOLA.")
    return place.code if place else None


def _mail(told: str, what: str, problems: list[str]) -> str:
    if not told:
        return ""
    try:
        return normalise_email(check_email(told))
    except InvalidInput:
        problems.append(f"{what} no parece un correo: «{told[:80]}».")
    return ""


def _phone(told: str, problems: list[str]) -> str:
    if not told:
        return ""
    try:
        return normalise_phone(told)
    except ValueError:
        problems.append(f"El teléfono no parece un número: «{told[:40]}».")
    return ""
