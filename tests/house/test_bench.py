"""`make bench` fails when a budget is broken, and says which."""

import json

import pytest

from scripts import bench


@pytest.mark.parametrize(
    ("value", "budget", "most", "status"),
    [(10.0, 5, True, 0), (30.0, 5, True, 1), (None, 5, True, 1), (10.0, 9, False, 1), (10.0, None, True, 0)],
    ids=["within", "over", "not measured", "under what it must reach", "without budget"],
)
def test_a_broken_budget_ends_with_a_status_and_its_name(
    value: float | None, budget: float | None, most: bool, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "broken", [])
    bench.say("registration POST", value, "ms", floor=4.0, budget=budget, most=most)
    assert bench.verdict() == status
    said = capsys.readouterr()
    assert json.loads(said.out)["ok"] is (None if budget is None else status == 0)
    assert ("over budget: registration POST" in said.err) is bool(status)
