"""Word documents from a template and plain text: what people typed is printed, never obeyed, in the informe and whatever is signed later.

Judged by `openxml-audit`. A file made with python-docx's own blank template fails it twice, both about `/word/stylesWithEffects.xml`,
a leftover of Word 2010 that disagrees with `styles.xml`; any other finding is ours. `render` drops that part, so the count here is zero.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt
from docxtpl import DocxTemplate
from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from eventos.kernel.errors import InvalidInput

# XML 1.0 §2.2: no control characters but tab, line feed and carriage return; no lone surrogates, no noncharacters.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FIGURE = re.compile(r"\d[\d.,]*\s?%?(/\d+)?")
_STYLES_WITH_EFFECTS = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
# A thin line around each picture: a white slide on white paper has edges.
_OUTLINE = f'<a:ln {nsdecls("a")} w="6350"><a:solidFill><a:srgbClr val="C9CED6"/></a:solidFill></a:ln>'
_EPOCH = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # The first instant a ZIP member can carry.


class TemplateFault(InvalidInput):
    """The Word template asks for something that does not exist or is not allowed; `detail` holds Jinja's words."""

    code = "template_fault"
    message = "La plantilla de Word tiene un campo que no se pudo llenar. Corríjala y súbala otra vez."


@dataclass(frozen=True, slots=True)
class CoreProperties:
    """What the file says of itself. Equal context and `created_at` give equal bytes."""

    title: str
    author: str
    language: str = "es-CO"
    created_at: dt.datetime = _EPOCH


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG for the context; `alt` is what it shows, in words, for those who do not see it (WCAG 1.1.1)."""

    png: bytes
    alt: str
    width_mm: float

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("a picture needs words that say what it shows")


class _InlinePicture:
    """A Picture on its way into the text. Its attributes begin with an underscore, so the sandbox keeps templates away from them."""

    __slots__ = ("_picture", "_template")

    def __init__(self, template: DocxTemplate, picture: Picture) -> None:
        self._template, self._picture = template, picture

    def __html__(self) -> str:
        part = self._template.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(self._picture.png), Mm(self._picture.width_mm), None)
        inline.docPr.set("descr", _clean(self._picture.alt))
        for side in "TBLR":  # Word takes none as 0, LibreOffice as an eighth of an inch.
            inline.set(f"dist{side}", "0")
        next(inline.iter(qn("pic:spPr"))).append(parse_xml(_OUTLINE))
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


def render(template: bytes | Path, context: Mapping[str, Any], *, core: CoreProperties) -> bytes:
    """Fill a docxtpl template with plain values (text, numbers, lists, mappings, Pictures) and return the DOCX.

    Text is escaped, so `Feria & <b> niñez` comes out as typed; a line feed becomes a line break. Raises TemplateFault.
    """
    document = DocxTemplate(io.BytesIO(template) if isinstance(template, bytes) else template)
    try:
        document.render(_prepared(context, document), jinja_env=_environment(), autoescape=True)
    except TemplateError as fault:
        raise TemplateFault(detail=f"{type(fault).__name__}: {fault}") from fault
    for table in document.docx.tables:
        _fit_columns(table)
    _describe(document, core)
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue())


def repack(package: bytes) -> bytes:
    """The same package with its members in a fixed order and without the hour of packing: equal content, equal SHA-256."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        # OPC part 2 asks for no order, but readers that stream want the content types first.
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            new.writestr(zipfile.ZipInfo(name), old.read(name), compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def drop_leftover_styles(document: Any) -> None:
    """Take away the Word 2010 part that contradicts the styles (see the module's docstring)."""
    for key in [key for key, rel in document.part.rels.items() if rel.reltype == _STYLES_WITH_EFFECTS]:
        del document.part.rels[key]


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, loader=DictLoader({}))
    environment.globals.clear()
    environment.tests["figure"] = is_figure
    return environment


def is_figure(value: Any) -> bool:
    """Whether a cell holds a number: such columns are set to the right."""
    return isinstance(value, str) and _FIGURE.fullmatch(value.strip()) is not None


def _prepared(value: Any, document: DocxTemplate) -> Any:
    """The context without signs that XML forbids, without objects that a template could climb, without Markup that skips escaping."""
    match value:
        case str():
            return _clean(value)
        case bool() | int() | float() | None:
            return value
        case Picture():
            return _InlinePicture(document, value)
        case Mapping():
            return {str(key): _prepared(item, document) for key, item in value.items()}
        case list() | tuple():
            return [_prepared(item, document) for item in value]
        case _:
            raise TypeError(f"a document is filled with plain values, not with {type(value).__name__}")


def _clean(text: str) -> str:
    text = str.replace(text.unescape() if isinstance(text, Markup) else text, "\r\n", "\n")
    return _ILLEGAL.sub("", text.replace("\r", "\n"))


def _fit_columns(table: Any) -> None:
    """Share out the width of a table laid out to "autofit" by what its columns hold, as Word does alone and LibreOffice does not."""
    grid = table._tbl.tblGrid.gridCol_lst
    rows = [row._tr.tc_lst for row in table.rows]
    if not table.autofit or not rows or any(len(cells) != len(grid) for cells in rows):
        return
    texts = [["".join(text.text or "" for text in cells[at].iter(qn("w:t"))) for cells in rows] for at in range(len(grid))]
    # A column needs its longest word; beyond that it would like its longest text, up to a comfortable line.
    needs = [2 + max((len(word) for text in column for word in text.split()), default=0) for column in texts]
    wishes = [max(0, min(60, max(map(len, column))) - need) for column, need in zip(texts, needs, strict=True)]
    total = sum(column.w or 0 for column in grid)
    character = min(Pt(6.8), total // sum(needs))
    spare = total - character * sum(needs)
    for at, (need, wish) in enumerate(zip(needs, wishes, strict=True)):
        width = Emu(int(character * need + spare * (wish / sum(wishes) if any(wishes) else 1 / len(grid))))
        grid[at].w = width
        for cells in rows:
            cells[at].width = width


def _describe(document: DocxTemplate, core: CoreProperties) -> None:
    inner = document.docx
    drop_leftover_styles(inner)
    properties = inner.core_properties
    properties.title, properties.author = _clean(core.title)[:255], _clean(core.author)[:255]
    properties.last_modified_by, properties.language = properties.author, core.language
    properties.created = properties.modified = core.created_at.astimezone(dt.UTC).replace(tzinfo=None)
    properties.revision, properties.comments = 1, ""
    set_language(inner, core.language)


def set_language(document: Any, language: str) -> None:
    """Declare the language of the whole text: screen readers and spell checkers obey it (WCAG 3.1.1)."""
    run = document.part.part_related_by(RELATIONSHIP_TYPE.STYLES).element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if run is None:
        return
    lang = run.find(qn("w:lang"))
    if lang is None:
        lang = OxmlElement("w:lang")
        run.append(lang)
    for side in ("w:val", "w:eastAsia"):
        lang.set(qn(side), language)
    lang.set(qn("w:bidi"), "ar-SA")
