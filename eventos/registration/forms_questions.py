"""The own questions of events as fields of a form: made for each request, read in their order, and only where they are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from wtforms import BooleanField, FileField, HiddenField
from wtforms.fields.choices import SelectChoice

from eventos.adapters import papers, pictures
from eventos.kernel import clock, spanish
from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import clean
from eventos.kernel.webforms import BaseForm, TextBlock, TextLine, choices
from eventos.registration.forms import MarkedList, radios
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules_answers import Given, Told, chosen, is_shown, missing, read, sensitive_text, words
from eventos.registration.rules_questions import LISTED, LONGEST_BLOCK, LONGEST_ENTITY, LONGEST_TEXT, Question, QuestionKind, SaveQuestion

FILE_BYTES = 5 * 1024 * 1024
FILES_TAKEN = "PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), CSV o imagen PNG, JPEG o WebP, de 5 MB como máximo."
CHOOSE_AGAIN = "Vuelva a elegir el archivo: el navegador no lo conserva."

Base = TypeVar("Base", bound=BaseForm)
Put = Callable[[bytes], str]


@dataclass(frozen=True)
class Upload:
    """A file that came with an answer, told by its content, before it is kept."""

    content: bytes
    name: str
    media_type: str

    def value(self, put: Put) -> dict[str, Any]:
        return {"sha256": put(self.content), "name": self.name, "media_type": self.media_type, "size": len(self.content)}


class QuestionFields(BaseForm):
    """What a form with own questions adds to its base: made by `with_questions`."""

    sheets: Sequence[Questionnaire] = ()
    held: frozenset[tuple[str, str]] = frozenset()  # options whose seat this person has already: (kind of pool, option)
    before: Mapping[str, Any] = {}  # what they answered until now, by key; a file stays unless another is chosen or it is dropped
    given: dict[str, list[Given]]
    uploads: dict[str, Upload]
    _fields: dict[str, Any]
    demands: bool = True  # staff who fill in for somebody may leave required questions open
    controller: str = ""
    own: str = ""  # the event this form is of; the others count when they are ticked

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = [name for name in ("consent", "invitations", "web") if name in self._fields]
        self._fields = {**{name: field for name, field in self._fields.items() if name not in last}, **{name: self[name] for name in last}}

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        self.given, self.uploads = {}, {}
        for sheet in self.sheets:
            if self.asks(sheet):
                valid = self._read(sheet) and valid
        if not valid:
            for sheet in self.sheets:
                for question in sheet.questions:
                    if question.key in self.uploads:
                        self.refuse({question.name: CHOOSE_AGAIN})
        return valid

    def asks(self, sheet: Questionnaire) -> bool:
        """Whether this form was sent for that event: the one it is of, or another one that was ticked. A group's leader may not come."""
        if "comes" in self._fields and not self["comes"].data:
            return False
        also = self["also"].data or () if "also" in self._fields else ()
        return sheet.slug == self.own or sheet.slug in also

    def _read(self, sheet: Questionnaire) -> bool:
        answered: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        given = []
        for question in sheet.questions:
            value = None
            if is_shown(question, answered):
                try:
                    value = self._value(sheet, question)
                except ValueError as reason:
                    wrong[question.name] = str(reason)
            answered[question.key] = value
            given.append(Given(question, value))
        sensitive_given = any(each.value is not None for each in given if each.question.said.sensitive)
        if sensitive_given and not self[consent_name(sheet)].data:
            wrong[consent_name(sheet)] = "Marque la autorización para que guardemos estas respuestas, o déjelas en blanco."
        self.refuse(wrong)
        self.given[sheet.slug] = given
        return not wrong

    def _value(self, sheet: Questionnaire, question: Question) -> Any:
        if question.kind is QuestionKind.FILE:
            return self._file(question)
        told: Any = self[question.name].data
        if question.kind is QuestionKind.MUNICIPIO:
            told = (told, self[f"{question.name}-code"].data)
        kept = {*chosen(self.before.get(question.key)), *(option for kind, option in self.held if kind == question.pool_kind)}
        demanded = question if self.demands else _undemanded(question)
        return read(demanded, told, today=clock.today(), full=sheet.full(question), kept=kept)

    def _file(self, question: Question) -> Any:
        """The file that was chosen now, else the one there was. Raises ValueError with what to mend."""
        upload = self[question.name].data
        if upload is None or not getattr(upload, "filename", ""):
            dropped = f"{question.name}-drop" in self._fields and self[f"{question.name}-drop"].data
            before = None if dropped else self.before.get(question.key)
            if before is None and question.said.required and self.demands:
                raise ValueError(missing(question))
            return before
        with upload.stream:  # A large upload waits in a file of its own.
            content = upload.stream.read(FILE_BYTES + 1)
        if len(content) > FILE_BYTES:
            raise ValueError("El archivo pesa más de 5 MB. Redúzcalo y elíjalo de nuevo.")
        self.uploads[question.key] = _told_apart(content, clean(upload.filename))
        return None

    def told(self, put: Put) -> dict[str, Told]:
        """What was answered, by the address of each event, once valid; files are kept now, by `put`."""
        return {sheet.slug: self._told(sheet, put) for sheet in self.sheets if sheet.slug in self.given}

    def _told(self, sheet: Questionnaire, put: Put) -> Told:
        given = [
            Given(each.question, self.uploads[each.question.key].value(put)) if each.question.key in self.uploads else each
            for each in self.given[sheet.slug]
        ]
        withdraws = f"{consent_name(sheet)}-out" in self._fields and bool(self[f"{consent_name(sheet)}-out"].data)
        return Told(
            tuple(each for each in given if not each.question.said.sensitive),
            tuple(each for each in given if each.question.said.sensitive),
            self.wording(sheet),
            withdraws,
        )

    def wording(self, sheet: Questionnaire) -> str:
        """The authorisation that sensitive answers to this event need."""
        return sensitive_text(self.controller, [question.label for question in sheet.sensitive])


def with_questions(
    base: type[Base],
    sheets: Sequence[Questionnaire],
    *,
    controller: str,
    held: frozenset[tuple[str, str]] = frozenset(),
    before: Mapping[str, Any] | None = None,
    answered_sensitive: bool = False,
    for_staff: bool = False,
    own: str,
) -> type[Base]:
    """A form class that asks what `base` asks and the questions of these events. `own`: the event the form is of."""
    fields: dict[str, Any] = {}
    for sheet in sheets:
        for question in sheet.plain:
            fields |= _fields(question, (before or {}).get(question.key))
        if sheet.sensitive and not for_staff:
            for question in sheet.sensitive:
                fields |= _fields(question, None)
            fields[consent_name(sheet)] = BooleanField("Autorizo el tratamiento de mis respuestas sensibles")
            if answered_sensitive:
                fields[f"{consent_name(sheet)}-out"] = BooleanField("Retirar lo que respondí a las preguntas sensibles")
    if for_staff:
        sheets = [_without_sensitive(sheet) for sheet in sheets]
    known = {
        "sheets": tuple(sheets),
        "held": held,
        "before": dict(before or {}),
        "demands": not for_staff,
        "controller": controller,
        "own": own,
    }
    return type(f"{base.__name__}WithQuestions", (QuestionFields, base), {**known, **fields})


def consent_name(sheet: Questionnaire) -> str:
    return f"sensibles-{sheet.slug}"


def filled(sheet: Questionnaire, answered: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a form for somebody who answered already, by the names of the fields."""
    data: dict[str, Any] = {}
    for question in sheet.plain:
        value = answered.get(question.key)
        if value is None or question.kind is QuestionKind.FILE:
            continue
        data[question.name] = _typed(question, value)
        if question.kind is QuestionKind.MUNICIPIO:
            data[f"{question.name}-code"] = value
    return data


def _typed(question: Question, value: Any) -> Any:
    return value if question.kind in {*LISTED, QuestionKind.YES_NO, QuestionKind.DATE} else words(question, value)


def _without_sensitive(sheet: Questionnaire) -> Questionnaire:
    return Questionnaire(sheet.event_id, sheet.slug, sheet.title, sheet.plain, sheet.seats)


def _undemanded(question: Question) -> Question:
    return replace(question, said=replace(question.said, required=False))


def _told_apart(content: bytes, name: str) -> Upload:
    """A file by its content; a picture is written anew, so that where it was taken is not kept. Raises ValueError."""
    try:
        paper = papers.tell(content)
        if paper.kind == "picture":
            return Upload(pictures.rewrite(content).png, papers.safe_name(name, "png"), "image/png")
    except InvalidInput as refusal:
        raise ValueError(refusal.message) from None
    return Upload(content, papers.safe_name(name, paper.suffix), paper.media_type)


def _fields(question: Question, before: Any) -> dict[str, Any]:
    """The fields of one question. What is not among its options, or has no seats left, is refused when it is read."""
    said, name = question.said, question.name
    match question.kind:
        case QuestionKind.LONG_TEXT:
            return {name: TextBlock(said.label, render_kw={"maxlength": _most(said, LONGEST_BLOCK), "rows": 5})}
        case QuestionKind.NUMBER:
            return {name: TextLine(said.label, render_kw={"inputmode": "decimal", "maxlength": 30})}
        case QuestionKind.DATE:
            return {name: TextLine(said.label, render_kw=_dates(said))}
        case QuestionKind.CHOICE | QuestionKind.YES_NO:
            blank = [] if said.required else [("", "Prefiero no responder" if said.sensitive else "Sin respuesta")]
            options = _options(question, before)
            return {name: radios(said.label, options=[*options, *choices(*blank)])}
        case QuestionKind.MULTIPLE:
            return {name: MarkedList(said.label, choices=_options(question, before), validate_choice=False)}
        case QuestionKind.MUNICIPIO:
            return {
                name: TextLine(said.label, render_kw={"maxlength": 100}),
                f"{name}-code": HiddenField(said.label),
            }
        case QuestionKind.ENTITY:
            return {name: TextLine(said.label, render_kw={"maxlength": LONGEST_ENTITY, "list": f"{name}-nombres"})}
        case QuestionKind.FILE:
            field = {name: FileField(said.label)}
            if before is not None and not said.required:
                field[f"{name}-drop"] = BooleanField(f"Quitar «{before['name']}»")
            return field
        case _:
            return {name: TextLine(said.label, render_kw={"maxlength": _most(said, LONGEST_TEXT)})}


def _most(said: SaveQuestion, longest: int) -> int:
    return min(longest, int(said.most or longest))


def hint(question: Question) -> str:
    """What stands under a question: its help, and for a number its limits, for a file what is taken."""
    parts = [question.said.help, _range(question) if question.kind is QuestionKind.NUMBER else ""]
    parts += [FILES_TAKEN] if question.kind is QuestionKind.FILE else []
    return " ".join(part for part in parts if part)


def _range(question: Question) -> str:
    least, most = question.said.least, question.said.most
    if least and most:
        return f"Entre {_number(least)} y {_number(most)}."
    return f"Desde {_number(least)}." if least else f"Hasta {_number(most)}." if most else ""


def _number(value: str) -> str:
    return spanish.number(Decimal(value))


def _dates(said: SaveQuestion) -> dict[str, Any]:
    return {"type": "date"} | ({"min": said.least} if said.least else {}) | ({"max": said.most} if said.most else {})


def _options(question: Question, before: Any) -> list[SelectChoice]:
    """What can be chosen, and beside it what this person chose while it was offered."""
    mine = chosen(before)
    gone = [(option.id, option.label) for option in question.said.options if option.retired and option.id in mine]
    return choices(*((option.id, option.label) for option in question.offered), *gone)
