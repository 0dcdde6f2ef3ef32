"""The upload of an entity's logo."""

from wtforms import FileField

from eventos.kernel.webforms import BaseForm


class LogoForm(BaseForm):
    file = FileField("Logo o escudo")
