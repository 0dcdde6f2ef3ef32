"""The texts and tables an organiser writes for an informe: what may be saved, and how a typed table is read. Pure, as rules are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from eventos.kernel import spanish
from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import clean, clean_lines

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
MOST_COLUMNS = 12
MOST_ROWS = 500
LONGEST_CELL = 1_000

Grid = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class SaveSection:
    """A section as it is saved: paragraphs for a text, headers and rows for a table."""

    kind: str
    title: str
    paragraphs: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())

    def content(self) -> dict[str, list[str] | list[list[str]]]:
        if self.kind == "text":
            return {"paragraphs": list(self.paragraphs)}
        return {"headers": list(self.headers), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class SaveWords:
    """What the informe says in its own words, and who signs; an empty one says what the event says."""

    context: str = ""
    objective: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""


def check_words(command: SaveWords) -> None:
    """Raise InvalidInput with what is too long, field by field."""
    longest = {"context": LONGEST_TEXT, "objective": LONGEST_TEXT, "prepared_by": LONGEST_TITLE, "reviewed_by": LONGEST_TITLE}
    longest["approved_by"] = LONGEST_TITLE
    wrong = {
        name: f"Escriba como máximo {spanish.number(most)} caracteres."
        for name, most in longest.items()
        if len(getattr(command, name)) > most
    }
    if wrong:
        raise InvalidInput(fields=wrong)


def check(command: SaveSection) -> None:
    """Raise InvalidInput with what is wrong, field by field."""
    wrong: dict[str, str] = {}
    if not command.title:
        wrong["title"] = "Escriba el título de esta parte."
    elif len(command.title) > LONGEST_TITLE:
        wrong["title"] = f"Escriba un título de {LONGEST_TITLE} caracteres como máximo."
    if command.kind == "text" and not command.paragraphs:
        wrong["text"] = "Escriba el texto."
    elif sum(map(len, command.paragraphs)) > LONGEST_TEXT:
        wrong["text"] = "El texto es muy largo: escriba como máximo 20.000 caracteres."
    if command.kind == "table" and (fault := _table_fault(command.headers, command.rows)):
        wrong["table"] = fault
    if wrong:
        raise InvalidInput(fields=wrong)


def _table_fault(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    if not headers or not rows:
        return "Escriba la tabla: en la primera línea los títulos de las columnas y debajo al menos una fila."
    if len(headers) > MOST_COLUMNS:
        return f"La tabla tiene {len(headers)} columnas; en una página caben {MOST_COLUMNS}."
    if len(rows) > MOST_ROWS:
        return f"La tabla tiene {len(rows)} filas; el máximo es {MOST_ROWS}."
    for number, row in enumerate(rows, 1):
        if len(row) > len(headers):
            return f"La fila {number} tiene {len(row)} celdas y hay {len(headers)} títulos de columna."
        if any(len(cell) > LONGEST_CELL for cell in row):
            return f"Una celda de la fila {number} tiene más de 1.000 caracteres."
    return None


def paragraphs_of(text: str) -> tuple[str, ...]:
    return tuple(line for line in clean_lines(text).split("\n") if line)


def grid_of(text: str) -> Grid:
    """A table typed or pasted: a line for each row, cells between tabs (as pasted from a sheet), else between semicolons or bars."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    if not lines:
        return (), ()
    sign = next((sign for sign in ("\t", ";", "|") if sign in lines[0]), "\t")
    return squared([line.strip("|").split(sign) if sign == "|" else line.split(sign) for line in lines])


def squared(lines: Sequence[Sequence[str]]) -> Grid:
    """Clean cells, empty trailing ones cut, short rows filled up to the width of the headings."""
    cells = [[clean(cell) for cell in line] for line in lines]
    for line in cells:
        while line and not line[-1]:
            line.pop()
    # The headings say how wide the table is; columns without any text to their right were cut above.
    headers = tuple(cells[0]) if cells else ()
    rows = tuple(tuple(line) + ("",) * (len(headers) - len(line)) for line in cells[1:] if line)
    return headers, rows


def typed(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A saved table as it can be typed again."""
    return "\n".join("\t".join(line) for line in (headers, *rows))
