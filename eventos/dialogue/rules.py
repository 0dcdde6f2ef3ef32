"""What a question may say, how many one person may send, and its states. Data in, verdict out."""

from dataclasses import dataclass

from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import clean_lines, names_refuse_links
from eventos.kernel.vocabulary import QuestionMoment, QuestionState

LONGEST_BODY = 1_000
LONGEST_ANSWER = 4_000
LONGEST_NAME = 160
MOST_OF_ONE_PERSON = 10
MOST_OF_AN_EVENT = 500


class TooManyQuestions(RuleViolation):
    code = "too_many_questions"
    message = f"Ya envió {MOST_OF_ONE_PERSON} preguntas para este evento. El equipo organizador las tiene todas."


class QuestionsClosed(RuleViolation):
    code = "questions_closed"
    message = "Este evento ya no recibe preguntas por aquí."


@dataclass(frozen=True)
class SaveQuestion:
    """A question as staff write it: who asked (may be empty), what, the answer and who answered it."""

    body: str
    asked_by: str = ""
    answer: str = ""
    answered_by: str = ""
    state: QuestionState = QuestionState.PENDING
    moment: QuestionMoment = QuestionMoment.SESSION


def body_of(text: str) -> str:
    """The question, cleaned. Raises InvalidInput when it says nothing or too much."""
    said = clean_lines(text)
    if not said.strip():
        raise InvalidInput(fields={"body": "Escriba la pregunta."})
    if len(said) > LONGEST_BODY:
        raise InvalidInput(fields={"body": f"Escriba como máximo {LONGEST_BODY} caracteres; ahora tiene {len(said)}."})
    return said


def check(command: SaveQuestion) -> None:
    """Raises InvalidInput, field by field: an answered question has its answer, and names carry no links or addresses."""
    fields: dict[str, str] = {}
    try:
        body_of(command.body)
    except InvalidInput as refusal:
        fields |= refusal.fields
    for name in ("asked_by", "answered_by"):
        said = getattr(command, name)
        if names_refuse_links(said):
            fields[name] = "Escriba un nombre, sin vínculos ni correos."
        elif len(said) > LONGEST_NAME:
            fields[name] = f"Escriba como máximo {LONGEST_NAME} caracteres."
    if len(command.answer) > LONGEST_ANSWER:
        fields["answer"] = f"Escriba como máximo {LONGEST_ANSWER} caracteres; ahora tiene {len(command.answer)}."
    if command.state is QuestionState.ANSWERED and not command.answer.strip():
        fields["answer"] = "Escriba la respuesta, o deje la pregunta como pendiente."
    if fields:
        raise InvalidInput(fields=fields)
