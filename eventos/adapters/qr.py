"""QR codes of ASCII links: SVG for pages and documents, PNG for mail (ISO/IEC 18004, error correction M)."""

from collections.abc import Iterator
from io import BytesIO

import qrcode
from markupsafe import Markup, escape
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

LONGEST = 160  # characters; beyond this the modules grow too small for cheap phones at arm's length
QUIET_ZONE = 4  # modules, as ISO/IEC 18004 asks on every side

# Choosing among the eight masks is most of the library's time (8.5 ms against 1.6 ms for 160 characters, measured), and readers
# decode any of them. Mask 3 had among the lowest penalties of the eight for ticket links, short and long.
_MASK = 3


def svg(text: str, *, title: str) -> Markup:
    """Draw `text` as an inline `<svg>` safe under a strict CSP: attributes only, no style, no id.

    `title` is what a screen reader says; it is escaped here. The white ground is part of the drawing, so the code also reads in dark
    mode. Size comes from the page's CSS (the viewBox counts modules). Raises ValueError for text that is not ASCII or too long.
    """
    modules = _modules(text)
    side = len(modules) + 2 * QUIET_ZONE
    path = "".join(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z" for x, y, length in _runs(modules))
    # Every value but the title is a number made above, and the title is escaped.
    return Markup(  # noqa: S704
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<title>{escape(title)}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def png(text: str, *, scale: int) -> bytes:
    """Draw `text` as a black-and-white PNG, `scale` pixels a module. Raises ValueError for text that is not ASCII or too long."""
    if scale < 1:
        raise ValueError("a module needs at least one pixel")
    modules = _modules(text)
    side = len(modules) + 2 * QUIET_ZONE
    image = Image.new("1", (side, side), 1)
    for x, y, length in _runs(modules):
        image.paste(0, (x + QUIET_ZONE, y + QUIET_ZONE, x + QUIET_ZONE + length, y + QUIET_ZONE + 1))
    out = BytesIO()
    image.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def _modules(text: str) -> list[list[bool]]:
    """The dark modules, row by row, without the quiet zone."""
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("a QR carries printable ASCII only: several browser decoders break on accents")
    if len(text) > LONGEST:
        raise ValueError(f"a QR carries at most {LONGEST} characters")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.modules]


def _runs(modules: list[list[bool]]) -> Iterator[tuple[int, int, int]]:
    """Horizontal runs of dark modules as (x, y, length): a third of the marks that single squares would need."""
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                yield start, y, x - start
            x += 1
