"""What is looked at every minute, besides the jobs that were promised: a folder, a deadline. Rooms register, the sweep calls."""

from collections.abc import Callable, Iterable

Round = Callable[[], None]

_rounds: dict[str, Round] = {}


def every_minute(go: Round) -> Round:
    """Register a function for the sweep. Several workers may sweep at once, and a minute may be skipped: it must bear both."""
    _rounds[f"{go.__module__}.{go.__qualname__}"] = go
    return go


def all_of_them() -> Iterable[Round]:
    return tuple(_rounds.values())
