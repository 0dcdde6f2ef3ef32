"""What stands beside an event on its page, with one statement, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from eventos.agenda import queries
from eventos.agenda.queries import Answer, Beside
from eventos.cycles import queries as cycles
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.dialogue import service as dialogue
from eventos.dialogue.rules import SaveQuestion
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import MaterialKind, QuestionState
from eventos.publicity import queries as publicity
from eventos.publicity import service as flyers
from tests.cycles.factories import a_day, a_published_event
from tests.support.statements import counted


def bring(db: Session, event_id: int, title: str, *, is_public: bool = True, needs_work: bool = False) -> str:
    file = KeptFile("a" * 64, 2_500_000, f"{title}.pptx", "application/zip", MaterialKind.SLIDES, needs_work=needs_work)
    return materials.add_material(db, event_id, SaveMaterial(title, is_public=is_public), file, by=SYSTEM, now=clock.now())


@pytest.mark.both_databases
def test_only_what_is_published_public_and_answered_stands_there(db: Session, backend: str) -> None:
    event = a_published_event(db, days=(a_day(clock.today() - timedelta(days=3)),))
    assert queries.beside(db, event.id) == Beside(None, (), ())
    shown, hidden, waiting = (
        bring(db, event.id, "Segunda"),
        bring(db, event.id, "Oculta", is_public=False),
        bring(db, event.id, "Cruda", needs_work=True),
    )
    materials.raise_material(db, event.id, bring(db, event.id, "Primera"), by=SYSTEM)
    for state in QuestionState:
        question = SaveQuestion(f"¿{state.label}?", asked_by="Elvira", answer="Sí.", answered_by="Zoila", state=state)
        dialogue.note(db, event.id, question, by=SYSTEM, now=clock.now())
    version = flyers.prepare(db, event.id, by=SYSTEM, now=clock.now())
    flyer = publicity.flyer(db, event.id, version)
    assert flyers.mark_ready(db, flyer.id, files={"pdf": "1", "square": "2", "wide": "3"})
    assert not flyers.mark_ready(db, flyer.id, files={"pdf": "otro"})
    assert queries.beside(db, event.id).flyer is None
    flyers.publish(db, event.id, version, by=SYSTEM, now=clock.now())
    db.flush()
    with counted() as statements:
        found = queries.beside(db, event.id)
    assert len(statements) == 1
    assert found.flyer == 1
    assert [(each.title, each.size, each.pages) for each in found.downloads] == [("Segunda", 2_500_000, None), ("Primera", 2_500_000, None)]
    assert found.answers == (Answer("¿Respondida?", "Sí."),)
    published = publicity.published_flyer(db, event.id)
    assert published is not None
    assert publicity.public_flyer(db, event.slug) == published
    assert cycles.public_material(db, event.slug, shown, clock.now()).title == "Segunda"
    for other in (hidden, waiting):
        with pytest.raises(NotFound):
            cycles.public_material(db, event.slug, other, clock.now())
