"""The look of the informe's Word template: page, fonts, paragraph styles and table style, after the house's design board."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

BLUE, INK, SOFT, LINE, AMBER, TINT = "004884", "3C3C3C", "5F6673", "C9CED6", "FFAB00", "F3F7FC"
BODY_FONT, TITLE_FONT, LINK_FONT = "Work Sans", "Montserrat", "Courier New"


def apply(document: Any) -> None:
    """Dress a blank python-docx document."""
    _fonts(document)
    _page(document)
    _styles(document)
    _table_style(document)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(24), Mm(24)
    section.header_distance, section.footer_distance = Mm(12), Mm(12)
    section.different_first_page_header_footer = True


def _fonts(document: Any) -> None:
    """Name Arial as what stands in for the house's fonts on a computer that has not got them."""
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            table = parse_xml(part.blob)
            for name, instead in ((BODY_FONT, "Arial"), (TITLE_FONT, "Arial"), (LINK_FONT, "Liberation Mono")):
                for known in [font for font in table if font.get(qn("w:name")) == name]:
                    table.remove(known)
                family = '<w:family w:val="modern"/><w:pitch w:val="fixed"/>' if name == LINK_FONT else '<w:family w:val="swiss"/>'
                xml = f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="00"/>{family}</w:font>'
                table.append(parse_xml(xml))
            part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _style(normal, size=10.5, after=6, line=1.35)
    normal.paragraph_format.widow_control = True
    _style(styles["Heading 1"], font=TITLE_FONT, size=17, color=BLUE, bold=True, before=2, after=2, line=1.15, center=True)
    _style(styles["Heading 2"], font=TITLE_FONT, size=12.5, color=BLUE, bold=True, before=15, after=5, line=1.15, keep=True)
    _style(styles["Caption"], size=9, color=SOFT, before=8, after=4, line=1.2, keep=True)
    _style(styles["Header"], size=8.5, color=SOFT, after=0, line=1.1)
    _style(styles["Footer"], size=8.5, color=SOFT, after=0, line=1.1)
    _style(styles["List Bullet"], size=10.5, after=3, line=1.3)
    new = lambda name: styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)  # noqa: E731 (one word for a long call, six times)
    _style(new("Línea institucional"), font=TITLE_FONT, size=10.5, color=INK, bold=True, before=0, after=0, line=1.2, center=True)
    _style(new("Fecha del informe"), size=10.5, color=SOFT, before=8, after=6, line=1.2, center=True)
    _style(new("Celda"), size=9.5, after=0, line=1.15)
    _style(new("Celda con cifra"), size=9.5, after=0, line=1.15)
    styles["Celda con cifra"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _style(new("Rótulo"), size=9, color=SOFT, after=0, line=1.15)
    _style(new("Cifra"), font=TITLE_FONT, size=34, color=BLUE, bold=True, after=0, line=1.0)
    _style(new("Aclaración"), size=9.5, before=0, after=10, line=1.25)
    _boxed(styles["Aclaración"], fill="FFF6E0", left=AMBER)
    _style(new("Link de ingreso"), font=LINK_FONT, size=9, color=INK, before=2, after=6, line=1.25)
    _boxed(styles["Link de ingreso"], fill=TINT, left=None)
    _style(new("Figura"), size=10.5, before=0, after=2, line=1.0, keep=True)
    _style(new("Diapositivas"), size=10.5, before=0, after=4, line=1.0)
    _style(new("Pie de figura"), size=9, color=SOFT, before=2, after=8, line=1.2)
    _style(new("Huella"), font=LINK_FONT, size=7.5, color=SOFT, after=6, line=1.2)
    _style(new("Pregunta"), size=10.5, before=6, after=1, line=1.3, keep=True)
    _style(new("Quién pregunta"), size=9, color=SOFT, after=2, line=1.2, keep=True)
    _style(new("Respuesta"), size=10.5, after=6, line=1.35)
    _style(new("Anexo"), size=10.5, before=2, after=0, line=1.3, keep=True)
    _style(new("Firma"), size=10.5, before=6, after=0, line=1.3)


def _style(
    style: Any,
    *,
    size: float,
    font: str = BODY_FONT,
    color: str = INK,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    line: float = 1.2,
    center: bool = False,
    keep: bool = False,
) -> None:
    run = style.element.get_or_add_rPr()
    for old in [*run.findall(qn("w:rFonts")), *run.findall(qn("w:color")), *run.findall(qn("w:spacing")), *run.findall(qn("w:kern"))]:
        run.remove(old)
    style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(color)
    for side in ("w:cs", "w:eastAsia"):
        run.find(qn("w:rFonts")).set(qn(side), font)
    paragraph = style.paragraph_format
    paragraph.space_before, paragraph.space_after, paragraph.line_spacing, paragraph.keep_with_next = Pt(before), Pt(after), line, keep
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _boxed(style: Any, *, fill: str, left: str | None) -> None:
    """Shade a paragraph; its border is the shade's own colour, which gives it an inner margin."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="{24 if side == "left" and left else 4}" w:space="{6 if side in ("left", "right") else 4}" '
        f'w:color="{left if side == "left" and left else fill}"/>'
        for side in ("top", "left", "bottom", "right")
    )
    properties = style.element.get_or_add_pPr()
    spacing = properties.find(qn("w:spacing"))
    extra = f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>", f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>'
    # wordWrap off lets a link of 227 characters break between any two of them.
    for xml in (*extra, f'<w:wordWrap {nsdecls("w")} w:val="0"/>')[: 2 if left else 3]:
        spacing.addprevious(parse_xml(xml))
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Mm(2.5)


def _table_style(document: Any) -> None:
    style = document.styles.add_style("Tabla del informe", WD_STYLE_TYPE.TABLE)
    border = lambda side, size, color: f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{color}"/>'  # noqa: E731
    for xml in (
        f"<w:tblPr {nsdecls('w')}><w:tblStyleRowBandSize w:val='1'/><w:tblBorders>{border('top', 4, LINE)}{border('bottom', 4, LINE)}"
        f"{border('insideH', 4, LINE)}</w:tblBorders><w:tblCellMar><w:top w:w='30' w:type='dxa'/><w:left w:w='70' w:type='dxa'/>"
        f"<w:bottom w:w='30' w:type='dxa'/><w:right w:w='70' w:type='dxa'/></w:tblCellMar></w:tblPr>",
        f"<w:tblStylePr {nsdecls('w')} w:type='firstRow'><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>{border('top', 4, 'FFFFFF')}"
        f"{border('bottom', 8, INK)}</w:tcBorders><w:vAlign w:val='bottom'/></w:tcPr></w:tblStylePr>",
        f"<w:tblStylePr {nsdecls('w')} w:type='firstCol'><w:rPr><w:b/></w:rPr></w:tblStylePr>",
    ):
        style.element.append(parse_xml(xml))
