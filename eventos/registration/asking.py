"""What the doors do alike with own questions: make the form that asks them, keep its files, and read it as a command."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from eventos.adapters import storage
from eventos.entities.queries import OfficeView
from eventos.kernel.webforms import BaseForm
from eventos.registration.forms_questions import QuestionFields, with_questions
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules_answers import Told

FILES_BODY = 22 * 1024 * 1024

Base = TypeVar("Base", bound=BaseForm)


def form_class(base: type[Base], sheets: Sequence[Questionnaire], office: OfficeView, *, own: str, **more: Any) -> type[Base]:
    """The form with the questions of these events; the plain one when they ask nothing."""
    return with_questions(base, sheets, controller=office.name or "la oficina organizadora", own=own, **more) if sheets else base


def again(filled: Base, whole: type[Base]) -> Base:
    """The form that was sent, now with every question it may ask; its own fields, with their errors, as they are."""
    form: Base = whole.from_request()
    for name in list(form._fields):
        if name in filled._fields:
            form._fields[name] = filled._fields[name]
        elif hasattr(filled, name):
            del form[name]  # what this event does not ask, as how to attend
    form.form_errors = filled.form_errors
    return form


def told(filled: BaseForm) -> Mapping[str, Told]:
    """The answers of a valid form by event; its files are on the shelf from now on."""
    return filled.told(lambda content: storage.shelf().put(content).sha256) if isinstance(filled, QuestionFields) else {}
