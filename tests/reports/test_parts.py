"""The informe whole, in Word and PDF: every figure is the acta's, pictures carry words, what is not there is said."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.cycles.models import Event
from eventos.cycles.queries import event_view_by_id
from eventos.demo import texts
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import transaction
from eventos.kernel.vocabulary import Modality
from eventos.registration.models import Registration
from eventos.reports import annexes, export, queries, rules, service
from eventos.reports.models import Report
from eventos.reports.rules import Material
from eventos.reports.sections import SaveSection, SaveWords
from tests.adapters.test_pdf import check_profiles, vera
from tests.attendance.factories import Guest, register, the_114
from tests.cycles.factories import LINK, a_cycle, a_published_event
from tests.reports.pieces import a_file, a_flyer, a_question, close, some_slides, words_of_pdf
from tests.support.judges import openxml_audit
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]

# SÍ and NO for each of the 18 commitments in the model informe: 23 answers of 27 convened.
HOUSE_TABLE = (
    (19, 4), (19, 4), (7, 16), (7, 16), (11, 12), (17, 6), (22, 1), (13, 10), (19, 4), (11, 12), (12, 11), (19, 4), (9, 14), (19, 4),
    (13, 10), (18, 5), (17, 6), (22, 1),
)  # fmt: skip


@pytest.fixture
def fifth(app: Flask, writing: Opened) -> str:
    """The fifth session with everything: 114 in its acta, a pieza, slides, questions; its slug."""
    with writing() as db:
        event = a_published_event(db, context="Contexto con niñez y participación.", objective="Fortalecer.", prepared_by="Equipo")
        register(db, event, the_114())
        a_flyer(db, event)
        a_flyer(db, event, version=2, published=False)
        some_slides(db, event)
        a_question(db, event, "¿Qué se publica?", answer="Todo.", asked_by="Ana Ejemplo", answered_by="Luz Ficticia")
        a_question(db, event, "¿Cuándo?", position=2, moment="before")
        a_question(db, event, "No venía al caso.", position=3, state="set_aside")
        close(db, event)
        return event.slug


def words_of_word(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join("\n".join([paragraph.text for paragraph in document.paragraphs] + cells).split())


READERS = {"docx": words_of_word, "pdf": words_of_pdf}


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_both_formats_say_everything_in_the_order_of_the_house(app: Flask, fifth: str, tmp_path: Path, format: str) -> None:
    with app.app_context():
        said = READERS[format](export.write(fifth, format, tmp_path).read_bytes())
    for words in (
        "Contexto con niñez y participación.",
        "Figura 1. Pieza publicada el 15 de julio de 2030, versión 1.",
        "Figura 2. Gobierno abierto: 3 diapositivas.",
        "fue de 114 funcionarios de diferentes municipios del departamento de Caldas y otros departamentos.",
        "Según el acta de asistencia versión 1, cerrada por Marina Ficticia el 25 de julio de 2030, 5:00 p. m.",
        "Huella SHA-256 del listado:",
        "25 de los 27 municipios de Caldas (101) y de otros departamentos (13). Faltaron Marulanda y Norcasia.",
        "Se recibieron 2 preguntas: 1 respondida y 1 pendiente.",
        "1. ¿Qué se publica? Ana Ejemplo, en la sesión. Todo. Respondió Luz Ficticia.",
        "2. ¿Cuándo? Antes del evento. Pendiente de respuesta.",
    ):
        assert words in said, words
    assert "No venía al caso" not in said
    assert "sin cerrar" not in said
    headings = ["Contexto", "Pieza publicitaria", "Link de ingreso", "Diapositivas", "Participación", "Preguntas", "Elaborado por"]
    places = [said.index(heading) for heading in headings]
    assert places == sorted(places)
    assert LINK.replace(" ", "") in said.replace(" ", "")


def test_word_pleases_the_judge_and_every_picture_has_words(app: Flask, fifth: str, tmp_path: Path) -> None:
    with app.app_context():
        content = export.write(fifth, "docx", tmp_path).read_bytes()
    assert openxml_audit(content) == []
    document = Document(io.BytesIO(content))
    told = [each.get("descr") for each in document.element.body.iter(qn("wp:docPr"))]
    assert told[0].startswith("Pieza publicitaria: Quinta asistencia técnica")
    assert told[1:] == [f"Gobierno abierto, diapositiva {n} de 3" for n in (1, 2, 3)]


def test_the_pdf_is_sound_tagged_and_says_its_title_language_and_pages(app: Flask, fifth: str, tmp_path: Path) -> None:
    with app.app_context():
        content = export.write(fifth, "pdf", tmp_path).read_bytes()
    check_profiles(content)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.docinfo["/Title"] == "Informe quinta asistencia técnica"
        with document.open_outline() as outline:
            first = outline.root[0]
            assert first.title == "INFORME QUINTA ASISTENCIA TÉCNICA"
            assert "Participación" in [each.title for each in first.children]
        number = len(document.pages)
        figures = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"]
        assert len(figures) == 4
        assert all(str(each.get("/Alt", "")) for each in figures)
        assert [float(side) for side in document.pages[0].mediabox][2:] == pytest.approx([595.28, 841.89], abs=1)
    assert f"Página 1 de {number}" in words_of_pdf(content)


@pytest.mark.slow
def test_verapdf_passes_both_profiles_on_the_informe(app: Flask, fifth: str, tmp_path: Path) -> None:
    with app.app_context():
        vera(tmp_path, export.write(fifth, "pdf", tmp_path).read_bytes())


@pytest.mark.both_databases
@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_a_whole_informe_of_114_costs_few_statements(app: Flask, fifth: str, format: str) -> None:
    with app.app_context():
        with transaction() as db:
            event = db.query(Event).filter_by(slug=fifth).one()
            report_id = service.ask(db, event.id, format=format, by=SYSTEM, now=clock.now()).id
        with counted() as statements:
            export.make(report_id)
    assert len(statements) <= 25, str(statements)


@pytest.mark.both_databases
def test_every_figure_is_the_actas_whatever_changed_since(fifth: str, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = db.query(Event).filter_by(slug=fifth).one()
        register(db, event, [Guest(f"Tarde {n}", divipola="17446", attended=True) for n in range(3)])
        found = service.material(db, event.id)
        frozen = rules.content(found, attended=found.acta.attended if found.acta else ())
    figures = frozen["figures"]
    assert (figures["attended"], len(frozen["attended"]), figures["registered"]) == (114, 114, 126)
    assert (figures["present"], figures["inside"], figures["other_departamentos"]) == (25, 101, 13)
    assert figures["acta"]["version"] == 1
    table = frozen["context"]["municipality_table"]
    assert sum(int(row["count"]) for row in table["rows"]) == 101
    assert next(row["count"] for row in table["rows"] if row["name"] == "Marulanda") == "0"
    with writing() as db:
        close(db, event, version=1, reason="Llegaron tres que faltaban")
    with looking() as db:
        second = queries.gathered(db, event.id)
    assert second.acta is not None
    assert (second.acta.version, second.count.attended, len(second.acta.attended)) == (2, 117, 117)
    assert [place.name for place in second.count.missing] == ["Norcasia"]


def test_a_closed_count_without_expected_municipalities_tells_each_place(db: Session) -> None:
    event = a_published_event(db, cycle=a_cycle(db, expected=()))
    register(
        db,
        event,
        [Guest("Una", divipola="17001", attended=True), Guest("Dos", divipola="05001"), Guest("Tres", country="Ecuador", attended=True)],
    )
    close(db, event)
    db.execute(update(Registration).where(Registration.event_id == event.id).values(divipola="66001", country=""))
    found = queries.gathered(db, event.id).count
    assert found.attended == 2
    assert [(place.name, place.attended) for place in found.present] == [("Manizales", 1)]
    assert (found.abroad.attended, found.inside) == (1, 1)


def test_an_open_list_is_declared_open(db: Session) -> None:
    event = a_published_event(db)
    register(db, event, the_114())
    context = rules.context(service.material(db, event.id))
    assert context["acta_sentence"] == annexes.OPEN_LIST
    assert "Acta de asistencia: el listado está sin cerrar" in context["missing"]
    close(db, event)
    context = rules.context(service.material(db, event.id))
    assert "Los 114 constan" not in context["rule_sentence"]
    assert not any("Acta" in part for part in context["missing"])


def test_only_what_is_ready_and_published_is_shown(db: Session, app: Flask) -> None:
    event = a_published_event(db)
    a_flyer(db, event, published=False)
    some_slides(db, event, state="pending")
    context = rules.context(service.material(db, event.id))
    assert (context["flyer"], context["slides"], context["questions"]) == (None, [], None)
    assert {"Pieza publicitaria", "Diapositivas", "Preguntas"} <= set(context["missing"])


def slide_set(title: str, pages: int) -> queries.SlidesView:
    return queries.SlidesView(title, ("a" * 64,) * pages, queries.FileView(title, f"{title}.pdf", None, "e" * 64))


def test_slides_beyond_what_fits_are_counted_and_stand_in_an_annex() -> None:
    sets = [slide_set("Una", 40), slide_set("Otra", 20), slide_set("Última", 1)]
    told = annexes.slides(sets, first=2)
    assert [len(each["pages"]) for each in told] == [40, 8, 0]
    assert told[1]["caption"] == "Figura 3. Otra: 8 de 20 diapositivas; todas están en el anexo 1."
    assert told[2]["caption"] == "Figura 4. Última: 1 diapositiva, en el anexo 2."
    assert annexes.cut_slides(sets) == "Diapositivas: se muestran 48 de 61; los archivos completos son anexos"
    assert annexes.cut_slides([slide_set("Una", 48)]) == ""


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_an_informe_that_cannot_show_every_slide_says_so_and_names_the_files_that_hold_them(
    app: Flask, writing: Opened, tmp_path: Path, format: str
) -> None:
    with writing() as db:
        event = a_published_event(db)
        some_slides(db, event, pages=annexes.MOST_SLIDES + 2)
        a_file(db, event, "Nota de voz", filename="nota.docx", dated_on=date(2021, 4, 5))
        a_file(db, event, "Otra presentación", filename="otra.pptx", kind="slides", dated_on=date(2031, 1, 2))
    with app.app_context():
        said = READERS[format](export.write(event.slug, format, tmp_path).read_bytes())
    assert "Figura 1. Gobierno abierto: 48 de 50 diapositivas; todas están en el anexo 1." in said
    assert "Diapositivas: se muestran 48 de 50; los archivos completos son anexos" in said[said.index("Partes que faltan") :]
    assert f"Anexos Anexo 1. Gobierno abierto, archivo a.pdf. Huella SHA-256 del archivo: {'0' * 64}" in said
    assert "Anexo 2. Nota de voz, archivo nota.docx, con fecha propia: 5 de abril de 2021, anterior al evento." in said
    assert "Anexo 3. Otra presentación, archivo otra.pptx, con fecha propia: 2 de enero de 2031. Huella" in said
    assert said.index("Anexo 3.") < said.index("Partes que faltan") < said.index("Elaborado por")


@pytest.mark.parametrize(
    ("modality", "link", "note"),
    [
        (Modality.ONSITE, "", "El evento fue presencial: no tuvo link de ingreso."),
        (Modality.VIRTUAL, "", "No se conserva el link de ingreso."),
        (Modality.VIRTUAL, LINK, ""),
    ],
)
def test_a_link_that_is_not_there_is_told_by_what_the_event_was(db: Session, modality: Modality, link: str, note: str) -> None:
    event = a_published_event(db)
    view = replace(event_view_by_id(db, event.id), modality=modality, link=link)
    assert annexes.link_note(view) == note


def test_what_was_frozen_for_other_templates_is_frozen_again(fifth: str, writing: Opened) -> None:
    with writing() as db:
        event = db.query(Event).filter_by(slug=fifth).one()
        report = service.ask(db, event.id, format="docx", by=SYSTEM, now=clock.now())
        report.content = {"version": rules.CONTENT_VERSION - 1, "context": {"title": "Viejo"}, "author": "Nadie"}
        db.flush()
        frozen = service.freeze(db, report.id)
        assert frozen is not None
        assert frozen.context["title"] == "Informe quinta asistencia técnica"
        report.content = {**report.content, "author": "Otra"}
        db.flush()
        again = service.freeze(db, report.id)
        assert again is not None
        assert again.author == "Otra"


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_a_picture_that_is_gone_is_said_to_be_gone(app: Flask, fifth: str, looking: Opened, tmp_path: Path, format: str) -> None:
    with looking() as db:
        key = queries.gathered(db, db.query(Event).filter_by(slug=fifth).one().id).slides[0].pages[1]
    with app.app_context():
        storage.shelf().path(key).unlink()
        said = READERS[format](export.write(fifth, format, tmp_path).read_bytes())
    assert "[Imagen no disponible: Gobierno abierto, diapositiva 2 de 3]" in said


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_the_third_session_prints_its_18_commitments_and_names_who_did_not_answer(
    app: Flask, writing: Opened, tmp_path: Path, format: str
) -> None:
    with writing() as db:
        event = a_published_event(db, number=3, days=(), date_note="Primavera de 2021", link="", count_kind=texts.THIRD.count_kind)
        event.demo_note = texts.THIRD_NOTE
        for title, paragraphs in texts.THIRD_SECTIONS:
            service.save_section(db, event.id, SaveSection("text", title, paragraphs=paragraphs), by=SYSTEM)
        headers, rows = texts.commitments_table()
        service.save_section(db, event.id, SaveSection("table", "Resultado: 23 de 27", headers=headers, rows=rows), by=SYSTEM)
    with app.app_context():
        content = export.write(event.slug, format, tmp_path).read_bytes()
    said = READERS[format](content)
    assert "Respondieron 23 de los 27 municipios convocados (cobertura 23/27)" in said
    assert "No respondieron Marulanda, Norcasia, San José y Victoria." in said
    assert "inventados" in said
    assert "No se conserva el número de asistentes." in said
    assert tuple((yes, no) for _, yes, no in texts.COMMITMENTS) == HOUSE_TABLE
    for number, ((commitment, _, _), (yes, no)) in enumerate(zip(texts.COMMITMENTS, HOUSE_TABLE, strict=True), 1):
        assert f"{number} {commitment} {yes} {no}" in said, commitment
        assert yes + no == 23
    assert "Total 274 140" in said
    assert "acta" not in said.lower().replace("exacta", "").replace("actas", "")


def test_own_words_are_printed_and_equal_ones_follow_the_event(db: Session) -> None:
    event = a_published_event(db, context="Del evento.", objective="Del evento.", prepared_by="Equipo")
    service.save_words(db, event.id, SaveWords(objective="Del informe.", reviewed_by="Luz Ficticia"), by=SYSTEM)
    service.save_words(db, event.id, SaveWords(objective="Del informe.", reviewed_by="Luz Ficticia", approved_by="Marina"), by=SYSTEM)
    context = rules.context(Material.of(queries.gathered(db, event.id)))
    assert (context["context_paragraphs"], context["objective"], context["prepared_by"]) == (["Del evento."], "Del informe.", "Equipo")
    assert (context["reviewed_by"], context["approved_by"]) == ("Luz Ficticia", "Marina")


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_the_same_content_gives_the_same_file(app: Flask, fifth: str, format: str) -> None:
    with app.app_context():
        with transaction() as db:
            event = db.query(Event).filter_by(slug=fifth).one()
            report = service.ask(db, event.id, format=format, by=SYSTEM, now=clock.now())
        before = set(storage.shelf().keys())
        export.make(report.id)
        with transaction() as db:
            db.execute(update(Report).values(state="pending"))
        export.make(report.id)
        assert len(set(storage.shelf().keys()) - before) == 1
