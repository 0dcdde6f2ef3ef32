"""A fake camera: images as one second of raw video each (YUV4MPEG2), which Chromium plays in a loop as what its camera sees."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

FRAMES = 10


def film(images: Image.Image | Sequence[Image.Image], file: Path, *, width: int = 640, height: int = 480) -> Path:
    """Write each image, fitted on grey, as video that a browser takes for its camera."""
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES}:1 Ip A1:1 C420jpeg\n".encode())
        for image in [images] if isinstance(images, Image.Image) else images:
            out.write((b"FRAME\n" + _picture(image, width, height)) * FRAMES)
    return file


def _picture(image: Image.Image, width: int, height: int) -> bytes:
    frame = Image.new("RGB", (width, height), (120, 120, 120))
    shown = image.convert("RGB")
    scale = min(width * 0.8 / shown.width, height * 0.8 / shown.height)
    shown = shown.resize((int(shown.width * scale), int(shown.height * scale)), Image.Resampling.LANCZOS)
    frame.paste(shown, ((width - shown.width) // 2, (height - shown.height) // 2))
    bright, blue, red = frame.convert("YCbCr").split()
    half = (width // 2, height // 2)
    return bright.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
