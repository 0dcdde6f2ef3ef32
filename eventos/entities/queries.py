"""The office as pages, notices and informes name it, and entities to choose from."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.entities.models import Entity, Office


@dataclass(frozen=True)
class OfficeView:
    """The office of this instance; `is_set` is False while nobody has said who it is."""

    name: str = "Oficina organizadora"
    parent: str = ""
    entity: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    email: str = ""
    data_email: str = ""
    departamento: str = "17"
    process: str = ""
    format_code: str = ""
    format_version: str = ""
    format_date: str = ""
    signer_name: str = ""
    signer_post: str = ""
    issued_in: str = ""
    demo: bool = False
    is_set: bool = False


_office = Office.__table__.c
_OFFICE = select(*(_office[name] for name in OfficeView.__dataclass_fields__ if name != "is_set")).where(_office.id == 1)


def office_view(db: Session) -> OfficeView:
    """The office, or a neutral one when the instance is still empty."""
    row = db.execute(_OFFICE).one_or_none()
    return OfficeView(**row._mapping, is_set=True) if row else OfficeView()


def entity_names(db: Session, *, limit: int = 300) -> list[str]:
    """Names to suggest while somebody types one, in alphabetical order."""
    return list(db.execute(select(Entity.name).order_by(Entity.name_key).limit(limit)).scalars())
