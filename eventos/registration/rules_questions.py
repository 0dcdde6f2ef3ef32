"""What an event may ask besides the common questions, and whether a question can be asked so: pure decisions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import clean, fold
from eventos.kernel.vocabulary import Word

MOST_QUESTIONS = 40
MOST_OPTIONS = 40
MOST_FILES = 2
LONGEST_LABEL, LONGEST_HELP, LONGEST_OPTION = 200, 300, 120
LONGEST_TEXT, LONGEST_BLOCK, LONGEST_ENTITY = 200, 4000, 160
YES, NO = "si", "no"


class QuestionKind(Word):
    TEXT = "text", "Texto corto"
    LONG_TEXT = "long_text", "Texto largo"
    NUMBER = "number", "Número"
    DATE = "date", "Fecha"
    CHOICE = "choice", "Una opción de una lista"
    MULTIPLE = "multiple", "Varias opciones de una lista"
    MUNICIPIO = "municipio", "Municipio"
    ENTITY = "entity", "Entidad"
    FILE = "file", "Archivo"
    YES_NO = "yes_no", "Sí o no"


LISTED = (QuestionKind.CHOICE, QuestionKind.MULTIPLE)
CLOSED = (*LISTED, QuestionKind.YES_NO)  # what can be counted, so what a condition or a sensitive question may be
LIMITED = {
    QuestionKind.TEXT: ("Mínimo de caracteres", "Máximo de caracteres"),
    QuestionKind.LONG_TEXT: ("Mínimo de caracteres", "Máximo de caracteres"),
    QuestionKind.NUMBER: ("Número menor que se acepta", "Número mayor que se acepta"),
    QuestionKind.DATE: ("Fecha más temprana", "Fecha más tardía"),
    QuestionKind.MULTIPLE: ("Mínimo de opciones", "Máximo de opciones"),
}


@dataclass(frozen=True)
class Option:
    """One choice. `id` never changes meaning within its question; a retired one stays for the answers that chose it."""

    id: str
    label: str
    capacity: int | None = None
    retired: bool = False


@dataclass(frozen=True)
class ShownIf:
    """The question is asked only of who answered one of these options to an earlier one."""

    question: str
    any_of: tuple[str, ...]


@dataclass(frozen=True)
class SaveQuestion:
    """What staff say of a question. An option without id is new. `least` and `most` as LIMITED calls them; "" for no limit."""

    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = False
    sensitive: bool = False
    options: tuple[Option, ...] = ()
    shown_if: ShownIf | None = None
    least: str = ""
    most: str = ""


@dataclass(frozen=True)
class Question:
    """A question in one of its versions, as it is asked and as its answers are read."""

    id: int
    key: str
    event_id: int
    position: int
    version_id: int
    version: int
    retired: bool
    said: SaveQuestion

    @property
    def name(self) -> str:
        """The field's name in forms."""
        return f"q-{self.key}"

    @property
    def kind(self) -> QuestionKind:
        return self.said.kind

    @property
    def label(self) -> str:
        return self.said.label

    @property
    def pool_kind(self) -> str:
        """The kind of the seat pools of its options."""
        return f"question:{self.key}"

    @property
    def offered(self) -> tuple[Option, ...]:
        """What can be chosen now."""
        if self.kind is QuestionKind.YES_NO:
            return Option(YES, "Sí"), Option(NO, "No")
        return tuple(option for option in self.said.options if not option.retired)

    def option_label(self, option_id: str) -> str:
        known = (*self.said.options, Option(YES, "Sí"), Option(NO, "No"))
        return next((option.label for option in known if option.id == option_id), "Opción retirada")


def check(command: SaveQuestion, earlier: Sequence[Question]) -> SaveQuestion:
    """The question with its texts clean and every option with its id. `earlier`: those asked before it. Raises InvalidInput by field."""
    wrong: dict[str, str] = {}
    label, help_text = clean(command.label), clean(command.help)
    if not label:
        wrong["label"] = "Escriba la pregunta."
    elif len(label) > LONGEST_LABEL:
        wrong["label"] = f"Escriba como máximo {LONGEST_LABEL} caracteres; ahora tiene {len(label)}."
    if len(help_text) > LONGEST_HELP:
        wrong["help"] = f"Escriba como máximo {LONGEST_HELP} caracteres; ahora tiene {len(help_text)}."
    options = _check_options(command, wrong)
    if command.sensitive and command.kind not in CLOSED:
        wrong["sensitive"] = "Una pregunta sensible se responde eligiendo de una lista, para que salga solo como cifras."
    least, most = _check_limits(command, wrong)
    _check_condition(command, earlier, wrong)
    if wrong:
        raise InvalidInput(fields=wrong)
    return replace(
        command,
        label=label,
        help=help_text,
        required=command.required and not command.sensitive,
        options=options,
        least=least,
        most=most,
    )


def _check_options(command: SaveQuestion, wrong: dict[str, str]) -> tuple[Option, ...]:
    if command.kind not in LISTED:
        return ()
    last = max((int(option.id) for option in command.options if option.id.isdigit()), default=0)
    options = []
    for option in command.options:
        label = clean(option.label)
        if len(label) > LONGEST_OPTION:
            wrong["options"] = f"Escriba cada opción con {LONGEST_OPTION} caracteres como máximo."
        if not option.id:
            last += 1
        options.append(replace(option, id=option.id or str(last), label=label))
    live = [fold(option.label) or option.label for option in options if not option.retired]
    if len(live) < 2:
        wrong.setdefault("options", "Escriba al menos dos opciones.")
    elif len(live) > MOST_OPTIONS:
        wrong.setdefault("options", f"Caben hasta {MOST_OPTIONS} opciones.")
    elif len(set(live)) < len(live):
        wrong.setdefault("options", "Hay dos opciones iguales: deje una sola.")
    if command.sensitive and any(option.capacity is not None for option in options):
        wrong.setdefault("options", "Una pregunta sensible no puede tener cupos por opción.")
    return tuple(options)


def _check_limits(command: SaveQuestion, wrong: dict[str, str]) -> tuple[str, str]:
    least, most = command.least, command.most
    if command.kind not in LIMITED:
        return "", ""
    read_limit: Callable[[str], Any] = {
        QuestionKind.NUMBER: lambda typed: Decimal(plain_number(parse_number(typed))),
        QuestionKind.DATE: date.fromisoformat,
    }.get(command.kind, _whole)
    found: dict[str, Any] = {}
    for name, typed in (("least", least), ("most", most)):
        try:
            found[name] = read_limit(typed) if typed else None
        except ValueError:
            wrong[name] = "Escriba una fecha." if command.kind is QuestionKind.DATE else "Escriba solo un número, por ejemplo 5."
    if "least" not in found or "most" not in found:
        return "", ""
    if found["least"] is not None and found["most"] is not None and found["least"] > found["most"]:
        wrong["most"] = "El máximo es menor que el mínimo."
    return _limit(found["least"]), _limit(found["most"])


def _whole(typed: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", typed, re.ASCII):
        raise ValueError(typed)
    return int(typed)


def _limit(value: Any) -> str:
    if value is None:
        return ""
    return plain_number(value) if isinstance(value, Decimal) else str(value)


def _check_condition(command: SaveQuestion, earlier: Sequence[Question], wrong: dict[str, str]) -> None:
    condition = command.shown_if
    if condition is None:
        return
    asked = next((question for question in earlier if question.key == condition.question), None)
    if asked is None or asked.kind not in CLOSED or asked.said.sensitive:
        wrong["shown_if"] = "Elija una pregunta anterior que se responda eligiendo de una lista y que no sea sensible."
    elif not condition.any_of or not set(condition.any_of) <= {option.id for option in asked.offered}:
        wrong["shown_if"] = "Elija con cuáles respuestas aparece esta pregunta."


def parse_number(words: str) -> Decimal:
    """ "1.234,5", "1234,5", "12.5" and "-3": dots between thousands and a decimal comma, as in Colombia. Raises ValueError."""
    try:
        if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3}){1,3}(,[0-9]{1,4})?", words, re.ASCII):
            return Decimal(words.replace(".", "").replace(",", "."))
        if re.fullmatch(r"-?[0-9]{1,12}([.,][0-9]{1,4})?", words, re.ASCII):
            return Decimal(words.replace(",", "."))
    except InvalidOperation:
        pass
    raise ValueError("Escriba solo un número, por ejemplo 12 o 12,5.")


def plain_number(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


class DependsOnThis(RuleViolation):
    code = "depends_on_this"


def check_order(questions: Sequence[Question]) -> None:
    """Each question that depends on an answer comes after the question it depends on, which still offers it. Raises DependsOnThis."""
    seen: dict[str, set[str]] = {}
    for question in questions:
        condition = question.said.shown_if
        if condition is not None and not seen.get(condition.question, set()) & set(condition.any_of):
            raise DependsOnThis(f"La pregunta «{question.label}» aparece según la respuesta a otra: cambie primero esa condición.")
        seen[question.key] = {option.id for option in question.offered}
