"""Lists that leave as ODS (OpenDocument 1.3, ISO/IEC 26300): one sheet of typed cells, written straight, without a formula anywhere.

The libraries that write ODS have not been kept for years; one sheet of text, numbers and dates is a short file of XML.
"""

import datetime as dt
import io
import xml.etree.ElementTree as etree
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from eventos.adapters.tables.write import _ILLEGAL, Cell

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_URI = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0".format
_SPACES = {
    "office": _URI("office"),
    "table": _URI("table"),
    "text": _URI("text"),
    "style": _URI("style"),
    "fo": _URI("xsl-fo-compatible"),
    "manifest": _URI("manifest"),
}
_MANIFEST = (("/", MIMETYPE), ("content.xml", "text/xml"), ("styles.xml", "text/xml"))
for _prefix, _space in _SPACES.items():
    etree.register_namespace(_prefix, _space)
# A fixed date: the same list is the same file.
_STAMP = (1980, 1, 1, 0, 0, 0)


def write_ods(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> bytes:
    """A workbook of one sheet: a bold header that repeats when printed, real numbers and dates, and text that stays text.

    Aware times are written as they read on their own clock: convert them to local time first.
    """
    parts = {"content.xml": _content(headers, rows, sheet), "styles.xml": _styles(), "META-INF/manifest.xml": _manifest()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        # OpenDocument 1.3, part 2, §3.3: first and not compressed, so that the type can be read at a fixed place.
        package.writestr(zipfile.ZipInfo("mimetype", _STAMP), MIMETYPE, zipfile.ZIP_STORED)
        for name, tree in parts.items():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, etree.tostring(tree, encoding="UTF-8", xml_declaration=True))
    return out.getvalue()


def _name(prefixed: str) -> str:
    prefix, _, local = prefixed.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _add(parent: Element | None, tag: str, text: str | None = None, **attributes: str) -> Element:
    """An element; `table_name` becomes `table:name`, `office_value__type` `office:value-type`."""
    said = {_name(name.replace("_", ":", 1).replace("__", "-")): value for name, value in attributes.items()}
    element = etree.Element(_name(tag), said) if parent is None else etree.SubElement(parent, _name(tag), said)
    if text is not None:
        element.text = text
    return element


def _content(headers: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str) -> Element:
    root = _add(None, "office:document-content", office_version="1.3")
    bold = _add(_add(root, "office:automatic-styles"), "style:style", style_name="heading", style_family="table-cell")
    _add(bold, "style:text-properties", fo_font__weight="bold")
    book = _add(_add(root, "office:body"), "office:spreadsheet")
    table = _add(book, "table:table", table_name=_ILLEGAL.sub("", sheet)[:31] or "Lista")
    _add(table, "table:table-column", table_number__columns__repeated=str(max(1, len(headers))))
    head = _add(_add(table, "table:table-header-rows"), "table:table-row")
    for header in headers:
        _text(_add(head, "table:table-cell", office_value__type="string", table_style__name="heading"), header)
    for row in rows:
        line = _add(table, "table:table-row")
        for cell in row:
            _cell(line, cell)
    return root


def _cell(row: Element, value: Cell) -> None:
    match value:
        case None | "":
            _add(row, "table:table-cell")
        case bool():
            _text(_add(row, "table:table-cell", office_value__type="string"), "sí" if value else "no")
        case int() | float() | Decimal() if len(str(value)) <= 15:
            _text(_add(row, "table:table-cell", office_value__type="float", office_value=str(value)), str(value))
        case dt.datetime():
            moment = value.replace(tzinfo=None, microsecond=0)
            _text(
                _add(row, "table:table-cell", office_value__type="date", office_date__value=moment.isoformat()), f"{moment:%Y-%m-%d %H:%M}"
            )
        case dt.date():
            _text(_add(row, "table:table-cell", office_value__type="date", office_date__value=value.isoformat()), value.isoformat())
        case _:
            _text(_add(row, "table:table-cell", office_value__type="string"), str(value))


def _text(cell: Element, words: str) -> None:
    """A paragraph for each line; runs of blanks are written out, because a reader joins them (part 3, §6.1.2)."""
    for line in _ILLEGAL.sub("", words).split("\n"):
        paragraph = _add(cell, "text:p")
        last: Element | None = None
        for at, piece in enumerate(line.replace("\t", " ").split("  ")):
            if at:
                last = _add(paragraph, "text:s", text_c="2")
            if last is None:
                paragraph.text = piece
            else:
                last.tail = piece


def _styles() -> Element:
    return _add(None, "office:document-styles", office_version="1.3")


def _manifest() -> Element:
    root = _add(None, "manifest:manifest", manifest_version="1.3")
    for path, media_type in _MANIFEST:
        _add(root, "manifest:file-entry", manifest_full__path=path, manifest_media__type=media_type)
    return root
