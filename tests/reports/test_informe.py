"""The informe as a file: Word says what the count says, hostile text is printed, and killing the worker anywhere does it once."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.attendance.queries import count
from eventos.cycles.rules import HostGiven
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError, InvalidInput, NotFound
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import CountKind, EntityKind, HostRole
from eventos.reports import export, messages, service
from eventos.reports.models import Report
from eventos.reports.sections import SaveSection, SaveWords
from tests.attendance.factories import Guest, register, the_114
from tests.cycles.factories import LINK, a_published_event
from tests.reports.pieces import a_question, words_of_pdf
from tests.support.judges import openxml_audit
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
HOSTILE = 'Feria & <b> niñez =HYPERLINK("http://x") 🦜 مرحبا {{ 7*7 }}'


def words(content: bytes) -> str:
    """Everything a Word file says, cells too."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def ask(writing: Opened, **changes: object) -> int:
    """The fifth session with its 114, and an informe asked for: the report's id."""
    with writing() as db:
        event = a_published_event(db, **changes)
        register(db, event, the_114())
        return service.ask(db, event.id, format="docx", by=SYSTEM, now=clock.now()).id


def the_report(looking: Opened, report_id: int) -> Report:
    with looking() as db:
        return db.execute(select(Report).where(Report.id == report_id)).scalar_one()


def test_word_says_what_the_count_says_and_pleases_the_judge(
    app: Flask, writing: Opened, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    report = the_report(looking, ask(writing))
    outbox_run()
    made = the_report(looking, report.id)
    assert made.state == "ready"
    assert made.content is not None
    with looking() as db:
        found = count(db, made.event_id)
    assert (made.content["figures"]["attended"], len(made.content["attended"]), found.attended) == (114, 114, 114)
    content = storage.shelf().read(made.file_sha256 or "", verify=True)
    said = words(content)
    assert "fue de 114 funcionarios de diferentes municipios del departamento de Caldas y otros departamentos." in said
    assert "25 de los 27 municipios de Caldas (101) y de otros departamentos (13). Faltaron Marulanda y Norcasia." in said
    assert LINK in said
    assert openxml_audit(content) == []


def test_hostile_text_is_printed_and_not_obeyed(db: Session) -> None:
    event = a_published_event(
        db,
        topic=HOSTILE,
        context=HOSTILE,
        objective=HOSTILE,
        link="https://reuniones.example/" + "a,b&c=d%3C" * 197,
        prepared_by=HOSTILE,
        norms=(HOSTILE,),
        hosts=(HostGiven("Oficina"), HostGiven(HOSTILE, HostRole.PARTNER, EntityKind.CIVIL_SOCIETY)),
    )
    register(db, event, [Guest("Una", attended=True)])
    table = SaveSection("table", HOSTILE, headers=("A", HOSTILE), rows=(("1", HOSTILE), ("2", "")))
    service.save_section(db, event.id, SaveSection("text", HOSTILE, (HOSTILE,)), by=SYSTEM)
    service.save_section(db, event.id, table, by=SYSTEM)
    service.save_words(db, event.id, SaveWords(reviewed_by=HOSTILE, approved_by='<img src="file:///etc/passwd">'), by=SYSTEM)
    a_question(
        db, event, HOSTILE, answer='<img src="http://127.0.0.1:1/x.png"><style>@import url(file:///etc/passwd)</style>', asked_by=HOSTILE
    )
    report = service.ask(db, event.id, format="docx", by=SYSTEM, now=clock.now(), queued=False)
    frozen = service.freeze(db, report.id)
    assert frozen is not None
    content = messages.as_word(frozen)
    assert words(content).count(HOSTILE) >= 8
    assert len(event.link) == 1996
    assert event.link in words(content)
    printed = words_of_pdf(messages.as_pdf(frozen))
    assert printed.count('Feria & <b> niñez =HYPERLINK("http://x")') >= 8
    assert printed.count("7*7") >= 8  # An Arabic word beside it turns the braces around.
    assert event.link in "".join(printed.split())
    assert openxml_audit(content) == []


def test_an_event_without_date_or_count_has_an_informe(db: Session) -> None:
    event = a_published_event(db, number=3, days=(), date_note="Primavera de 2021", link="", count_kind=CountKind.UNKNOWN)
    report = service.ask(db, event.id, format="docx", by=SYSTEM, now=clock.now(), queued=False)
    frozen = service.freeze(db, report.id)
    assert frozen is not None
    said = words(messages.as_word(frozen))
    assert "Primavera de 2021" in said
    assert "No se conserva el número de asistentes." in said
    assert "No se conserva el link de ingreso." in said
    assert "Número de asistentes" in said.split("Partes que faltan")[1]


@pytest.mark.both_databases
def test_making_an_informe_of_114_costs_few_statements(app: Flask, writing: Opened) -> None:
    report_id = ask(writing)
    with app.app_context(), counted() as statements:
        export.make(report_id)
    assert len(statements) <= 25, str(statements)


@pytest.mark.both_databases
@pytest.mark.parametrize("moment", ["before anything", "after freezing", "after keeping the file"])
def test_a_worker_killed_anywhere_leaves_one_ready_informe(
    app: Flask, writing: Opened, looking: Opened, outbox_run: Callable[[], int], moment: str
) -> None:
    """What a killed worker had done stays; its lease runs out, and the next one does the rest."""
    report_id = ask(writing)
    with app.app_context():
        if moment != "before anything":
            with transaction() as db:
                frozen = service.freeze(db, report_id)
            assert frozen is not None
            with transaction() as db:
                register(db, a_published_event(db, number=9), [Guest("Tarde", attended=True)])
            if moment == "after keeping the file":
                storage.shelf().put(messages.as_word(frozen))
    assert outbox_run() == 1
    assert outbox_run() == 0
    made = the_report(looking, report_id)
    assert made.state == "ready"
    with app.app_context():
        assert list(storage.shelf().keys()) == [made.file_sha256]
        export.make(report_id)
    assert the_report(looking, report_id).ready_at == made.ready_at


def test_what_was_frozen_is_printed_whatever_changes_afterwards(app: Flask, writing: Opened) -> None:
    report_id = ask(writing)
    with app.app_context():
        with transaction() as db:
            first = service.freeze(db, report_id)
            assert first is not None
            register(db, db.get_one(Report, report_id).event, [Guest("Tarde", attended=True)])
        with transaction() as db:
            second = service.freeze(db, report_id)
        assert second is not None
        assert messages.as_word(first) == messages.as_word(second)


def test_a_template_that_asks_too_much_is_told_in_a_sentence_and_can_be_tried_again(
    app: Flask, writing: Opened, looking: Opened, outbox_run: Callable[[], int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good = messages.TEMPLATE
    document = Document(str(good))
    document.add_paragraph("{{ numero_que_no_existe }}")
    document.save(str(tmp_path / "informe.docx"))
    monkeypatch.setattr(messages, "TEMPLATE", tmp_path / "informe.docx")
    report_id = ask(writing)
    outbox_run()
    failed = the_report(looking, report_id)
    assert (failed.state, failed.error) == (
        "error",
        "La plantilla de Word tiene un campo que no se pudo llenar. Corríjala y súbala otra vez.",
    )
    monkeypatch.setattr(messages, "TEMPLATE", good)
    with writing() as db:
        service.ask_again(db, report_id, by=SYSTEM, now=clock.now())
    outbox_run()
    assert the_report(looking, report_id).state == "ready"


def test_a_double_click_asks_once(writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        asked = [service.ask(db, event.id, format="docx", by=SYSTEM, now=clock.now()).id for _ in range(2)]
    assert asked[0] == asked[1]
    with looking() as db:
        assert len(db.execute(select(Job).where(Job.name == "reports.build")).all()) == 1


def test_the_command_line_writes_the_same_informe_whole(app: Flask, writing: Opened, tmp_path: Path) -> None:
    with writing() as db:
        event = a_published_event(db)
        register(db, event, the_114())
        slug = event.slug
    with app.app_context():
        path = export.write(slug, "docx", tmp_path / "salida")
        assert path == tmp_path / "salida" / f"informe-{slug}.docx"
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        assert "114 funcionarios" in words(path.read_bytes())
        with reading() as db:
            assert db.execute(select(Report.state)).scalars().all() == ["ready"]


def test_the_command_line_refuses_what_it_cannot_make(app: Flask, writing: Opened, tmp_path: Path) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    (tmp_path / "archivo").write_text("no es una carpeta")
    with app.app_context():
        with pytest.raises(NotFound):
            export.write("no-existe", "docx", tmp_path)
        with pytest.raises(InvalidInput):
            export.write(slug, "odt", tmp_path)
        with pytest.raises(EventosError, match="No se puede escribir"):
            export.write(slug, "docx", tmp_path / "archivo")
