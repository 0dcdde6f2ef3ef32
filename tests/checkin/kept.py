"""What a phone keeps of an event to read without a signal, as docs/api.md tells it to."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.kernel import sealing, tokens
from tests.checkin.factories import a_device
from tests.checkin.stage import Phone, Stage
from tests.conftest import Opened
from tests.support.phone import opened_row

LATER = timedelta(minutes=10)


@dataclass
class Kept:
    """What the phone keeps of an event, as docs/api.md tells it to."""

    phone: Phone
    rows: dict[str, str] = field(default_factory=dict)
    moved: dict[str, list[tuple[str, str, int, str]]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    cursor: str = ""
    told: list[str] = field(default_factory=list)

    def sync(self, limit: int = 1000) -> list[dict[str, Any]]:
        pages = []
        while not pages or pages[-1]["more"]:
            cursor = f"&cursor={self.cursor}" if self.cursor else ""
            answer = self.phone.get(f"{self.phone.about('manifest')}?limit={limit}{cursor}")
            assert answer.status_code == 200, answer.text
            pages.append(answer.get_json())
            self._take(pages[-1])
        self.told = [name for page in pages for name, _ in page["rows"]]
        return pages

    def _take(self, page: dict[str, Any]) -> None:
        self.cursor = page["cursor"]
        self.rows.update(page["rows"])
        self.revoked |= set(page["revoked"])
        for name in {each[0] for each in page["movements"]}:
            self.moved.pop(name, None)
        for name, room, direction, at, where in page["movements"]:
            if direction != "none":
                self.moved.setdefault(name, []).append((room, direction, at, page["doors"][where]))

    def read(self, ticket: str, event_id: int) -> dict[str, Any] | None:
        """What the phone shows when this code is presented without a signal."""
        row = self.rows.get(name_of(ticket))
        return opened_row(row, ticket, event_id) if row else None


def name_of(ticket: str) -> str:
    return sealing.row_name(tokens.digest(ticket))


def other_phone(stage: Stage, writing: Opened, name: str = "Puerta norte") -> tuple[DeviceView, DoorEvent]:
    """Another phone of the same event, and the event as it sees it."""
    with writing() as db:
        device = a_device(db, stage.event, name=name)
    return device, device.events[0]
