"""The quick form of a question, as staff type it during the session or answer it afterwards."""

from wtforms import RadioField

from eventos.dialogue.queries import QuestionView
from eventos.dialogue.rules import LONGEST_ANSWER, LONGEST_BODY, LONGEST_NAME, SaveQuestion
from eventos.kernel.vocabulary import QuestionMoment, QuestionState
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine, choices


class QuestionForm(BaseForm):
    asked_by = TextLine("Quién pregunta", [Max(LONGEST_NAME)])
    body = TextBlock("Pregunta", [Needed("Escriba la pregunta."), Max(LONGEST_BODY)])
    answer = TextBlock("Respuesta", [Max(LONGEST_ANSWER)])
    answered_by = TextLine("Quién responde", [Max(LONGEST_NAME)])
    state = RadioField("Estado", choices=choices(*QuestionState.choices()), default=QuestionState.PENDING.value)

    @classmethod
    def of(cls, view: QuestionView) -> "QuestionForm":
        said = {name: getattr(view, name) for name in ("asked_by", "body", "answer", "answered_by")}
        return cls(data=said | {"state": view.state.value})

    def to_command(self) -> SaveQuestion:
        return SaveQuestion(
            body=self.body.data or "",
            asked_by=self.asked_by.data or "",
            answer=self.answer.data or "",
            answered_by=self.answered_by.data or "",
            state=QuestionState(self.state.data),
            moment=QuestionMoment.SESSION,
        )
