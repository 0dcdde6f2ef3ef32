"""The office as an administrator fills it in."""

from dataclasses import asdict, fields
from typing import Any

from wtforms import SelectField

from eventos.entities.queries import OfficeView
from eventos.entities.rules import SaveOffice
from eventos.kernel import divipola
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices


class OfficeForm(BaseForm):
    name = TextLine("Nombre de la oficina", [Needed("Escriba el nombre de la oficina."), Max(160)])
    parent = TextLine("Dependencia a la que pertenece", [Max(160)])
    entity = TextLine("Entidad", [Needed("Escriba el nombre de la entidad."), Max(160)])
    departamento = SelectField("Departamento")
    address = TextLine("Dirección", [Max(200)])
    hours = TextLine("Horario de atención", [Max(160)])
    phone = TextLine("Teléfono", [Max(60)], render_kw={"type": "tel"})
    email = TextLine("Correo de contacto", [Max(160)], render_kw={"type": "email"})
    data_email = TextLine("Correo para datos personales", [Max(160)], render_kw={"type": "email"})
    # WTForms keeps the name `process` for itself.
    process_name = TextLine("Proceso", [Max(120)])
    format_code = TextLine("Código del formato", [Max(60)])
    format_version = TextLine("Versión", [Max(30)])
    format_date = TextLine("Fecha del formato", [Max(60)])
    signer_name = TextLine("Quién firma", [Max(80)], render_kw={"autocomplete": "off"})
    signer_post = TextLine("Cargo de quien firma", [Max(120)])
    issued_in = TextLine("Dónde se expiden", [Max(80)])

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.departamento.choices = choices(*((each.code, each.name) for each in divipola.departamentos()))

    def to_command(self) -> SaveOffice:
        return SaveOffice(**{each.name: self[_FIELDS.get(each.name, each.name)].data or "" for each in fields(SaveOffice)})


_FIELDS = {"process": "process_name"}


def office_data(view: OfficeView) -> dict[str, Any]:
    """The office as the form shows it; the neutral name of an empty instance is nobody's own."""
    said = {_FIELDS.get(name, name): value for name, value in asdict(view).items()}
    return said if view.is_set else said | {"name": ""}
