"""Uploaded pictures: told by content, measured by their header before a pixel is decoded, and written anew without metadata."""

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from eventos.kernel.errors import InvalidInput

MAX_BYTES: Final = 15 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 4_000

_STARTS: Final = ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"RIFF", "WEBP"))
SVG_REFUSED = "Los dibujos SVG todavía no se aceptan. Guárdelo como PNG con fondo transparente y súbalo otra vez."
NOT_A_PICTURE = "El archivo no es una imagen PNG, JPEG o WebP. Guárdela en uno de esos formatos y súbala otra vez."

DAMAGED = "La imagen está dañada o incompleta. Guárdela otra vez y súbala de nuevo."


class UnusablePicture(InvalidInput):
    """The upload is no picture this product takes; `fields["file"]` repeats why, to show it beside the field."""

    code = "unusable_picture"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"file": message})


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG of our own writing, with its size in pixels."""

    png: bytes
    width: int
    height: int


def kind_of(content: bytes) -> str | None:
    """PNG, JPEG or WEBP by the first bytes, else None."""
    for start, kind in _STARTS:
        if content.startswith(start) and (kind != "WEBP" or content[8:12] == b"WEBP"):
            return kind
    return None


def rewrite(content: bytes, *, longest_side: int = LONGEST_SIDE) -> Picture:
    """The picture as a fresh PNG: upright, no EXIF, no text chunks, nothing after its end, at most `longest_side` pixels a side.

    Raises UnusablePicture with a sentence for people: too heavy, too many pixels (read from the header alone), not a picture, damaged.
    """
    if len(content) > MAX_BYTES:
        raise UnusablePicture("La imagen pesa más de 15 MB. Redúzcala y súbala otra vez.")
    kind = kind_of(content)
    if kind is None:
        is_svg = b"<svg" in content[:4096].lower()
        raise UnusablePicture(SVG_REFUSED if is_svg else NOT_A_PICTURE)
    if not _is_whole(content, kind):
        raise UnusablePicture(DAMAGED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnusablePicture(_too_large(image.width, image.height))
                return _fresh(image, longest_side)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise UnusablePicture("La imagen tiene demasiados píxeles. Redúzcala a menos de 50 megapíxeles.") from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as fault:
        raise UnusablePicture(DAMAGED) from fault


def _is_whole(content: bytes, kind: str) -> bool:
    """Whether the file says its own end; Pillow may have been told elsewhere in the process to fill in what is missing."""
    if kind == "WEBP":
        return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    return (b"IEND" if kind == "PNG" else b"\xff\xd9") in content


def _fresh(image: Image.Image, longest_side: int) -> Picture:
    upright = ImageOps.exif_transpose(image)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha else "RGB")
    pixels.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    # A new canvas carries none of the old picture's `info`, where comments, profiles and positions live.
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), clean.width, clean.height)


def _too_large(width: int, height: int) -> str:
    return f"La imagen mide {width} × {height} píxeles, más de lo que se puede abrir con seguridad. Redúzcala a menos de 50 megapíxeles."
