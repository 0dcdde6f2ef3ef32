"""What the demonstration's sessions left behind: of the fifth its pieza, slides, questions and acta; of the third the sheet it sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters import papers, pdf, storage, tables
from eventos.attendance import service as attendance
from eventos.attendance.acta import Others
from eventos.attendance.models import Roster
from eventos.attendance.rules import CloseRoster
from eventos.cycles import tasks as cycles_tasks
from eventos.cycles.models import Event, Material
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.demo import texts
from eventos.dialogue import service as dialogue
from eventos.dialogue.models import Question
from eventos.dialogue.rules import SaveQuestion
from eventos.kernel import clock
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.vocabulary import MaterialKind, QuestionState
from eventos.publicity import service as publicity
from eventos.publicity import tasks as publicity_tasks
from eventos.publicity.models import Flyer

TEAM = Actor("system", "Equipo de Gobierno Abierto")
CALLED_AT = datetime(2021, 7, 19, 9, 0, tzinfo=clock.BOGOTA)
CLOSED_AT = datetime(2021, 7, 29, 15, 0, tzinfo=clock.BOGOTA)

SLIDES_CSS = """
@page { size: 320mm 180mm; margin: 0; }
body { margin: 0; font-family: "Work Sans", sans-serif; color: #22303f; }
section { box-sizing: border-box; height: 180mm; padding: 26mm 28mm; break-after: page; }
section:last-child { break-after: auto; }
section.cover { background: #002a52; color: #fff; padding-top: 58mm; }
h1, h2 { margin: 0 0 9mm; font-family: "Montserrat", sans-serif; font-weight: 800; font-size: 38pt; line-height: 1.1; color: #004884; }
.cover h1 { color: #fff; font-size: 50pt; border-left: 3mm solid #ffab00; padding-left: 8mm; }
p, li { font-size: 23pt; line-height: 1.5; margin: 0 0 5mm; }
ul { margin: 0; padding-left: 10mm; }
"""


def leave(event_id: int) -> None:
    """Add what is missing of it; what is there stays as it is."""
    with transaction() as db:
        if not _has(db, Question, event_id):
            for body, asked_by, answer, answered_by in texts.QUESTIONS:
                state = QuestionState.ANSWERED if answer else QuestionState.PENDING
                dialogue.note(db, event_id, SaveQuestion(body, asked_by, answer, answered_by, state), by=TEAM, now=CLOSED_AT)
        if not _has(db, Roster, event_id):
            attendance.close_roster(db, event_id, CloseRoster(0, Others.APART), by=TEAM, now=CLOSED_AT)


def print_out(event_id: int) -> None:
    """The pieza and the slides, made here and at once by the same jobs a worker does."""
    with transaction() as db:
        version = 0 if _has(db, Flyer, event_id) else publicity.prepare(db, event_id, by=TEAM, now=CALLED_AT)
        if not _has(db, Material, event_id):
            _add_slides(db, event_id)
    with reading() as db:
        flyers = list(db.scalars(select(Flyer.id).where(Flyer.event_id == event_id, Flyer.state == "pending")))
        slides = list(db.scalars(select(Material.id).where(Material.event_id == event_id, Material.state == "pending")))
    for flyer_id in flyers:
        publicity_tasks.build(flyer_id)
    for material_id in slides:
        cycles_tasks.build_material(material_id)
    if version:
        with transaction() as db:
            if db.scalars(select(Flyer.state).where(Flyer.event_id == event_id, Flyer.version == version)).one() == "ready":
                publicity.publish(db, event_id, version, by=TEAM, now=CALLED_AT)


def _has(db: Session, model: type[Question] | type[Roster] | type[Flyer] | type[Material], event_id: int) -> bool:
    return db.scalars(select(model.id).where(model.event_id == event_id).limit(1)).first() is not None


def annex_the_questionnaire(db: Session, event_id: int) -> None:
    """The empty sheet that went with the mail of the third session, as a file of the event."""
    headers, rows = texts.commitments_table()
    content = tables.write_xlsx(headers, [(*row[:2], "", "", "", "") for row in rows[:-1]], sheet="Autodiagnóstico")
    stored = storage.shelf().put(content)
    kept = KeptFile(
        stored.sha256, stored.size, "autodiagnostico.xlsx", papers.tell(content).media_type, MaterialKind.FILE, needs_work=False
    )
    materials.add_material(db, event_id, SaveMaterial("Formato del autodiagnóstico"), kept, by=TEAM, now=CALLED_AT)


def _add_slides(db: Session, event_id: int) -> None:
    topic = db.scalars(select(Event.topic).where(Event.id == event_id)).one()
    pages = "".join(
        f"<section><h2>{title}</h2><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul></section>" for title, lines in texts.SLIDES
    )
    cover = f'<section class="cover"><h1>{topic}</h1><p>Quinta asistencia técnica. Diapositivas ficticias de la demostración.</p></section>'
    html = f'<html lang="es-CO"><head><title>{topic}</title></head><body>{cover}{pages}</body></html>'
    stored = storage.shelf().put(pdf.render(html, css=SLIDES_CSS))
    kept = KeptFile(stored.sha256, stored.size, "gobierno-abierto.pdf", "application/pdf", MaterialKind.SLIDES, needs_work=True)
    command = SaveMaterial("Gobierno abierto en la alcaldía", dated_on=CLOSED_AT.date())
    materials.add_material(db, event_id, command, kept, by=TEAM, now=CLOSED_AT)
