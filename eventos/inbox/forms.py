"""The file somebody brings."""

from wtforms import FileField

from eventos.kernel.webforms import BaseForm


class InboundForm(BaseForm):
    file = FileField("Correo recibido (.eml)")
