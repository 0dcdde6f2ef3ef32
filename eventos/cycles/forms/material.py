"""What staff say of a material, with its file when it is new."""

from typing import Any

from wtforms import BooleanField, FileField

from eventos.cycles.forms.fields import DayField
from eventos.cycles.queries import MaterialView
from eventos.cycles.service.materials import LONGEST_TITLE, SaveMaterial
from eventos.kernel.vocabulary import MaterialKind
from eventos.kernel.webforms import BaseForm, Max, TextLine


class MaterialForm(BaseForm):
    file = FileField("Archivo")
    title = TextLine("Título", [Max(LONGEST_TITLE)])
    dated_on = DayField("Fecha del material")
    is_annex = BooleanField("No son diapositivas: va al informe como anexo, sin imprimir sus páginas")
    is_public = BooleanField("Se puede descargar en la página del evento, cuando el evento termine")

    @classmethod
    def of(cls, view: MaterialView) -> "MaterialForm":
        return cls(
            data={"title": view.title, "dated_on": view.dated_on, "is_public": view.is_public, "is_annex": view.kind is MaterialKind.FILE}
        )

    def to_command(self, *, title: str = "") -> SaveMaterial:
        dated_on: Any = self.dated_on.data
        return SaveMaterial(self.title.data or title, dated_on, is_public=bool(self.is_public.data), is_annex=bool(self.is_annex.data))
