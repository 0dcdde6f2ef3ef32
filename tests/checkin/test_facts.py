"""What stands behind the verdicts: answers kept at the door, facts without a signal, marks and corrections by staff, and their traces."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, Device, DoorRoom, Scan
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import Entries, Flag, Rule, SeenScan, Verdict
from eventos.cycles.models import Event
from eventos.kernel import tokens
from eventos.kernel.audit import SYSTEM, Actor, AuditEntry
from eventos.kernel.errors import NotFound
from eventos.registration.models import Answer as FormAnswer
from eventos.registration.models import OptionSeat, Registration
from eventos.registration.rules_questions import Option, QuestionKind, SaveQuestion, ShownIf
from eventos.registration.service import questions
from tests.checkin.factories import OPEN, a_bearer, a_device, a_scan, door_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration

pytestmark = pytest.mark.both_databases
DIET = SaveQuestion(QuestionKind.CHOICE, "Almuerzo", required=True, options=(Option("", "Sin carne", 1), Option("", "Corriente")))


def a_room(db: Session, event: Event, key: str = "", **said: Any) -> None:
    rule = Rule(**said).kept()
    db.add(DoorRoom(event_id=event.id, key=key, name=f"Sala {key or 'principal'}", rule=rule, updated_at=OPEN))
    db.flush()


def ask(db: Session, event: Event, command: SaveQuestion) -> tuple[str, dict[str, str]]:
    """The key of a new question, and the ids of its options by their words."""
    key = questions.add_question(db, event.id, command, by=SYSTEM, now=OPEN)
    asked = questions.queries.question_of(db, event.id, key)
    return key, {option.label: option.id for option in asked.offered}


def doors(db: Session, event: Event) -> tuple[DeviceView, DoorEvent]:
    device = a_device(db, event)
    return device, door_of(device, event)


def kept(db: Session, registration: Registration) -> list[Any]:
    return list(db.execute(select(FormAnswer.value).where(FormAnswer.registration_id == registration.id)).scalars())


# --- answers at the door -------------------------------------------------------------------------------------------------------


def test_an_answer_given_at_the_door_is_kept_with_its_seat_and_its_trace(db: Session) -> None:
    event = a_published_event(db)
    someone, another = a_registration(db, event), a_registration(db, event)
    key, options = ask(db, event, DIET)
    a_room(db, event, asks=(key,))
    device, door = doors(db, event)
    (asked,) = service.record_scans(db, device, door, [a_scan(someone)], now=OPEN)
    assert (asked.verdict, asked.questions, asked.can_undo) == (Verdict.NEEDS_ANSWER, (key,), False)
    assert asked.why
    seen = [a_scan(one, answers={key: options["Sin carne"]}) for one in (someone, another)]
    first, second = service.record_scans(db, device, door, seen, now=OPEN)
    assert (first.verdict, second.verdict, second.questions) == (Verdict.ACCEPTED, Verdict.NEEDS_ANSWER, (key,)), "one seat of that option"
    assert kept(db, someone) == [options["Sin carne"]]
    assert kept(db, another) == []
    assert db.scalar(select(func.count()).select_from(OptionSeat)) == 1
    entry = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.answer")).scalar_one()
    assert (entry.actor, entry.object_id, entry.detail) == (f"device:{device.id}", someone.id, {"questions": [key]})
    (replayed,) = service.record_scans(db, device, door, [seen[1]], now=OPEN + timedelta(seconds=9))
    assert (replayed.verdict, replayed.questions) == (second.verdict, second.questions)


def test_an_answer_that_brings_another_question_asks_it(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    comes, _ = ask(db, event, SaveQuestion(QuestionKind.YES_NO, "¿Trae vehículo?"))
    plate, _ = ask(db, event, SaveQuestion(QuestionKind.TEXT, "Placa", shown_if=ShownIf(comes, ("si",))))
    a_room(db, event, asks=(comes, plate))
    device, door = doors(db, event)
    steps = [
        ({}, (comes,)),
        ({comes: "si"}, (plate,)),
        ({plate: "  AAA\x00 000 "}, ()),
    ]
    for told, lacks in steps:
        (answer,) = service.record_scans(db, device, door, [a_scan(someone, answers=told)], now=OPEN)
        assert answer.questions == lacks
    assert answer.verdict is Verdict.ACCEPTED
    assert sorted(kept(db, someone)) == ["AAA 000", "si"]


def test_without_a_vehicle_nobody_asks_for_its_plate(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    comes, _ = ask(db, event, SaveQuestion(QuestionKind.YES_NO, "¿Trae vehículo?"))
    plate, _ = ask(db, event, SaveQuestion(QuestionKind.TEXT, "Placa", shown_if=ShownIf(comes, ("si",))))
    a_room(db, event, asks=(comes, plate))
    device, door = doors(db, event)
    (answer,) = service.record_scans(db, device, door, [a_scan(someone, answers={comes: "no", plate: "AAA000"})], now=OPEN)
    assert answer.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "told", "value"),
    [
        (QuestionKind.TEXT, "  Ana \x00 ", "Ana"),
        (QuestionKind.NUMBER, "1.200", "1200"),
        (QuestionKind.DATE, "29 de julio de 2030", "2030-07-29"),
        (QuestionKind.YES_NO, "si", "si"),
        (QuestionKind.MUNICIPIO, "Riosucio, Caldas", "17614"),
        (QuestionKind.TEXT, "x" * 500, None),
        (QuestionKind.TEXT, " ", None),
        (QuestionKind.NUMBER, "muchos", None),
        (QuestionKind.YES_NO, ["si", "no"], "si"),
        (QuestionKind.YES_NO, "tal vez", None),
        (QuestionKind.MULTIPLE, "no es una opción", None),
    ],
)
def test_an_answer_is_read_as_in_the_form_or_asked_again(db: Session, kind: QuestionKind, told: Any, value: Any) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    options = DIET.options if kind is QuestionKind.MULTIPLE else ()
    key, _ = ask(db, event, SaveQuestion(kind, "Pregunta", options=options))
    a_room(db, event, asks=(key,))
    device, door = doors(db, event)
    (answer,) = service.record_scans(db, device, door, [a_scan(someone, answers={key: told})], now=OPEN)
    assert (answer.verdict is Verdict.ACCEPTED) is (value is not None)
    assert kept(db, someone) == ([value] if value is not None else [])


def test_what_is_sensitive_or_a_file_is_not_asked_in_a_queue(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    sensitive, _ = ask(db, event, SaveQuestion(QuestionKind.YES_NO, "¿Tiene una discapacidad?", sensitive=True))
    paper, _ = ask(db, event, SaveQuestion(QuestionKind.FILE, "Carta"))
    a_room(db, event, asks=(sensitive, paper, "ya-no-existe"))
    device, door = doors(db, event)
    (answer,) = service.record_scans(db, device, door, [a_scan(someone, answers={sensitive: "si"})], now=OPEN)
    assert answer.verdict is Verdict.ACCEPTED
    assert kept(db, someone) == []


# --- facts ---------------------------------------------------------------------------------------------------------------------


def test_a_fact_says_how_it_would_have_been_answered(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device, door = doors(db, event)
    late = OPEN + timedelta(hours=8)
    seen = a_scan(someone, scanned_at=late, offline=True, told="accepted")
    (answer,) = service.record_scans(db, device, door, [seen], now=late + timedelta(hours=1))
    row = db.execute(select(Scan)).scalar_one()
    assert (answer.verdict, answer.flags) == (Verdict.ACCEPTED, (Flag.FORCED,))
    assert (row.detail, row.flagged, row.told, row.day, row.scanned_at) == (
        {"online": "too_late"},
        "forced",
        "accepted",
        "2030-07-25",
        late,
    )


def test_what_a_phone_says_that_it_told_is_one_of_the_verdicts_or_nothing(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device, door = doors(db, event)
    seen = [a_scan(someone, scanned_at=OPEN, offline=True, told=told) for told in ("annulled", "cualquier cosa")]
    assert [each.verdict.value for each in service.record_scans(db, device, door, seen, now=OPEN)] == ["accepted", "repeated"]


def test_of_two_servers_the_slower_clock_does_not_let_a_code_in_again(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device, door = doors(db, event)
    service.record_scans(db, device, door, [a_scan(someone)], now=OPEN)
    (answer,) = service.record_scans(db, device, door, [a_scan(someone)], now=OPEN - timedelta(milliseconds=20))
    assert answer.verdict is Verdict.REPEATED


def test_the_words_of_an_exit(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    a_room(db, event, exits=True, entries=Entries.AFTER_EXIT)
    device, door = doors(db, event)
    seen = [a_scan(someone), a_scan(someone, direction="out"), a_scan(someone, direction="out")]
    answers = [service.record_scans(db, device, door, [one], now=OPEN + timedelta(minutes=n))[0] for n, one in enumerate(seen)]
    assert [(answer.word, answer.tone) for answer in answers] == [
        ("Adelante", "accepted"),
        ("Salió", "accepted"),
        ("Ya había salido", "repeated"),
    ]
    assert answers[2].why.startswith("Salió a las 8:06")
    assert answers[2].first_at == OPEN + timedelta(minutes=1)


def test_what_was_sealed_and_does_not_open_is_kept_and_flagged(db: Session) -> None:
    event = a_published_event(db)
    device, door = doors(db, event)
    (answer,) = service.record_scans(db, device, door, [SeenScan("lectura-x", flags=(Flag.SEALED,))], now=OPEN)
    assert (answer.verdict, answer.flags) == (Verdict.UNKNOWN, (Flag.SEALED,))
    assert answer.why.startswith("No se pudo abrir")
    assert db.execute(select(Scan.flagged)).scalar_one() == "sealed"


# --- staff ---------------------------------------------------------------------------------------------------------------------


def marked(db: Session, event: Event, people: list[Registration], **more: Any) -> list[service.Answer]:
    door = queries.door_event_by_id(db, event.id)
    assert door is not None
    desk = service.desk_of(db, door, now=OPEN)
    told: dict[str, Any] = {"batch": "lista-1", "reason": "Lista en papel", "by": Actor("staff:1"), "now": OPEN + timedelta(days=2)} | more
    return service.mark_many(db, desk, door, [one.public_id for one in people], **told)


def test_staff_mark_many_with_their_answers_at_the_moment_the_list_says(db: Session) -> None:
    event = a_published_event(db)
    people = [a_registration(db, event) for _ in range(3)]
    key, options = ask(db, event, DIET)
    a_room(db, event, "sala-b", asks=(key,))
    answers = {people[0].public_id: {key: options["Corriente"]}}
    for _ in range(2):
        told = marked(db, event, [*people[:2], people[0]], room="sala-b", at=OPEN, answers=answers)
        assert [each.verdict for each in told] == [Verdict.ACCEPTED, Verdict.NEEDS_ANSWER]
    row = db.execute(select(Scan).where(Scan.verdict == "accepted")).scalar_one()
    assert (row.room, row.day, row.scanned_at, row.reason, row.manual) == ("sala-b", "2030-07-25", OPEN, "Lista en papel", True)
    entries = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.mark_many")).scalars().all()
    assert [entry.detail for entry in entries] == [{"count": 2, "room": "sala-b", "reason": "Lista en papel"}] * 2


def test_a_moment_that_has_not_come_is_not_believed(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    marked(db, event, [someone], now=OPEN, at=OPEN + timedelta(days=3))
    row = db.execute(select(Scan)).scalar_one()
    assert (row.scanned_at, row.flagged) == (OPEN, "clock")


def test_staff_take_back_what_any_door_let_in_with_a_reason(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device, door = doors(db, event)
    service.record_scans(db, device, door, [a_scan(someone), a_scan(code="nada")], now=OPEN)
    scan_id, other = (db.execute(select(Scan.id).where(Scan.verdict == verdict)).scalar_one() for verdict in ("accepted", "unknown"))
    desk = service.desk_of(db, door, now=OPEN)
    for _ in range(2):
        days_later = OPEN + timedelta(days=9)
        answer = service.annul(db, desk, door, scan_id, reason="Era otra persona", by=Actor("staff:1"), now=days_later)
        assert answer.verdict is Verdict.ANNULLED
    row = db.execute(select(Scan).where(Scan.annuls_id == scan_id)).scalar_one()
    assert (row.reason, row.device_id, row.registration_id) == ("Era otra persona", desk.id, someone.id)
    entry = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.annul")).scalar_one()
    assert (entry.actor, entry.detail) == ("staff:1", {"reason": "Era otra persona"})
    assert db.scalar(select(func.count()).select_from(Acceptance)) == 0
    with pytest.raises(NotFound):
        service.annul(db, desk, door, other, reason="x", by=SYSTEM, now=OPEN)


def test_a_desk_and_each_screen_are_one_row_and_no_phone(db: Session) -> None:
    event = a_published_event(db)
    a_room(db, event, "sala-b")
    device, door = doors(db, event)
    made = [service.desk_of(db, door, now=OPEN) for _ in range(2)] + [
        service.screen_of(db, door, room, now=OPEN) for room in ("", "sala-b")
    ]
    assert len({each.id for each in made}) == 3
    rows = db.execute(
        select(Device.kind, Device.name, Device.token_hash).where(Device.id.in_([each.id for each in made])).order_by(Device.id)
    )
    assert [tuple(row) for row in rows] == [
        ("desk", "Escritorio", None),
        ("screen", "Pantalla de Puerta del evento", None),
        ("screen", "Pantalla de Sala sala-b", None),
    ]
    assert device.id not in {each.id for each in made}


# --- telling the acceptances again --------------------------------------------------------------------------------------------


def entries(db: Session) -> list[tuple[Any, ...]]:
    asked = select(
        Acceptance.registration_id, Acceptance.day, Acceptance.room, Acceptance.device_id, Acceptance.nonce, Acceptance.accepted_at
    )
    return sorted(tuple(row) for row in db.execute(asked))


def test_acceptances_that_were_damaged_are_told_again_from_the_readings(db: Session) -> None:
    event = a_published_event(db)
    a_room(db, event)
    a_room(db, event, "sala-b", entries=Entries.MANY)
    people = [a_registration(db, event) for _ in range(4)]
    device, door = doors(db, event)
    seen = [a_scan(one, room=room, nonce=f"{room}-{one.id}-{n}") for n, room in enumerate(("", "sala-b", "sala-b")) for one in people]
    service.record_scans(db, device, door, seen, now=OPEN)
    service.undo(db, device, door, f"sala-b-{people[0].id}-1", now=OPEN)
    service.undo(db, device, door, f"-{people[1].id}-0", now=OPEN)
    right = entries(db)
    assert len(right) == 7
    db.execute(delete(Acceptance).where(Acceptance.registration_id == people[2].id))
    db.execute(update(Acceptance).where(Acceptance.registration_id == people[3].id).values(accepted_at=OPEN + timedelta(days=1)))
    assert entries(db) != right
    service.restate_event(db, event.id)
    assert entries(db) == right


def test_a_phone_learns_its_rooms_with_its_event(db: Session) -> None:
    event = a_published_event(db)
    a_room(db, event, "sala-b", opens=10)
    bearer = a_bearer(db, event)
    device = queries.device_by_token(db, tokens.digest(bearer), now=OPEN)
    assert device is not None
    door = device.events[0]
    assert [room.key for room in door.offered] == ["", "sala-b"]
    assert [Rule.of(room.rule).opens for room in door.offered] == [180, 10]
    db.execute(update(DoorRoom).values(retired_at=OPEN))
    again = queries.door_event_by_id(db, event.id)
    assert again is not None
    assert [room.key for room in again.offered] == [""]
    assert again.room("sala-b").is_retired


def test_a_search_finds_by_entity_too_and_says_what_stands_in_the_room(db: Session) -> None:
    event = a_published_event(db)
    a_room(db, event, "sala-b")
    one, _other = (a_registration(db, event, entity=entity) for entity in ("Personería de Neira", "Alcaldía de Salamina"))
    device, door = doors(db, event)
    service.record_scans(db, device, door, [a_scan(one)], now=OPEN)
    for typed in ("personeria neira", "PERSONERÍA"):
        found = queries.search(db, event.id, typed, day="2030-07-25")
        assert [(each.public_id, [entry.where for entry in each.entered]) for each in found] == [(one.public_id, ["Puerta principal"])]
    (there,) = queries.search(db, event.id, "neira", day="2030-07-25", room="sala-b")
    assert there.entered == ()
    assert len(queries.search(db, event.id, "de")) == 2
    assert queries.search(db, event.id, "%") == queries.search(db, event.id, "neira salamina") == []
