"""What the door says to somebody who presents a code: facts in, verdict out. One judge for phones, staff, paper lists and the API.

The phone judges by the same rules without a signal (`static/js/checkin/judge.js`): `tests/checkin/cases.json` holds both to one answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from eventos.kernel import clock
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import EventState, RegistrationState, Word

UNDO_WITHIN = timedelta(minutes=15)
CLOCK_TOLERANCE = timedelta(minutes=5)
OLDEST = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
MOST_AT_ONCE = 1000
SHORTEST_SEARCH = 3


class Verdict(StrEnum):
    """What a scan is answered; the value is stored."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    OTHER_EVENT = "other_event"
    OTHER_DAY = "other_day"
    CANCELLED = "cancelled"
    WAITLISTED = "waitlisted"
    REVOKED = "revoked"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NEEDS_ANSWER = "needs_answer"
    ANNULLED = "annulled"


class Flag(StrEnum):
    """Why a scan deserves a look; several stand in one text, apart by spaces, in this order."""

    CLOCK = "clock"  # the phone's clock was more than five minutes off
    FORCED = "forced"  # let in without signal, where with it the door would have refused: `detail["online"]` says how
    DOUBLE = "double"  # let in without signal, while another door let the same code in
    TOLD = "told"  # refused without signal, where with it the door would have let in: the person did not enter
    PHONE = "phone"  # more than two people confirmed their arrival on one phone
    SEALED = "sealed"  # what the phone sealed could not be opened


class Once(Word):
    """How often the same registration counts as entering."""

    EVENT = "event", "Una vez en todo el evento"
    DAY = "day", "Una vez cada día"


class Entries(Word):
    """What a second reading of the same code is."""

    ONE = "one", "Una sola entrada: la segunda lectura avisa que ya ingresó"
    AFTER_EXIT = "after_exit", "Puede volver a entrar después de salir"
    MANY = "many", "Puede entrar cuantas veces quiera"


class UndoTooLate(RuleViolation):
    code = "undo_too_late"
    message = "Solo se puede deshacer en los 15 minutos siguientes y desde el mismo teléfono. Pida al organizador que lo corrija."


class LinkGone(RuleViolation):
    code = "link_gone"
    message = "Este vínculo ya se usó, venció o fue retirado. Pida uno nuevo a quien organiza el evento."


@dataclass(frozen=True)
class Rule:
    """How a room lets people in, as kept in `door_room.rule`. Minutes before each day's start and after its end; `days` are ISO dates, ()
    all of the event's. `asks` are keys of the event's own questions that must be answered to enter. `self_checkin`: people confirm their
    arrival on their own phone by the room's changing code. `offline_search`: phones may keep the names to search without a signal.
    """

    once: Once = Once.DAY
    entries: Entries = Entries.ONE
    exits: bool = False
    opens: int = 180
    closes: int = 120
    days: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    self_checkin: bool = False
    offline_search: bool = False

    @classmethod
    def of(cls, kept: dict[str, Any] | None) -> "Rule":
        """The rule that was kept; what it does not say is the common way."""
        known = {name.name: kept[name.name] for name in fields(cls) if name.name in kept} if kept else {}
        for name in ("days", "asks"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known | {"once": Once(known.get("once", Once.DAY)), "entries": Entries(known.get("entries", Entries.ONE))})

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it, the same for the phone."""
        return asdict(self) | {"days": list(self.days), "asks": list(self.asks), "once": self.once.value, "entries": self.entries.value}


class Hours(Protocol):
    """One day of an event, as the door needs it."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class DoorEvent(Protocol):
    """An event, as the door judges by it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> EventState: ...
    @property
    def days(self) -> Sequence[Hours]: ...


@dataclass(frozen=True)
class SeenScan:
    """What a device saw: a code, or a registration ticked by name (its public id) with the reason.

    `scanned_at` is the phone's moment, already corrected by the difference it measured; None is now. `told`: what the phone said by itself
    without a signal. `answers`: the answers given at the door, by the key of the question. `flags`: what is known of it already.
    `refused`: why somebody could not be written down at the door, and `kept`: what was told of them, sealed. `by`: the number of the staff
    member who marks at the desk.
    """

    nonce: str
    code: str = ""
    registration: str = ""
    room: str = ""
    direction: str = "in"
    scanned_at: datetime | None = None
    offline: bool = False
    told: str = ""
    reason: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    phone_key: str = ""
    flags: tuple[Flag, ...] = ()
    refused: str = ""
    kept: str = ""
    by: int | None = None


@dataclass(frozen=True)
class Presented:
    """What a code or a tick turned out to be. `is_ours`: signed by us. `event_id`: the event it was issued for. `revoked`: it was replaced
    by another, or belongs to nobody any longer. `state` None: a genuine code of somebody not heard of yet (a phone without a signal).
    `unanswered`: the questions of the room that nobody answered for this registration.
    """

    is_ours: bool
    event_id: int | None = None
    event_title: str = ""
    event_when: str = ""
    registration_id: int | None = None
    state: RegistrationState | None = None
    revoked: bool = False
    unanswered: tuple[str, ...] = ()


def lacking(shown: Presented, unanswered: tuple[str, ...]) -> Presented:
    """The same, when nobody answered these questions of the room for this registration."""
    return replace(shown, unanswered=unanswered) if unanswered else shown


@dataclass(frozen=True)
class Movement:
    """An accepted reading that stands, of one registration in one room. `where` is the name of the door."""

    direction: str
    at: datetime
    day: str = ""
    where: str = ""


@dataclass(frozen=True)
class Ruling:
    """The verdict. `first`: what a repeated reading repeats; or, with `before_another`, an entry accepted later that already stands."""

    verdict: Verdict
    first: Movement | None = None
    before_another: bool = False


def judge(
    shown: Presented, event: DoorEvent, rule: Rule, past: Iterable[Movement], at: datetime, *, direction: str = "in", hours: bool = True
) -> Ruling:
    """What is answered, given what stands in this room of this registration. `hours` False: a paper list, entered when it comes."""
    if not shown.is_ours or shown.event_id is None:
        return Ruling(Verdict.UNKNOWN)
    if shown.event_id != event.id:
        return Ruling(Verdict.OTHER_EVENT)
    if event.state is not EventState.PUBLISHED:
        return Ruling(Verdict.CANCELLED)
    if shown.revoked:
        return Ruling(Verdict.REVOKED)
    if shown.state is not None and not shown.state.is_open:
        return Ruling(Verdict.CANCELLED)
    if shown.state not in (None, RegistrationState.ACTIVE):  # They wait for a seat, an approval, or have an answer to give.
        return Ruling(Verdict.WAITLISTED)
    if hours and (refused := _out_of_hours(door_days(event.days, rule), rule, at)):
        return Ruling(refused)
    ruling = _movement(shown, event, rule, past, at, direction)
    # The moment of a line on paper is a guess: who entered at any moment of that day is there already.
    return Ruling(Verdict.REPEATED, ruling.first) if ruling.before_another and not hours else ruling


def _movement(shown: Presented, event: DoorEvent, rule: Rule, past: Iterable[Movement], at: datetime, direction: str) -> Ruling:
    """What a reading of somebody who may come in is, beside what stands."""
    day = counts_on(event.days, at, rule)
    same = sorted((each for each in past if rule.once is Once.EVENT or each.day == day), key=lambda each: each.at)
    return _exit(same, at) if direction == "out" else _entry(shown, rule, same, at)


def _entry(shown: Presented, rule: Rule, same: Sequence[Movement], at: datetime) -> Ruling:
    before = [each for each in same if each.at <= at]
    entered = [each for each in before if each.direction == "in"]
    is_inside = bool(entered) and before[-1].direction == "in"
    if entered and (rule.entries is Entries.ONE or (rule.entries is Entries.AFTER_EXIT and is_inside)):
        return Ruling(Verdict.REPEATED, entered[0] if rule.entries is Entries.ONE else entered[-1])
    if shown.unanswered and not entered:
        return Ruling(Verdict.NEEDS_ANSWER)
    later = next((each for each in same if each.direction == "in" and each.at > at), None)
    if later is not None and not entered and rule.entries is Entries.ONE:
        return Ruling(Verdict.ACCEPTED, later, before_another=True)
    return Ruling(Verdict.ACCEPTED)


def _exit(same: Sequence[Movement], at: datetime) -> Ruling:
    """Leaving twice is once; leaving without a known entry is kept, for the entry may come later from another phone."""
    before = [each for each in same if each.at <= at]
    if before and before[-1].direction == "out":
        return Ruling(Verdict.REPEATED, before[-1])
    return Ruling(Verdict.ACCEPTED)


TELLABLE = frozenset(verdict.value for verdict in Verdict if verdict is not Verdict.ANNULLED)  # by a phone without a signal
FORCIBLE = frozenset(
    {
        *(Verdict.OTHER_DAY, Verdict.CANCELLED, Verdict.WAITLISTED, Verdict.REVOKED),
        *(Verdict.TOO_EARLY, Verdict.TOO_LATE, Verdict.NEEDS_ANSWER),
    }
)


def as_happened(
    shown: Presented, event: DoorEvent, rule: Rule, past: Sequence[Movement], at: datetime, *, told: str, direction: str = "in"
) -> tuple[Ruling, list[Flag]]:
    """What is written down of a reading made without a signal: who was let in did enter, who was sent away did not.

    An entry of nobody cannot be written down, and a repeated one adds nobody, whatever was told; told "adelante" it is flagged, for two
    doors let the same code in.
    """
    ruling = judge(shown, event, rule, past, at, direction=direction)
    was_let_in = told == Verdict.ACCEPTED
    if was_let_in and ruling.verdict in FORCIBLE and shown.registration_id is not None:
        ruling = _movement(replace(shown, unanswered=()), event, rule, past, at, direction)
        flags = [Flag.FORCED] if ruling.verdict is Verdict.ACCEPTED else []
    elif told in TELLABLE and not was_let_in and ruling.verdict is Verdict.ACCEPTED:
        return Ruling(Verdict(told)), [Flag.TOLD]
    else:
        flags = []
    is_double = ruling.before_another or (was_let_in and direction == "in" and ruling.verdict is Verdict.REPEATED)
    return ruling, [*flags, Flag.DOUBLE] if is_double else flags


def door_days(days: Sequence[Hours], rule: Rule) -> list[Hours]:
    """The days on which a room is open."""
    return [day for day in days if not rule.days or clock.local(day.starts_at).date().isoformat() in rule.days]


def _opens(day: Hours, rule: Rule) -> datetime:
    return day.starts_at - timedelta(minutes=rule.opens)


def _closes(day: Hours, rule: Rule) -> datetime:
    return day.ends_at + timedelta(minutes=rule.closes)


def _out_of_hours(days: Sequence[Hours], rule: Rule, at: datetime) -> Verdict | None:
    """A room opens some time before the first hour of each of its days and closes some time after its end; without days it has no hours."""
    if not days or any(_opens(day, rule) <= at <= _closes(day, rule) for day in days):
        return None
    if at < min(_opens(day, rule) for day in days):
        return Verdict.TOO_EARLY
    return Verdict.TOO_LATE if at > max(_closes(day, rule) for day in days) else Verdict.OTHER_DAY


def day_of(days: Sequence[Hours], at: datetime, rule: Rule | None = None) -> str:
    """The day of the event whose door is open at that moment ("2030-07-25"), or "" for an event without days and between its days.

    Of two doors open at once (an evening and the next morning) it is the one that opened last.
    """
    rule = rule or Rule()
    open_now = [day.starts_at for day in door_days(days, rule) if _opens(day, rule) <= at <= _closes(day, rule)]
    return clock.local(max(open_now)).date().isoformat() if open_now else ""


def open_day(days: Sequence[Hours], at: datetime, rules: Iterable[Rule]) -> str:
    """The day on which some room is open at that moment, the first of them that is; "" when none is."""
    return next((day for rule in rules if (day := day_of(days, at, rule))), "")


def counts_on(days: Sequence[Hours], at: datetime, rule: Rule | None = None) -> str:
    """The day a reading belongs to: the one whose door is open; outside its hours the date, when it is one of the room's days; else ""."""
    rule = rule or Rule()
    date = clock.local(at).date()
    dates = (clock.local(day.starts_at).date() for day in door_days(days, rule))
    return day_of(days, at, rule) or (date.isoformat() if date in dates else "")


def moment_of(scanned_at: datetime, now: datetime, past: Iterable[Movement], *, dated: bool) -> datetime:
    """When a reading counts. `dated`: it was made earlier, without a signal or on paper, and its moment is to be believed.

    Any other counts when it arrives, and never before what stands already: of two servers one may look at its clock, and then wait for the
    other's reading of the same code.
    """
    if dated:
        return min(scanned_at, now)
    return max([now, *(each.at for each in past)])


def clock_flag(scanned_at: datetime, received_at: datetime, *, offline: bool, on_paper: bool = False) -> list[Flag]:
    """Whether the phone's clock is off: readings without a signal may be up to a month old, others five minutes, none is ahead by more.

    Staff may enter an old list.
    """
    ahead = scanned_at - received_at
    is_late = -ahead > (OLDEST if offline else CLOCK_TOLERANCE) and not on_paper
    return [Flag.CLOCK] if ahead > CLOCK_TOLERANCE or is_late else []


def can_undo(accepted_at: datetime, now: datetime) -> bool:
    return now - accepted_at <= UNDO_WITHIN
