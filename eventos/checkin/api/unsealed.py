"""What a phone sent, in clear: sealed scans are opened here, and judged by the same schema as those that came open."""

import json
from dataclasses import dataclass
from typing import Any

from eventos.checkin import exchange
from eventos.checkin.rules import Flag, SeenScan
from eventos.kernel import sealing
from eventos.kernel.errors import InvalidInput
from eventos.kernel.schemas import judge
from eventos.kernel.tokens import BadToken

_WAYS = ("code", "registration", "walk_in")


@dataclass(frozen=True)
class Read:
    """One scan in clear. `walk_in`: who is to be written down."""

    scan: SeenScan
    walk_in: dict[str, Any] | None = None


def read_all(told: list[dict[str, Any]]) -> list[Read]:
    """Each scan in clear, in order. Raises InvalidInput when one names nobody, or in more than one way."""
    wrong: dict[str, str] = {}
    for place, each in enumerate(told):
        ways = [way for way in (*_WAYS, "sealed") if way in each]
        if len(ways) != 1:
            wrong[f"scans.{place}"] = "Lleva uno de estos datos, y solo uno: code, registration, walk_in o sealed."
        elif ways == ["registration"] and not each.get("reason"):
            wrong[f"scans.{place}.reason"] = "Diga por qué se marca a mano."
        elif ways == ["sealed"] and (both := sorted({"answers", "reason"} & each.keys())):
            wrong[f"scans.{place}.{both[0]}"] = "Va dentro de lo sellado."
    if wrong:
        raise InvalidInput(fields=wrong)
    return [_read(each) for each in told]


def _read(told: dict[str, Any]) -> Read:
    if "sealed" not in told:
        return Read(exchange.seen(told), told.get("walk_in"))
    around = {name: value for name, value in told.items() if name != "sealed"}
    try:
        inside = _open(told["sealed"])
    except BadToken:  # Whoever carries it cannot mend it: it is kept as what it is.
        return Read(exchange.seen(around, flags=(Flag.SEALED,)))
    return Read(exchange.seen(around | inside), inside.get("walk_in"))


def _open(sealed: str) -> dict[str, Any]:
    """What was sealed. Raises BadToken also when it opens and says nothing that we understand."""
    try:
        inside = json.loads(sealing.open_sealed(sealed))
    except (ValueError, RecursionError):
        raise BadToken("door-seal") from None
    if not isinstance(inside, dict) or judge(exchange.SEALED, inside) or len([way for way in _WAYS if way in inside]) != 1:
        raise BadToken("door-seal")
    return inside
