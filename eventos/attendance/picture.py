"""The map of bubbles and the bars of the count, as numbers for an SVG: data in, drawing out. The table beside them says the same."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventos.attendance.queries import Figure
from eventos.kernel import divipola
from eventos.kernel.text import fold

WIDTH, HEIGHT = 760, 430
_MARGIN_X, _MARGIN_Y = 92, 44
_LARGEST, _SMALLEST, _ZERO = 24.0, 6.0, 8.0
_LETTER, _PHONE_LETTER, _LINE = 6.6, 15.0, 14.0
_BARS, _BAR_WIDTH = 8, 208
_ROUNDS = 120


@dataclass(frozen=True)
class Bubble:
    """One municipality: its circle, and where its name stands ("" when there is no room: the table has it)."""

    x: float
    y: float
    r: float
    name: str
    attended: int
    label: str
    label_x: float
    label_y: float
    anchor: str
    css: str

    @property
    def holds_number(self) -> bool:
        return self.attended > 0 and self.r >= 10


@dataclass(frozen=True)
class Bar:
    name: str
    attended: int
    y: int
    width: int


Box = tuple[float, float, float, float]


def bars(figures: Sequence[Figure]) -> list[Bar]:
    """The municipalities with most asistentes, at most eight."""
    first = [figure for figure in figures if figure.attended][:_BARS]
    most = max((figure.attended for figure in first), default=1)
    return [Bar(each.name, each.attended, 4 + 30 * at, max(3, round(_BAR_WIDTH * each.attended / most))) for at, each in enumerate(first)]


def bubbles(figures: Sequence[Figure]) -> list[Bubble]:
    """The municipalities of one departamento at their coordinates, moved a little where circles would cover each other.

    The area of a circle is its number. Empty when the municipalities are few or of several departamentos.
    """
    placed = [(figure, place) for figure in figures if (place := divipola.get(figure.key)) is not None]
    if len(placed) < 5 or len({place.departamento_code for _, place in placed}) != 1:
        return []
    most = max(figure.attended for figure, _ in placed)
    sizes = [_radius(figure.attended, most) for figure, _ in placed]
    spots = _apart(_projected([(place.lon, place.lat) for _, place in placed]), sizes)
    return _labelled([figure for figure, _ in placed], spots, sizes)


def _radius(attended: int, most: int) -> float:
    return max(_SMALLEST, _LARGEST * math.sqrt(attended / max(most, 16))) if attended else _ZERO


def _projected(degrees: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Degrees on the sheet, one scale for both directions."""
    west, east = min(lon for lon, _ in degrees), max(lon for lon, _ in degrees)
    south, north = min(lat for _, lat in degrees), max(lat for _, lat in degrees)
    squeeze = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * _MARGIN_X) / across, (HEIGHT - 2 * _MARGIN_Y) / down)
    left, top = (WIDTH - across * scale) / 2, (HEIGHT - down * scale) / 2
    return [[left + (lon - west) * squeeze * scale, top + (north - lat) * scale] for lon, lat in degrees]


def _apart(spots: list[list[float]], sizes: Sequence[float]) -> list[list[float]]:
    """Push circles that overlap away from each other, as little as needed."""
    for _ in range(_ROUNDS):
        moved = False
        for one in range(len(spots)):
            for other in range(one):
                dx, dy = spots[one][0] - spots[other][0], spots[one][1] - spots[other][1]
                distance = math.hypot(dx, dy) or 0.01
                short = sizes[one] + sizes[other] + 3 - distance
                if short > 0:
                    moved = True
                    ux, uy = (dx / distance, dy / distance) if distance > 0.01 else (1.0, 0.0)
                    spots[one][0] += ux * short / 2
                    spots[one][1] += uy * short / 2
                    spots[other][0] -= ux * short / 2
                    spots[other][1] -= uy * short / 2
        if not moved:
            break
    return spots


def _labelled(figures: Sequence[Figure], spots: Sequence[Sequence[float]], sizes: Sequence[float]) -> list[Bubble]:
    """Give names their places, those without asistentes and the largest first; the first, and the outermost, are told on phones too."""
    circles = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(spots, sizes, strict=True)]
    order = sorted(range(len(figures)), key=lambda at: (figures[at].attended > 0, -figures[at].attended, fold(figures[at].name)))
    strong = _strong(figures, spots)
    zeroes = sum(1 for figure in figures if not figure.attended)
    taken: list[Box] = []
    drawn: dict[int, Bubble] = {}
    for at in order:
        figure, (x, y), r = figures[at], spots[at], sizes[at]
        others = [*taken, *(circle for number, circle in enumerate(circles) if number != at)]
        css = "chart__strong" if at in strong else "map__minor"
        if not figure.attended:
            css = "chart__zero" if zeroes <= 4 else "chart__zero map__minor"
        on_phones = "map__minor" not in css
        label, label_x, label_y, anchor = _place(figure.name, x, y, r, others, taken, letter=_PHONE_LETTER if on_phones else _LETTER)
        drawn[at] = Bubble(round(x, 1), round(y, 1), round(r, 1), figure.name, figure.attended, label, label_x, label_y, anchor, css)
    return [drawn[at] for at in sorted(drawn, key=lambda at: -sizes[at])]


def _strong(figures: Sequence[Figure], spots: Sequence[Sequence[float]]) -> set[int]:
    came = [at for at, figure in enumerate(figures) if figure.attended]
    if not came:
        return set()
    outermost = {min(came, key=lambda at: spots[at][0]), max(came, key=lambda at: spots[at][0]), min(came, key=lambda at: spots[at][1])}
    return {max(came, key=lambda at: figures[at].attended)} | outermost


def _place(
    name: str, x: float, y: float, r: float, others: Iterable[Box], taken: list[Box], *, letter: float
) -> tuple[str, float, float, str]:
    """Right, left, above, below or aslant of the circle, wherever nothing is covered; ("", …) where everything would be.

    A name stays on the sheet with letters `letter` wide, and covers nothing with those of a large screen.
    """
    extra = len(name) * (letter - _LETTER)
    wide, gap = len(name) * _LETTER, r + 5
    tries = [
        (x + gap, y + 4.5, "start", (x + gap, y - _LINE / 2, x + gap + wide, y + _LINE / 2)),
        (x - gap, y + 4.5, "end", (x - gap - wide, y - _LINE / 2, x - gap, y + _LINE / 2)),
        (x, y - gap, "middle", (x - wide / 2, y - gap - _LINE + 3, x + wide / 2, y - gap + 3)),
        (x, y + gap + 10, "middle", (x - wide / 2, y + gap - 2, x + wide / 2, y + gap + _LINE - 2)),
    ]
    for line in (y - gap, y + gap):
        tries.append((x + gap / 2, line + 4.5, "start", (x + gap / 2, line - _LINE / 2, x + gap / 2 + wide, line + _LINE / 2)))
        tries.append((x - gap / 2, line + 4.5, "end", (x - gap / 2 - wide, line - _LINE / 2, x - gap / 2, line + _LINE / 2)))
    blocked = list(others)
    for label_x, label_y, anchor, box in tries:
        left, right = {"start": (0.0, extra), "end": (extra, 0.0)}.get(anchor, (extra / 2, extra / 2))
        inside = box[0] - left >= 0 and box[2] + right <= WIDTH and box[1] >= 0 and box[3] <= HEIGHT
        if inside and not any(_overlap(box, other) for other in blocked):
            taken.append(box)
            return name, round(label_x, 1), round(label_y, 1), anchor
    return "", round(x, 1), round(y, 1), "middle"


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
