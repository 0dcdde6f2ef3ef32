"""An informe as Word and as PDF: the frozen values and the kept pictures poured into the house's templates."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image

from eventos.adapters import docx
from eventos.adapters.docx import CoreProperties, Picture
from eventos.kernel.settings import ROOT
from eventos.kernel.templating import plain
from eventos.reports.service import Frozen

TEMPLATE = ROOT / "templates" / "docx" / "informe.docx"
SHEET = ROOT / "templates" / "pdf" / "reports" / "informe.css"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
MEDIA_TYPES = {"docx": WORD, "pdf": PDF}
# Wide enough to read a slide on paper at 78 mm, and the pieza at 118 mm.
WIDEST_PX = 1_200
FLYER_MM, SLIDE_MM = 118.0, 76.0

Pictures = Mapping[str, bytes]


def wanted(frozen: Frozen) -> list[str]:
    """The SHA-256 of every picture the informe shows."""
    return [each["sha256"] for each in _pictures(frozen.context)]


def as_file(frozen: Frozen, pictures: Pictures) -> bytes:
    """The informe in the format it was asked for. Raises TemplateFault."""
    return as_pdf(frozen, pictures) if frozen.format == "pdf" else as_word(frozen, pictures)


def as_word(frozen: Frozen, pictures: Pictures | None = None) -> bytes:
    """The DOCX; equal for equal frozen values and pictures. Raises TemplateFault."""
    light = _light(pictures or {})
    context = dict(frozen.context)
    if context["flyer"]:
        context["flyer"] = {**context["flyer"], "picture": _for_word(context["flyer"]["picture"], light, FLYER_MM)}
    context["slides"] = [{**each, "pages": [_for_word(page, light, SLIDE_MM) for page in each["pages"]]} for each in context["slides"]]
    core = CoreProperties(title=context["title"], author=frozen.author, created_at=frozen.asked_at)
    return docx.render(TEMPLATE, context, core=core)


def as_pdf(frozen: Frozen, pictures: Pictures | None = None) -> bytes:
    """The PDF, with the sections, figures and words of the Word document."""
    from eventos.adapters import pdf  # its engine is loaded by who draws (see certificates/tasks.py)

    light = _light(pictures or {})
    paper = {**frozen.context, "annex_tables": [{**each, "figures": _figures(each)} for each in frozen.context["annex_tables"]]}
    html = plain("pdf/reports/informe.html", paper=paper, author=frozen.author, asked_at=frozen.asked_at, there=frozenset(light))
    return pdf.render(html, css=SHEET.read_text(encoding="utf-8"), assets={f"{key}.jpg": content for key, content in light.items()})


def _figures(table: Mapping[str, Any]) -> list[bool]:
    """Which columns hold figures, and are set to the right: the first row tells, as in Word."""
    first = table["rows"][0] if table["rows"] else []
    return [at > 0 and at < len(first) and docx.is_figure(first[at]) for at in range(len(table["headers"]))]


def _pictures(context: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if context["flyer"]:
        yield context["flyer"]["picture"]
    for each in context["slides"]:
        yield from each["pages"]


def _for_word(picture: Mapping[str, str], light: Pictures, width_mm: float) -> Picture | str:
    """The picture, or in its place the words that say it is not there any more."""
    content = light.get(picture["sha256"])
    return Picture(content, picture["alt"], width_mm) if content else f"[Imagen no disponible: {picture['alt']}]"


def _light(pictures: Pictures) -> dict[str, bytes]:
    """The pictures as light as a document of many pages needs them: JPEG, no wider than they are printed."""
    return {key: _lightened(content) for key, content in pictures.items()}


def _lightened(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    if picture.width > WIDEST_PX:
        picture = picture.resize((WIDEST_PX, max(1, round(picture.height * WIDEST_PX / picture.width))), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=84, optimize=True)
    return out.getvalue()
