"""What the office may say of itself before it is written down."""

from dataclasses import dataclass, fields

from eventos.kernel import divipola
from eventos.kernel.errors import InvalidInput


@dataclass(frozen=True)
class SaveOffice:
    """The office as a person typed it; texts are clean, `departamento` is a code of two digits ("17")."""

    name: str
    entity: str
    parent: str = ""
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

    def texts(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def check_office(command: SaveOffice) -> None:
    """Raise InvalidInput when the office has no name, no entity, a departamento nobody knows, or a post without who holds it."""
    wrong: dict[str, str] = {}
    if not command.name:
        wrong["name"] = "Escriba el nombre de la oficina."
    if not command.entity:
        wrong["entity"] = "Escriba el nombre de la entidad."
    if divipola.departamento(command.departamento) is None:
        wrong["departamento"] = "Elija un departamento de la lista."
    if command.signer_post and not command.signer_name:
        wrong["signer_name"] = "Escriba el nombre de quien firma, o borre el cargo."
    if wrong:
        raise InvalidInput(fields=wrong)
