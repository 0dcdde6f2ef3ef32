"""Draw the icons of the door's app (`static/img/puerta-*.png`) from the same tree as the favicon. Run by hand when the drawing changes."""

from pathlib import Path

from PIL import Image, ImageDraw

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
BLUE, MIST, WHITE, AMBER = "#004884", "#9fc0f7", "#ffffff", "#ffab00"
FINER = 4
# Each branch is a curve of the favicon: start, control, end, on a square of 32.
BRANCHES = (((11, 22), (10, 12), (16, 5)), ((11, 22), (18, 12), (27, 9)), ((11, 22), (6, 17), (4, 12)), ((11, 22), (19, 18), (27, 19)))
LEAVES = ((16, 5), (27, 9), (4, 12), (27, 19))


def icon(size: int, *, maskable: bool = False) -> Image.Image:
    """The icon; a maskable one fills its square and keeps the drawing in the circle that every phone shows."""
    side = size * FINER
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=0 if maskable else side * 7 / 32, fill=BLUE)
    share = 0.68 if maskable else 1.0
    scale, edge = side / 32 * share, side * (1 - share) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * scale, edge + y * scale

    def dot(x: float, y: float, radius: float, colour: str) -> None:
        left, top = at(x, y)
        reach = radius * scale
        pen.ellipse((left - reach, top - reach, left + reach, top + reach), fill=colour)

    for (x0, y0), (x1, y1), (x2, y2) in BRANCHES:
        for step in range(201):
            t = step / 200
            x = (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t**2 * x2
            y = (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t**2 * y2
            dot(x, y, 0.8, MIST)
    for x, y in LEAVES:
        dot(x, y, 2, WHITE)
    dot(11, 22, 4, AMBER)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def main() -> int:
    for name, size, maskable in (("puerta-192", 192, False), ("puerta-512", 512, False), ("puerta-512-maskable", 512, True)):
        icon(size, maskable=maskable).quantize(64).save(IMAGES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
