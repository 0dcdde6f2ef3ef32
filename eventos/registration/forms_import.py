"""The three forms of an import: the file with the word about consents, which column is which, and the confirmation."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectChoice, SelectField

from eventos.kernel import divipola
from eventos.kernel.vocabulary import Modality
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine
from eventos.registration.service.importing import CONSENT, Options
from eventos.registration.service.importing.columns import Field

NO_COLUMN = SelectChoice("", "No está en la hoja")


class UploadForm(BaseForm):
    """The sheet. `staged` carries a file that an earlier try brought, sealed, so that nobody chooses it twice."""

    file = FileField("Hoja de inscritos", render_kw={"accept": ".csv,.xlsx,.txt,text/csv", "required": True})
    staged = HiddenField()
    has_consents = BooleanField(
        CONSENT, [Needed("Marque esta casilla si la oficina las tiene. Sin autorización, la lista no puede entrar.")]
    )
    consent_note = TextLine("Dónde reposan", [Max(200)])

    def uploaded(self) -> tuple[bytes, str] | None:
        """The bytes and the name of the file that was chosen now, or None."""
        if not self.file.data or not hasattr(self.file.data, "stream"):
            return None
        with self.file.data.stream as content:
            return content.read(), self.file.data.filename or "lista"


def _selects() -> dict[str, Any]:
    return {field.value: SelectField(field.label, choices=[NO_COLUMN], default="") for field in Field}


_Columns: Any = type("_Columns", (BaseForm,), _selects())


class ColumnsForm(_Columns):
    """Which column is which, and what holds for the whole sheet."""

    prefer_departamento = SelectField("Municipios con nombre repetido", choices=[], default="")
    default_modality = RadioField("Cuando la hoja no dice la modalidad", choices=[])
    send_mails = BooleanField("Enviar a cada persona nueva su confirmación por correo, con su QR y su vínculo personal")

    def offer(self, headers: Sequence[str], modalities: Sequence[Modality], *, may_send: bool) -> None:
        """Fill the lists in: the headings of this sheet, the departamentos, what the event offers."""
        columns = [NO_COLUMN, *(SelectChoice(str(position), heading) for position, heading in enumerate(headers))]
        for field in Field:
            self[field.value].choices = columns
        places = [SelectChoice(each.code, f"Preferir los de {each.name}") for each in divipola.departamentos()]
        self.prefer_departamento.choices = [SelectChoice("", "Decidir uno por uno: la fila queda señalada"), *places]
        if len(modalities) > 1:
            self.default_modality.choices = [SelectChoice(each.value, each.label) for each in modalities]
            self.default_modality.data = self.default_modality.data or modalities[0].value
        else:
            del self.default_modality
        if not may_send:
            del self.send_mails

    def propose(self, mapping: Mapping[Field, int], options: Options) -> None:
        """Choose beforehand what was guessed, remembered or chosen before."""
        for field in Field:
            self[field.value].data = str(mapping[field]) if field in mapping else ""
        self.prefer_departamento.data = options.prefer_departamento or ""
        if "send_mails" in self:
            self.send_mails.data = options.send_mails
        if "default_modality" in self and options.modality:
            self.default_modality.data = options.modality

    def mapping(self) -> dict[Field, int]:
        return {field: int(self[field.value].data) for field in Field if self[field.value].data}

    def options(self, told: Options) -> Options:
        """What holds for the whole sheet; the consents were told with the file."""
        return Options(
            has_consents=told.has_consents,
            consent_note=told.consent_note,
            prefer_departamento=self.prefer_departamento.data or None,
            send_mails=bool(self.send_mails.data) if "send_mails" in self else False,
            modality=self.default_modality.data or "" if "default_modality" in self else "",
        )


class EnterForm(BaseForm):
    """The confirmation; the box is shown when there are bad rows."""

    leave_out_bad = BooleanField("Importar las buenas")
