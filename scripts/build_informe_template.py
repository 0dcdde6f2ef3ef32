"""Build `templates/docx/informe.docx`, the Word template of the informe, in the house's order and look.

Run `python scripts/build_informe_template.py [FILE]`.

The offices may open the result in Word and change its words or colours; the tags between braces are docxtpl's.
"""

import datetime as dt
import io
import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from eventos.adapters.docx import drop_leftover_styles, repack, set_language  # noqa: E402 (the script runs from a bare checkout)
from scripts import informe_look  # noqa: E402 (the same)
from scripts.informe_look import BLUE, TINT  # noqa: E402 (the same)

TARGET = ROOT / "templates" / "docx" / "informe.docx"
BUILT_ON = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (python-docx writes naive UTC; a fixed day keeps the file the same)

TEXT_WIDTH_MM = 160


def build() -> bytes:
    """The template as bytes, equal for equal code."""
    document = Document()
    drop_leftover_styles(document)
    set_language(document, "es-CO")
    informe_look.apply(document)
    _running_lines(document)
    _first_page(document)
    _prose(document)
    _participation(document)
    _questions(document)
    _sections_and_annexes(document)
    _closing(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments, properties.language = "Informe", "eventos", "", "es-CO"
    properties.created = properties.modified = BUILT_ON
    properties.last_modified_by = "eventos"
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue())


# --- running header and footer ---


def _running_lines(document: Any) -> None:
    section = document.sections[0]
    header = section.header.paragraphs[0]
    header.text = "{{ header_lines|first }} · {{ header_lines|last }}"
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for footer in (section.footer, section.first_page_footer):
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles["Footer"]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run("{{ title }}\tPágina ")
        _field(paragraph, "PAGE")
        paragraph.add_run(" de ")
        _field(paragraph, "NUMPAGES")
    for style in ("Header", "Footer"):
        tabs = document.styles[style].element.get_or_add_pPr().find(qn("w:tabs"))
        if tabs is not None:
            tabs.getparent().remove(tabs)


def _field(paragraph: Any, name: str) -> None:
    xml = f'<w:fldSimple {nsdecls("w")} w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(xml))


# --- content, in the order of the house ---


def _first_page(document: Any) -> None:
    _tag(document, "if demo_note")
    document.add_paragraph("{{ demo_note }}", style="Aclaración")
    _tag(document, "endif")
    _tag(document, "if box")
    table = _table(document, _box_rows(), widths=(22, 58, 34, 46))
    table.style = document.styles["Table Grid"]
    _borders(table, "8C95A3")
    _pad(table)
    document.add_paragraph(style="Fecha del informe")
    _tag(document, "endif")
    document.add_paragraph("{{ header_lines[0] }}", style="Línea institucional")
    document.add_paragraph("{{ header_lines[1] }}", style="Heading 1")
    document.add_paragraph("{{ header_lines[2] }}", style="Línea institucional")
    _tag(document, "if date")
    document.add_paragraph("{{ date }}", style="Fecha del informe")
    _tag(document, "endif")


def _box_rows() -> list[list[tuple[str, str]]]:
    return [
        [("Rótulo", "Proceso"), ("Celda", "{{ box.process }}"), ("Rótulo", "Código"), ("Celda", "{{ box.code }}")],
        [("Rótulo", "Versión"), ("Celda", "{{ box.version }}"), ("Rótulo", "Fecha del formato"), ("Celda", "{{ box.date }}")],
    ]


def _prose(document: Any) -> None:
    _tag(document, "if context_paragraphs")
    document.add_paragraph("Contexto", style="Heading 2")
    _tag(document, "for paragraph in context_paragraphs")
    document.add_paragraph("{{ paragraph }}")
    _tag(document, "endfor")
    _tag(document, "endif")
    _section(document, "Entidades aliadas", "allies_sentence", "civil_sentence")
    _section(document, "Objetivo y normas", "objective", "norms_sentence")
    _tag(document, "if flyer")
    document.add_paragraph("Pieza publicitaria", style="Heading 2")
    document.add_paragraph("{{ flyer.picture }}", style="Figura")
    document.add_paragraph("{{ flyer.caption }}", style="Pie de figura")
    _tag(document, "endif")
    document.add_paragraph("Link de ingreso", style="Heading 2")
    _tag(document, "if link")
    run = document.add_paragraph(style="Link de ingreso").add_run("{{ link }}")
    run._r.get_or_add_rPr().append(parse_xml(f"<w:noProof {nsdecls('w')}/>"))
    _tag(document, "else")
    document.add_paragraph("{{ link_note }}")
    _tag(document, "endif")
    _tag(document, "if slides")
    document.add_paragraph("Diapositivas", style="Heading 2")
    _tag(document, "for each in slides")
    # Pictures stand in a line as words do: two of them fill it.
    _tag(document, "for pair in each.pages|batch(2, '')")
    document.add_paragraph("{{ pair[0] }} {{ pair[1] }}", style="Diapositivas")
    _tag(document, "endfor")
    document.add_paragraph("{{ each.caption }}", style="Pie de figura")
    _tag(document, "endfor")
    _tag(document, "endif")


def _section(document: Any, heading: str, *sentences: str) -> None:
    _tag(document, f"if {' or '.join(sentences)}")
    document.add_paragraph(heading, style="Heading 2")
    for sentence in sentences:
        _tag(document, f"if {sentence}")
        document.add_paragraph(f"{{{{ {sentence} }}}}")
        _tag(document, "endif")
    _tag(document, "endif")


def _participation(document: Any) -> None:
    document.add_paragraph("Participación", style="Heading 2")
    _tag(document, "if figure")
    table = _table(document, [[("Cifra", "{{ figure }}"), ("Normal", "{{ coverage_sentence }}")]], widths=(34, 126))
    _borders(table, BLUE, sides=("top", "bottom"))
    for cell in table.rows[0].cells:
        cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))
        cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(4)
        cell.paragraphs[0].paragraph_format.keep_with_next = True  # The number goes where its sentence goes.
    document.add_paragraph(style="Celda").paragraph_format.keep_with_next = True
    _tag(document, "elif coverage_sentence")
    document.add_paragraph("{{ coverage_sentence }}")
    _tag(document, "endif")
    for sentence, strong in (("participation_sentence", True), ("acta_sentence", False), ("rule_sentence", False)):
        _tag(document, f"if {sentence}")
        document.add_paragraph().add_run(f"{{{{ {sentence} }}}}").bold = strong
        _tag(document, "endif")
    _tag(document, "if acta_hash")
    document.add_paragraph("Huella SHA-256 del listado: {{ acta_hash }}", style="Huella")
    _tag(document, "endif")
    _tag(document, "if municipality_table and municipality_table.rows")
    document.add_paragraph("{{ municipality_table.caption }}", style="Caption")
    head = [(style, f"{{{{ municipality_table.headers[{at}] }}}}") for at, style in enumerate(("Celda", "Celda", "Celda con cifra"))]
    row = [("Celda", "{{ row.name }}"), ("Celda", "{{ row.subregion }}"), ("Celda con cifra", "{{ row.count }}")]
    total = [("Celda", "{{ total.name }}"), ("Celda", ""), ("Celda con cifra", "{{ total.count }}")]
    loop = lambda words: [("Celda", f"{{%tr {words} %}}"), ("Celda", ""), ("Celda", "")]  # noqa: E731
    rows = [head, loop("for row in municipality_table.rows"), loop("if loop.revindex > 3"), row, loop("else"), row, loop("endif")]
    rows += [loop("endfor"), loop("for total in municipality_table.total_rows"), total, loop("endfor")]
    table = _table(document, rows, widths=(60, 66, 34))
    table.style = document.styles["Tabla del informe"]
    _header_row(table, "municipality_table.caption")
    header, plain, last, totals = (table.rows[at] for at in (0, 3, 5, 9))
    merged = totals.cells[0].merge(totals.cells[1])
    merged._tc.remove(merged.paragraphs[-1]._p)
    for cell in (*header.cells, plain.cells[0], last.cells[0], *totals.cells):
        for run in cell.paragraphs[0].runs:
            run.bold = True
    # The totals never stand alone on a page: they go where the last rows go.
    for cell in (*last.cells, *totals.cells):
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    _shade(totals, TINT)
    document.add_paragraph(style="Celda")
    _tag(document, "endif")


def _questions(document: Any) -> None:
    _tag(document, "if questions")
    document.add_paragraph("Preguntas", style="Heading 2")
    document.add_paragraph("{{ questions.summary }}")
    _tag(document, "for question in questions['items']")
    document.add_paragraph(style="Pregunta").add_run("{{ question.body }}").bold = True
    document.add_paragraph("{{ question.asked }}", style="Quién pregunta")
    document.add_paragraph("{{ question.answer }} {{ question.answered }}", style="Respuesta")
    _tag(document, "endfor")
    _tag(document, "endif")


def _sections_and_annexes(document: Any) -> None:
    _tag(document, "for section in extra_sections")
    document.add_paragraph("{{ section.title }}", style="Heading 2")
    _tag(document, "for paragraph in section.paragraphs")
    document.add_paragraph("{{ paragraph }}")
    _tag(document, "endfor")
    _tag(document, "endfor")
    _tag(document, "for annex in annex_tables")
    document.add_paragraph("{{ annex.caption }}", style="Caption")
    # A column of figures is set to the right, its heading too: the first row tells.
    head = "{%p if loop.index0 and annex.rows and annex.rows[0][loop.index0] is figure %}"
    rows = [
        [("Celda", "{%tc for header in annex.headers %}"), ("Celda", "{{ header }}"), ("Celda", "{%tc endfor %}")],
        [("Celda", "{%tr for row in annex.rows %}"), ("Celda", ""), ("Celda", "")],
        [("Celda", "{%tc for cell in row %}"), ("Celda", "{{ cell }}"), ("Celda", "{%tc endfor %}")],
        [("Celda", "{%tr endfor %}"), ("Celda", ""), ("Celda", "")],
    ]
    table = _table(document, rows, widths=(54, 53, 53), auto=True)
    table.style = document.styles["Tabla del informe"]
    _either(table.rows[0].cells[1], head, "{{ header }}", bold=True)
    _either(table.rows[2].cells[1], "{%p if loop.index0 and cell is figure %}", "{{ cell }}", bold=False)
    _header_row(table, "annex.caption")
    document.add_paragraph(style="Celda")
    _tag(document, "endfor")


def _either(cell: Any, condition: str, text: str, *, bold: bool) -> None:
    cell.paragraphs[0].text = condition
    for words, style in ((text, "Celda con cifra"), ("{%p else %}", "Celda"), (text, "Celda"), ("{%p endif %}", "Celda")):
        cell.add_paragraph(style=style).add_run(words).bold = bold or None


def _closing(document: Any) -> None:
    _tag(document, "if annex_files")
    document.add_paragraph("Anexos", style="Heading 2")
    _tag(document, "for file in annex_files")
    document.add_paragraph("{{ file.said }}", style="Anexo")
    document.add_paragraph("Huella SHA-256 del archivo: {{ file.sha256 }}", style="Huella")
    _tag(document, "endfor")
    _tag(document, "endif")
    _tag(document, "if missing")
    document.add_paragraph("Partes que faltan", style="Heading 2")
    _tag(document, "for part in missing")
    document.add_paragraph("{{ part }}", style="List Bullet").paragraph_format.keep_with_next = True
    _tag(document, "endfor")
    _tag(document, "endif")
    document.add_paragraph("Elaborado por", style="Heading 2")
    document.add_paragraph("{{ prepared_by }}", style="Firma")
    for heading, who in (("Revisó", "reviewed_by"), ("Aprobó", "approved_by")):
        _section(document, heading, who)


# --- parts of tables ---


def _tag(document: Any, words: str) -> None:
    document.add_paragraph(f"{{%p {words} %}}")


def _table(document: Any, rows: list[list[tuple[str, str]]], *, widths: tuple[int, ...], auto: bool = False) -> Any:
    table = document.add_table(rows=len(rows), cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, auto
    for line, row in zip(rows, table.rows, strict=True):
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for (style, text), cell, width in zip(line, row.cells, widths, strict=True):
            cell.paragraphs[0].style = document.styles[style]
            cell.paragraphs[0].text = text
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    width_xml = table._tbl.tblPr.find(qn("w:tblW"))
    width_xml.set(qn("w:type"), "pct")
    width_xml.set(qn("w:w"), "5000")
    if auto:
        for cell_width in table._tbl.iter(qn("w:tcW")):
            cell_width.set(qn("w:type"), "auto")
            cell_width.set(qn("w:w"), "0")
    return table


def _borders(table: Any, color: str, *, sides: tuple[str, ...] = ("top", "left", "bottom", "right", "insideH", "insideV")) -> None:
    lines = "".join(f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{color}"/>' for side in sides)
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))


def _pad(table: Any) -> None:
    sides = "".join(f'<w:{side} w:w="80" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
    table._tbl.tblPr.find(qn("w:tblLayout")).addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>"))


def _shade(row: Any, fill: str) -> None:
    for cell in row._tr.tc_lst:
        cell.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>'))


def _header_row(table: Any, caption: str) -> None:
    """Repeat the first row on every page and tell readers it names the columns; name the table itself."""
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    for name, value in (("val", "04A0"), ("firstRow", "1"), ("lastRow", "0"), ("firstColumn", "1"), ("noHBand", "0"), ("noVBand", "1")):
        look.set(qn(f"w:{name}"), value)
    look.addnext(parse_xml(f'<w:tblCaption {nsdecls("w")} w:val="{{{{ {caption} }}}}"/>'))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(build())
    print(f"{target}: {target.stat().st_size} bytes")
