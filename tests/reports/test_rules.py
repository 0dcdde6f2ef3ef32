"""The informe's words: the house's sentence and its variants, prose lists, coverage by name, and what is missing said."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from eventos.attendance.queries import count
from eventos.cycles.queries import EventView, HostView
from eventos.cycles.rules import HostGiven
from eventos.entities.queries import OfficeView
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, HostRole, Modality
from eventos.reports import rules
from eventos.reports.rules import Material, Section
from tests.attendance.factories import Guest, caldas, register, the_114
from tests.cycles.factories import LINK, a_cycle, a_published_event, the_view

OPEN = "Acta de asistencia: el listado está sin cerrar"
CALL = "Convocatoria"
OFFICE = OfficeView(name="Oficina de Gobierno Abierto", parent="Secretaría Privada", entity="Gobernación de Caldas", is_set=True)


def told(db: Session, guests: list[Guest], *, expected: tuple[str, ...] | None = None, **changes: Any) -> tuple[str, str]:
    """The participation and the coverage of an event with these guests."""
    event = a_published_event(db, cycle=a_cycle(db, expected=expected) if expected is not None else None, **changes)
    register(db, event, guests)
    found, view = count(db, event.id), the_view(db, event)
    return rules.participation_sentence(view, found), rules.coverage_sentence(view, found)


def guests(*codes: str, **changes: Any) -> list[Guest]:
    return [replace(Guest(f"Persona {n}", divipola=code or None, attended=True), **changes) for n, code in enumerate(codes)]


def test_the_sentence_of_the_house(db: Session) -> None:
    assert told(db, the_114()) == (
        "La participación en la quinta asistencia técnica fue de 114 funcionarios de diferentes municipios del departamento de Caldas "
        "y otros departamentos.",
        "funcionarios de 25 de los 27 municipios de Caldas (101) y de otros departamentos (13). Faltaron Marulanda y Norcasia.",
    )


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (["17001", "17013"], "fue de 2 funcionarios de diferentes municipios del departamento de Caldas."),
        (["17001"], "fue de 1 funcionario del municipio de Manizales."),
        (["27615", "05001"], "fue de 2 funcionarios de otros departamentos."),
        (["17001", "17001", "05001"], "fue de 3 funcionarios del municipio de Manizales y otros departamentos."),
        (["", ""], "fue de 2 funcionarios."),
    ],
)
def test_the_sentence_says_only_where_people_came_from(db: Session, codes: list[str], sentence: str) -> None:
    assert told(db, guests(*codes))[0] == f"La participación en la quinta asistencia técnica {sentence}"


def test_people_from_abroad_are_told_apart(db: Session) -> None:
    people = [*guests("17001", "17013", "05001"), Guest("Lejos", country="Ecuador", city="Quito", attended=True)]
    sentence, coverage = told(db, people)
    assert sentence.endswith("de diferentes municipios del departamento de Caldas, de otros departamentos y de fuera de Colombia.")
    assert coverage.startswith(
        "funcionarios de 2 de los 27 municipios de Caldas (2), de otros departamentos (1) y de fuera de Colombia (1)."
    )


def test_an_unknown_count_is_not_guessed_and_an_approximate_one_is_said_to_be_so(db: Session) -> None:
    assert told(db, [], count_kind=CountKind.UNKNOWN) == ("No se conserva el número de asistentes.", "")
    sentence, _ = told(db, guests("17001", "17013"), count_kind=CountKind.APPROXIMATE)
    assert "fue de aproximadamente 2 funcionarios" in sentence


def test_nobody_came(db: Session) -> None:
    assert told(db, [Guest("Ausente", attended=False)]) == ("No se registraron asistentes en la quinta asistencia técnica.", "")


def test_masculine_and_unnumbered_events(db: Session) -> None:
    assert "en el tercer foro fue de" in told(db, guests("17001"), kind=EventKind.FORO, number=3)[0]
    assert "en «Data Jam» fue de" in told(db, guests("17001"), kind=EventKind.OTRO, number=None, topic="Data Jam")[0]


def test_a_cycle_that_expects_nobody_has_no_coverage_to_miss(db: Session) -> None:
    sentence, coverage = told(db, guests("17001", "05001"), expected=())
    assert sentence.endswith("2 funcionarios de diferentes municipios de Colombia.")
    assert coverage == "funcionarios de 2 municipios (2)."


def test_the_only_missing_municipality_is_named_in_the_singular(db: Session) -> None:
    _, coverage = told(db, guests("17001"), expected=("17001", caldas("Norcasia")))
    assert coverage == "funcionario de 1 de los 2 municipios de Caldas (1). Faltó Norcasia."


def test_entities_are_told_as_prose_with_their_articles() -> None:
    roles = [
        HostView(HostRole.HOST, "Oficina de Gobierno Abierto", EntityKind.PUBLIC),
        HostView(HostRole.PARTNER, "Secretaría de Transparencia", EntityKind.PUBLIC),
        HostView(HostRole.PARTNER, "Ministerio de Tecnologías de la Información y las Comunicaciones", EntityKind.PUBLIC),
        HostView(HostRole.SPONSOR, "Departamento Administrativo de la Función Pública", EntityKind.PUBLIC),
        HostView(HostRole.PARTNER, "Veeduría Ficticia del Eje", EntityKind.CIVIL_SOCIETY),
        HostView(HostRole.SPONSOR, "Transparencia por Ejemplo", EntityKind.CIVIL_SOCIETY),
    ]
    assert rules.allies_sentence(roles) == (
        "Organizó la Oficina de Gobierno Abierto. Se realizó en alianza con la Secretaría de Transparencia y el Ministerio de Tecnologías "
        "de la Información y las Comunicaciones. Contó con el apoyo del Departamento Administrativo de la Función Pública."
    )
    assert rules.civil_sentence(roles) == "Por la sociedad civil participaron la Veeduría Ficticia del Eje y Transparencia por Ejemplo."
    assert rules.allies_sentence([]) == rules.civil_sentence([]) == ""


def test_norms_are_told_as_prose() -> None:
    assert rules.norms_sentence(("Ley 1712 de 2014", "Decreto 103 de 2015")) == (
        "En cumplimiento de la Ley 1712 de 2014 y del Decreto 103 de 2015."
    )
    assert rules.norms_sentence(()) == ""


def material(db: Session, *sections: Section, **changes: Any) -> Material:
    event = a_published_event(db, **changes)
    register(db, event, the_114())
    return Material(the_view(db, event), OFFICE, count(db, event.id), sections)


def test_what_the_document_says_agrees_with_the_count(db: Session) -> None:
    context = rules.context(material(db))
    assert context["header_lines"] == ["SECRETARÍA PRIVADA", "INFORME QUINTA ASISTENCIA TÉCNICA", "OFICINA DE GOBIERNO ABIERTO"]
    assert (context["title"], context["date"], context["figure"]) == ("Informe quinta asistencia técnica", "25 de julio de 2030", "114")
    assert context["link"] == LINK
    table = context["municipality_table"]
    assert len(table["rows"]) == 27
    assert sum(int(row["count"]) for row in table["rows"]) == 101
    assert [row["count"] for row in table["total_rows"]] == ["101", "13", "114"]
    assert table["total_rows"][0]["name"] == "Municipios de Caldas: 25 de 27"
    assert context["rule_sentence"] == (
        "Cuenta como asistente quien tiene al menos una evidencia de su presencia. No se cuentan expositores ni organizadores. "
        "Los 114 constan en la lista importada."
    )


def test_date_of_its_own_or_a_note_or_nothing(db: Session) -> None:
    event: EventView = material(db).event
    assert rules.date_words(replace(event, days=(), date_note="primavera de 2021")) == "primavera de 2021"
    assert rules.date_words(replace(event, days=(), date_note="")) == ""


def test_the_box_of_the_format_appears_when_the_office_has_one(db: Session) -> None:
    found = material(db)
    assert rules.context(found)["box"] is None
    filled = replace(found, office=replace(OFFICE, process="Gobierno abierto", format_code="DEMO-F-000"))
    assert rules.context(filled)["box"] == {"process": "Gobierno abierto", "code": "DEMO-F-000", "version": "", "date": ""}


def test_missing_parts_are_declared_and_found_ones_are_not(db: Session) -> None:
    bare = rules.missing(material(db))
    assert {
        "Contexto",
        "Objetivo",
        "Normas que atiende",
        "Pieza publicitaria",
        "Diapositivas",
        "Convocatoria",
        "Preguntas",
        "Elaborado por",
        OPEN,
    } == set(bare)
    full = material(
        db,
        Section("text", "Preguntas de los asistentes", {"paragraphs": ["Dos."]}),
        context="Sigue el ciclo.",
        objective="Aprender.",
        norms=("Ley 1712 de 2014",),
        prepared_by="Equipo de Gobierno Abierto",
        hosts=(HostGiven("Oficina de Gobierno Abierto"),),
    )
    assert rules.missing(full) == ["Entidades aliadas", "Pieza publicitaria", "Diapositivas", OPEN, CALL]


def test_an_onsite_event_without_link_misses_no_link(db: Session) -> None:
    found = material(db)
    assert "Link de ingreso" in rules.missing(replace(found, event=replace(found.event, link="")))
    onsite = replace(found.event, link="", modality=Modality.ONSITE)
    assert "Link de ingreso" not in rules.missing(replace(found, event=onsite))


def test_annex_tables_are_numbered_after_the_first(db: Session) -> None:
    table = Section("table", "Resultado del autodiagnóstico", {"headers": ["N.º", "SÍ"], "rows": [["1", "19"]]})
    context = rules.context(material(db, table))
    assert context["annex_tables"] == [
        {"caption": "Tabla 2. Resultado del autodiagnóstico", "headers": ["N.º", "SÍ"], "rows": [["1", "19"]]}
    ]


def test_nobody_counted_is_said_in_words_and_not_as_a_large_zero(db: Session) -> None:
    event = a_published_event(db)
    register(db, event, [Guest("Inscrita", divipola="17001")])
    found, view = count(db, event.id), the_view(db, event)
    assert rules.figure(view, found) == ""
    assert rules.participation_sentence(view, found) == "No se registraron asistentes en la quinta asistencia técnica."
    register(db, event, [Guest("Vino", divipola="17001", attended=True)])
    assert rules.figure(view, count(db, event.id)) == "1"
