"""The documents of threats and of behaviours claim nothing without a test: each row names at least one, and each that is named exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, text

DOCUMENTS = {"amenazas.md": 45, "comportamientos.md": 15}  # and how many rows there are at least
TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


def rows(document: str) -> Iterator[str]:
    """The rows of its tables, without their headings."""
    lines = [line for line in document.splitlines() if line.startswith("|")]
    yield from (line for line in lines if not line.startswith(("| ataque |", "| caso |", "|---")))


def lost(document: str, tests: Path = ROOT / "tests") -> list[str]:
    """What the document names and is not there, and rows that name nothing."""
    empty = [row[:60] for row in rows(document) if not TEST.findall(row.rstrip("| ").rpartition("|")[2])]
    absent = [
        f"{file}::{name}"
        for file, name in TEST.findall(document)
        if not (tests / file).is_file() or not re.search(rf"^def {name}\(", text(tests / file), re.MULTILINE)
    ]
    return empty + absent


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_row_names_tests_that_exist(name: str) -> None:
    document = text(ROOT / "docs" / name)
    assert len(list(rows(document))) > DOCUMENTS[name]
    assert lost(document) == []


@pytest.mark.parametrize(
    "row",
    [
        "| robo | candado | |",
        "| robo | candado | `house/test_no.py::test_x` |",
        "| robo | candado | `house/test_routes.py::test_nothing` |",
    ],
)
def test_a_claim_without_its_test_is_noticed(row: str) -> None:
    assert lost(row) != []
