"""Pages of a PDF as pictures: our own at an exact size here, and strangers' in a child process with limits, their active content cut."""

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image

from eventos.kernel.errors import InvalidInput, TransientFailure
from eventos.kernel.settings import ROOT

MAX_PDF_BYTES: Final = 50 * 1024 * 1024
MAX_PAGES: Final = 200
MAX_PAGE_PIXELS: Final = 20_000_000
LONGEST_SIDE: Final = 8_000
WALL_SECONDS: Final = 100  # Below the lease of a job, so that nobody else takes it meanwhile.

REFUSALS: Final = {
    "damaged": "El PDF está dañado o incompleto. Vuelva a exportarlo y súbalo otra vez.",
    "locked": "El PDF está protegido con contraseña. Quítele la protección y súbalo otra vez.",
    "pages": f"El PDF tiene más de {MAX_PAGES} páginas. Divídalo en partes.",
    "empty": "El PDF no tiene páginas.",
    "heavy": "El PDF pide demasiado para mostrarse. Vuelva a exportarlo desde el programa original, o como imágenes.",
}


class UnusablePdf(InvalidInput):
    """A PDF that cannot be opened within its limits; the message says how to mend it."""

    code = "unusable_pdf"


@dataclass(frozen=True)
class Opened:
    """A stranger's PDF made harmless: the copy to keep, and its pages as PNG files, in order, that live as long as the `with` block."""

    copy: Path
    pages: tuple[Path, ...]
    cut: tuple[str, ...]


def page_scale(width_pt: float, height_pt: float, *, width_px: int) -> float:
    """Pixels a point so that a page is `width_px` wide, and never over 20 megapixels nor 8,000 a side."""
    width_pt, height_pt = max(width_pt, 1.0), max(height_pt, 1.0)
    return min(width_px / width_pt, math.sqrt(MAX_PAGE_PIXELS / (width_pt * height_pt)), LONGEST_SIDE / max(width_pt, height_pt))


def picture(pdf: bytes, *, width: int, height: int) -> bytes:
    """The first page of a PDF of ours as a PNG of exactly this size."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        bitmap = page.render(scale=width / page.get_width(), rev_byteorder=True)
        image = bitmap.to_pil().convert("RGB")
    finally:
        document.close()
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


@contextmanager
def opened(pdf: bytes, *, width: int) -> Iterator[Opened]:
    """Open a stranger's PDF in a child that has little memory and time, and give its harmless copy and pages `width` pixels wide.

    Raises UnusablePdf (damaged, locked, too many pages, too heavy); TransientFailure when the child could not be started at all.
    """
    with tempfile.TemporaryDirectory(prefix="eventos-pdf-") as name:
        folder = Path(name)
        (folder / "in.pdf").write_bytes(pdf)
        # The child gets neither our settings nor our keys: only where its own modules are.
        command = [sys.executable, "-m", "eventos.adapters.raster_child", name, str(width)]
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter, our own module, a folder we made
                command,
                cwd=ROOT,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": name},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as fault:
            raise UnusablePdf(REFUSALS["heavy"], detail="wall clock") from fault
        except OSError as fault:
            raise TransientFailure("No fue posible abrir el PDF en este momento.", detail=type(fault).__name__) from fault
        yield _answer(done.stdout, done.returncode, folder)


def _answer(said: bytes, status: int, folder: Path) -> Opened:
    try:
        answer = json.loads(said)
    except ValueError:
        answer = {"refusal": "heavy"}  # Killed by a limit before it could say anything.
    if "refusal" in answer or status != 0:
        raise UnusablePdf(REFUSALS.get(answer.get("refusal", "heavy"), REFUSALS["damaged"]), detail=f"status {status}")
    pages = tuple(folder / f"{number:04}.png" for number in range(1, int(answer["pages"]) + 1))
    return Opened(folder / "out.pdf", pages, tuple(answer["cut"]))
