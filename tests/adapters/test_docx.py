"""Word documents print what people typed, obey nothing that was typed, and describe themselves to people and machines."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from markupsafe import Markup
from openxml_audit import FileFormat, OpenXmlValidator
from PIL import Image

from eventos.adapters.docx import CoreProperties, Picture, TemplateFault, render

CORE = CoreProperties(title="Informe de prueba", author="Equipo de ejemplo", created_at=dt.datetime(2021, 7, 29, 13, 0, tzinfo=dt.UTC))


def template(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(out, "PNG")
    return out.getvalue()


def texts(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


@pytest.mark.parametrize(
    "typed",
    [
        "Feria & <b> niñez",
        "</w:t></w:r></w:p>",
        "{{ 7*7 }} {% raise %}",
        "👩🏽‍🌾 🇨🇴",
        "مريم الاختبار",
        "=HYPERLINK()",
        "«comillas» “altas” 'simples' \"dobles\"",
    ],
)
def test_what_was_typed_is_printed_as_typed(typed: str) -> None:
    assert texts(render(template("Antes {{ name }} después", "Sigue"), {"name": typed}, core=CORE)) == [f"Antes {typed} después", "Sigue"]


def test_signs_that_xml_forbids_are_dropped_and_line_feeds_become_breaks() -> None:
    assert texts(render(template("{{ name }}"), {"name": "a\x00b\x0bc\ud800d\uffff\r\ne"}, core=CORE)) == ["abcd\ne"]


def test_markup_from_elsewhere_is_escaped_like_any_text() -> None:
    assert texts(render(template("{{ name }}"), {"name": Markup("<b>a &amp; b</b>")}, core=CORE)) == ["<b>a & b</b>"]


@pytest.mark.parametrize(
    "tag",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ name.__init__.__globals__ }}",
        "{{ unknown }}",
        "{{ range(10) }}",
        "{{ items.append(1) }}",
        "{{ picture._template }}",
        "{% if %}",
        "{{ name|nosuchfilter }}",
        "{% include 'x' %}",
    ],
)
def test_template_that_reaches_beyond_its_fields_is_refused(tag: str) -> None:
    context = {"name": "Ana", "items": [1], "picture": Picture(png(), "Un cuadro azul", 20)}
    with pytest.raises(TemplateFault) as refusal:
        render(template(tag), context, core=CORE)
    assert refusal.value.message.startswith("La plantilla de Word")


def test_only_plain_values_may_enter() -> None:
    with pytest.raises(TypeError, match="plain values"):
        render(template("{{ name }}"), {"name": object()}, core=CORE)


def test_picture_carries_its_alternative_text_and_width() -> None:
    content = render(template("{{ flyer }}"), {"flyer": Picture(png(), "Pieza: «Gobierno» & <más>", 50)}, core=CORE)
    document = docx.Document(io.BytesIO(content))
    (properties,) = document.element.body.iter(qn("wp:docPr"))
    assert properties.get("descr") == "Pieza: «Gobierno» & <más>"
    assert round(document.inline_shapes[0].width.mm) == 50
    assert len(list(document.element.body.iter(qn("a:ln")))) == 1


def test_picture_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="words"):
        Picture(png(), "  ", 50)


def test_document_says_its_title_author_day_and_language() -> None:
    document = docx.Document(io.BytesIO(render(template("Hola"), {}, core=CORE)))
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == ("Informe de prueba", "Equipo de ejemplo", "es-CO")
    assert properties.created == dt.datetime(2021, 7, 29, 13, 0, tzinfo=dt.UTC)
    (lang,) = document.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang"))
    assert lang.get(qn("w:val")) == "es-CO"


def test_title_is_never_taken_for_a_template() -> None:
    content = render(template("Hola"), {}, core=CoreProperties(title="{{ 7*7 }} & <b>", author="Ana"))
    assert docx.Document(io.BytesIO(content)).core_properties.title == "{{ 7*7 }} & <b>"


def test_equal_content_gives_equal_bytes() -> None:
    source, context = template("{{ name }} {{ flyer }}"), {"name": "Ana", "flyer": Picture(png(), "Un cuadro", 20)}
    first = render(source, context, core=CORE)
    assert render(source, context, core=CORE) == first
    assert {member.date_time[0] for member in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {1980}


def faults(content: bytes, folder: Path) -> set[str]:
    target = folder / "x.docx"
    target.write_bytes(content)
    return {str(error.part_uri) for error in OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(target).errors}


def test_openxml_audit_finds_nothing_once_the_leftover_part_is_gone(tmp_path: Path) -> None:
    assert faults(template("Hola"), tmp_path) <= {"/word/stylesWithEffects.xml"}
    assert faults(render(template("{{ flyer }}"), {"flyer": Picture(png(), "Un cuadro", 20)}, core=CORE), tmp_path) == set()


def test_openxml_audit_would_notice_a_fault(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(render(template("Hola"), {}, core=CORE))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<w:body>", b"<w:body><w:nada/>"))
    assert "/word/document.xml" in faults(out.getvalue(), tmp_path)


def test_autofit_columns_share_the_width_by_what_they_hold() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["N.º", "Compromiso", "1", "{{ text }}"], strict=True):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    filled = docx.Document(io.BytesIO(render(out.getvalue(), {"text": "palabras largas " * 20}, core=CORE))).tables[0]
    narrow, wide = (column.width or 0 for column in filled.columns)
    assert wide > 4 * narrow > 0
    assert abs(narrow + wide - sum(column.width or 0 for column in table.columns)) < 2_000
