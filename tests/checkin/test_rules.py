"""What the door answers, case by case, without a database."""

from datetime import datetime, timedelta

import pytest

from eventos.checkin.models import VERDICTS, Device
from eventos.checkin.queries import DoorEvent, Hours
from eventos.checkin.rules import (
    Entries,
    Movement,
    Once,
    Presented,
    Rule,
    Verdict,
    can_undo,
    clock_flag,
    counts_on,
    day_of,
    judge,
    moment_of,
)
from eventos.checkin.rules_words import contact, why
from eventos.kernel import clock
from eventos.kernel.vocabulary import EventState, RegistrationState


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=clock.BOGOTA)


FIRST = Hours(at("2030-07-25T08:00"), at("2030-07-25T10:00"))
THIRD = Hours(at("2030-07-27T14:00"), at("2030-07-27T16:00"))
NIGHT, MORNING = Hours(at("2030-07-25T22:00"), at("2030-07-26T02:00")), Hours(at("2030-07-26T06:00"), at("2030-07-26T08:00"))
ACTIVE, WAITING, GONE = RegistrationState.ACTIVE, RegistrationState.WAITLISTED, RegistrationState.CANCELLED


def an_event(*days: Hours, state: EventState = EventState.PUBLISHED) -> DoorEvent:
    return DoorEvent(1, "foro", "Foro de participación", "Foro", state, "Auditorio", False, days)


def shown(state: RegistrationState | None = ACTIVE, *, ours: bool = True, event: int | None = 1) -> Presented:
    return Presented(ours, event, "Quinta asistencia", "del 29 de julio de 2021", 7 if state else None, state, revoked=state is None)


ONE, TWO = an_event(FIRST), an_event(FIRST, THIRD)
NINE = "2030-07-25T09:00"
CASES = [
    ("a genuine code in its hour", shown(), ONE, NINE, Verdict.ACCEPTED),
    ("the first second of the door", shown(), ONE, "2030-07-25T05:00", Verdict.ACCEPTED),
    ("a second before the door", shown(), ONE, "2030-07-25T04:59:59", Verdict.TOO_EARLY),
    ("the day before", shown(), ONE, "2030-07-24T09:00", Verdict.TOO_EARLY),
    ("the last second of the door", shown(), ONE, "2030-07-25T12:00", Verdict.ACCEPTED),
    ("a second after the door", shown(), ONE, "2030-07-25T12:00:01", Verdict.TOO_LATE),
    ("a year later", shown(), ONE, "2031-07-25T09:00", Verdict.TOO_LATE),
    ("the first of two days", shown(), TWO, NINE, Verdict.ACCEPTED),
    ("the second of two days", shown(), TWO, "2030-07-27T15:00", Verdict.ACCEPTED),
    ("the day between", shown(), TWO, "2030-07-26T09:00", Verdict.OTHER_DAY),
    ("the evening of the first day", shown(), TWO, "2030-07-25T20:00", Verdict.OTHER_DAY),
    ("before both days", shown(), TWO, "2030-07-20T09:00", Verdict.TOO_EARLY),
    ("after both days", shown(), TWO, "2030-07-28T09:00", Verdict.TOO_LATE),
    ("an event without days", shown(), an_event(), NINE, Verdict.ACCEPTED),
    ("a code nobody signed", shown(None, ours=False, event=None), ONE, NINE, Verdict.UNKNOWN),
    ("a signature without event", shown(None, event=None), ONE, NINE, Verdict.UNKNOWN),
    ("a code of another event", shown(event=2), ONE, NINE, Verdict.OTHER_EVENT),
    ("a cancelled code of another event", shown(GONE, event=2), ONE, NINE, Verdict.OTHER_EVENT),
    ("a replaced code of another event", shown(None, event=2), ONE, NINE, Verdict.OTHER_EVENT),
    ("a replaced code", shown(None), ONE, NINE, Verdict.REVOKED),
    ("a cancelled registration", shown(GONE), ONE, NINE, Verdict.CANCELLED),
    ("somebody on the waiting list", shown(WAITING), ONE, NINE, Verdict.WAITLISTED),
    ("a seat that was offered", shown(RegistrationState.OFFERED), ONE, NINE, Verdict.WAITLISTED),
    ("a request that nobody decided", shown(RegistrationState.PENDING), ONE, NINE, Verdict.WAITLISTED),
    ("somebody who never consented", shown(RegistrationState.UNCONFIRMED), ONE, NINE, Verdict.WAITLISTED),
    ("a rejected request", shown(RegistrationState.REJECTED), ONE, NINE, Verdict.CANCELLED),
    ("a cancelled registration too early", shown(GONE), ONE, "2030-07-01T09:00", Verdict.CANCELLED),
    ("a cancelled event", shown(), an_event(FIRST, state=EventState.CANCELLED), NINE, Verdict.CANCELLED),
    ("a draft", shown(), an_event(FIRST, state=EventState.DRAFT), NINE, Verdict.CANCELLED),
]


@pytest.mark.parametrize(("presented", "event", "moment", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_door_judges(presented: Presented, event: DoorEvent, moment: str, verdict: Verdict) -> None:
    assert judge(presented, event, Rule(), (), at(moment)).verdict is verdict


@pytest.mark.parametrize(
    ("minutes", "offline", "flagged"),
    [(0, False, ""), (5, False, ""), (6, False, "clock"), (-5, False, ""), (-6, False, "clock"), (-600, True, ""), (6, True, "clock"),
     (400 * 1440, False, "clock"), (-400 * 1440, False, "clock"), (-30 * 1440, True, ""), (-400 * 1440, True, "clock")],
)  # fmt: skip
def test_a_clock_that_is_off_is_flagged(minutes: int, offline: bool, flagged: str) -> None:
    assert " ".join(clock_flag(at(NINE) + timedelta(minutes=minutes), at(NINE), offline=offline)) == flagged


def test_an_entry_can_be_undone_for_a_quarter_of_an_hour() -> None:
    assert can_undo(at(NINE), at(NINE) + timedelta(minutes=15))
    assert not can_undo(at(NINE), at(NINE) + timedelta(minutes=15, seconds=1))


def test_a_device_lives_a_day_longer_than_its_last_event() -> None:
    made_at = at("2030-07-01T00:00")
    assert Device.expires_at(made_at, THIRD.ends_at) == at("2030-07-28T16:00")
    assert Device.expires_at(made_at, None) == at("2030-07-09T00:00")
    assert Device.expires_at(made_at, at("2029-01-01T00:00")) == at("2030-07-02T00:00"), "as long as its link"


@pytest.mark.parametrize(
    ("days", "moment", "day"),
    [((FIRST, THIRD), NINE, "2030-07-25"), ((FIRST, THIRD), "2030-07-27T11:00", "2030-07-27"), ((FIRST, THIRD), "2030-07-26T09:00", ""),
     ((), NINE, ""), ((NIGHT,), "2030-07-26T01:30", "2030-07-25"), ((NIGHT, MORNING), "2030-07-26T03:00", "2030-07-26")],
)  # fmt: skip
def test_the_day_is_the_one_whose_door_is_open(days: tuple[Hours, ...], moment: str, day: str) -> None:
    assert day_of(days, at(moment)) == day


def test_the_last_contact_is_short() -> None:
    assert contact(at(NINE), at("2030-07-25T23:00")) == "Hoy, 9:00\u00a0a.\u00a0m."
    assert contact(at(NINE), at("2030-07-26T00:30")) == "25 de julio de 2030, 9:00\u00a0a.\u00a0m."


def test_what_is_refused_says_why_and_what_to_do() -> None:
    first = (at("2030-07-25T08:12"), "Puerta lateral")
    said = {
        verdict: why(verdict, "Quinta asistencia", "del 29 de julio de 2021", ONE, first=first, at=at("2030-07-25T08:33"))
        for verdict in Verdict
    }
    assert said[Verdict.REPEATED] == "Ingresó a las 8:12\u00a0a.\u00a0m. por «Puerta lateral», hace 21 minutos. No suma otra vez."
    assert "«Quinta asistencia», del 29 de julio de 2021" in said[Verdict.OTHER_EVENT]
    assert "jueves, 25 de julio de 2030, a las 5:00" in said[Verdict.TOO_EARLY]
    assert all(words for verdict, words in said.items() if verdict is not Verdict.ACCEPTED)


def test_what_was_undone_is_named() -> None:
    entry, leaving = (why(Verdict.ANNULLED, "", "", ONE, first=None, at=at(NINE), direction=way) for way in ("in", "out"))
    assert (entry.startswith("Se quitó el ingreso."), leaving.startswith("Se quitó la salida.")) == (True, True)


def test_a_repeated_code_of_another_day_says_the_day() -> None:
    first = (at("2030-07-25T08:12"), "Puerta lateral")
    assert "el 25 de julio de 2030 a las" in why(Verdict.REPEATED, "", "", TWO, first=first, at=at("2030-07-27T14:05"))


def test_what_is_kept_of_a_verdict_is_its_word() -> None:
    assert tuple(verdict.value for verdict in Verdict) == VERDICTS


# --- rooms, days and moments ---------------------------------------------------------------------------------------------------


def test_a_rule_is_kept_as_data_and_what_is_left_out_is_common() -> None:
    told = {"once": "event", "entries": "after_exit", "exits": True, "opens": 10, "days": ["2030-07-25"], "asks": ["almuerzo"], "later": 1}
    rule = Rule.of(told)
    assert (rule.once, rule.entries, rule.exits, rule.opens, rule.closes) == (Once.EVENT, Entries.AFTER_EXIT, True, 10, 120)
    assert (rule.days, rule.asks) == (("2030-07-25",), ("almuerzo",))
    assert Rule.of(rule.kept()) == rule
    assert Rule.of({}) == Rule.of(None) == Rule()
    with pytest.raises(ValueError, match="siempre"):
        Rule.of({"entries": "siempre"})


@pytest.mark.parametrize(
    ("moment", "rule", "day"),
    [
        (NINE, Rule(), "2030-07-25"),
        ("2030-07-25T23:00", Rule(), "2030-07-25"),
        ("2030-07-26T09:00", Rule(), ""),
        ("2030-07-27T09:00", Rule(days=("2030-07-25",)), ""),
        ("2030-07-25T23:00", Rule(days=("2030-07-27",)), ""),
    ],
)
def test_a_reading_out_of_hours_belongs_to_its_date_when_the_room_opens_on_it(moment: str, rule: Rule, day: str) -> None:
    assert counts_on((FIRST, THIRD), at(moment), rule) == day


def test_a_reading_counts_when_it_comes_and_one_made_before_when_it_was_made() -> None:
    now, later = at(NINE), at(NINE) + timedelta(seconds=1)
    past = [Movement("in", later)]
    assert moment_of(at("2030-07-25T08:00"), now, past, dated=True) == at("2030-07-25T08:00")
    assert moment_of(later, now, past, dated=True) == now, "never in the future"
    assert moment_of(now, now, past, dated=False) == later, "after what stands"
    assert moment_of(now, now, (), dated=False) == now
