"""The form in which staff say one question: its words, its options with seats, its limits, and when it is asked."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField

from eventos.cycles.forms.fields import RowForm, Rows, WholeField
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices
from eventos.registration.forms import MarkedList
from eventos.registration.rules_questions import (
    CLOSED,
    LIMITED,
    LISTED,
    LONGEST_HELP,
    LONGEST_LABEL,
    LONGEST_OPTION,
    MOST_OPTIONS,
    Option,
    Question,
    QuestionKind,
    SaveQuestion,
    ShownIf,
)


class OptionRow(RowForm):
    option_id = HiddenField()
    label = TextLine("Opción", [Max(LONGEST_OPTION)])
    capacity = WholeField("Cupos", render_kw={"inputmode": "numeric", "autocomplete": "off"})

    @property
    def is_blank(self) -> bool:
        return not self.label.data and self.capacity.data is None and not getattr(self.capacity, "typed", "")


class QuestionForm(BaseForm):
    """One question. `of_kind` leaves only what its kind of answer needs."""

    label = TextLine("Pregunta", [Needed("Escriba la pregunta."), Max(LONGEST_LABEL)])
    help = TextLine("Ayuda", [Max(LONGEST_HELP)])
    required = BooleanField("Hay que responderla para inscribirse")
    sensitive = BooleanField("Es una pregunta sensible")
    options = Rows(OptionRow, "Opciones", most=MOST_OPTIONS)
    least = TextLine("Mínimo", [Max(20)])
    most = TextLine("Máximo", [Max(20)])
    shown_if = MarkedList("Aparece solo si respondió", choices=[], validate_choice=False)
    version = HiddenField()

    kind: QuestionKind

    def of_kind(self, kind: QuestionKind, earlier: Sequence[Question], *, is_new: bool) -> "QuestionForm":
        """Keep what this kind needs; `earlier` are the questions it may depend on."""
        self.kind = kind
        if kind not in LISTED:
            del self.options
        if kind not in LIMITED:
            del self.least
            del self.most
        else:
            self.least.label.text, self.most.label.text = LIMITED[kind]
        if kind not in CLOSED or not is_new:
            del self.sensitive
        asked = [question for question in earlier if question.kind in CLOSED and not question.said.sensitive]
        if asked:
            self.shown_if.choices = choices(
                *((f"{question.key}/{option.id}", f"{question.label}: {option.label}") for question in asked for option in question.offered)
            )
        else:
            del self.shown_if
        return self

    def offer_rows(self) -> None:
        """Two empty options to begin with, so that there is something to fill in."""
        if "options" in self._fields:
            while len(self.options.entries) < 2:
                self.options.offer_blank()

    def add_row(self) -> None:
        """What the button "Agregar otra opción" asks for without scripts."""
        if "options" in self._fields:
            self.options.offer_blank()

    @classmethod
    def data_of(cls, question: Question) -> dict[str, Any]:
        """A question as this form shows it."""
        said = question.said
        condition = said.shown_if
        return {
            "label": said.label,
            "help": said.help,
            "required": said.required,
            "options": [
                {"option_id": each.id, "label": each.label, "capacity": each.capacity} for each in said.options if not each.retired
            ],
            "least": said.least,
            "most": said.most,
            "shown_if": [f"{condition.question}/{option}" for option in condition.any_of] if condition else [],
            "version": str(question.version),
        }

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if len({each.partition("/")[0] for each in self._conditions()}) > 1:
            self.refuse({"shown_if": "Elija respuestas de una sola pregunta."})
            valid = False
        if "options" in self._fields and any(row.capacity.data is not None and not row.label.data for _place, row in self.options.said()):
            self.refuse({"options": "Una opción tiene cupos, pero no dice cuál es."})
            valid = False
        return valid

    def _conditions(self) -> list[str]:
        return list(self.shown_if.data or ()) if "shown_if" in self._fields else []

    def to_command(self) -> SaveQuestion:
        """What the service is asked to do, once valid."""
        told = [each.partition("/") for each in self._conditions()]
        options = self.options.said() if "options" in self._fields else []
        return SaveQuestion(
            kind=self.kind,
            label=self.label.data or "",
            help=self.help.data or "",
            required=bool(self.required.data),
            sensitive=bool("sensitive" in self._fields and self.sensitive.data),
            options=tuple(Option(row.option_id.data or "", row.label.data, row.capacity.data) for _place, row in options if row.label.data),
            shown_if=ShownIf(told[0][0], tuple(option for _key, _slash, option in told)) if told else None,
            least=(self.least.data or "") if "least" in self._fields else "",
            most=(self.most.data or "") if "most" in self._fields else "",
        )

    @property
    def version_read(self) -> int:
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
