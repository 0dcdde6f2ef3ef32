"""An office and entities to test with; all of them are invented."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from eventos.entities import service
from eventos.entities.models import Entity, Office
from eventos.entities.rules import SaveOffice
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import EntityKind


def office_command(**changes: Any) -> SaveOffice:
    office = SaveOffice(
        name="Oficina de Gobierno Abierto",
        parent="Secretaría Privada",
        entity="Gobernación de Ejemplo",
        address="Carrera 1 # 2-03, Manizales",
        hours="Lunes a viernes, 8:00 a. m. a 4:00 p. m.",
        phone="606 000 0000",
        email="oficina@gobernacion.example",
        data_email="datos@gobernacion.example",
    )
    return replace(office, **changes)


def an_office(db: Session, **changes: Any) -> Office:
    return service.save_office(db, office_command(**changes), SYSTEM)


def an_entity(db: Session, name: str = "Alcaldía de Ejemplo", kind: EntityKind = EntityKind.PUBLIC) -> Entity:
    return service.entity_named(db, name, kind)
