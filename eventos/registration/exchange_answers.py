"""How own questions and their answers travel as JSON."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from eventos.kernel import divipola
from eventos.kernel.operations import answer, link
from eventos.kernel.schemas import Schema, answered, by_name, one_of, or_null, record, text
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules_answers import Given, words
from eventos.registration.rules_questions import Question, QuestionKind

_WORD: Schema = {"type": "string"}
_ANSWER: Schema = {"type": ["string", "array"], "maxLength": 4000, "items": text(200), "maxItems": 60}
ANSWERS = by_name(_ANSWER, 60, about="Respuestas a las preguntas propias del evento, por su `key` (GET …/questions).")
CHANGED = record(
    {
        "answers": by_name(
            {**_ANSWER, "type": ["string", "array", "null"]},
            60,
            about="Por su `key` (GET …/questions). Lo que no se envía queda como está; `null` borra la respuesta.",
        )
    },
    needed=["answers"],
)
GIVEN = {
    "type": "array",
    "description": "Lo que respondió a las preguntas propias; las respuestas sensibles no salen una por una.",
    "items": answered(
        {
            "key": _WORD,
            "kind": one_of(QuestionKind),
            "label": {"type": "string", "description": "La pregunta, como la leyó."},
            "value": {
                "type": ["string", "array", "null"],
                "items": _WORD,
                "description": "Como se envía en `answers`; `null` si es un archivo.",
            },
            "answer": {"type": "string", "description": "La respuesta en palabras."},
            "file": or_null(
                answered(
                    {"name": _WORD, "media_type": _WORD, "size": {"type": "integer"}, "link": _WORD},
                    about="El archivo: `link` lo entrega a una llave que lee inscripciones.",
                )
            ),
        }
    ),
}
QUESTIONS = answer(
    "Questions",
    answered(
        {
            "items": {
                "type": "array",
                "items": answered(
                    {
                        "key": {"type": "string"},
                        "kind": one_of(QuestionKind),
                        "label": {"type": "string"},
                        "help": {"type": "string"},
                        "required": {"type": "boolean"},
                        "sensitive": {"type": "boolean", "description": "Siempre opcional; necesita `consent.sensitive`."},
                        "options": {
                            "type": "array",
                            "items": answered(
                                {"id": {"type": "string"}, "label": {"type": "string"}, "left": {"type": ["integer", "null"]}}
                            ),
                        },
                        "shown_if": {
                            "type": ["object", "null"],
                            "description": "Se pregunta solo a quien respondió una de estas opciones.",
                            "properties": {"question": {"type": "string"}, "any_of": {"type": "array", "items": {"type": "string"}}},
                        },
                    }
                ),
            }
        }
    ),
)
GIVEN_ANSWERS = answer(
    "Answers",
    answered(
        {
            "answers": GIVEN,
            "missing": {"type": "array", "items": _WORD, "description": "Las `key` de preguntas obligatorias sin responder."},
        }
    ),
)


def given(path: str, answers: Sequence[Given]) -> list[dict[str, Any]]:
    """What the registration at this path of the API answered."""
    return [_given(path, each) for each in answers]


def _given(path: str, each: Given) -> dict[str, Any]:
    question = each.question
    value: Any = each.value
    file = None
    if question.kind is QuestionKind.FILE:
        told = {name: value[name] for name in ("name", "media_type", "size")}
        file, value = told | {"link": link(f"{path}/answers/{question.key}/file")}, None
    return {
        "key": question.key,
        "kind": question.kind.value,
        "label": question.label,
        "value": value,
        "answer": words(question, each.value),
        "file": file,
    }


def typed_answers(told: dict[str, Any], sheet: Questionnaire | None) -> tuple[MultiDict[str, str], dict[str, str]]:
    """Answers as somebody would have typed them, and what is wrong with them before the form looks."""
    typed: MultiDict[str, str] = MultiDict()
    wrong: dict[str, str] = {}
    asked = {question.key: question for question in sheet.questions} if sheet else {}
    for key, value in told.items():
        question = asked.get(key)
        if question is None:
            wrong[f"answers.{key[:60]}"] = "Este evento no pregunta eso."
        elif question.kind is QuestionKind.FILE:
            wrong[f"answers.{key}"] = "Los archivos no se reciben aquí: la persona los agrega en «Mi inscripción»."
        elif isinstance(value, list) and question.kind is not QuestionKind.MULTIPLE:
            wrong[f"answers.{key}"] = "Debe ser un texto."
        elif question.kind is QuestionKind.MUNICIPIO and (place := divipola.get(value)) is not None:
            typed.add(question.name, place.label)
            typed.add(f"{question.name}-code", place.code)
        else:
            typed.setlist(question.name, value if isinstance(value, list) else [value])
    return typed, wrong


def questions(sheet: Questionnaire | None) -> dict[str, Any]:
    """What an event asks besides the common data, in its order."""
    return {"items": [_question(sheet, each) for each in sheet.questions] if sheet else []}


def _question(sheet: Questionnaire, question: Question) -> dict[str, Any]:
    said, seats = question.said, sheet.seats
    lefts = {option.id: seats[question.key, option.id].left for option in question.offered if (question.key, option.id) in seats}
    return {
        "key": question.key,
        "kind": question.kind.value,
        "label": said.label,
        "help": said.help,
        "required": said.required,
        "sensitive": said.sensitive,
        "options": [{"id": option.id, "label": option.label, "left": lefts.get(option.id)} for option in question.offered],
        "shown_if": {"question": said.shown_if.question, "any_of": list(said.shown_if.any_of)} if said.shown_if else None,
    }
