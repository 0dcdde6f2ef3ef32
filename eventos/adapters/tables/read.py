"""An uploaded list becomes a `Table`: its type by content, its header row found below the title rows that offices put on top."""

import re
from collections.abc import Iterable, Sequence

from eventos.adapters.tables import delimited, workbook
from eventos.adapters.tables.guard import MAX_COLUMNS, MAX_ROWS, Table, UnreadableTable, kind_of, too_many_columns, too_many_rows

Row = tuple[int, tuple[str, ...]]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HEADER_SEARCH = 40
_FOLLOWERS = 10
_NUMERIC = re.compile(r"[\d\s.,:/\-+%$]+")


def read_table(data: bytes, *, filename: str, sheet: str | None = None) -> Table:
    """Read a CSV or XLSX as text; raises UnreadableTable with a Spanish sentence that says how to mend the file.

    `filename` is only quoted in logs: the content decides the type. `sheet` names a sheet of a workbook; the first that
    holds data is taken otherwise. The apostrophe that our own exports put before a formula sign is taken away.
    """
    kind = kind_of(data)
    if kind == "xlsx":
        name, names, rows = workbook.sheet_rows(data, sheet=sheet)
        encoding = delimiter = ""
    else:
        text, encoding = delimited.decode(data)
        delimiter, skip = delimited.delimiter_of(text)
        rows = list(_within_limits(delimited.rows_of(text[skip:], delimiter), shift=1 if skip else 0))
        name, names = "", ()
        if not rows:
            raise UnreadableTable("El archivo está vacío. Revise que eligió el correcto y que se guardó con sus datos.", detail=filename)
    rows = [(number, tuple(_undo_formula_guard(cell) for cell in row)) for number, row in rows]
    at = _header_index(rows)
    body = rows[at + 1 :]
    if len(body) > MAX_ROWS:
        raise too_many_rows()
    header = rows[at][1]
    width = max(_used(header), max((_used(row) for _, row in body), default=0))
    return Table(
        headers=_headers(_fit(header, width)),
        rows=[_fit(row, width) for _, row in body],
        kind=kind,
        sheet=name,
        encoding=encoding,
        delimiter=delimiter,
        sheets=names,
        header_row=rows[at][0],
        numbers=[number for number, _ in body],
    )


def _within_limits(rows: Iterable[Row], *, shift: int) -> Iterable[Row]:
    kept = 0
    for number, row in rows:
        width = _used(row)
        if not width:
            continue
        if width > MAX_COLUMNS:
            raise too_many_columns()
        kept += 1
        if kept > MAX_ROWS + _HEADER_SEARCH:
            raise too_many_rows()
        yield number + shift, row[:width]


def _undo_formula_guard(cell: str) -> str:
    cell = cell.strip(" \t\r\n\u00a0\ufeff")
    if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS):
        return cell[1:]
    return cell


def _used(row: Sequence[str]) -> int:
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


def _fit(row: tuple[str, ...], width: int) -> tuple[str, ...]:
    return row[:width] + ("",) * (width - len(row))


def _header_index(rows: Sequence[Row]) -> int:
    """The first row with two or more cells of text whose width the next rows share; the widest row of text when there is none."""
    fallback, widest = 0, 1
    for index, (_, row) in enumerate(rows[:_HEADER_SEARCH]):
        filled = [cell for cell in row if cell]
        if len(filled) < 2 or sum(map(_is_textual, filled)) < 0.6 * len(filled) or _is_label_and_value(filled):
            continue
        if len(filled) > widest:
            fallback, widest = index, len(filled)
        following = sorted(sum(1 for cell in later if cell) for _, later in rows[index + 1 : index + 1 + _FOLLOWERS])
        # A header names every column, so the rows below it are hardly ever wider; they may well have blanks.
        if following and len(filled) >= 0.75 * following[len(following) * 3 // 4] and following[-1] * 3 >= len(filled):
            return index
    return fallback


def _is_textual(cell: str) -> bool:
    return not _NUMERIC.fullmatch(cell) and "@" not in cell and len(cell) <= 200


def _is_label_and_value(filled: Sequence[str]) -> bool:
    """ "Fecha: | 29 de julio de 2021" stands above the header, it is not the header."""
    return len(filled) <= 6 and any(cell.endswith(":") for cell in filled[:-1])


def _headers(row: Sequence[str]) -> tuple[str, ...]:
    """Every column gets a name of its own, so that a mapping can point at it."""
    names: list[str] = []
    for position, cell in enumerate(row, start=1):
        base = " ".join(cell.split()) or f"Columna {position}"
        name, times = base, 1
        while name in names:
            times += 1
            name = f"{base} ({times})"
        names.append(name)
    return tuple(names)
