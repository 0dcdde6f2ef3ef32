"""The informe's Word template prints every part of the house's order, leaves out what is empty, and is what its script builds."""

import io
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from openxml_audit import FileFormat, OpenXmlValidator
from PIL import Image

from eventos.adapters.docx import CoreProperties, Picture, render

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "docx" / "informe.docx"
CORE = CoreProperties(title="Informe quinta asistencia técnica", author="Equipo de Gobierno Abierto")
LINK = (
    "https://teams.microsoft.com/join/19%3ademo,0,ficticia,quinta,a1b2c3,DEMO0123456789abcdef0123456789abcdef0123456789abcdef"
    "0123456789abcdef0123456789abcdef0123456789abcdef012?mode=read&tenantId=00000000-0000-4000-8000-000000000000"
)
COUNTS = {
    "Manizales": 16, "Villamaría": 8, "Chinchiná": 7, "La Dorada": 7, "Anserma": 6, "Riosucio": 6, "Aguadas": 5, "Salamina": 5, "Neira": 4,
    "Palestina": 4, "Pácora": 4, "Supía": 3, "Aranzazu": 2, "Belalcázar": 2, "Filadelfia": 2, "La Merced": 2, "Manzanares": 2, "Marmato": 2,
    "Marquetalia": 2, "Pensilvania": 2, "Risaralda": 2, "Samaná": 2, "San José": 2, "Victoria": 2, "Viterbo": 2,
}  # fmt: skip


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (160, 90), "#004884").save(out, "PNG")
    return out.getvalue()


PICTURE = a_picture()


def fifth() -> dict[str, Any]:
    """The model informe: 114 officials, 101 of them of 25 of the 27 municipalities."""
    return {
        "box": {"process": "Gobierno abierto", "code": "DEMO-F-000", "version": "1", "date": "1 de julio de 2021"},
        "header_lines": ["SECRETARÍA PRIVADA", "INFORME QUINTA ASISTENCIA TÉCNICA", "OFICINA DE GOBIERNO ABIERTO"],
        "date": "29 de julio de 2021",
        "title": "Informe quinta asistencia técnica",
        "context_paragraphs": [
            "La Oficina de Gobierno Abierto continúa el ciclo de asistencias técnicas que adelanta con los 27 municipios del departamento "
            "de Caldas para el cumplimiento del Pacto por la Transparencia. Esta quinta sesión trató la publicación de información y la "
            "participación de la ciudadanía como práctica permanente de las alcaldías.",
            "La convocatoria se envió a los enlaces municipales el 19 de julio de 2021, con plazo de confirmación hasta el 26 de julio.",
        ],
        "allies_sentence": "La sesión se realizó en alianza con la Secretaría de Transparencia, el Ministerio de Tecnologías de la "
        "Información y las Comunicaciones y el Departamento Administrativo de la Función Pública.",
        "civil_sentence": "Por la sociedad civil participaron la Veeduría Ficticia del Eje y la Corporación Ejemplo Ciudadano.",
        "objective": "Fortalecer las capacidades de las administraciones municipales para publicar, dialogar y rendir cuentas.",
        "norms_sentence": "La sesión se realizó en cumplimiento de la Ley 1712 de 2014 y de la Ley 1757 de 2015.",
        "flyer": {
            "picture": Picture(PICTURE, "Pieza publicitaria: quinta asistencia técnica", 118.0),
            "caption": "Figura 1. Pieza publicada el 19 de julio de 2021, versión 1.",
        },
        "link": LINK,
        "link_note": "",
        "slides": [
            {
                "caption": "Figura 2. Gobierno abierto: 3 diapositivas.",
                "pages": [Picture(PICTURE, f"Gobierno abierto, diapositiva {n} de 3", 77.0) for n in (1, 2, 3)],
            }
        ],
        "figure": "114",
        "coverage_sentence": "funcionarios de 25 de los 27 municipios de Caldas (101) y de otros departamentos (13)",
        "participation_sentence": "La participación en la quinta asistencia técnica fue de 114 funcionarios de diferentes municipios del "
        "departamento de Caldas y otros departamentos.",
        "rule_sentence": "Se cuenta a quien permaneció al menos 72 de los 120 minutos; no se cuentan expositores ni organizadores. "
        "Faltaron Marulanda y Norcasia.",
        "acta_sentence": "Según el acta de asistencia versión 1, cerrada por Marina Ficticia el 29 de julio de 2021, 5:00 p. m.",
        "acta_hash": "a" * 64,
        "municipality_table": {
            "caption": "Tabla 1. Asistentes por municipio",
            "headers": ["Municipio", "Subregión", "Asistentes"],
            "rows": [{"name": name, "subregion": "Subregión de ejemplo", "count": str(count)} for name, count in COUNTS.items()],
            "total_rows": [
                {"name": "Municipios de Caldas: 25 de 27", "count": "101"},
                {"name": "Otros departamentos", "count": "13"},
                {"name": "Total de asistentes", "count": "114"},
            ],
        },
        "questions": {
            "summary": "Se recibieron 2 preguntas: 1 respondida y 1 pendiente.",
            "items": [
                {"body": "1. ¿Qué se publica?", "asked": "Ana Ejemplo, en la sesión.", "answer": "Todo.", "answered": "Respondió Luz."},
                {"body": "2. ¿Cuándo?", "asked": "Antes del evento.", "answer": "Pendiente de respuesta.", "answered": ""},
            ],
        },
        "extra_sections": [{"title": "Asesoría", "paragraphs": ["Tres municipios pidieron orientación por teléfono."]}],
        "annex_tables": [
            {
                "caption": "Tabla 2. Resultado del autodiagnóstico (23 respuestas de 27 convocados)",
                "headers": ["N.º", "Compromiso", "SÍ", "NO", "POR MEJORAR", "OBSERVACIONES"],
                "rows": [
                    [str(n), f"Compromiso {n}: procedimientos documentados contra la corrupción en la alcaldía", "19", "4", "", ""]
                    for n in range(1, 19)
                ],
            }
        ],
        "annex_files": [{"said": "Anexo 1. Nota de voz, archivo nota.pdf.", "sha256": "b" * 64}],
        "prepared_by": "Equipo de Gobierno Abierto",
        "reviewed_by": "Luz Ficticia",
        "approved_by": "Marina Ficticia",
        "missing": ["Diapositivas presentadas", "Pieza publicitaria"],
        "demo_note": "Datos de demostración: la distribución por municipio es inventada.",
    }


def empty() -> dict[str, Any]:
    blank = {key: "" if isinstance(value, str) else [] for key, value in fifth().items()}
    blank |= {"flyer": None, "questions": None, "link_note": "El evento fue presencial: no tuvo link de ingreso."}
    blank |= {"header_lines": ["SECRETARÍA", "INFORME TERCERA ASISTENCIA TÉCNICA", "OFICINA"], "title": "Informe", "box": None}
    return blank | {"municipality_table": None, "prepared_by": "Equipo de Gobierno Abierto"}


def words(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def test_full_informe_prints_its_parts_in_the_order_of_the_house() -> None:
    content = render(TEMPLATE, fifth(), core=CORE)
    headings = [p.text for p in Document(io.BytesIO(content)).paragraphs if p.style is not None and p.style.name.startswith("Heading")]
    assert headings == [
        "INFORME QUINTA ASISTENCIA TÉCNICA", "Contexto", "Entidades aliadas", "Objetivo y normas", "Pieza publicitaria", "Link de ingreso",
        "Diapositivas", "Participación", "Preguntas", "Asesoría", "Anexos", "Partes que faltan", "Elaborado por", "Revisó", "Aprobó",
    ]  # fmt: skip
    assert LINK in words(content)
    assert len(LINK) == 227
    assert words(content)[-5:] == ["Equipo de Gobierno Abierto", "Revisó", "Luz Ficticia", "Aprobó", "Marina Ficticia"]


def test_every_picture_carries_words_for_those_who_do_not_see_it() -> None:
    document = Document(io.BytesIO(render(TEMPLATE, fifth(), core=CORE)))
    told = [each.get("descr") for each in document.element.body.iter(qn("wp:docPr"))]
    assert told == ["Pieza publicitaria: quinta asistencia técnica", *(f"Gobierno abierto, diapositiva {n} de 3" for n in (1, 2, 3))]


def test_tables_hold_every_row_and_their_header_repeats() -> None:
    box, figure, municipalities, annex = Document(io.BytesIO(render(TEMPLATE, fifth(), core=CORE))).tables
    assert [cell.text for cell in box.rows[0].cells] == ["Proceso", "Gobierno abierto", "Código", "DEMO-F-000"]
    assert figure.rows[0].cells[0].text == "114"
    assert len(municipalities.rows) == 1 + 25 + 3
    assert sum(int(row.cells[2].text) for row in municipalities.rows[1:26]) == 101
    assert [cell.text for cell in municipalities.rows[-1].cells] == ["Total de asistentes", "Total de asistentes", "114"]
    assert [cell.text for cell in annex.rows[0].cells] == ["N.º", "Compromiso", "SÍ", "NO", "POR MEJORAR", "OBSERVACIONES"]
    assert len(annex.rows) == 19
    for table in (municipalities, annex):
        assert [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows[:2]] == [True, False]


def test_the_totals_stay_with_the_last_rows_of_their_table() -> None:
    municipalities = Document(io.BytesIO(render(TEMPLATE, fifth(), core=CORE))).tables[2]
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in municipalities.rows]
    assert kept == [None] * 23 + [True] * 6


def test_empty_parts_leave_no_heading_and_no_hole() -> None:
    text = words(render(TEMPLATE, empty(), core=CORE))
    assert [line for line in text if line] == [
        "SECRETARÍA", "INFORME TERCERA ASISTENCIA TÉCNICA", "OFICINA", "Link de ingreso",
        "El evento fue presencial: no tuvo link de ingreso.", "Participación", "Elaborado por", "Equipo de Gobierno Abierto",
    ]  # fmt: skip
    assert Document(io.BytesIO(render(TEMPLATE, empty(), core=CORE))).tables == []


@pytest.mark.parametrize("context", [fifth, empty])
def test_openxml_audit_finds_nothing(context: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    target = tmp_path / "informe.docx"
    target.write_bytes(render(TEMPLATE, context(), core=CORE))
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(target)
    assert [str(error) for error in result.errors] == []


def test_running_lines_carry_the_title_and_the_page_fields() -> None:
    section = Document(io.BytesIO(render(TEMPLATE, fifth(), core=CORE))).sections[0]
    for footer in (section.footer, section.first_page_footer):
        assert "Informe quinta asistencia técnica" in footer.paragraphs[0].text
        assert [field.get(qn("w:instr")).strip() for field in footer._element.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert section.header.paragraphs[0].text == "SECRETARÍA PRIVADA · OFICINA DE GOBIERNO ABIERTO"


def test_hostile_words_are_printed_as_typed_everywhere() -> None:
    odd = "Feria & <b> niñez {{ 7*7 }} 👩🏽‍🌾 مريم"

    def soiled(value: Any) -> Any:
        match value:
            case str():
                return odd
            case dict():
                return {key: soiled(item) for key, item in value.items()}
            case list():
                return [soiled(item) for item in value]
        return value

    content = render(TEMPLATE, soiled(fifth()), core=CoreProperties(title=odd, author=odd))
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert cells.count(odd) == 4 + 2 + 3 * 29 + 6 * 19
    assert document.core_properties.title == odd
    assert document.paragraphs[-1].text == odd


def test_template_is_what_its_script_builds() -> None:
    built = runpy.run_path(str(ROOT / "scripts" / "build_informe_template.py"))["build"]()
    assert built == TEMPLATE.read_bytes(), "run scripts/build_informe_template.py and commit the template"


def test_script_runs_from_a_bare_checkout(tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / "build_informe_template.py")
    done = subprocess.run([sys.executable, script, str(tmp_path / "informe.docx")], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "informe.docx").read_bytes() == TEMPLATE.read_bytes()
