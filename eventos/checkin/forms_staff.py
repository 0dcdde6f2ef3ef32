"""What staff do about readings at their desk: take one back, mark several people, enter a list on paper."""

from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine


class AnnulForm(BaseForm):
    reason = TextLine("Por qué no cuenta", [Needed("Escriba el motivo: queda junto a la lectura."), Max(300)])
