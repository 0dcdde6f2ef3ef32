"""Loads the demonstration through the same services a person uses, and takes it away again without touching anything else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters import tables
from eventos.cycles import service as cycles
from eventos.cycles.models import Cycle, Event
from eventos.cycles.rules import SaveEvent
from eventos.demo import asking, calling, papers, texts
from eventos.demo.reset import remove
from eventos.entities import service as entities
from eventos.entities.models import Office
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.vocabulary import EventState
from eventos.registration import importing
from eventos.registration.models import Import
from eventos.registration.service.importing import Options
from eventos.reports import service as reports
from eventos.reports.sections import SaveSection

SHEET = Path(__file__).parent / "data" / "quinta_asistencia.csv"
OPTIONS = Options(has_consents=True, consent_note="Datos ficticios de la demostración")


def load(*, reset: bool = False, printed: bool = True) -> Iterator[str]:
    """Load what is missing of the demonstration, in steps that each are whole; answers a line for each thing done.

    With `reset`, what was there of it goes first; without `printed`, the pieza and the slides, which take seconds, are left out.
    Needs an application context.
    """
    if reset:
        with transaction() as db:
            gone = remove(db)
        yield f"Se quitó la demostración anterior ({gone} eventos)."
    now = clock.now()
    with transaction() as db:
        cycle_id = _cycle(db, now)
    plan = (
        (texts.FIFTH, texts.FIFTH_NOTE, 123, True),
        (texts.THIRD, texts.THIRD_NOTE, 0, False),
        (texts.forum(clock.local(now).date()), "", texts.FORUM_PEOPLE, False),
        (texts.starting_now(now), "", 24, False),
    )
    for command, note, people, attended in plan:
        with transaction() as db:
            event = _event(db, command, cycle_id=cycle_id, note=note, now=now)
        if people and not _has_list(event.id):
            content = SHEET.read_bytes() if attended else _first_rows(people)
            importing.run(event.slug, content, SHEET.name if attended else "inscritos.csv", by=SYSTEM, options=OPTIONS)
        if command is texts.FIFTH:
            papers.leave(event.id)
            if printed:
                papers.print_out(event.id)
            calling.leave(event.id, sent_at=papers.CALLED_AT, silent=2, declined=1, late=3)
        if people == texts.FORUM_PEOPLE:
            with transaction() as db:
                asking.leave(db, event.id, now=now)
            calling.leave(event.id, sent_at=now - timedelta(days=2), silent=15, declined=1, bounced=2)
        yield f"Evento de demostración: {event.slug}"


def _cycle(db: Session, now: datetime) -> int:
    if db.get(Office, 1) is None:
        entities.save_office(db, texts.OFFICE, SYSTEM, demo=True)
    cycle = db.scalars(select(Cycle).where(Cycle.demo)).first() or cycles.save_cycle(db, texts.CYCLE, by=SYSTEM, now=now, demo=True)
    return cycle.id


def _event(db: Session, command: SaveEvent, *, cycle_id: int, note: str, now: datetime) -> Event:
    """The demo event of that topic, created and published when it is not there."""
    known = select(Event).where(Event.demo, Event.cycle_id == cycle_id, Event.topic == command.topic)
    event = db.scalars(known).first()
    if event is None:
        event = cycles.create_event(db, command, cycle_id=cycle_id, by=SYSTEM, now=now, demo=True, demo_note=note)
        if command is texts.THIRD:
            _sections(db, event.id)
            papers.annex_the_questionnaire(db, event.id)
    if event.state == EventState.DRAFT.value:
        cycles.publish(db, event, by=SYSTEM, now=now)
    return event


def _sections(db: Session, event_id: int) -> None:
    for title, paragraphs in texts.THIRD_SECTIONS:
        reports.save_section(db, event_id, SaveSection("text", title, paragraphs=paragraphs), by=SYSTEM)
    headers, rows = texts.commitments_table()
    table = SaveSection("table", "Resultado del autodiagnóstico: 23 respuestas de 27 municipios", headers=headers, rows=rows)
    reports.save_section(db, event_id, table, by=SYSTEM)


def _has_list(event_id: int) -> bool:
    with reading() as db:
        return db.scalars(select(Import.id).where(Import.event_id == event_id, Import.state == "entered")).first() is not None


def _first_rows(number: int) -> bytes:
    """The first people of the sheet, without the column that tells who attended: an event that has not happened yet."""
    sheet = tables.read_table(SHEET.read_bytes(), filename=SHEET.name)
    keep = [index for index, header in enumerate(sheet.headers) if header != "Asistió"]
    return tables.write_csv([sheet.headers[i] for i in keep], [[row[i] for i in keep] for row in sheet.rows[:number]])
