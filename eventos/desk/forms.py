"""The two small forms of the desk: why a registration is cancelled, and why a list leaves with documents and phones."""

from wtforms import BooleanField

from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine


class CancelForm(BaseForm):
    reason = TextLine("Motivo", [Needed("Escriba el motivo: queda en el registro del evento."), Max(300)])


class ExportForm(BaseForm):
    private = BooleanField("Incluir documento y celular")
    reason = TextLine("Para qué necesita los documentos", [Max(300)])

    def lacks_reason(self) -> bool:
        return bool(self.private.data) and not self.reason.data
