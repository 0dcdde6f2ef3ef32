"""What somebody answers to the questions of an event: which they see, what their words mean, how an answer reads, what may be counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from eventos.kernel import divipola, spanish
from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import names_refuse_links
from eventos.registration.rules_questions import (
    CLOSED,
    LISTED,
    LONGEST_BLOCK,
    LONGEST_ENTITY,
    LONGEST_TEXT,
    Question,
    QuestionKind,
    SaveQuestion,
    parse_number,
    plain_number,
)

FEWEST_TOLD = 5  # a count smaller than this would point at somebody

AnswerValue = str | list[str] | dict[str, Any]


@dataclass(frozen=True)
class Given:
    """An answer that was read: to which version of which question. `value` None says that there is none."""

    question: Question
    value: AnswerValue | None

    @property
    def chosen(self) -> tuple[str, ...]:
        return chosen(self.value) if self.question.kind in LISTED else ()


@dataclass(frozen=True)
class Told:
    """Everything somebody answered to one event's questions, hidden ones as no answer. `sensitive_text`: the wording they authorised;

    `withdraws`: what they answered to sensitive questions before is to be forgotten.
    """

    plain: tuple[Given, ...] = ()
    sensitive: tuple[Given, ...] = ()
    sensitive_text: str = ""
    withdraws: bool = False


class OptionIsFull(InvalidInput):
    """The last seat of an option went to somebody else; `fields` names the question."""

    code = "option_is_full"

    def __init__(self, question: Question, option_id: str) -> None:
        super().__init__(fields={question.name: full_words(question.option_label(option_id))})


def full_words(label: str) -> str:
    return f"Ya no quedan cupos en «{label}». Elija otra opción."


def chosen(value: Any) -> tuple[str, ...]:
    """The options an answer names."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else ()


def shown(questions: Sequence[Question], answered: Mapping[str, Any]) -> list[Question]:
    """Those of the questions (in their order) that somebody with these answers (by key) sees; a hidden one answers nothing."""
    seen: dict[str, Any] = {}
    found = []
    for question in questions:
        if is_shown(question, seen):
            found.append(question)
            seen[question.key] = answered.get(question.key)
    return found


def is_shown(question: Question, answered: Mapping[str, Any]) -> bool:
    """Whether who answered so far (visible questions only, by key) is asked this one."""
    condition = question.said.shown_if
    return condition is None or bool(set(chosen(answered.get(condition.question))) & set(condition.any_of))


# --- reading an answer -----------------------------------------------------------------------------------------------------------


def read(question: Question, told: Any, *, today: date, full: Iterable[str] = (), kept: Iterable[str] = ()) -> AnswerValue | None:
    """What was told, as it is kept; None for no answer. `full`: options without seats; `kept`: those this person has already.

    Raises ValueError with the sentence that belongs beside the field. Files are read by their door.
    """
    value = _READERS[question.kind](question.said, told, today)
    if question.kind in CLOSED:
        allowed = {option.id for option in question.offered} | set(kept)
        picked = chosen(value)
        if any(option not in allowed for option in picked):
            raise ValueError("Elija una opción de la lista." if question.kind is not QuestionKind.MULTIPLE else "Elija de la lista.")
        if taken := [option for option in picked if option in set(full) - set(kept)]:
            raise ValueError(full_words(question.option_label(taken[0])))
    if value is None and question.said.required:
        raise ValueError(missing(question))
    return value


def missing(question: Question) -> str:
    """What to do about a required question without answer."""
    verb = {
        QuestionKind.CHOICE: "Elija una opción para",
        QuestionKind.MULTIPLE: "Elija al menos una opción para",
        QuestionKind.YES_NO: "Elija sí o no para",
        QuestionKind.FILE: "Elija el archivo para",
        QuestionKind.DATE: "Escriba la fecha para",
        QuestionKind.NUMBER: "Escriba el número para",
    }.get(question.kind, "Responda")
    return f"{verb} «{question.label}»."


def _text(said: SaveQuestion, told: Any, _today: date) -> str | None:
    return _lengths(said, str(told or ""), LONGEST_TEXT)


def _block(said: SaveQuestion, told: Any, _today: date) -> str | None:
    return _lengths(said, str(told or ""), LONGEST_BLOCK)


def _entity(_said: SaveQuestion, told: Any, _today: date) -> str | None:
    words = str(told or "")
    if len(words) > LONGEST_ENTITY:
        raise ValueError(f"Escriba como máximo {LONGEST_ENTITY} caracteres; ahora tiene {len(words)}.")
    if names_refuse_links(words):
        raise ValueError("Escriba aquí solo palabras, sin vínculos ni correos.")
    return words or None


def _lengths(said: SaveQuestion, words: str, longest: int) -> str | None:
    if not words:
        return None
    most = min(longest, int(said.most or longest))
    if len(words) > most:
        raise ValueError(f"Escriba como máximo {most} caracteres; ahora tiene {len(words)}.")
    if said.least and len(words) < int(said.least):
        raise ValueError(f"Escriba al menos {said.least} caracteres; ahora tiene {len(words)}.")
    return words


def _number(said: SaveQuestion, told: Any, _today: date) -> str | None:
    words = str(told or "").replace(" ", "")
    if not words:
        return None
    value = parse_number(words)
    if said.least and value < Decimal(said.least):
        raise ValueError(f"Escriba un número desde {spanish.number(Decimal(said.least))}.")
    if said.most and value > Decimal(said.most):
        raise ValueError(f"Escriba un número hasta {spanish.number(Decimal(said.most))}.")
    return plain_number(value)


def _date(said: SaveQuestion, told: Any, today: date) -> str | None:
    if not told:
        return None
    day = spanish.parse_date(str(told), today=today)
    if said.least and day < date.fromisoformat(said.least):
        raise ValueError(f"Escriba una fecha desde el {spanish.date_long(date.fromisoformat(said.least))}.")
    if said.most and day > date.fromisoformat(said.most):
        raise ValueError(f"Escriba una fecha hasta el {spanish.date_long(date.fromisoformat(said.most))}.")
    return day.isoformat()


def _one(_said: SaveQuestion, told: Any, _today: date) -> str | None:
    return str(told) if told else None


def _several(said: SaveQuestion, told: Any, _today: date) -> list[str] | None:
    picked = list(dict.fromkeys(str(each) for each in told or ()))
    if not picked:
        return None
    if said.least and len(picked) < int(said.least):
        raise ValueError(f"Elija al menos {said.least}.")
    if said.most and len(picked) > int(said.most):
        raise ValueError(f"Elija como máximo {said.most}.")
    return picked


def _municipio(_said: SaveQuestion, told: Any, _today: date) -> str | None:
    """`told`: the words, and the code of what was picked from the list while they still agree."""
    words, code = told or ("", "")
    if not words:
        return None
    picked = divipola.get(code or "")
    if picked is not None and divipola.resolve(words, departamento=picked.departamento_code).municipio == picked:
        return picked.code
    match = divipola.resolve(words)
    if match.municipio is not None:
        return match.municipio.code
    near = spanish.join_and([f"«{place.label}»" for place in match.candidates[:4]])
    if match.certainty is divipola.Certainty.AMBIGUOUS:
        raise ValueError(f"Hay más de un municipio con ese nombre: {near}. Escríbalo con su departamento.")
    raise ValueError(f"No encontramos «{words}» en la lista de municipios de Colombia.{f' ¿Quiso decir {near}?' if near else ''}")


_READERS: dict[QuestionKind, Callable[[SaveQuestion, Any, date], AnswerValue | None]] = {
    QuestionKind.TEXT: _text,
    QuestionKind.LONG_TEXT: _block,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.CHOICE: _one,
    QuestionKind.MULTIPLE: _several,
    QuestionKind.MUNICIPIO: _municipio,
    QuestionKind.ENTITY: _entity,
    QuestionKind.FILE: lambda _said, told, _today: told or None,
    QuestionKind.YES_NO: _one,
}


def words(question: Question, value: Any) -> str:
    """An answer as people read it, by the version of the question it answered."""
    match question.kind:
        case QuestionKind.CHOICE | QuestionKind.MULTIPLE | QuestionKind.YES_NO:
            return "; ".join(question.option_label(option) for option in chosen(value))
        case QuestionKind.NUMBER:
            return spanish.number(Decimal(value))
        case QuestionKind.DATE:
            return spanish.date_long(date.fromisoformat(value))
        case QuestionKind.MUNICIPIO:
            place = divipola.get(value)
            return place.label if place else str(value)
        case QuestionKind.FILE:
            return str(value["name"])
        case _:
            return str(value)


# --- sensitive answers -----------------------------------------------------------------------------------------------------------


def sensitive_text(controller: str, labels: Sequence[str]) -> str:
    """The wording of the authorisation for sensitive answers (Ley 1581 de 2012, arts. 5 and 6; Decreto 1377 de 2013, art. 6)."""
    asked = spanish.join_and([f"«{label}»" for label in labels])
    return (
        f"Autorizo a {controller} a tratar mis respuestas a {asked}. Son datos sensibles (Ley 1581 de 2012, artículos 5 y 6): "
        "no estoy en la obligación de responder ni de autorizar, y no responder no cambia mi inscripción. "
        "Se usan para adaptar el evento y se consultan solo como cifras; puedo retirarlas cuando quiera."
    )


@dataclass(frozen=True)
class SensitiveCount:
    """A sensitive question in figures: how many chose each option, None where they are too few to be told."""

    label: str
    lines: tuple[tuple[str, int | None], ...]
    answered: int | None


def told_counts(question: Question, tally: Mapping[str, int], people: int) -> SensitiveCount:
    """Counts that point at nobody: small cells are left out, and so is the total wherever it would give one of them away."""
    retired = (option for option in question.said.options if option.retired and tally.get(option.id))
    lines = tuple(
        (option.label, count if (count := tally.get(option.id, 0)) >= FEWEST_TOLD else None) for option in (*question.offered, *retired)
    )
    hidden = any(count is None for _label, count in lines) or people < FEWEST_TOLD
    return SensitiveCount(question.label, lines, None if hidden else people)
