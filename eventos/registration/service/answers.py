"""Keeps what people answer to the own questions of an event, and the seats their options take. Sensitive answers go to their own table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.cycles.service import seats
from eventos.kernel.vocabulary import Source
from eventos.people import service as people
from eventos.people.rules import Purpose
from eventos.registration import queries_questions as queries
from eventos.registration.models import Answer, OptionSeat, SensitiveAnswer
from eventos.registration.rules_answers import Given, OptionIsFull, Told, chosen
from eventos.registration.rules_questions import LISTED, Question


def keep(db: Session, registration_id: int, event_id: int, person_id: int, told: Told, *, channel: Source, now: datetime) -> bool:
    """Write down all that was told, in place of what was answered before to the same questions; True when something changed.

    The seats of options that were chosen are taken, those no longer chosen are given back. Raises OptionIsFull: everything stays then.
    """
    asked = [given.question.id for given in told.plain]
    mine = select(Answer.question_id, Answer.value).where(Answer.registration_id == registration_id, Answer.question_id.in_(asked))
    before = {row.question_id: row.value for row in db.execute(mine)}
    _settle_seats(db, registration_id, event_id, told.plain)
    different = [given for given in told.plain if before.get(given.question.id) != given.value]
    if different:
        gone = [given.question.id for given in different]
        db.execute(delete(Answer).where(Answer.registration_id == registration_id, Answer.question_id.in_(gone)))
        _insert(db, Answer, registration_id, different, now)
    changed_sensitive = _keep_sensitive(db, registration_id, person_id, told, channel=channel, now=now)
    return bool(different) or changed_sensitive


def release(db: Session, registration_id: int) -> None:
    """Give back the seats of every option a registration holds: it was cancelled, rejected, or its time to confirm ran out."""
    gone = db.execute(delete(OptionSeat).where(OptionSeat.registration_id == registration_id).returning(OptionSeat.seat_pool_id))
    for pool_id in sorted(gone.scalars().all()):
        seats.give_back(db, pool_id)


def retake(db: Session, registration_id: int, event_id: int, *, now: datetime) -> list[str]:
    """Take again the seats of the options a registration had chosen before it was cancelled; an option that filled up is unchosen.

    Gives the questions (their words) whose answer lost something. Seats that are held already stay.
    """
    lost = []
    held = set(db.execute(select(OptionSeat.seat_pool_id).where(OptionSeat.registration_id == registration_id)).scalars())
    for given in queries.answers_of(db, registration_id):
        if given.question.kind not in LISTED:
            continue
        wanted = _pools(db, event_id, [given])
        full = _take(db, registration_id, {pool_id: what for pool_id, what in wanted.items() if pool_id not in held})
        if not full:
            continue
        kept = [option for option in given.chosen if (given.question.pool_kind, option) not in full]
        which = (Answer.registration_id == registration_id, Answer.question_id == given.question.id)
        db.execute(delete(Answer).where(*which))
        if kept:
            _insert(db, Answer, registration_id, [Given(given.question, kept if isinstance(given.value, list) else kept[0])], now)
        lost.append(given.question.label)
    return lost


def _insert(db: Session, table: Any, registration_id: int, given: Iterable[Given], now: datetime, **more: Any) -> None:
    for each in given:
        if each.value is not None:
            row = {"registration_id": registration_id, "question_id": each.question.id, "version_id": each.question.version_id}
            db.add(table(**row, value=each.value, updated_at=now, **more))
    db.flush()


def _keep_sensitive(db: Session, registration_id: int, person_id: int, told: Told, *, channel: Source, now: datetime) -> bool:
    """Sensitive answers, each under the authorisation that was just given for them."""
    given = [each for each in told.sensitive if each.value is not None]
    mine = SensitiveAnswer.registration_id == registration_id
    if told.withdraws:
        db.execute(delete(SensitiveAnswer).where(mine))
    if given:
        text_hash = people.keep_consent_text(db, told.sensitive_text, now)
        consent_id = people.record_consent(db, person_id, text_hash, (Purpose.SENSITIVE,), channel=channel, now=now)
        db.execute(delete(SensitiveAnswer).where(mine, SensitiveAnswer.question_id.in_([each.question.id for each in given])))
        _insert(db, SensitiveAnswer, registration_id, given, now, consent_id=consent_id)
    return told.withdraws or bool(given)


# --- seats of options ------------------------------------------------------------------------------------------------------------

Pools = Mapping[int, tuple[Question, str]]


def _pools(db: Session, event_id: int, given: Iterable[Given]) -> Pools:
    """The seats that these answers need: each pool with the question and option it is of."""
    by_kind = {each.question.pool_kind: each for each in given if chosen(each.value) and each.question.kind in LISTED}
    if not by_kind:
        return {}
    rows = db.execute(select(SeatPool.id, SeatPool.kind, SeatPool.option).where(SeatPool.event_id == event_id, SeatPool.kind.in_(by_kind)))
    return {row.id: (by_kind[row.kind].question, row.option) for row in rows if row.option in by_kind[row.kind].chosen}


def _take(db: Session, registration_id: int, pools: Pools) -> set[tuple[str, str]]:
    """Take a seat of each pool, in one order for everybody; gives the options (kind of pool, option) that had none left."""
    full = set()
    for pool_id in sorted(pools):
        question, option = pools[pool_id]
        if seats.take_pool(db, pool_id):
            db.add(OptionSeat(registration_id=registration_id, question_id=question.id, seat_pool_id=pool_id))
        else:
            full.add((question.pool_kind, option))
    db.flush()
    return full


def _settle_seats(db: Session, registration_id: int, event_id: int, given: Sequence[Given]) -> None:
    """Make the seats held those of the options chosen now. Raises OptionIsFull."""
    asked = [each.question.id for each in given if each.question.kind in LISTED]
    if not asked:
        return
    mine = OptionSeat.registration_id == registration_id
    held = set(db.execute(select(OptionSeat.seat_pool_id).where(mine, OptionSeat.question_id.in_(asked))).scalars())
    wanted = _pools(db, event_id, given)
    new, old = {pool_id: what for pool_id, what in wanted.items() if pool_id not in held}, sorted(held - set(wanted))
    if new and old:  # Locked in one order, so that two people who swap options do not wait for each other.
        db.execute(select(SeatPool.id).where(SeatPool.id.in_([*new, *old])).order_by(SeatPool.id).with_for_update()).all()
    if full := _take(db, registration_id, new):
        question, option = next(what for what in new.values() if (what[0].pool_kind, what[1]) in full)
        raise OptionIsFull(question, option)
    if old:
        db.execute(delete(OptionSeat).where(mine, OptionSeat.seat_pool_id.in_(old)))
        for pool_id in old:
            seats.give_back(db, pool_id)
