"""Own questions to test with: one of each kind, and the service's short way to add them."""

from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.queries_questions import question_of
from eventos.registration.rules_questions import Option, Question, QuestionKind, SaveQuestion, ShownIf
from eventos.registration.service.questions import add_question

WORKSHOPS = (Option("", "Taller A: datos abiertos", 20), Option("", "Taller B: rendición de cuentas"), Option("", "Ninguno"))


def a_question(
    db: Session, event: Event, kind: QuestionKind = QuestionKind.TEXT, label: str = "¿Qué espera del evento?", **said: object
) -> Question:
    """One more question at the end of an event's form; `said` are fields of SaveQuestion."""
    command = SaveQuestion(kind, label, **said)  # type: ignore[arg-type]
    return question_of(db, event.id, add_question(db, event.id, command, by=SYSTEM, now=clock.now()))


def a_workshop(db: Session, event: Event, seats: int | None = 20, **said: object) -> Question:
    """A choice with seats: its options are "1" (with the seats), "2" and "3"."""
    options = (Option("", "Taller A", seats), Option("", "Taller B"), Option("", "Ninguno"))
    return a_question(db, event, QuestionKind.CHOICE, "¿A qué taller va?", options=options, **said)


def one_of_each_kind(db: Session, event: Event) -> dict[QuestionKind, Question]:
    """The ten kinds, two of them under a condition, and a sensitive one."""
    kinds = QuestionKind
    made = {kinds.CHOICE: a_workshop(db, event, required=True)}
    made[kinds.TEXT] = a_question(
        db, event, kinds.TEXT, "¿Con qué herramienta trabaja?", shown_if=ShownIf(made[kinds.CHOICE].key, ("1", "2")), required=True
    )
    made[kinds.LONG_TEXT] = a_question(db, event, kinds.LONG_TEXT, "Cuente una experiencia", help="Dos o tres frases.")
    made[kinds.NUMBER] = a_question(db, event, kinds.NUMBER, "¿Cuántas personas tiene su equipo?", least="1", most="200")
    made[kinds.DATE] = a_question(db, event, kinds.DATE, "¿Desde cuándo está en el cargo?", most="2030-12-31")
    made[kinds.MULTIPLE] = a_question(db, event, kinds.MULTIPLE, "Temas que le interesan", options=WORKSHOPS, most="2")
    made[kinds.MUNICIPIO] = a_question(db, event, kinds.MUNICIPIO, "¿Desde dónde viaja?")
    made[kinds.ENTITY] = a_question(db, event, kinds.ENTITY, "¿Qué entidad lo envía?")
    made[kinds.FILE] = a_question(db, event, kinds.FILE, "Carta de su entidad")
    made[kinds.YES_NO] = a_question(
        db, event, kinds.YES_NO, "¿Vive con alguna discapacidad?", sensitive=True, help="Para preparar el lugar."
    )
    return made
