"""The calendars, judged by `ics`, `vobject` and their own bytes: the library that wrote them accepts almost anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import ics
import pytest
import vobject

from eventos.adapters.calendar import Invite, PublicEvent, Slot, cancel, publish, request

TEAMS = "https://teams.microsoft.com/join/a1,b2,c3,d4,e5,f6?mode=read&tenantId=" + "0123456789abcdef" * 9
START = datetime(2027, 7, 29, 13, 0, tzinfo=UTC)
DAYS = (
    Slot(starts_at=START, ends_at=START + timedelta(hours=2), suffix="1"),
    Slot(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=3), suffix="2"),
)
EVENT = PublicEvent(
    uid="3f2a9c@eventos.entidad.example",
    sequence=0,
    slots=(Slot(starts_at=START, ends_at=START + timedelta(hours=2)),),
    summary="Quinta asistencia técnica: niñez, participación; y más",
    description="Primera línea\nSegunda, con comas; y punto y coma\\barra " + "ñandú 🌻 " * 30,
    location="Auditorio, Biblioteca pública",
    url="https://eventos.entidad.example/eventos/quinta",
    organizer_name="Oficina de Gobierno Abierto",
    organizer_email="eventos@oficina.example",
    conference_url=None,
    stamped_at=datetime(2027, 7, 1, 15, 30, tzinfo=UTC),
)
INVITE = Invite(
    **{name: getattr(EVENT, name) for name in EVENT.__dataclass_fields__ if name != "conference_url"},
    conference_url=TEAMS,
    attendee_name='Pérez de "Prueba", Ana; A',
    attendee_email="ana.perez@entidad.example",
)


def unfolded(wire: bytes) -> list[str]:
    """The content lines, joined by hand as RFC 5545 §3.1 says."""
    return wire.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def value(wire: bytes, name: str) -> str:
    (found,) = [line for line in unfolded(wire) if line.startswith((f"{name}:", f"{name};"))]
    return found


@pytest.mark.parametrize("wire", [request(INVITE), cancel(INVITE), publish([EVENT], calendar_name="Ciclo " + "de niñez " * 20)])
def test_every_line_ends_in_crlf_and_fits_75_octets(wire: bytes) -> None:
    assert wire.endswith(b"END:VCALENDAR\r\n")
    lines = wire.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode("utf-8")  # folded between characters, never inside one
    assert any(line.startswith(b" ") for line in lines), "the sample is long enough to be folded"


def test_ics_and_vobject_read_the_same_invite() -> None:
    wire = request(INVITE).decode()
    (event,) = ics.Calendar(wire).events
    assert (event.name, event.location, event.url) == (EVENT.summary, EVENT.location, EVENT.url)
    assert event.description == EVENT.description
    assert (event.begin.datetime, event.end.datetime) == (START, START + timedelta(hours=2))
    assert [person.email for person in event.attendees] == ["ana.perez@entidad.example"]
    assert event.organizer.email == "eventos@oficina.example"
    other = vobject.readOne(wire)
    assert other.method.value == "REQUEST"
    assert other.vevent.summary.value == EVENT.summary
    assert other.vevent.description.value == EVENT.description
    assert other.vevent.dtstart.value == START
    assert other.vevent.dtstart.value.utcoffset() == timedelta(hours=-5)
    assert other.vevent.attendee.params["CN"] == ["Pérez de 'Prueba', Ana; A"]
    assert other.validate(raiseException=True)


def test_request_asks_for_an_answer_and_reminds_one_hour_before() -> None:
    wire = request(INVITE)
    attendee = value(wire, "ATTENDEE")
    for part in (";RSVP=TRUE", ";PARTSTAT=NEEDS-ACTION", ";ROLE=REQ-PARTICIPANT"):
        assert part in attendee
    assert attendee.endswith(":mailto:ana.perez@entidad.example")
    assert value(wire, "TRIGGER") == "TRIGGER:-PT1H"
    assert value(wire, "DTSTAMP") == "DTSTAMP:20270701T153000Z"
    assert value(wire, "SEQUENCE") == "SEQUENCE:0"
    assert value(wire, "PRODID") == "PRODID:-//eventos//ES"
    assert value(wire, "ORGANIZER") == 'ORGANIZER;CN="Oficina de Gobierno Abierto":mailto:eventos@oficina.example'


def test_times_are_told_in_bogota_with_one_fixed_offset() -> None:
    wire = request(INVITE)
    assert "DTSTART;TZID=America/Bogota:20270729T080000" in unfolded(wire)
    assert "DTEND;TZID=America/Bogota:20270729T100000" in unfolded(wire)
    assert wire.count(b"BEGIN:VTIMEZONE") == 1
    assert b"DAYLIGHT" not in wire
    assert value(wire, "TZOFFSETTO") == "TZOFFSETTO:-0500"


def test_teams_link_with_commas_is_reproduced_byte_for_byte() -> None:
    assert value(request(INVITE), "CONFERENCE") == f"CONFERENCE;FEATURE=AUDIO,VIDEO;LABEL=Link de ingreso;VALUE=URI:{TEAMS}"
    assert b"CONFERENCE" not in request(replace(INVITE, conference_url=None))


def test_cancellation_says_so_and_neither_asks_nor_reminds() -> None:
    wire = cancel(replace(INVITE, sequence=3))
    assert value(wire, "METHOD") == "METHOD:CANCEL"
    assert value(wire, "STATUS") == "STATUS:CANCELLED"
    assert value(wire, "SEQUENCE") == "SEQUENCE:3"
    assert value(wire, "UID") == value(request(INVITE), "UID")
    assert "ana.perez@entidad.example" in value(wire, "ATTENDEE")
    assert b"RSVP" not in wire
    assert b"VALARM" not in wire
    assert len(ics.Calendar(wire.decode()).events) == 1


def test_published_calendar_names_no_attendee_and_says_when_to_ask_again() -> None:
    wire = publish([EVENT, replace(EVENT, uid="otro@eventos.entidad.example", slots=DAYS)], calendar_name="Asistencias, ciclo 1")
    assert b"ATTENDEE" not in wire
    assert b"VALARM" not in wire
    assert value(wire, "METHOD") == "METHOD:PUBLISH"
    assert value(wire, "REFRESH-INTERVAL") == "REFRESH-INTERVAL;VALUE=DURATION:PT1H"
    assert value(wire, "X-PUBLISHED-TTL") == "X-PUBLISHED-TTL:PT1H"
    assert value(wire, "X-WR-CALNAME") == "X-WR-CALNAME:Asistencias\\, ciclo 1"
    assert wire.count(b"BEGIN:VTIMEZONE") == 1
    assert len(ics.Calendar(wire.decode()).events) == 3
    assert len(vobject.readOne(wire.decode()).vevent_list) == 3


def test_empty_published_calendar_is_still_a_calendar() -> None:
    assert b"METHOD:PUBLISH" in publish([], calendar_name="Agenda")


def test_each_day_of_an_event_keeps_its_uid_together_or_alone() -> None:
    together = [line for line in unfolded(request(replace(INVITE, slots=DAYS))) if line.startswith("UID:")]
    alone = [value(request(replace(INVITE, slots=(day,))), "UID") for day in reversed(DAYS)]
    assert together == ["UID:3f2a9c-1@eventos.entidad.example", "UID:3f2a9c-2@eventos.entidad.example"]
    assert alone == together[::-1]


def test_line_ends_and_control_characters_in_text_start_no_new_line() -> None:
    for separator in ("\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"):
        wire = request(replace(INVITE, summary=f"Tema{separator}ATTENDEE:mailto:intruso@malo.example", location="Sala\x00\x07 1"))
        assert value(wire, "LOCATION") == "LOCATION:Sala 1"
        (event,) = ics.Calendar(wire.decode()).events
        assert len(event.attendees) == 1
        assert event.name == "Tema\nATTENDEE:mailto:intruso@malo.example"


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "a@b\r\nATTENDEE:mailto:x@y.example"},
        {"uid": "sin-arroba"},
        {"url": "https://e.example/\r\nX-A:1"},
        {"conference_url": "no es un link"},
        {"attendee_email": "ana@entidad.example\r\nX-A:1"},
        {"attendee_email": "ana@entidad.example,otra@entidad.example"},
        {"organizer_email": ""},
        {"sequence": -1},
        {"slots": ()},
        {"slots": (DAYS[0], DAYS[0])},
        {"slots": (Slot(starts_at=START, ends_at=START),)},
        {"slots": (Slot(starts_at=datetime(2027, 7, 29, 8), ends_at=datetime(2027, 7, 29, 9)),)},  # noqa: DTZ001 (the fault under test)
        {"slots": (replace(DAYS[0], suffix="1@x"),)},
        {"stamped_at": datetime(2027, 7, 1)},  # noqa: DTZ001 (the fault under test)
    ],
)
def test_what_a_calendar_cannot_carry_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        request(replace(INVITE, **change))
