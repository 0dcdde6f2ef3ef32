"""XLSX read row by row through openpyxl, as text: what a cell shows, never a formula, never more than the limits."""

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import openpyxl

from eventos.adapters.tables.guard import (
    DAMAGED,
    MAX_COLUMNS,
    MAX_ROWS,
    ParserFaults,
    TimedBytes,
    UnreadableTable,
    check_package,
    too_many_columns,
    too_many_rows,
)

if not openpyxl.DEFUSEDXML:
    raise ImportError("openpyxl reads foreign XML without defusedxml: install defusedxml and unset OPENPYXL_DEFUSEDXML")

_LAST_ROW = 1_048_576
Row = tuple[int, tuple[str, ...]]


def sheet_rows(content: bytes, *, sheet: str | None) -> tuple[str, tuple[str, ...], list[Row]]:
    """The name of the sheet that was read, the names of all visible sheets, and the rows that hold something."""
    check_package(content)
    source = TimedBytes(content)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of every feature it will not keep; nothing is kept here but text.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
            try:
                sheets = [ws for ws in book.worksheets if ws.sheet_state == "visible" or ws.title == sheet]
                return _read(sheets, sheet, source)
            finally:
                book.close()
    except ParserFaults as fault:
        raise UnreadableTable(DAMAGED, detail=type(fault).__name__) from fault


def _read(sheets: Sequence[Any], wanted: str | None, source: TimedBytes) -> tuple[str, tuple[str, ...], list[Row]]:
    names = tuple(str(ws.title) for ws in sheets)
    if wanted is not None and wanted not in names:
        raise UnreadableTable(f"El libro no tiene una hoja llamada «{wanted}». Sus hojas son: {', '.join(names)}.")
    first: tuple[str, list[Row]] | None = None
    for ws in sheets:
        if wanted not in (None, ws.title) or not (rows := list(_rows(ws, source))):
            continue
        if wanted is not None or _is_list(rows):
            return str(ws.title), names, rows
        first = first or (str(ws.title), rows)
    if first is None:
        raise UnreadableTable("El libro no tiene datos. Revise que eligió el archivo correcto y que se guardó con sus datos.")
    return first[0], names, first[1]


def _is_list(rows: Sequence[Row]) -> bool:
    """Whether a sheet holds a heading and a row below it, and is not the cover that offices put before their list."""
    return sum(sum(1 for cell in cells if cell.strip()) > 1 for _, cells in rows) > 1


def _rows(ws: Any, source: TimedBytes) -> Iterator[Row]:
    # The dimension a sheet claims is not believed: "A1:XFD1048576" would fill every gap with cells.
    ws.reset_dimensions()
    kept = 0
    for number, values in enumerate(ws.iter_rows(values_only=True), start=1):
        source.check()
        if number > _LAST_ROW:
            raise too_many_rows()
        width = len(values)
        while width and values[width - 1] in (None, ""):
            width -= 1
        if not width:
            continue
        if width > MAX_COLUMNS:
            raise too_many_columns()
        kept += 1
        if kept > MAX_ROWS + 100 or number > MAX_ROWS + 10_000:
            raise too_many_rows()
        yield number, tuple(as_text(value) for value in values[:width])


def as_text(value: object) -> str:
    """A cell as a person would type it: 1.0 is "1", a date is ISO 8601, a tick is "sí"."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("_x000D_", "")
        case bool():
            return "sí" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)
