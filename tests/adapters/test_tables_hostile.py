"""Bombs, entities and lies in a workbook are refused in seconds, with a sentence, and without memory to match."""

import io
import time
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest

from eventos.adapters.tables import UnreadableTable, read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture(autouse=True)
def answers_within_five_seconds() -> Iterator[None]:
    started = time.process_time()  # Our own work: a machine busy with other things proves nothing about the reader.
    yield
    assert time.process_time() - started < 5


def good() -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Nombre", "Correo"])
    workbook.active.append(["Ana", "a@x.example"])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def altered(parts: dict[str, bytes]) -> bytes:
    """The good workbook with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in ({name: old.read(name) for name in old.namelist()} | parts).items():
            new.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, *, dimension: str = "A1:B2") -> bytes:
    start = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
    return f"{start}<sheetData>{rows}</sheetData></worksheet>".encode()


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Nombre</t></is></c><c r="B1" t="inlineStr"><is><t>Correo</t></is></c></row>'
SHEET1 = "xl/worksheets/sheet1.xml"


def test_the_unaltered_workbook_is_read() -> None:
    assert read_table(good(), filename="x.xlsx").rows == [("Ana", "a@x.example")]


@pytest.mark.parametrize("part", [SHEET1, "xl/sharedStrings.xml", "xl/media/image1.png", "xl/styles.xml"])
def test_one_to_a_thousand_bomb_is_refused(part: str) -> None:
    bomb = b" " * (30 * 1024 * 1024)
    data = altered({part: bomb})
    with pytest.raises(UnreadableTable, match="se expande más de lo permitido"):
        read_table(data, filename="x.xlsx")


def test_hundred_thousand_members_are_refused() -> None:
    data = altered({f"m{n}": b"" for n in range(100_000)})
    with pytest.raises(UnreadableTable, match="se expande más"):
        read_table(data, filename="x.xlsx")


def test_two_hundred_megabytes_spread_over_members_are_refused() -> None:
    data = altered({f"xl/media/{n}.bin": bytes(range(256)) * 4000 + b"\x00" * 900_000 for n in range(150)})
    with pytest.raises(UnreadableTable, match="se expande más"):
        read_table(data, filename="x.xlsx")


def test_cell_at_the_far_corner_is_refused_without_allocating() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(UnreadableTable, match="más de 200 columnas"):
        read_table(altered({SHEET1: sheet(HEADER + far)}), filename="x.xlsx")


def test_claimed_dimension_is_not_believed() -> None:
    row = '<row r="2"><c r="A2"><v>7</v></c></row>'
    table = read_table(altered({SHEET1: sheet(HEADER + row, dimension="A1:XFD1048576")}), filename="x.xlsx")
    assert table.rows == [("7", "")]


def test_shared_strings_are_read_and_a_missing_one_is_refused() -> None:
    types = zipfile.ZipFile(io.BytesIO(good())).read("[Content_Types].xml")
    content_type = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + content_type + b'"/>'
    parts = {
        "[Content_Types].xml": types.replace(b"</Types>", override + b"</Types>"),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>Ana</t></si><si><r><t>ana@</t></r><r><t>x.example</t></r></si></sst>'.encode(),
    }
    row = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
    assert read_table(altered(parts | {SHEET1: sheet(HEADER + row)}), filename="x.xlsx").rows == [("Ana", "ana@x.example")]
    with pytest.raises(UnreadableTable, match="dañado"):
        read_table(altered(parts | {SHEET1: sheet(HEADER + row.replace("<v>1<", "<v>9<"))}), filename="x.xlsx")


@pytest.mark.parametrize("number", ["1048576", "99999999999", "-5", "x"])
def test_absurd_row_numbers_are_refused(number: str) -> None:
    data = altered({SHEET1: sheet(HEADER + f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>')})
    with pytest.raises(UnreadableTable):
        read_table(data, filename="x.xlsx")


def test_sixty_thousand_rows_are_refused_before_they_are_parsed() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919}</v></c></row>' for n in range(1, 60_001))
    with pytest.raises(UnreadableTable, match=r"más de 50\.000 filas"):
        read_table(altered({SHEET1: sheet(rows)}), filename="x.xlsx")


@pytest.mark.parametrize(
    "part", [SHEET1, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_part(part: str, encoding: str) -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]><x>&b;&c;</x>"
    with pytest.raises(UnreadableTable, match="dañado"):
        read_table(altered({part: bomb.encode(encoding)}), filename="x.xlsx")


def test_entities_under_another_encoding_are_refused_by_the_parser() -> None:
    text = "<?xml version='1.0' encoding='cp037'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"
    with pytest.raises(UnreadableTable, match="dañado"):
        read_table(altered({SHEET1: text.encode("cp037")}), filename="x.xlsx")


@pytest.mark.parametrize("cut", [30, 200, 1000, 4000])
def test_cut_workbook_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableTable):
        read_table(good()[:cut], filename="x.xlsx")


def test_flipped_bytes_never_surprise() -> None:
    original = good()
    for position in range(0, len(original), 61):
        broken = bytearray(original)
        broken[position] ^= 0xFF
        try:
            read_table(bytes(broken), filename="x.xlsx")
        except UnreadableTable as refusal:
            assert refusal.message.endswith(".")  # noqa: PT017 (a harmless byte may well leave the file readable)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}, "LibreOffice"),
        ({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}, "documento de Word"),
        ({"[Content_Types].xml": b"<a/>", "ppt/presentation.xml": b"<a/>"}, "presentación"),
        ({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}, "xlsb"),
        ({"lista.csv": b"a;b"}, "es un ZIP"),
        ({"[Content_Types].xml": b"<a/>"}, "dañado"),
    ],
)
def test_other_packages_are_named(members: dict[str, bytes], sentence: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    with pytest.raises(UnreadableTable, match=sentence):
        read_table(out.getvalue(), filename="x.xlsx")


def test_encrypted_member_is_refused() -> None:
    data = bytearray(altered({}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 0x1
    with pytest.raises(UnreadableTable, match="contraseña"):
        read_table(bytes(data), filename="x.xlsx")


def test_line_of_ten_million_delimiters_is_refused() -> None:
    with pytest.raises(UnreadableTable):
        read_table(b"a" + b";" * (9 * 1024 * 1024) + b"b", filename="x.csv")


def test_ten_megabytes_of_quotes_are_refused() -> None:
    with pytest.raises(UnreadableTable):
        read_table(b'a;"' + b'"" ' * (3 * 1024 * 1024), filename="x.csv")
