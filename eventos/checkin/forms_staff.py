"""What staff do about readings at their desk: take one back, mark several people, enter a list on paper."""

import re
from datetime import datetime
from typing import Any

from wtforms import FileField, HiddenField, RadioField, SelectField, ValidationError

from eventos.checkin.rules_log import moment
from eventos.kernel import clock
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine, choices
from eventos.registration.forms import MarkedList

_BATCH = re.compile(r"[A-Za-z0-9_-]{16,60}")


class AnnulForm(BaseForm):
    reason = TextLine("Por qué no cuenta", [Needed("Escriba el motivo: queda junto a la lectura."), Max(300)])


class MarkManyForm(BaseForm):
    """Several people at one moment in one room. `batch` names the whole: sent twice it is done once."""

    personas = MarkedList("Personas", choices=[], validate_choice=False)
    room = SelectField("Sala", choices=[])
    direction = RadioField("Qué se marca", choices=choices(("in", "La entrada"), ("out", "La salida")), default="in")
    at = TextLine("Cuándo", [Needed("Escriba la fecha y la hora."), Max(30)])
    reason = TextLine("Por qué se marcan a mano", [Needed("Escriba el motivo: queda junto a cada lectura."), Max(300)])
    batch = HiddenField("", [Needed("Recargue la página e intente de nuevo.")])

    def validate_at(self, field: Any) -> None:
        told = moment(field.data or "")
        if told is None:
            raise ValidationError("Escriba la fecha y la hora.")
        if told > clock.now():
            raise ValidationError("Esa hora no ha llegado todavía.")

    def validate_batch(self, field: Any) -> None:
        if not _BATCH.fullmatch(field.data or ""):
            raise ValidationError("Recargue la página e intente de nuevo.")

    @property
    def moment(self) -> datetime:
        """When they entered or left, once valid."""
        return moment(self.at.data or "") or clock.now()


class PaperForm(BaseForm):
    """A list on paper: typed or pasted, or as a sheet."""

    text = TextBlock("Pegue o escriba la lista", [Max(100_000)])
    file = FileField("O elija una hoja", render_kw={"accept": ".csv,.xlsx,.txt,text/csv"})

    def uploaded(self) -> tuple[bytes, str] | None:
        """The bytes and the name of the file that was chosen, or None."""
        if not self.file.data or not hasattr(self.file.data, "stream"):
            return None
        with self.file.data.stream as content:
            return content.read(), self.file.data.filename or "lista"
