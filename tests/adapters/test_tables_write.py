"""What leaves as CSV or XLSX opens as text, whatever a person typed into it."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from eventos.adapters.tables import write_csv, write_xlsx

DANGEROUS = ["=HYPERLINK(\"x\")", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]  # fmt: skip


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_puts_an_apostrophe_before_formula_signs(text: str) -> None:
    written = write_csv([text], [[text]]).decode("utf-8-sig")
    assert written.count("'" + text.replace('"', '""')) == 2


def test_csv_is_what_excel_opens_in_spanish() -> None:
    data = write_csv(["Nombre", "Nota"], [["Ana", Decimal("1.5")], ["Iñaki; dos", None], [True, dt.date(2021, 7, 29)], [-3, 0.5]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data[3:].decode() == 'Nombre;Nota\r\nAna;1,5\r\n"Iñaki; dos";\r\nsí;2021-07-29\r\n-3;0,5\r\n'


def test_csv_drops_control_characters_before_it_looks_for_formulas() -> None:
    assert b"'=1+1" in write_csv(["a"], [["\x00\x07=1+1"]])


@pytest.mark.parametrize("text", DANGEROUS)
def test_xlsx_keeps_dangerous_text_as_text(text: str) -> None:
    data = write_xlsx(["Nota"], [[text]], sheet="Lista")
    cell = opened(data)["Lista"]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_xlsx_keeps_numbers_and_dates_as_they_are() -> None:
    aware = dt.datetime(2021, 7, 29, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    ws = opened(write_xlsx(["a", "b", "c", "d", "e"], [[114, dt.date(2021, 7, 29), aware, 10**16, None]], sheet="Lista"))["Lista"]
    assert [str(cell.value) for cell in ws[2]] == ["114", "2021-07-29 00:00:00", "2021-07-29 08:00:00", str(10**16), "None"]
    assert (ws["A2"].data_type, ws["B2"].number_format) == ("n", "yyyy-mm-dd")


def test_xlsx_header_is_bold_frozen_and_filtered_and_columns_fit() -> None:
    ws = opened(write_xlsx(["Nombre", "Nota"], [["A" * 40, "x"]], sheet="Lista"))["Lista"]
    assert ws["A1"].font.bold
    assert (ws.freeze_panes, ws.auto_filter.ref) == ("A2", "A1:B2")
    assert ws.column_dimensions["A"].width > 40


def test_xlsx_drops_what_xml_forbids_and_keeps_emoji_and_other_scripts() -> None:
    odd = "Feria & <b> niñez 👩🏽‍🌾 مريم"
    ws = opened(write_xlsx(["Nota\x00"], [[f"\x0b{odd}\ud800\uffff"]], sheet="Lista"))["Lista"]
    assert (ws["A1"].value, ws["A2"].value) == ("Nota", odd)


def test_sheet_names_that_excel_refuses_are_mended() -> None:
    assert opened(write_xlsx(["a"], [], sheet="Inscritos: 1/2 [todos] de la quinta asistencia técnica")).sheetnames == [
        "Inscritos  1 2  todos  de la qu"
    ]
    assert opened(write_xlsx(["a"], [], sheet="///")).sheetnames == ["Lista"]
