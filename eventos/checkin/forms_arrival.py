"""The forms of somebody who confirms their own arrival: the code of the room, or who they are."""

from wtforms import HiddenField

from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine


class RoomCodeForm(BaseForm):
    """The six signs under the QR of the room's screen."""

    code = TextLine(
        "Código de la pantalla",
        [Needed("Escriba los seis signos que se ven en la pantalla de la sala."), Max(20)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ArrivalForm(BaseForm):
    """Document and mail together, as they were given when registering."""

    passed = HiddenField("", [Max(600)])
    document = TextLine(
        "Número de documento", [Needed("Escriba su número de documento."), Max(40)], render_kw={"inputmode": "text", "autocomplete": "off"}
    )
    email = TextLine(
        "Correo con el que se inscribió",
        [Needed("Escriba el correo con el que se inscribió."), Max(254)],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
