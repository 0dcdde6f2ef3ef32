"""Scans on real databases: one acceptance for each registration, one row for each nonce, the same answer to the same nonce."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.models import Acceptance, Device, Scan
from eventos.checkin.rules import LinkGone, SeenScan, UndoTooLate, Verdict
from eventos.cycles import service as cycles
from eventos.kernel import tokens
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.vocabulary import StaffRole
from eventos.registration import service as registration
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.checkin.factories import OPEN, a_bearer, a_device, a_scan, code_of, door_of
from tests.cycles.factories import a_cycle, a_day, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

pytestmark = pytest.mark.both_databases


def verdicts(answers: list[service.Answer]) -> list[str]:
    return [answer.verdict.value for answer in answers]


def rows(db: Session) -> tuple[int, int]:
    """(scans, acceptances)."""
    return db.scalar(select(func.count()).select_from(Scan)) or 0, db.scalar(select(func.count()).select_from(Acceptance)) or 0


def test_a_code_is_accepted_once_and_then_says_when_and_where(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    front, side = a_device(db, event), a_device(db, event, name="Puerta lateral")
    (first,) = service.record_scans(db, front, door_of(front, event), [a_scan(someone)], now=OPEN)
    later = OPEN + timedelta(minutes=21)
    (again,) = service.record_scans(db, side, door_of(side, event), [a_scan(someone, scanned_at=later)], now=later)
    assert (first.verdict, first.tone, first.can_undo) == (Verdict.ACCEPTED, "accepted", True)
    assert first.name.startswith("Elvira Demo")
    assert "Alcaldía de Riosucio" in first.work
    assert first.document.startswith("CC ···")
    assert (again.verdict, again.tone, again.can_undo) == (Verdict.REPEATED, "repeated", False)
    assert "8:05" in again.why
    assert "Puerta principal" in again.why
    assert "hace 21 minutos" in again.why
    assert rows(db) == (2, 1)


@pytest.mark.parametrize("wrapped", ["{}", "https://eventos.example/q/{}", "httpsÑ--eventos.example-q-{}", "  {}\r\n"])
def test_a_reader_that_types_other_signs_is_understood(db: Session, wrapped: str) -> None:
    event = a_published_event(db)
    ticket = tickets.ticket_of(a_registration(db, event))
    device = a_device(db, event)
    answers = service.record_scans(db, device, door_of(device, event), [a_scan(code=wrapped.format(ticket))], now=OPEN)
    assert verdicts(answers) == ["accepted"]


def test_a_replay_answers_what_it_answered_also_after_a_cancellation(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device = a_device(db, event)
    scan = a_scan(someone)
    first = service.record_scans(db, device, door_of(device, event), [scan], now=OPEN)
    row = db.get_one(Registration, someone.id)
    registration.cancel(db, row, by=SYSTEM, now=OPEN - timedelta(hours=1))
    again = service.record_scans(db, device, door_of(device, event), [scan], now=OPEN + timedelta(minutes=1))
    fresh = service.record_scans(db, device, door_of(device, event), [a_scan(someone)], now=OPEN)
    assert verdicts(first) == verdicts(again) == ["accepted"]
    assert again[0].name == first[0].name
    assert verdicts(fresh) == ["cancelled"]
    assert rows(db) == (2, 1)


def test_refusals_are_kept_and_replayed_too(db: Session) -> None:
    cycle = a_cycle(db)
    event, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6, topic="Control social")
    stranger = a_registration(db, other)
    device = a_device(db, event)
    side = a_device(db, event, name="Puerta lateral")
    someone = a_registration(db, event)
    service.record_scans(db, side, door_of(side, event), [a_scan(someone)], now=OPEN)
    seen = [a_scan(code="inventado"), a_scan(stranger), a_scan(someone), a_scan(someone, direction="out")]
    first = service.record_scans(db, device, door_of(device, event), seen, now=OPEN)
    again = service.record_scans(db, device, door_of(device, event), seen, now=OPEN + timedelta(seconds=30))
    assert verdicts(first) == ["unknown", "other_event", "repeated", "accepted"]
    assert [(each.verdict, each.why) for each in again] == [(each.verdict, each.why) for each in first]
    assert "Sexta asistencia técnica: Control social" in first[1].why
    assert first[1].name == ""
    assert "Puerta lateral" in again[2].why
    assert rows(db) == (5, 1)


def test_a_forged_ticket_is_unknown_and_a_replaced_one_is_named_so(db: Session) -> None:
    event = a_published_event(db)
    genuine = tickets.ticket_of(a_registration(db, event))
    forged = ("A" if genuine[40] != "A" else "B").join((genuine[:40], genuine[41:]))
    device = a_device(db, event)
    seen = [a_scan(code=forged), a_scan(code=tokens.new_ticket(event.id)), a_scan(code=tokens.new_ticket(987_654))]
    assert verdicts(service.record_scans(db, device, door_of(device, event), seen, now=OPEN)) == ["unknown", "revoked", "unknown"]


def test_waiting_and_cancelled_people_are_told_apart(db: Session) -> None:
    event = a_published_event(db, capacity_virtual=1)
    holder, waiting = a_registration(db, event), a_registration(db, event)
    device = a_device(db, event)
    seen = [a_scan(waiting), a_scan(holder)]
    assert verdicts(service.record_scans(db, device, door_of(device, event), seen, now=OPEN)) == ["waitlisted", "accepted"]


def test_a_batch_with_one_nonce_twice_is_one_scan(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device = a_device(db, event)
    seen = [a_scan(someone, nonce="lectura-igual"), a_scan(someone, nonce="lectura-igual"), a_scan(someone)]
    answers = service.record_scans(db, device, door_of(device, event), seen, now=OPEN)
    assert verdicts(answers) == ["accepted", "accepted", "repeated"]
    assert rows(db) == (2, 1)


@pytest.mark.parametrize("days", [400, -400])
def test_a_scan_with_a_clock_far_off_is_kept_flagged_and_judged_by_ours(db: Session, days: int) -> None:
    event = a_published_event(db)
    device = a_device(db, event)
    seen = a_scan(a_registration(db, event), scanned_at=OPEN + timedelta(days=days))
    assert verdicts(service.record_scans(db, device, door_of(device, event), [seen], now=OPEN)) == ["accepted"]
    kept = db.execute(select(Scan)).scalar_one()
    assert (kept.flagged, kept.scanned_at, kept.received_at) == ("clock", OPEN, OPEN)
    assert datetime.fromisoformat(kept.detail["clock"]) == OPEN + timedelta(days=days), "what the phone said is kept beside it"


def test_a_scan_keeps_no_code_and_no_name(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device = a_device(db, event)
    service.record_scans(db, device, door_of(device, event), [a_scan(someone)], now=OPEN)
    kept = db.execute(select(Scan)).scalar_one()
    assert kept.code_hash == tokens.digest(code_of(someone))
    assert "Elvira" not in str(kept.detail)


# --- undoing -------------------------------------------------------------------------------------------------------------------


def test_an_undone_entry_can_be_read_again_and_every_row_stays(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device = a_device(db, event)
    scan = a_scan(someone)
    service.record_scans(db, device, door_of(device, event), [scan], now=OPEN)
    for minutes in (5, 6):
        answer = service.undo(db, device, door_of(device, event), scan.nonce, now=OPEN + timedelta(minutes=minutes))
        assert answer.verdict is Verdict.ANNULLED
    assert rows(db) == (2, 0)
    later = OPEN + timedelta(minutes=7)
    assert verdicts(service.record_scans(db, device, door_of(device, event), [a_scan(someone, scanned_at=later)], now=later)) == [
        "accepted"
    ]
    assert rows(db) == (3, 1)


def test_an_entry_is_not_undone_later_elsewhere_or_twice_over_another(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    device, side = a_device(db, event), a_device(db, event, name="Puerta lateral")
    scan = a_scan(someone)
    service.record_scans(db, device, door_of(device, event), [scan], now=OPEN)
    with pytest.raises(NotFound):
        service.undo(db, side, door_of(side, event), scan.nonce, now=OPEN)
    with pytest.raises(UndoTooLate):
        service.undo(db, device, door_of(device, event), scan.nonce, now=OPEN + timedelta(minutes=16))
    service.undo(db, device, door_of(device, event), scan.nonce, now=OPEN)
    service.record_scans(db, side, door_of(side, event), [a_scan(someone)], now=OPEN)
    service.undo(db, device, door_of(device, event), scan.nonce, now=OPEN)
    assert rows(db)[1] == 1


# --- by name -------------------------------------------------------------------------------------------------------------------


def test_a_mark_by_hand_keeps_its_reason_and_only_for_its_event(db: Session) -> None:
    cycle = a_cycle(db)
    event, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
    someone, stranger = a_registration(db, event), a_registration(db, other)
    device = a_device(db, event)
    seen = [SeenScan(f"marca-{each.id}-x", registration=each.public_id, reason="No trae el código") for each in (someone, stranger)]
    assert verdicts(service.record_scans(db, device, door_of(device, event), seen, now=OPEN)) == ["accepted", "unknown"]
    kept = db.execute(select(Scan).where(Scan.registration_id == someone.id)).scalar_one()
    assert (kept.manual, kept.reason) == (True, "No trae el código")


def test_a_search_finds_by_words_or_document_at_most_eight(db: Session) -> None:
    cycle = a_cycle(db)
    event, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
    for number in range(10):
        a_registration(db, event, given_names=f"Aurora {number}", family_names="Ejemplo Guadual", document_number=f"7100{number}00")
    a_registration(db, other, given_names="Aurora Ajena", family_names="Ejemplo")
    device = a_device(db, event)
    assert len(queries.search(db, event.id, "guad aurÓRA", day="")) == 8
    assert [one.name for one in queries.search(db, event.id, "71.003", day="")] == ["Aurora 3 Ejemplo Guadual"]
    assert queries.search(db, event.id, "ajena", day="") == []
    assert queries.search(db, event.id, "%%%", day="") == []
    service.note_search(db, device, door_of(device, event), found=8)
    entry = db.execute(select(AuditEntry).where(AuditEntry.action == "checkin.search")).scalar_one()
    assert (entry.actor, entry.object_id, entry.detail) == (f"device:{device.id}", event.id, {"found": 8})


# --- devices -------------------------------------------------------------------------------------------------------------------


def test_a_link_enrols_one_phone_once_and_dies_after_a_day(db: Session) -> None:
    event = a_published_event(db)
    staff = a_staff(db, role=StaffRole.ADMINISTRATOR)

    def make() -> str:
        options = {"name": "Puerta", "cycle_id": event.cycle_id, "slugs": [event.slug], "staff_id": staff.id, "by": SYSTEM, "now": OPEN}
        return service.make_device(db, **options)[1]  # type: ignore[arg-type]

    link = make()
    assert service.enrol(db, link, now=OPEN + timedelta(hours=23))
    for token, now in ((link, OPEN), (make(), OPEN + timedelta(hours=25)), ("inventado", OPEN)):
        with pytest.raises(LinkGone):
            service.enrol(db, token, now=now)


def test_a_device_is_made_for_published_events_of_one_cycle_only(db: Session) -> None:
    cycle = a_cycle(db)
    event, draft, foreign = a_published_event(db, cycle=cycle), an_event(db, cycle=cycle, number=7), a_published_event(db)
    staff = a_staff(db)
    for slugs in ([], [draft.slug], [event.slug, foreign.slug]):
        with pytest.raises(InvalidInput):
            service.make_device(db, name="x", cycle_id=cycle.id, slugs=slugs, staff_id=staff.id, by=SYSTEM, now=OPEN)


@pytest.mark.parametrize("end", ["revoked", "expired", "maker left"])
def test_a_device_that_is_over_is_nobody(db: Session, end: str) -> None:
    event = a_published_event(db, days=(a_day(),))
    staff = a_staff(db)
    bearer = a_bearer(db, event, staff=staff)
    view = queries.device_by_token(db, tokens.digest(bearer), now=OPEN)
    assert view is not None
    now = OPEN
    if end == "revoked":
        service.revoke(db, view.public_id, event_id=event.id, by=SYSTEM, now=now)
    elif end == "maker left":
        staff.deactivated_at = now
        db.flush()
    else:
        now = OPEN + timedelta(days=3)
    assert queries.device_by_token(db, tokens.digest(bearer), now=now) is None


def test_the_bearer_and_the_link_are_kept_as_hashes(db: Session) -> None:
    event = a_published_event(db)
    bearer = a_bearer(db, event)
    device = db.execute(select(Device)).scalar_one()
    assert device.token_hash == tokens.digest(bearer)
    assert bearer not in {value for value in vars(device).values() if isinstance(value, str)}


def test_the_counters_follow_the_door(db: Session, clock_at: Callable[[datetime], None]) -> None:
    event = a_published_event(db)
    people = [a_registration(db, event) for _ in range(3)]
    device = a_device(db, event)
    seen = [a_scan(people[0]), a_scan(people[0]), a_scan(code="nada"), SeenScan("marca-99", registration=people[1].public_id, reason="x")]
    undone = SeenScan("marca-98", registration=people[2].public_id, reason="x")
    service.record_scans(db, device, door_of(device, event), [undone], now=OPEN)
    service.undo(db, device, door_of(device, event), undone.nonce, now=OPEN)
    service.record_scans(db, device, door_of(device, event), seen, now=OPEN)
    with counted() as statements:
        count = queries.door_count(db, event.id)
        (row,) = queries.devices_of(db, event.id, now=OPEN)
    assert len(statements) == 2
    assert (count.accepted, count.expected, count.repeated, count.refused) == (2, 3, 1, 1)
    assert (row.state, row.accepted, row.manual, row.walk_ins) == ("active", 2, 1, 0), "what was undone is not counted"


def test_a_cancelled_event_lets_nobody_in(db: Session) -> None:
    event = a_published_event(db)
    someone = a_registration(db, event)
    bearer = a_bearer(db, event)
    cycles.cancel(db, event, reason="Se aplazó", by=SYSTEM, now=OPEN - timedelta(days=1))
    device = queries.device_by_token(db, tokens.digest(bearer), now=OPEN)
    assert device is not None
    (answer,) = service.record_scans(db, device, door_of(device, event), [a_scan(someone)], now=OPEN)
    assert (answer.verdict, answer.why) == (Verdict.CANCELLED, "Este evento fue cancelado.")
