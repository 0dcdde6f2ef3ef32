"""What the demonstration's forum asks besides the common questions, and what some of its invented people answered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import Source
from eventos.registration import queries_questions as queries
from eventos.registration.models import Registration
from eventos.registration.rules_answers import Given, Told, sensitive_text
from eventos.registration.rules_questions import Option, QuestionKind, SaveQuestion, ShownIf
from eventos.registration.service import answers
from eventos.registration.service.questions import add_question

TABLES = (
    Option("", "Presupuesto participativo", 12),
    Option("", "Rendición de cuentas", 12),
    Option("", "Veedurías ciudadanas", 12),
    Option("", "Solo escucharé las conferencias"),
)
SUPPORTS = (
    Option("", "Interpretación en lengua de señas colombiana"),
    Option("", "Acceso con silla de ruedas"),
    Option("", "Materiales en letra grande"),
    Option("", "No necesito apoyos"),
)
WORDS = ("¿Cómo se escogen los proyectos?", "Los plazos de la audiencia.", "Cómo acompañar a una veeduría nueva.")
ANSWERING, SUPPORTED = 24, 9


def leave(db: Session, event_id: int, *, now: datetime) -> None:
    """Ask, and answer for the first people of the list; nothing when the event asks something already."""
    if queries.asks_questions(db, event_id):
        return
    table = add_question(
        db,
        event_id,
        SaveQuestion(QuestionKind.CHOICE, "¿En qué mesa de trabajo quiere participar?", required=True, options=TABLES),
        by=SYSTEM,
        now=now,
    )
    told = SaveQuestion(
        QuestionKind.LONG_TEXT,
        "¿Qué quiere llevar a la mesa?",
        help="Una pregunta o una experiencia, en dos frases.",
        shown_if=ShownIf(table, ("1", "2", "3")),
        most="500",
    )
    add_question(db, event_id, told, by=SYSTEM, now=now)
    supports = SaveQuestion(QuestionKind.MULTIPLE, "¿Necesita algún apoyo para participar?", sensitive=True, options=SUPPORTS)
    add_question(db, event_id, supports, by=SYSTEM, now=now)
    _answer(db, event_id, now)


def _answer(db: Session, event_id: int, now: datetime) -> None:
    choice, words, supports = queries.all_questions(db, event_id)
    wording = sensitive_text("la oficina organizadora", [supports.label])
    people = db.execute(
        select(Registration.id, Registration.person_id)
        .where(Registration.event_id == event_id, Registration.state == "active")
        .order_by(Registration.id)
        .limit(ANSWERING)
    ).all()
    for number, person in enumerate(people):
        table = str(number % 4 + 1)
        plain = (Given(choice, table), Given(words, None if table == "4" else WORDS[number % 3]))
        needs = ["4"] if number % 3 else ["2", "3"]
        sensitive = (Given(supports, needs),) if number < SUPPORTED else ()
        answers.keep(db, person.id, event_id, person.person_id, Told(plain, sensitive, wording), channel=Source.FORM, now=now)
