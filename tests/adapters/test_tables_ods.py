"""A list as ODS, opened again: the same text, numbers and dates, and no formula."""

import datetime as dt
import io
import zipfile

from lxml import etree

from eventos.adapters.tables import Cell, write_ods

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def opened(content: bytes) -> list[list[tuple[str, str]]]:
    """The rows of the only sheet: (type, words) of each cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        tree = etree.fromstring(package.read("content.xml"))
    return [[_read(cell) for cell in row.iter(f"{TABLE}table-cell")] for row in tree.iter(f"{TABLE}table-row")]


def _read(cell: etree._Element) -> tuple[str, str]:
    lines = []
    for paragraph in cell.iter(f"{TEXT}p"):
        pieces = [paragraph.text or ""]
        for blanks in paragraph.iter(f"{TEXT}s"):
            pieces += [" " * int(blanks.get(f"{TEXT}c", "1")), blanks.tail or ""]
        lines.append("".join(pieces))
    kind = cell.get(f"{OFFICE}value-type", "")
    value = cell.get(f"{OFFICE}date-value") or cell.get(f"{OFFICE}value") or "\n".join(lines)
    return kind, value


def written(*row: Cell) -> list[tuple[str, str]]:
    return opened(write_ods(["Columna"] * len(row), [row], sheet="Lista"))[1]


def test_what_is_written_is_what_is_read_back() -> None:
    rows = opened(write_ods(["Nombre", "Cupos"], [["Ñandú  de  los  Ríos\nsegunda línea", 7], ["00123", 2.5]], sheet="Inscripciones"))
    assert rows[0] == [("string", "Nombre"), ("string", "Cupos")]
    assert rows[1] == [("string", "Ñandú  de  los  Ríos\nsegunda línea"), ("float", "7")]
    assert rows[2] == [("string", "00123"), ("float", "2.5")]


def test_dates_are_dates_and_ticks_are_words() -> None:
    said = written(dt.date(2026, 3, 9), dt.datetime(2026, 3, 9, 14, 30, tzinfo=dt.UTC), True, None)
    assert said == [("date", "2026-03-09"), ("date", "2026-03-09T14:30:00"), ("string", "sí"), ("", "")]


def test_no_cell_is_a_formula_and_markup_stays_text() -> None:
    hostile = ('=HYPERLINK("http://mal.example")', "+1", "@SUM(A1)", "<table:table-cell/>", "a\x00\x1fb")
    content = write_ods(["a"] * len(hostile), [hostile], sheet="=Lista")
    assert opened(content)[1] == [("string", '=HYPERLINK("http://mal.example")'), *(("string", one) for one in (*hostile[1:4], "ab"))]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"formula=" not in package.read("content.xml")


def test_a_number_too_long_for_a_sheet_stays_whole() -> None:
    assert written(10**16) == [("string", str(10**16))]


def test_the_package_says_what_it_is_at_its_fixed_place() -> None:
    content = write_ods(["Nombre"], [], sheet="Lista")
    assert content[30:38] == b"mimetype"
    assert content[38:].startswith(b"application/vnd.oasis.opendocument.spreadsheet")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
    assert names == {"mimetype", "content.xml", "styles.xml", "META-INF/manifest.xml"}
    assert content == write_ods(["Nombre"], [], sheet="Lista")
