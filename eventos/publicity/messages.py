"""The pieza as pages of HTML, and as the files that leave: a PDF to print, a square picture, a wide one."""

from collections.abc import Mapping
from typing import Any

from eventos.adapters import qr, raster
from eventos.kernel.templating import plain
from eventos.publicity import rules
from eventos.publicity.rules import SHEET, SQUARE, WIDE, Format

FILES = {
    "pdf": ("application/pdf", "pieza.pdf"),
    "square": ("image/png", "pieza-cuadrada.png"),
    "wide": ("image/png", "pieza-horizontal.png"),
}


def rendered(said: dict[str, Any], logos: Mapping[str, bytes]) -> dict[str, bytes]:
    """The three files of a pieza; `logos` are PNG by their SHA-256. Raises what the PDF engine refuses."""
    return {
        "pdf": page(said, SHEET, logos),
        "square": raster.picture(page(said, SQUARE, logos), width=SQUARE.width, height=SQUARE.height),
        "wide": raster.picture(page(said, WIDE, logos), width=WIDE.width, height=WIDE.height),
    }


def page(said: dict[str, Any], form: Format, logos: Mapping[str, bytes]) -> bytes:
    """The pieza in one size, as a PDF of one page."""
    from eventos.adapters import pdf  # its engine is loaded by who draws (see certificates/tasks.py)

    code = qr.svg(said["url"], title="Código QR de la página del evento") if len(said["url"]) <= qr.LONGEST else ""
    html = plain("pdf/publicity/flyer.html", said=said, form=form, title_size=rules.title_size(said["title"], form), code=code)
    assets = {f"{sha256}.png": content for sha256, content in logos.items()}
    return pdf.render(html, css=plain("pdf/publicity/flyer.css", formats=rules.FORMATS), assets=assets)
