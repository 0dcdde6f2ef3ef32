"""What a phone prepares itself with: its events, their rooms and rules, the keys, and the form of who comes without a registration."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from eventos.checkin import exchange
from eventos.checkin.api.doors import door, here
from eventos.checkin.api.rounds import sent
from eventos.checkin.queries import DoorEvent
from eventos.checkin.queries.walk_ins import Expected, expected_at
from eventos.checkin.rules import Rule
from eventos.entities.queries import entity_names, office_view
from eventos.kernel import clock, divipola, sealing, tokens
from eventos.kernel.db import reading
from eventos.kernel.operations import Given, at
from eventos.people.rules import notice as notice_of
from eventos.registration.queries_questions import questionnaires
from eventos.registration.rules_questions import Question, QuestionKind

MOST_ENTITIES = 200


@door.operation(
    "GET",
    "/checkin/device",
    summary="Con qué se prepara un teléfono",
    about="Sus eventos con sus salas, reglas y preguntas, las llaves públicas y el aviso de datos; nada de las personas. Con ETag.",
    answer=exchange.DEVICE,
)
def device(_given: Given) -> Response:
    me, key = here(), sealing.seal_key()
    with reading() as db:
        ids = [event.id for event in me.events]
        sheets = {sheet.event_id: sheet.questions for sheet in questionnaires(db, ids)}
        office, entities = office_view(db), entity_names(db, limit=MOST_ENTITIES)
        expected = expected_at(db, ids)
    notice = notice_of(office)
    consent = {"sha256": tokens.digest(notice.text), "summary": notice.summary, "text": notice.text}
    content = {
        "device": {"name": me.name},
        "keys": {"ticket": sealing.ticket_keys(), "seal": {"kid": key.kid, "public": sealing.base64url(key.public)}},
        "events": [
            _event(event, sheets.get(event.id, ())) | {"consent": consent, "form": _form(expected[event.id], entities)}
            for event in me.events
        ],
    }
    return sent(content, lambda: {**content, "now": at(clock.now())})


def _event(event: DoorEvent, questions: Sequence[Question]) -> dict[str, Any]:
    rooms = [(room.key, room.name, Rule.of(room.rule)) for room in event.offered]
    asked = {key for _, _, rule in rooms for key in rule.asks}
    return {
        "id": event.id,
        **{name: getattr(event, name) for name in ("slug", "title", "short_title", "venue", "demo")},
        "state": event.state.value,
        "days": [{"starts_at": at(day.starts_at), "ends_at": at(day.ends_at)} for day in event.days],
        "rooms": [{"key": key, "name": name, "rule": rule.kept()} for key, name, rule in rooms],
        "questions": [_question(each) for each in questions if each.key in asked and _fits_the_door(each)],
    }


def _fits_the_door(question: Question) -> bool:
    """A file is not handed over in a queue, and what is sensitive is not said aloud there."""
    return question.kind is not QuestionKind.FILE and not question.said.sensitive


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "label": question.label,
        "kind": question.kind.value,
        "help": question.said.help,
        "required": question.said.required,
        "options": [{"id": option.id, "label": option.label} for option in question.offered],
    }


def _form(expected: Expected, entities: Sequence[str]) -> dict[str, Any]:
    places = [place for code in expected.places if (place := divipola.get(code))]
    halls = [f"Alcaldía de {place.name}" for place in places]
    return {"modality": expected.modality.value, "places": [place.label for place in places], "entities": [*halls, *entities]}
