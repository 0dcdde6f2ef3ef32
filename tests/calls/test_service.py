"""Convening, sending and answering, on both databases: what is promised, what is frozen, what comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventos.calls import queries, service
from eventos.calls.models import CallDesignee, CallEntry, CallRecipient, Convened
from eventos.calls.rules import CallChanged, CallClosed, Designee, NothingToSend, SaveConvened, Signed
from eventos.calls.standing import Standing, Whom
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.outbox import Job
from tests.calls.factories import DEADLINE, SIGNED, a_call, call_command, convene, letter, recipients, rows_of, send
from tests.cycles.factories import a_cycle, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

pytestmark = pytest.mark.both_databases
BEFORE = DEADLINE - timedelta(days=5)
PERSON = Designee("Nubia Prueba", "Cedro", "nubia@aguadas.example", "Enlace de transparencia")


def test_an_entity_is_convened_once_in_a_cycle_and_again_after_being_taken_out(db: Session) -> None:
    cycle = a_cycle(db)
    [public_id] = convene(db, cycle, many=1)
    with pytest.raises(InvalidInput) as refused:
        service.save_convened(db, cycle.id, SaveConvened("ALCALDÍA DE MANIZALES"), by=SYSTEM, now=clock.now())
    assert "entity" in refused.value.fields
    service.remove_convened(db, cycle.id, public_id, by=SYSTEM, now=clock.now())
    assert queries.how_many(db, cycle.id) == 0
    service.restore_convened(db, cycle.id, public_id, by=SYSTEM, now=clock.now())
    assert queries.how_many(db, cycle.id) == 1
    assert queries.convened(db, cycle.id, public_id).mailbox == "contacto@17001.example"


def test_the_same_sheet_twice_adds_nobody_and_updating_keeps_what_it_leaves_blank(db: Session) -> None:
    cycle = a_cycle(db)
    sheet = [SaveConvened("Alcaldía de Aguadas", "alcaldia@aguadas.example", phone="+573001112233"), SaveConvened("Alcaldía de Neira")]
    assert service.bring(db, cycle.id, sheet, update=False, by=SYSTEM, now=clock.now()).new == 2
    again = service.bring(db, cycle.id, sheet, update=True, by=SYSTEM, now=clock.now())
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    newer = [SaveConvened("Alcaldía de Aguadas", "nuevo@aguadas.example")]
    assert service.bring(db, cycle.id, newer, update=False, by=SYSTEM, now=clock.now()).changed == 0
    assert service.bring(db, cycle.id, newer, update=True, by=SYSTEM, now=clock.now()).changed == 1
    view = next(each for each in queries.convened_of(db, cycle.id) if each.entity == "Alcaldía de Aguadas")
    assert (view.mailbox, view.phone) == ("nuevo@aguadas.example", "+573001112233")


def test_the_town_halls_of_the_expected_municipalities_are_convened_once(db: Session) -> None:
    cycle = a_cycle(db)
    convene(db, cycle, many=2)
    assert service.convene_expected(db, cycle.id, by=SYSTEM, now=clock.now()) == 25
    assert service.convene_expected(db, cycle.id, by=SYSTEM, now=clock.now()) == 0
    assert queries.how_many(db, cycle.id) == 27


def test_sending_promises_one_mail_to_each_entity_and_a_second_click_none(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=5)
    public_id = a_call(db, event)
    version = queries.call(db, event.id, public_id).version
    assert service.send_call(db, event.id, public_id, Whom.ALL, seen_version=version, by=SYSTEM, now=BEFORE) == 5
    with pytest.raises(CallChanged):
        service.send_call(db, event.id, public_id, Whom.ALL, seen_version=version, by=SYSTEM, now=BEFORE)
    assert db.scalar(select(func.count()).select_from(Job).where(Job.name == "calls.mail")) == 5
    rows = rows_of(db, event, public_id)
    assert {row.standing for row in rows} == {Standing.QUEUED}
    assert len(rows) == 5


def test_an_entity_without_mailbox_or_convened_later_stays_not_sent_and_can_be_sent_after(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=2)
    blank = service.save_convened(db, event.cycle_id, SaveConvened("Alcaldía Sin Buzón"), by=SYSTEM, now=clock.now())
    public_id = a_call(db, event)
    assert send(db, event, public_id, now=BEFORE) == 2
    with pytest.raises(NothingToSend):
        send(db, event, public_id, Whom.UNSENT, now=BEFORE)
    command = SaveConvened("Alcaldía Sin Buzón", "ya@hay.example")
    service.save_convened(db, event.cycle_id, command, public_id=blank, by=SYSTEM, now=clock.now())
    assert send(db, event, public_id, Whom.UNSENT, now=BEFORE) == 1


def test_what_was_sent_is_frozen_by_the_service_and_by_the_database(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=1)
    public_id = a_call(db, event)
    send(db, event, public_id, now=BEFORE)
    assert len(queries.call(db, event.id, public_id).content_sha256) == 64
    with pytest.raises(RuleViolation):
        service.save_call(db, event.id, call_command(subject="Otra cosa"), public_id=public_id, by=SYSTEM, now=BEFORE)
    with pytest.raises(RuleViolation):
        service.discard_call(db, event.id, public_id, by=SYSTEM)
    for statement in (
        "UPDATE event_call SET body = 'otra'",
        "DELETE FROM event_call_entry",
        "UPDATE event_call_entry SET kind = 'reply'",
    ):
        with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
            db.execute(text(statement))
    db.execute(text("UPDATE event_call SET evidence_state = 'pending'"))  # what may change still changes


def test_a_draft_is_thrown_away_and_a_deadline_that_passed_before_sending_is_refused(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=1)
    gone = a_call(db, event)
    service.discard_call(db, event.id, gone, by=SYSTEM)
    with pytest.raises(NotFound):
        queries.call(db, event.id, gone)
    late = a_call(db, event)
    with pytest.raises(RuleViolation, match="plazo"):
        send(db, event, late, now=DEADLINE)
    assert db.scalar(select(func.count()).select_from(CallRecipient)) == 0


def test_a_draft_event_calls_nobody(db: Session) -> None:
    event = an_event(db)
    convene(db, event.cycle_id, many=1)
    with pytest.raises(RuleViolation, match="Publique"):
        send(db, event, a_call(db, event), now=BEFORE)


def sent_one(db: Session) -> tuple[Event, str, CallRecipient]:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=2)
    public_id = a_call(db, event)
    send(db, event, public_id, now=BEFORE)
    first = recipients(db, event, public_id)[0]
    return event, public_id, first


def the_first(db: Session, event: Event, public_id: str) -> queries.BoardRow:
    """The row of whoever `sent_one` gives: Manizales."""
    return next(row for row in rows_of(db, event, public_id) if row.divipola == "17001")


def test_the_first_confirmation_stays_and_a_later_one_says_so(db: Session) -> None:
    event, public_id, row = sent_one(db)
    assert service.confirm(db, letter(db, row), SIGNED, now=BEFORE)
    assert not service.confirm(db, letter(db, row), Signed("Otra Persona Ficticia", ""), now=BEFORE)
    board = {each.recipient: each for each in rows_of(db, event, public_id)}
    assert board[row.public_id].confirmed_by == "Ramiro Prueba"
    assert board[row.public_id].standing is Standing.CONFIRMED
    assert db.scalar(select(func.count()).select_from(CallEntry).where(CallEntry.kind == "confirmed")) == 1


def test_declining_needs_a_reason_and_can_be_taken_back_by_designating(db: Session) -> None:
    event, public_id, row = sent_one(db)
    with pytest.raises(InvalidInput):
        service.decline(db, letter(db, row), SIGNED, "", now=BEFORE)
    service.decline(db, letter(db, row), SIGNED, "Hay empalme ese día.", now=BEFORE)
    assert the_first(db, event, public_id).standing is Standing.DECLINED
    assert service.designate(db, letter(db, row), SIGNED, [PERSON], now=BEFORE) == 1
    assert the_first(db, event, public_id).standing is Standing.CONFIRMED


def test_an_answer_after_the_deadline_is_taken_and_marked_and_after_the_event_it_is_not(db: Session) -> None:
    event, public_id, row = sent_one(db)
    service.confirm(db, letter(db, row), SIGNED, now=DEADLINE + timedelta(hours=1))
    assert the_first(db, event, public_id).is_late
    other = recipients(db, event, public_id)[1]
    with pytest.raises(CallClosed):
        service.confirm(db, letter(db, other), SIGNED, now=DEADLINE + timedelta(days=30))


def test_somebody_named_twice_is_one_person_and_gets_one_invitation(db: Session) -> None:
    _event, _public_id, row = sent_one(db)
    assert service.designate(db, letter(db, row), SIGNED, [PERSON, PERSON], now=BEFORE) == 1
    assert service.designate(db, letter(db, row), SIGNED, [PERSON], now=BEFORE) == 0
    assert db.scalar(select(func.count()).select_from(CallDesignee)) == 1
    assert db.scalar(select(func.count()).select_from(Job).where(Job.name == "calls.invite")) == 1


def test_a_mailbox_named_too_often_waits_for_staff(db: Session) -> None:
    _event, _public_id, row = sent_one(db)
    crowd = [Designee(f"Persona Ficticia {letter}", "Roble", "victima@entidad.example") for letter in "ABCDEFGHIJKL"]
    service.designate(db, letter(db, row), SIGNED, crowd, now=BEFORE)
    held = select(func.count()).select_from(Job).where(Job.name == "calls.invite", Job.buried_at.is_not(None))
    assert db.scalar(held) == 2
    with pytest.raises(InvalidInput):
        service.designate(db, letter(db, row), SIGNED, [Designee(f"Más {n}", "X", f"m{n}@x.example") for n in range(9)], now=BEFORE)


def test_of_those_designated_only_who_registered_is_said_to_be_registered(db: Session) -> None:
    event, _public_id, row = sent_one(db)
    other = Designee("Alba Prueba", "Roble", "alba@aguadas.example")
    service.designate(db, letter(db, row), SIGNED, [PERSON, other], now=BEFORE)
    a_registration(db, event, email=PERSON.email)
    told = {each.email: each.is_registered for each in queries.designees(db, event.id, row.id)}
    assert told == {PERSON.email: True, other.email: False}


def test_an_entity_that_names_others_again_and_again_writes_to_forty_strangers_a_day(db: Session) -> None:
    event, _public_id, row = sent_one(db)
    for batch in range(3):
        crowd = [Designee(f"Persona {name}", f"Roble {batch}", f"{name}{batch}@ajena.example") for name in "abcdefghijklmnopqrst"]
        service.designate(db, letter(db, row), SIGNED, crowd, now=BEFORE)
        for named in queries.designees(db, event.id, row.id):
            service.withdraw(db, letter(db, row), named.public_id, now=BEFORE)
    promised = select(func.count()).select_from(Job).where(Job.name == "calls.invite")
    assert db.scalar(promised.where(Job.buried_at.is_(None))) == 40
    assert db.scalar(promised.where(Job.buried_at.is_not(None))) == 20


def test_whoever_registers_from_an_entity_or_was_designated_by_it_is_counted_once(db: Session) -> None:
    event, public_id, row = sent_one(db)
    service.designate(db, letter(db, row), SIGNED, [PERSON], now=BEFORE)
    a_registration(db, event, entity="Alcaldía de Manizales", divipola="17001", email="uno@manizales.example")
    a_registration(db, event, entity="Otra entidad", email=PERSON.email)
    a_registration(db, event, entity="Nadie convocado", email="otro@nadie.example")
    rows = {each.entity: each.registered for each in rows_of(db, event, public_id)}
    assert rows["Alcaldía de Manizales"] == 2
    assert sum(rows.values()) == 2


def test_a_bounce_marks_the_entity_once_and_sending_again_goes_to_the_mended_mailbox(db: Session) -> None:
    event, public_id, row = sent_one(db)
    own = service.message_id(row.public_id, 1, "eventos.example")
    service.mark_sent(db, row.id, number=1, kind="call", message_id=own, mailbox=row.mailbox, now=BEFORE)
    assert service.note_bounce(db, own, "5.1.1 buzón desconocido", BEFORE)
    assert service.note_bounce(db, own, "5.1.1 buzón desconocido", BEFORE)
    assert not service.note_bounce(db, "<otro@eventos.example>", "5.1.1", BEFORE)
    first = the_first(db, event, public_id)
    assert first.standing is Standing.BOUNCED
    assert "5.1.1" in first.failure
    assert db.scalar(select(func.count()).select_from(CallEntry).where(CallEntry.kind == "bounced")) == 1
    convened = db.get_one(Convened, row.convened_id)
    convened.mailbox = "mejor@manizales.example"
    db.flush()
    assert send(db, event, public_id, Whom.BOUNCED, now=BEFORE) == 1
    db.expire_all()
    again = db.get_one(CallRecipient, row.id)
    assert (again.state, again.mailbox, again.mails) == ("queued", "mejor@manizales.example", 2)
    assert service.note_bounce(db, own, "5.1.1 otra vez", BEFORE)  # about the first mail: the second is on its way
    assert db.get_one(CallRecipient, row.id).state == "queued"


def test_a_reply_by_mail_is_told_in_the_thread_and_confirms_nothing(db: Session) -> None:
    event, public_id, row = sent_one(db)
    own = service.message_id(row.public_id, 1, "eventos.example")
    service.mark_sent(db, row.id, number=1, kind="call", message_id=own, mailbox=row.mailbox, now=BEFORE)
    assert service.note_reply(db, own, BEFORE, sender="c···@manizales.example", reply_id="<r1@manizales.example>")
    assert service.note_reply(db, own, BEFORE, sender="c···@manizales.example", reply_id="<r1@manizales.example>")
    call = queries.call(db, event.id, public_id)
    assert [entry.kind for entry in queries.thread(db, call.id)].count("reply") == 1
    assert the_first(db, event, public_id).standing is Standing.SENT


def test_the_board_costs_three_statements_however_many_entities(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=27)
    public_id = a_call(db, event)
    send(db, event, public_id, now=BEFORE)
    view = queries.call(db, event.id, public_id)
    with counted() as statements:
        assert len(queries.board(db, view)) == 27
    assert len(statements) <= 3, str(statements)


def test_several_calls_of_an_event_cost_three_statements_and_keep_their_own_answers(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=3)
    first, second = a_call(db, event), a_call(db, event)
    for public_id in (first, second):
        send(db, event, public_id, now=BEFORE)
    service.confirm(db, letter(db, recipients(db, event, first)[0]), SIGNED, now=BEFORE)
    views = queries.calls_of(db, event.id)
    with counted() as statements:
        found = queries.boards(db, views)
    assert len(statements) <= 3, str(statements)
    confirmed = {view.public_id: sum(row.standing is Standing.CONFIRMED for row in found[view.id]) for view in views}
    assert confirmed == {first: 1, second: 0}
    assert [len(rows) for rows in found.values()] == [3, 3]
