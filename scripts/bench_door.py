"""The door, as `make bench` measures it: an event that is open now with 10,000 people, and phones that read for it by the API."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from eventos.cycles.rules import DayGiven
from eventos.kernel import clock, sealing
from tests.checkin.factories import a_bearer, a_crowd
from tests.cycles.factories import a_cycle, a_published_event
from tests.support.phone import sealed_by_a_phone
from tests.support.visitor import Answer, Visitor

PEOPLE = 10_000
PHONES = 12  # a phone sends at most 120 times a minute
BATCH = 1000
API = "/api/v1/checkin"


@dataclass(frozen=True)
class Door:
    """An event for single scans and the manifest, another for batches; the phones' bearers; what the codes say; the key to seal to."""

    single: str
    batches: str
    bearers: list[str]
    codes: list[str]
    others: list[str]
    kid: str
    public: str

    def scan(self, phone: Visitor, number: int) -> Answer:
        """The number-th person presents their code, with a signal."""
        return self._send(phone, self.single, [{"nonce": f"una-{number:06}", "sealed": self._sealed(self.codes[number])}], number)

    def batch(self, phone: Visitor, number: int) -> Answer:
        """The number-th thousand was read without a signal."""
        said = {"offline": True, "told": "accepted", "scanned_at": clock.now().isoformat()}
        some = range(number * BATCH, (number + 1) * BATCH)
        scans = [{"nonce": f"lote-{each:06}", "sealed": self._sealed(self.others[each]), **said} for each in some]
        return self._send(phone, self.batches, scans, number)

    def _sealed(self, code: str) -> str:
        """As phones send what they read, with a signal too: it was written down sealed first."""
        return sealed_by_a_phone({"code": code}, kid=self.kid, public=self.public)

    def _send(self, phone: Visitor, event: str, scans: list[dict[str, object]], number: int) -> Answer:
        body = json.dumps({"event": event, "scans": scans}).encode()
        return phone.ask("POST", f"{API}/scans", body, {"Content-Type": "application/json", **self._bearer(number)})

    def _bearer(self, number: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearers[number % len(self.bearers)]}"}

    def manifest(self, phone: Visitor) -> tuple[int, int]:
        """All of it, page by page: (rows, bytes on the wire). Raises RuntimeError when a page does not come."""
        rows, size, cursor = 0, 0, ""
        while True:
            path = f"{API}/events/{self.single}/manifest?limit=2000{f'&cursor={cursor}' if cursor else ''}"
            answer = phone.ask("GET", path, None, {"Accept-Encoding": "gzip", **self._bearer(0)})
            if answer.status != 200:
                raise RuntimeError(f"the manifest answered {answer.status}")
            page = json.loads(gzip.decompress(answer.body))
            rows, size, cursor = rows + len(page["rows"]), size + len(answer.body), page["cursor"]
            if not page["more"]:
                return rows, size


def prepare(db: Session) -> Door:
    """Two events of today with their people, and phones for both."""
    today = clock.local(clock.now()).date()
    cycle = a_cycle(db)
    all_day = (DayGiven(today, time(0, 1), time(23, 58)),)
    single, batches = (a_published_event(db, cycle=cycle, number=number, days=all_day) for number in (8, 9))
    registered = clock.now() - timedelta(days=1)
    codes, others = (a_crowd(db, event, PEOPLE, now=registered) for event in (single, batches))
    bearers = [a_bearer(db, single, batches, name=f"Puerta {number}", now=clock.now()) for number in range(PHONES)]
    key = sealing.seal_key()
    return Door(single.slug, batches.slug, bearers, codes, others, key.kid, sealing.base64url(key.public))


def most_memory(pids: Iterator[int]) -> float:
    """The most memory that these processes held at once so far, in MiB (proc(5), VmHWM)."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return sum(int(line.split()[1]) for line in lines) / 1024


Said = Callable[..., None]


def tell_of_the_manifest(door: Door, phone: Visitor, *, say: Said, cpu: Callable[[], float], memory: Callable[[], float]) -> None:
    """What a phone costs that prepares itself for 10,000 people."""
    spent, held = cpu(), memory()
    rows, size = door.manifest(phone)
    if rows != PEOPLE:
        raise RuntimeError(f"{rows} rows instead of {PEOPLE}")
    say(f"manifest of {PEOPLE} people: on the wire", size / 1024 / 1024, "MiB", budget=2.5)
    say(f"manifest of {PEOPLE} people: CPU of the server", cpu() - spent, "s", budget=4)
    say(f"manifest of {PEOPLE} people: memory the server grew by", memory() - held, "MiB", budget=48)
