"""The office of this instance, and entities found by their name."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.entities import queries, service
from eventos.entities.models import Entity
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import EntityKind
from tests.entities.factories import an_entity, an_office


def test_an_empty_instance_has_a_neutral_office(db: Session) -> None:
    office = queries.office_view(db)
    assert (office.name, office.entity, office.is_set) == ("Oficina organizadora", "", False)


def test_the_office_is_one_row_that_changes(db: Session) -> None:
    an_office(db)
    an_office(db, phone="606 111 1111")
    office = queries.office_view(db)
    assert (office.name, office.parent, office.phone, office.departamento, office.is_set) == (
        "Oficina de Gobierno Abierto",
        "Secretaría Privada",
        "606 111 1111",
        "17",
        True,
    )


@pytest.mark.parametrize("field", ["name", "entity"])
def test_an_office_without_its_names_is_refused(db: Session, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        an_office(db, **{field: ""})
    assert list(refusal.value.fields) == [field]


def test_an_office_in_no_departamento_is_refused(db: Session) -> None:
    with pytest.raises(InvalidInput) as refusal:
        an_office(db, departamento="00")
    assert list(refusal.value.fields) == ["departamento"]


@pytest.mark.both_databases
def test_spellings_of_one_name_are_one_entity(db: Session) -> None:
    first = an_entity(db, "Función Pública")
    assert an_entity(db, " FUNCION  pública ").id == first.id
    assert an_entity(db, "Función Publica Nacional").id != first.id
    assert db.execute(select(func.count()).select_from(Entity)).scalar_one() == 2
    assert first.name == "Función Pública"


def test_an_entity_already_known_keeps_its_kind(db: Session) -> None:
    an_entity(db, "Red Ciudadana", EntityKind.CIVIL_SOCIETY)
    assert service.entity_named(db, "red ciudadana", EntityKind.PUBLIC).kind == "civil_society"
    assert queries.entity_names(db) == ["Red Ciudadana"]
