"""Questions to answer at the door: who still lacks which, and keeping what was answered there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.checkin import queries
from eventos.checkin.queries import Attendee
from eventos.kernel import audit, clock
from eventos.kernel.audit import Actor
from eventos.kernel.text import clean, clean_lines
from eventos.kernel.vocabulary import Source
from eventos.registration import queries_questions
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules_answers import AnswerValue, Given, OptionIsFull, Told, read, shown
from eventos.registration.rules_questions import Question, QuestionKind
from eventos.registration.service import answers as kept


@dataclass
class DoorSheet:
    """The questions of an event that its door can ask, and what these registrations answered so far, by the key of the question.

    A file is not handed over in a queue, and what is sensitive has an authorisation of its own: neither is asked here.
    """

    sheet: Questionnaire | None = None
    answered: dict[int, dict[str, Any]] = field(default_factory=dict)

    def lacks(self, registration_id: int, asks: Collection[str]) -> tuple[str, ...]:
        """The keys of those that a room asks for and nobody answered for this registration; hidden ones are not asked."""
        if self.sheet is None or not asks:
            return ()
        told = self.answered.get(registration_id, {})
        return tuple(one.key for one in shown(self.sheet.plain, told) if one.key in asks and one.key not in told and _can_be_asked(one))

    def given(self, asks: Collection[str], told: Mapping[str, Any], *, now: datetime) -> list[Given]:
        """Those of the answers given at the door that the room asks for and can be kept."""
        if self.sheet is None or not told:
            return []
        found = []
        for question in self.sheet.plain:
            if question.key in told and question.key in asks and _can_be_asked(question):
                value = _value(question, told[question.key], full=self.sheet.full(question), now=now)
                if value is not None:
                    found.append(Given(question, value))
        return found

    def keep(self, db: Session, attendee: Attendee, given: list[Given], *, by: Actor, now: datetime) -> tuple[str, ...]:
        """Write answers down; gives the keys of those that could not be: the option's last seat went to somebody else."""
        try:
            with db.begin_nested():
                told = Told(plain=tuple(given))
                kept.keep(db, attendee.registration_id, attendee.event_id, attendee.person_id, told, channel=Source.WALK_IN, now=now)
        except OptionIsFull as refusal:
            names = set(refusal.fields)
            return tuple(each.question.key for each in given if each.question.name in names)
        mine = self.answered.setdefault(attendee.registration_id, {})
        mine.update({each.question.key: each.value for each in given})
        keys = [each.question.key for each in given]
        audit.record(db, by, "checkin.answer", "registration", attendee.registration_id, questions=keys)
        return ()


def sheet_for(db: Session, event_id: int, asks: Collection[str], registration_ids: Iterable[int]) -> DoorSheet:
    """What rooms that ask these questions need to know; nothing is read when none does."""
    if not asks:
        return DoorSheet()
    sheet = queries_questions.questionnaire(db, event_id)
    return DoorSheet(sheet, queries.answered(db, registration_ids) if sheet else {})


def _can_be_asked(question: Question) -> bool:
    return question.kind is not QuestionKind.FILE and not question.said.sensitive


def _value(question: Question, told: Any, *, full: Collection[str], now: datetime) -> AnswerValue | None:
    """An answer as it is kept; None for what cannot be understood, which leaves the question unanswered."""
    words = [clean_lines(str(each)) for each in (told if isinstance(told, list) else [told])]
    value: Any = words if question.kind is QuestionKind.MULTIPLE else next(iter(words), "")
    if question.kind is not QuestionKind.LONG_TEXT and isinstance(value, str):
        value = clean(value)
    if question.kind is QuestionKind.MUNICIPIO:
        value = (value, value)  # its name, or its code
    try:
        return read(question, value, today=clock.local(now).date(), full=full)
    except ValueError:
        return None
