"""What may be said of an event, and when people may register."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from eventos.cycles.rules import (
    DayGiven,
    HostGiven,
    PresenceKind,
    PresenceRule,
    ProgrammeGiven,
    SaveEvent,
    Window,
    check_event,
    check_publishable,
    link_fault,
    registration_window,
    title,
)
from eventos.kernel import clock
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import EventKind, EventState, HostRole, Modality
from tests.cycles.factories import LINK, a_day, event_command

TODAY = date(2026, 3, 2)


def refused(command: SaveEvent) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        check_event(command, TODAY)
    return refusal.value.fields


@pytest.mark.parametrize(
    ("kind", "number", "short"),
    [
        ("asistencia_tecnica", 5, "Quinta asistencia técnica"),
        ("asistencia_tecnica", 13, "Decimotercera asistencia técnica"),
        ("asistencia_tecnica", 100, "100.ª asistencia técnica"),
        ("foro", 1, "Primer foro"),
        ("foro", 3, "Tercer foro"),
        ("foro", 7, "Séptimo foro"),
        ("foro", 13, "Decimotercer foro"),
        ("foro", 21, "Vigesimoprimer foro"),
        ("foro", 100, "100.º foro"),
        ("sesion", 2, "Segunda sesión"),
        ("otro", 10, "Décimo evento"),
        ("foro", None, "Foro"),
        ("otro", None, "Datos abiertos"),
    ],
)
def test_an_event_is_named_by_its_number_and_kind(kind: str, number: int | None, short: str) -> None:
    whole = short if short == "Datos abiertos" else f"{short}: Datos abiertos"
    assert title(kind, number, "Datos abiertos") == (short, whole)


def test_the_fifth_of_the_model_informe_has_nothing_wrong_and_its_day_has_gone_by() -> None:
    said = check_event(event_command(days=(a_day(date(2021, 7, 29)),)), TODAY)
    assert [each.message for each in said] == ["El 29 de julio de 2021 ya pasó."]


@pytest.mark.parametrize("holiday", [date(2021, 7, 20), date(2026, 7, 20)])
def test_a_holiday_is_said_and_does_not_stop_anybody(holiday: date) -> None:
    said = check_event(event_command(days=(a_day(holiday),)), date(2020, 1, 1))
    assert len(said) == 1
    assert said[0].field == "days-0-on_date"
    assert "festivo" in said[0].message


def test_an_ordinary_day_calls_for_no_advice() -> None:
    assert check_event(event_command(), TODAY) == []


@pytest.mark.parametrize("ends", [time(18), time(5, 30), time(8, 0)])
def test_an_end_that_is_not_after_the_start_is_refused(ends: time) -> None:
    wrong = refused(event_command(days=(a_day(), a_day(date(2030, 7, 26), time(18), ends))))
    assert list(wrong) == ["days-1-ends"]


def test_one_day_cannot_stand_twice() -> None:
    assert list(refused(event_command(days=(a_day(), a_day(starts=time(14), ends=time(16)))))) == ["days-1-on_date"]


def test_several_days_are_fine() -> None:
    assert check_event(event_command(days=(a_day(), a_day(date(2030, 7, 26)), a_day(date(2030, 8, 2)))), TODAY) == []


@pytest.mark.parametrize("link", [LINK, "https://reunion.example/a,b?c=d&e=%20", "HTTPS://reunion.example/"])
def test_a_link_is_taken_as_it_is(link: str) -> None:
    assert link_fault(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript://reunion.example/%0aalert(1)",
        "data:text/html,hola",
        "http://reunion.example/",
        "reunion.example/sala",
        "https://",
        "https:///sala",
        "https://[mal",
        "https://reunion.example/con espacio",
        "https://reunion.example/\nSet-Cookie:",
        "https://reunion.example/\u202egpj.exe",
        'https://reunion.example/"><script>',
        "https://reunion.example/" + "a" * 2000,
    ],
)
def test_what_is_no_link_over_https_is_refused(link: str) -> None:
    assert link_fault(link) is not None
    assert "link" in refused(event_command(link=link))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("topic", {"topic": ""}),
        ("number", {"number": 0}),
        ("number", {"number": 1000}),
        ("capacity_virtual", {"capacity_virtual": 0}),
        ("capacity_onsite", {"capacity_onsite": -3}),
        ("intensity_hours", {"intensity_hours": Decimal("0.1")}),
        ("presence_minutes", {"presence": PresenceRule(PresenceKind.MINUTES)}),
        ("presence_percent", {"presence": PresenceRule(PresenceKind.SHARE, percent=101)}),
        ("venue_municipio", {"venue_divipola": "99999"}),
        ("hosts-1-name", {"hosts": (HostGiven("Oficina Única"), HostGiven("OFICINA unica"))}),
        ("programme-0-hour", {"programme": (ProgrammeGiven("Apertura", "25:00"),)}),
    ],
)
def test_each_nonsense_is_told_beside_its_field(field: str, changes: dict[str, Any]) -> None:
    assert list(refused(event_command(**changes))) == [field]


def test_the_window_closes_after_it_opens_and_before_the_event_is_over() -> None:
    opens = clock.at_local(date(2030, 7, 1), time(8))
    assert "registration_closes_at" in refused(event_command(registration_opens_at=opens, registration_closes_at=opens))
    late = clock.at_local(date(2030, 7, 25), time(10, 1))
    assert "registration_closes_at" in refused(event_command(registration_closes_at=late))
    assert check_event(event_command(registration_closes_at=late - timedelta(minutes=1)), TODAY) == []


def test_publishing_needs_a_day_or_its_note_a_host_and_a_place_to_meet() -> None:
    check_publishable(event_command())
    check_publishable(event_command(days=(), date_note="primavera de 2021"))
    bare = event_command(days=(), hosts=(HostGiven("Red Ciudadana", HostRole.PARTNER),))
    with pytest.raises(InvalidInput) as refusal:
        check_publishable(bare)
    assert set(refusal.value.fields) == {"days", "hosts"}
    with pytest.raises(InvalidInput) as refusal:
        check_publishable(event_command(modality=Modality.HYBRID))
    assert set(refusal.value.fields) == {"venue_name"}


START = datetime(2030, 7, 25, 13, tzinfo=clock.BOGOTA)


def window(now: datetime, **changes: Any) -> Window:
    said = {
        "state": EventState.PUBLISHED,
        "registration_opens_at": None,
        "registration_closes_at": None,
        "starts_at": START,
        "is_full": False,
    }
    return registration_window(SimpleNamespace(**(said | changes)), now)


def test_registration_is_open_from_publication_to_the_start() -> None:
    assert window(START - timedelta(days=90)) is Window.OPEN
    assert window(START - timedelta(seconds=1)) is Window.OPEN
    assert window(START) is Window.CLOSED


def test_registration_keeps_the_hours_it_was_given() -> None:
    hours = {"registration_opens_at": START - timedelta(days=3), "registration_closes_at": START + timedelta(minutes=30)}
    assert window(START - timedelta(days=4), **hours) is Window.NOT_YET
    assert window(START + timedelta(minutes=29), **hours) is Window.OPEN
    assert window(START + timedelta(minutes=30), **hours) is Window.CLOSED


def test_a_full_event_still_takes_people_for_its_waitlist() -> None:
    assert window(START - timedelta(days=1), is_full=True) is Window.FULL
    assert Window.FULL.accepts
    assert not Window.CLOSED.accepts


@pytest.mark.parametrize(("state", "expected"), [(EventState.DRAFT, Window.DRAFT), (EventState.CANCELLED, Window.CANCELLED)])
def test_what_is_not_published_is_not_open(state: EventState, expected: Window) -> None:
    assert window(START - timedelta(days=1), state=state) is expected


def test_an_event_without_a_day_stays_closed() -> None:
    assert window(START, starts_at=None) is Window.CLOSED


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PresenceRule(), "una evidencia"),
        (PresenceRule(PresenceKind.MINUTES, minutes=72), "72 minutos"),
        (PresenceRule(PresenceKind.SHARE, percent=60), "60 %"),
    ],
)
def test_the_presence_rule_is_kept_as_data_and_told_in_words(rule: PresenceRule, words: str) -> None:
    assert words in rule.words()
    assert PresenceRule.of(rule.data()) == rule


def test_a_day_is_told_in_bogota_and_kept_in_utc() -> None:
    day = DayGiven(date(2021, 7, 29), time(8), time(10))
    assert day.starts_at.isoformat() == "2021-07-29T13:00:00+00:00"


def test_each_kind_of_event_has_a_noun() -> None:
    for kind in EventKind:
        assert title(kind, 5, "Tema")[0]
