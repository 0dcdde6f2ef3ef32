"""What the flows share: browsers at real servers, closed when the test ends."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.visitor import Visitor

Visit = Callable[[str], Visitor]


@pytest.fixture
def visit() -> Iterator[Visit]:
    """`visit(server.url)` gives a browser without scripts."""
    opened: list[Visitor] = []

    def start(url: str) -> Visitor:
        opened.append(Visitor(url))
        return opened[-1]

    yield start
    for visitor in opened:
        visitor.close()
