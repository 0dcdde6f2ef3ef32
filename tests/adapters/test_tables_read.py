"""Lists as offices keep them are read whole; what is not a list is refused with a sentence that says how to mend it."""

import datetime as dt
import io

import openpyxl
import pytest

from eventos.adapters.tables import UnreadableTable, read_table, write_csv, write_xlsx
from eventos.kernel.errors import InvalidInput

PEOPLE = "Documento;Nombre;Municipio;Asistió\r\n10203040;Ana Peña Núñez;Riosucio, Caldas;sí\r\n05001;Iñaki Ejemplo;Salamina;no\r\n"
HEADERS = ("Documento", "Nombre", "Municipio", "Asistió")
ROWS = [("10203040", "Ana Peña Núñez", "Riosucio, Caldas", "sí"), ("05001", "Iñaki Ejemplo", "Salamina", "no")]


def book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets:
        ws = workbook.create_sheet(name)
        for row in rows:
            ws.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PEOPLE.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + PEOPLE.encode(), "utf-8"),
        (b"\xff\xfe" + PEOPLE.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + PEOPLE.encode("utf-16-be"), "utf-16-be"),
        (PEOPLE.encode("utf-16-le"), "utf-16-le"),
        (PEOPLE.encode("latin-1"), "cp1252"),
        (PEOPLE.replace("Ana", "“Ana”").encode("cp1252"), "cp1252"),
        (PEOPLE.encode("mac_roman"), "mac_roman"),
        (PEOPLE.encode("cp850"), "cp850"),
    ],
)
def test_csv_is_read_in_every_encoding_offices_save(data: bytes, encoding: str) -> None:
    table = read_table(data, filename="lista.csv")
    assert (table.kind, table.encoding, table.headers) == ("csv", encoding, HEADERS)
    assert [tuple(cell.replace("“Ana”", "Ana") for cell in row) for row in table.rows] == ROWS


def test_signs_of_windows_are_not_taken_for_the_accents_of_another_machine() -> None:
    written = "Nombre;Nota\r\nO’Higgins;“sí” – a 10 € la d’Artagnan… ¡Ñapa! © 2024\r\n"
    table = read_table(written.encode("cp1252"), filename="lista.csv")
    assert (table.encoding, table.rows) == ("cp1252", [("O’Higgins", "“sí” – a 10 € la d’Artagnan… ¡Ñapa! © 2024")])
    alone = read_table("Nombre;Nota\r\nO’Higgins;uno–dos\r\n".encode("cp1252"), filename="lista.csv")
    assert alone.rows == [("O’Higgins", "uno–dos")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_delimiter_and_line_endings_are_found(delimiter: str, ending: str) -> None:
    lines = [["Nombre", "Correo", "Nota"], ["Ana", "ana@x.example", '"a; b, c | d"'], ["Luz", "luz@x.example", '"dijo ""sí"""']]
    table = read_table(ending.join(delimiter.join(line) for line in lines).encode(), filename="x.csv")
    assert table.delimiter == delimiter
    assert table.rows == [("Ana", "ana@x.example", "a; b, c | d"), ("Luz", "luz@x.example", 'dijo "sí"')]


def test_commas_inside_every_cell_do_not_beat_the_semicolons() -> None:
    table = read_table(b"Nombre;Lugar\n" + b"Prueba, Ana;Riosucio, Caldas\n" * 20, filename="x.csv")
    assert table.delimiter == ";"
    assert table.rows[0] == ("Prueba, Ana", "Riosucio, Caldas")


def test_excel_sep_line_is_obeyed_and_not_taken_for_a_row() -> None:
    table = read_table(b"sep=,\r\nNombre,Correo\r\nAna,ana@x.example\r\n", filename="x.csv")
    assert (table.delimiter, table.headers, table.header_row, table.numbers) == (",", ("Nombre", "Correo"), 2, [3])


def test_one_column_is_a_table_too() -> None:
    table = read_table(b"Correo\nana@x.example\nluz@x.example\n", filename="x.csv")
    assert (table.headers, table.rows) == (("Correo",), [("ana@x.example",), ("luz@x.example",)])


def test_header_is_found_below_the_title_rows_and_row_numbers_are_the_sheets_own() -> None:
    text = (
        "\n;;;\nOficina de Gobierno Abierto;;;\nFecha:;29 de julio de 2021;;\nLISTA DE ASISTENCIA;;;\n\n"
        + PEOPLE.replace("\r\n", "\n")
        + "\n;;;\n"
    )
    table = read_table(text.encode(), filename="x.csv")
    assert (table.headers, table.rows) == (HEADERS, ROWS)
    assert (table.header_row, table.numbers) == (7, [8, 9])


def test_title_rows_in_a_workbook_are_skipped_too() -> None:
    rows: list[list[object]] = [
        [None, "GOBERNACIÓN DE EJEMPLO"],
        [],
        ["Evento", "Quinta asistencia técnica"],
        ["No.", "Nombre", "Municipio", "Correo", None],
        [1, "Ana Peña", "Salamina", "a@x.example"],
        [2, "Luz Gil", None, "l@x.example"],
    ]
    table = read_table(book(("Lista", rows)), filename="x.xlsx")
    assert table.headers == ("No.", "Nombre", "Municipio", "Correo")
    assert table.rows == [("1", "Ana Peña", "Salamina", "a@x.example"), ("2", "Luz Gil", "", "l@x.example")]
    assert (table.header_row, table.numbers, table.sheet) == (4, [5, 6], "Lista")


def test_headers_alone_are_a_table_of_no_rows() -> None:
    assert read_table(b"Nombre;Correo\n", filename="x.csv").rows == []


def test_unnamed_and_repeated_headers_get_a_name_each() -> None:
    table = read_table(b"Nombre;;Correo;Correo\nAna;x;a@x.example;b@x.example\nLuz;y;c@x.example;\n", filename="x.csv")
    assert table.headers == ("Nombre", "Columna 2", "Correo", "Correo (2)")


def test_workbook_values_come_as_a_person_would_type_them() -> None:
    rows: list[list[object]] = [
        ["Cédula", "Nota", "Día", "Momento", "Vino", "Hora"],
        [10203040.0, 3.5, dt.date(2021, 7, 29), dt.datetime(2021, 7, 29, 8, 30, tzinfo=dt.UTC).replace(tzinfo=None), True, dt.time(8, 0)],
        [1234567890, "05001", None, None, False, None],
    ]
    table = read_table(book(("Hoja1", rows)), filename="x.xlsx")
    assert table.rows[0] == ("10203040", "3.5", "2021-07-29", "2021-07-29T08:30:00", "sí", "08:00:00")
    assert table.rows[1] == ("1234567890", "05001", "", "", "no", "")


def test_first_sheet_with_data_is_read_unless_another_is_named() -> None:
    data = book(
        ("Vacía", []), ("Uno", [["Nombre", "Correo"], ["Ana", "a@x.example"]]), ("Dos", [["Nombre", "Correo"], ["Luz", "l@x.example"]])
    )
    assert read_table(data, filename="x.xlsx").sheet == "Uno"
    assert read_table(data, filename="x.xlsx").sheets == ("Vacía", "Uno", "Dos")
    assert read_table(data, filename="x.xlsx", sheet="Dos").rows == [("Luz", "l@x.example")]
    with pytest.raises(UnreadableTable, match="Sus hojas son: Vacía, Uno, Dos"):
        read_table(data, filename="x.xlsx", sheet="Tres")


def test_a_cover_before_the_list_is_passed_over_and_read_only_when_there_is_nothing_else() -> None:
    cover = ("Portada", [["ALCALDÍA DE PRUEBA"], [""], ["Asistencia técnica"]])
    assert read_table(book(cover, ("Lista", [["Nombre", "Correo"], ["Ana", "a@x.example"]])), filename="x.xlsx").sheet == "Lista"
    assert read_table(book(cover, ("Vacía", [])), filename="x.xlsx").sheet == "Portada"


def test_merged_cells_and_hidden_sheets_do_not_disturb() -> None:
    workbook = openpyxl.Workbook()
    hidden = workbook.active
    hidden.append(["Secreto", "Nada"])
    hidden.sheet_state = "hidden"
    ws = workbook.create_sheet("Lista")
    ws.append(["LISTA DE ASISTENCIA"])
    ws.merge_cells("A1:C1")
    ws.append(["Nombre", "Correo", "Municipio"])
    ws.append(["Ana", "a@x.example", "Neira"])
    out = io.BytesIO()
    workbook.save(out)
    table = read_table(out.getvalue(), filename="x.xlsx")
    assert (table.sheets, table.headers, table.rows) == (("Lista",), ("Nombre", "Correo", "Municipio"), [("Ana", "a@x.example", "Neira")])


def test_formulas_of_a_workbook_are_never_read_as_formulas() -> None:
    table = read_table(book(("H", [["Nombre", "Correo"], ["=HYPERLINK(1)", "a@x.example"]])), filename="x.xlsx")
    assert table.rows == [("", "a@x.example")]


@pytest.mark.parametrize("written", ["=1+1", "+57 300", "-5", "@ana", "＝1", "＋1", "－1", "＠x"])
def test_apostrophe_our_export_put_is_taken_away_and_others_stay(written: str) -> None:
    table = read_table(f"Nombre;Nota\n'{written};'tal cual\n".encode(), filename="x.csv")
    assert table.rows == [(written, "'tal cual")]


def test_content_decides_the_type_and_not_the_name() -> None:
    assert read_table(book(("H", [["Nombre", "Correo"], ["Ana", "a@x.example"]])), filename="lista.csv").kind == "xlsx"
    assert read_table(PEOPLE.encode(), filename="lista.xlsx").kind == "csv"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "está vacío"),
        (b"\xef\xbb\xbf \r\n", "está vacío"),
        (b";;;\r\n;;;\r\n", "está vacío"),
        (b"%PDF-1.7 ...", "es un PDF"),
        (b"\x89PNG\r\n\x1a\n....", "es una imagen"),
        (b"\xff\xd8\xff\xe0....", "es una imagen"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "es una imagen"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "formato antiguo de Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "contraseña"),
        (b"<html><table><tr><td>Ana</td></tr></table></html>", "página web"),
        (b"{\\rtf1 ...}", "documento de texto"),
        (b"\x1f\x8b\x08....", "comprimido"),
        (bytes(range(256)) * 40, "no es una tabla"),
        (b"\xff\xfe\x00\xd8a\x00", "letras dañadas"),
        (b'Nombre;Correo\nAna;"sin cerrar\nLuz;l@x.example\n', "línea 2 no se cierran"),
        (b"a;b\n" + b"x" * 200_000 + b";y\n", "se abren en la línea"),
        (b";".join(b"x" for _ in range(201)), "más de 200 columnas"),
    ],
)
def test_what_is_not_a_table_is_refused_with_the_way_to_mend_it(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableTable, match=sentence) as refusal:
        read_table(data, filename="x")
    assert isinstance(refusal.value, InvalidInput)
    assert refusal.value.fields == {"file": refusal.value.message}


def test_fifty_thousand_rows_are_read_and_one_more_is_refused() -> None:
    full = b"a;b\n" + b"x;y\n" * 50_000
    assert len(read_table(full, filename="x.csv").rows) == 50_000
    with pytest.raises(UnreadableTable, match=r"más de 50\.000 filas"):
        read_table(full + b"x;y\n", filename="x.csv")


def test_more_than_ten_megabytes_are_refused() -> None:
    with pytest.raises(UnreadableTable, match="más de 10 MB"):
        read_table(b"a;b\n" * (3 * 1024 * 1024), filename="x.csv")


ODD = [
    ("=HYPERLINK(\"https://malo.example\")", "👩🏽‍🌾 Feria"),
    ("Feria & <b> niñez", "مريم الاختبار"),
    ("+57 300 000 0000", "línea una\nlínea dos"),
    ("-dash", 'comillas "dobles"; y coma,'),
    ("@ana", "＝＋－＠"),
    ("'ya con apóstrofo", "00123"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_we_export_we_import_unchanged(kind: str) -> None:
    data = write_csv(["Nombre", "Nota"], ODD) if kind == "csv" else write_xlsx(["Nombre", "Nota"], ODD, sheet="Lista")
    table = read_table(data, filename=f"x.{kind}")
    assert (table.headers, table.rows) == (("Nombre", "Nota"), ODD)
