"""Lists that leave as CSV or XLSX: text stays text in whatever program opens it, and no cell becomes a formula."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from eventos.adapters.tables.read import FORMULA_SIGNS

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | dt.time | None

MAX_CELL = 32_767  # Characters in one cell of Excel.
# XML 1.0 §2.2 allows no other control character than tab, line feed and carriage return; lone surrogates cannot be encoded.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHEET_FORBIDDEN = re.compile(r"[\\/*?:\[\]]")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV that Excel opens with a double click on a Colombian computer, and that `read_table` reads back.

    The delimiter is `;`: in es-CO the decimal sign is the comma, so Windows' list separator, which Excel obeys when a file is
    double-clicked, is the semicolon; a file with commas would open as one column. The byte-order mark makes Excel read UTF-8, and
    lines end in CRLF (RFC 4180 §2). Text beginning with a formula sign gets an apostrophe in front (OWASP, CSV Injection).
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([_safe(header) for header in headers])
    for row in rows:
        writer.writerow([_csv_text(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _safe(text: str) -> str:
    text = _ILLEGAL.sub("", text)
    return "'" + text if text.startswith(FORMULA_SIGNS) else text


def _csv_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return _safe(cell)
        case bool():
            return "sí" if cell else "no"
        case float() | Decimal():
            return str(cell).replace(".", ",")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> bytes:
    """A workbook of one sheet: bold frozen header with filter, real numbers and dates, and text that can never be a formula.

    Aware times are written as they read on their own clock (a sheet has no time zones): convert them to local time first.
    """
    book = Workbook(write_only=True)
    ws: Any = book.create_sheet(_SHEET_FORBIDDEN.sub(" ", _ILLEGAL.sub("", sheet)).strip(" '")[:31] or "Lista")
    body = [list(row) for row in rows]
    for position, header in enumerate(headers):
        longest = max([len(header) + 3, *(_shown_width(row[position]) for row in body if position < len(row))])
        ws.column_dimensions[get_column_letter(position + 1)].width = min(60, max(9, longest + 2))
    ws.freeze_panes = "A2"
    ws.auto_filter.ref = f"A1:{get_column_letter(max(1, len(headers)))}{len(body) + 1}"
    ws.print_title_rows = "1:1"
    ws.append([_header_cell(ws, header) for header in headers])
    for row in body:
        ws.append([_xlsx_cell(ws, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shown_width(cell: Cell) -> int:
    return max((len(line) for line in str(cell).splitlines()), default=0) if cell is not None else 0


def _new_cell(ws: Any, value: Any = None, number_format: str = "General") -> SheetCell:
    cell: SheetCell = WriteOnlyCell(ws, value=value)
    cell.number_format = number_format
    return cell


def _text_cell(ws: Any, text: str) -> SheetCell:
    cell = _new_cell(ws)
    cell.value = _ILLEGAL.sub("", text)[:MAX_CELL]
    # openpyxl turns "=…" into a formula on assignment: the type is set back, and Excel is told never to reconsider it.
    cell.data_type = "s"
    if text.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True
    if "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _header_cell(ws: Any, header: str) -> SheetCell:
    cell = _text_cell(ws, header)
    cell.font = Font(name="Calibri", size=11, bold=True, color="FFFFFFFF")
    cell.fill = PatternFill("solid", fgColor="FF004884")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _xlsx_cell(ws: Any, value: Cell) -> SheetCell:
    match value:
        case str():
            return _text_cell(ws, value)
        case bool():
            return _text_cell(ws, "sí" if value else "no")
        case dt.datetime():
            return _new_cell(ws, value.replace(tzinfo=None), "yyyy-mm-dd hh:mm")
        case dt.time():
            return _new_cell(ws, value.replace(tzinfo=None), "hh:mm")
        case dt.date():
            return _new_cell(ws, value, "yyyy-mm-dd")
        case int() if abs(value) >= 10**15:
            # Excel keeps 15 digits of a number; the rest would become zeros.
            return _text_cell(ws, str(value))
        case _:
            return _new_cell(ws, value)
