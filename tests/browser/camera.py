"""A fake camera: an image as one second of raw video (YUV4MPEG2), which Chromium plays in a loop as what its camera sees."""

from pathlib import Path

from PIL import Image

FRAMES = 10


def film(image: Image.Image, file: Path, *, width: int = 640, height: int = 480) -> Path:
    """Write `image`, fitted on grey, as video that a browser takes for its camera."""
    return reel([image], file, width=width, height=height)


def reel(images: list[Image.Image], file: Path, *, width: int = 640, height: int = 480) -> Path:
    """Write several, a second each, in a loop."""
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES}:1 Ip A1:1 C420jpeg\n".encode())
        for image in images:
            picture = _picture(image, width, height)
            for _ in range(FRAMES):
                out.write(b"FRAME\n" + picture)
    return file


def _picture(image: Image.Image, width: int, height: int) -> bytes:
    """A frame: brightness, then both colours at half the size."""
    frame = Image.new("RGB", (width, height), (120, 120, 120))
    shown = image.convert("RGB")
    scale = min(width * 0.8 / shown.width, height * 0.8 / shown.height)
    shown = shown.resize((int(shown.width * scale), int(shown.height * scale)), Image.Resampling.LANCZOS)
    frame.paste(shown, ((width - shown.width) // 2, (height - shown.height) // 2))
    bright, blue, red = frame.convert("YCbCr").split()
    half = (width // 2, height // 2)
    return bytes(bright.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes())
