"""The blueprint of the phones' operations, and the phone behind a request."""

import json
from typing import Any, cast

from flask import Response

from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.kernel.http import Audience, find_device
from eventos.kernel.operations import ApiDoor

door = ApiDoor("api_checkin", __name__, tag="Puerta", audience=Audience.DEVICE)
URL = "/checkin/events/<slug>"


def here() -> DeviceView:
    """The phone of this request; only behind the gate."""
    return cast("DeviceView", find_device())


def here_and_event(slug: str) -> tuple[DeviceView, DoorEvent]:
    """The phone of this request and one of its events. Raises NotFound for any other."""
    device = here()
    return device, device.event(slug)


def compact(content: Any) -> Response:
    """JSON without a byte too many: phones pay for theirs."""
    return Response(json.dumps(content, ensure_ascii=False, separators=(",", ":")), mimetype="application/json")
