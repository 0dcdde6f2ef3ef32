"""The small forms of the desk: why a registration is cancelled or a list leaves with documents, what is done to many, views, the sheet."""

from wtforms import BooleanField, SelectField
from wtforms.validators import NumberRange, Optional

from eventos.cycles.forms.fields import WholeField
from eventos.kernel.vocabulary import Modality
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices
from eventos.registration.service.bulk import Action


class CancelForm(BaseForm):
    reason = TextLine("Motivo", [Needed("Escriba el motivo: queda en el registro del evento."), Max(300)])


class ExportForm(BaseForm):
    private = BooleanField("Incluir documento y celular")
    reason = TextLine("Para qué necesita los documentos", [Max(300)])

    def lacks_reason(self) -> bool:
        return bool(self.private.data) and not self.reason.data


class BulkForm(BaseForm):
    action = SelectField("Qué hacer con las elegidas", choices=choices(("", "Elija una acción"), *Action.choices()), default="")
    bulk_reason = TextLine("Motivo", [Max(300)])
    modality = SelectField(
        "Modalidad nueva",
        choices=choices(("", "La que tienen"), (Modality.VIRTUAL.value, "Virtual"), (Modality.ONSITE.value, "Presencial")),
        default="",
    )


class ViewForm(BaseForm):
    name = TextLine("Nombre de la vista", [Needed("Escriba un nombre para encontrarla después."), Max(60)])
    shared = BooleanField("Compartirla con quienes trabajan en este ciclo")


class SheetForm(BaseForm):
    """The attendance sheet on paper: who is on it, and how many rows are left blank for those who come without registering."""

    day = SelectField("Día", choices=[])
    blank = WholeField(
        "Filas en blanco al final",
        [Optional(), NumberRange(0, 100, "Escriba un número de 0 a 100.")],
        default=10,
        render_kw={"inputmode": "numeric"},
    )
    empty = BooleanField("Solo filas en blanco, sin los datos de nadie")
    reason = TextLine(
        "Para qué se imprime", [Needed("Escriba para qué: la planilla lleva los datos completos y queda en el registro."), Max(300)]
    )
