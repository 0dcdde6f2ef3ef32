"""Texts and tables of the organiser's own: how a typed table is read, what is refused, how they keep their order."""

import pytest
from sqlalchemy.orm import Session

from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.reports import queries, sections, service
from eventos.reports.sections import SaveSection
from tests.cycles.factories import a_cycle, an_event


@pytest.mark.parametrize("sign", ["\t", ";", "|"])
def test_a_table_is_read_between_tabs_semicolons_or_bars(sign: str) -> None:
    typed = f"N.º{sign}Compromiso{sign}SÍ\r\n1{sign}Procedimientos{sign}19\n\n2{sign}Evidencias"
    assert sections.grid_of(typed) == (("N.º", "Compromiso", "SÍ"), (("1", "Procedimientos", "19"), ("2", "Evidencias", "")))


def test_a_saved_table_can_be_typed_again() -> None:
    grid = (("A", "B"), (("1", ""), ("2", "x")))
    assert sections.grid_of(sections.typed(*grid)) == grid


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (SaveSection("text", "", ("Algo",)), "title"),
        (SaveSection("text", "x" * 201, ("Algo",)), "title"),
        (SaveSection("text", "Preguntas"), "text"),
        (SaveSection("text", "Preguntas", ("x" * 20_001,)), "text"),
        (SaveSection("table", "Resultado", headers=("A",)), "table"),
        (SaveSection("table", "Resultado", headers=tuple("ABCDEFGHIJKLM"), rows=(("1",),)), "table"),
        (SaveSection("table", "Resultado", headers=("A",), rows=(("1", "2"),)), "table"),
        (SaveSection("table", "Resultado", headers=("A",), rows=(("1",),) * 501), "table"),
    ],
)
def test_what_cannot_be_printed_is_refused_beside_its_field(command: SaveSection, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        sections.check(command)
    assert list(refusal.value.fields) == [field]


def text(title: str) -> SaveSection:
    return SaveSection("text", title, ("Una línea.",))


def titles(db: Session, event_id: int) -> list[str]:
    return [each.title for each in queries.sections(db, event_id)]


@pytest.mark.both_databases
def test_sections_keep_their_order_are_raised_changed_and_removed(db: Session) -> None:
    event = an_event(db)
    first, second, third = (service.save_section(db, event.id, text(title), by=SYSTEM) for title in ("Uno", "Dos", "Tres"))
    service.raise_section(db, event.id, third, by=SYSTEM)
    service.raise_section(db, event.id, first, by=SYSTEM)
    assert titles(db, event.id) == ["Uno", "Tres", "Dos"]
    service.save_section(db, event.id, text("Dos y medio"), section_id=second, by=SYSTEM)
    service.remove_section(db, event.id, first, by=SYSTEM)
    assert titles(db, event.id) == ["Tres", "Dos y medio"]
    service.save_section(db, event.id, text("Cuatro"), by=SYSTEM)
    assert titles(db, event.id) == ["Tres", "Dos y medio", "Cuatro"]


def test_a_section_of_another_event_does_not_exist_here(db: Session) -> None:
    cycle = a_cycle(db)
    mine, other = an_event(db, cycle=cycle), an_event(db, cycle=cycle, number=6)
    section = service.save_section(db, other.id, text("Ajena"), by=SYSTEM)
    for attempt in (service.remove_section, service.raise_section):
        with pytest.raises(NotFound):
            attempt(db, mine.id, section, by=SYSTEM)
    with pytest.raises(NotFound):
        service.save_section(db, mine.id, text("Mía"), section_id=section, by=SYSTEM)
