"""What a phone is told of a reading, the first time and whenever it asks again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.checkin import queries, rules
from eventos.checkin.models import Scan
from eventos.checkin.queries import Attendee, DeviceView, DoorEvent
from eventos.checkin.rules import Flag, Rule, Verdict
from eventos.checkin.rules_words import TONES, why, word_of


@dataclass(frozen=True)
class Answer:
    """What the phone shows for a reading. `first_at`: when whom it repeats had entered; `questions`: keys of those to answer first."""

    nonce: str
    verdict: Verdict
    name: str = ""
    work: tuple[str, ...] = ()
    document: str = ""
    why: str = ""
    can_undo: bool = False
    flags: tuple[Flag, ...] = ()
    first_at: datetime | None = None
    questions: tuple[str, ...] = ()
    direction: str = "in"

    @property
    def word(self) -> str:
        return word_of(self.verdict, self.direction)

    @property
    def tone(self) -> str:
        """accepted, repeated or refused: green, amber or red."""
        return TONES.get(self.verdict, "refused")


@dataclass(frozen=True)
class Said:
    """A reading as it was written down, or is about to be."""

    nonce: str
    verdict: Verdict
    room: str
    direction: str
    flagged: str
    detail: dict[str, Any]
    at: datetime

    @classmethod
    def of(cls, scan: Scan) -> "Said":
        verdict = Verdict(scan.verdict)
        return cls(scan.nonce, verdict, scan.room, scan.direction, scan.flagged, scan.detail, scan.scanned_at)

    def answer(
        self, event: DoorEvent, attendee: Attendee | None, *, where: str = "", can_undo: bool = True, rule: Rule | None = None
    ) -> Answer:
        """In words. `where`: the name of the door that a repeated reading repeats; `attendee` of this event only; `rule` of its room."""
        first_at = datetime.fromisoformat(self.detail["first_at"]) if "first_at" in self.detail else None
        flags = tuple(Flag(flag) for flag in self.flagged.split())
        told = why(
            self.verdict,
            self.detail.get("event", ""),
            self.detail.get("when", ""),
            event,
            first=(first_at, where) if first_at else None,
            at=self.at,
            rule=rule or Rule.of(event.room(self.room).rule),
            direction=self.direction,
            is_sealed=Flag.SEALED in flags,
        )
        return Answer(
            self.nonce,
            self.verdict,
            name=attendee.name if attendee else "",
            work=attendee.work if attendee else (),
            document=attendee.document if attendee else "",
            why=self.detail.get("refused", told),
            can_undo=self.verdict is Verdict.ACCEPTED and can_undo,
            flags=flags,
            first_at=first_at,
            questions=tuple(self.detail.get("questions", ())),
            direction=self.direction,
        )


def again(db: Session, device: DeviceView, event: DoorEvent, scans: Iterable[Scan], now: datetime) -> dict[str, Answer]:
    """What was answered then, whatever became of the registration since."""
    scans = list(scans)
    whose = queries.by_ids(db, [scan.registration_id for scan in scans if scan.registration_id is not None])
    doors = {scan.detail["first_device"] for scan in scans if "first_device" in scan.detail} - {device.id}
    names = (queries.device_names(db, sorted(doors)) if doors else {}) | {device.id: device.name}
    answers = {}
    for scan in scans:
        attendee = whose.get(scan.registration_id) if scan.registration_id is not None else None
        answers[scan.nonce] = Said.of(scan).answer(
            event,
            attendee if attendee is not None and attendee.event_id == event.id else None,
            where=names[scan.detail["first_device"]] if "first_device" in scan.detail else "",
            can_undo=rules.can_undo(scan.received_at, now),
        )
    return answers
