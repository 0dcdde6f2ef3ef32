"""The map and the bars: circles beside each other and on the sheet, names that cover nothing, nothing drawn where a map would lie."""

import math
from itertools import combinations

import pytest

from eventos.attendance.picture import HEIGHT, WIDTH, bars, bubbles
from eventos.attendance.queries import Figure
from eventos.kernel import divipola
from tests.attendance.factories import CAME


def caldas(*, most: int = 1) -> list[Figure]:
    return [Figure(place.code, place.name, 0, CAME.get(place.name, 0) * most) for place in divipola.of_departamento("17")]


@pytest.mark.parametrize("most", [0, 1, 40])
def test_circles_stand_beside_each_other_on_the_sheet(most: int) -> None:
    drawn = bubbles(caldas(most=most))
    assert len(drawn) == 27
    for one in drawn:
        assert one.r <= one.x <= WIDTH - one.r
        assert one.r <= one.y <= HEIGHT - one.r
    for one, other in combinations(drawn, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r - 0.5, (one.name, other.name)


def test_those_from_which_nobody_came_are_named_and_dashed() -> None:
    zeroes = [one for one in bubbles(caldas()) if not one.attended]
    assert {(one.label, one.css) for one in zeroes} == {("Marulanda", "chart__zero"), ("Norcasia", "chart__zero")}
    assert not any(one.holds_number for one in zeroes)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_every_name_finds_its_place(most: int) -> None:
    assert [one.name for one in bubbles(caldas(most=most)) if not one.label] == []


def test_no_map_of_several_departamentos_or_of_a_handful() -> None:
    mixed = [*caldas(), Figure("05001", "Medellín", 1, 1)]
    assert bubbles(mixed) == []
    assert bubbles(caldas()[:4]) == []
    assert bubbles([]) == []


def test_bars_show_the_eight_with_most_and_the_first_fills_the_track() -> None:
    ordered = sorted(caldas(), key=lambda figure: -figure.attended)
    drawn = bars(ordered)
    assert [bar.attended for bar in drawn] == [16, 8, 7, 7, 6, 6, 5, 5]
    assert (drawn[0].width, drawn[1].width) == (208, 104)
    assert bars([Figure("17001", "Manizales", 3, 0)]) == []
