"""The form that revokes a constancia."""

from typing import Any

from wtforms.validators import ValidationError

from eventos.certificates.rules import LONGEST_REASON, SHORTEST_REASON
from eventos.kernel.webforms import BaseForm, Max, TextLine


class RevokeForm(BaseForm):
    """Why it stops being valid: anybody who verifies it will read this."""

    reason = TextLine("Motivo", [Max(LONGEST_REASON)], render_kw={"autocomplete": "off"})

    def validate_reason(self, field: Any) -> None:
        if len(field.data or "") < SHORTEST_REASON:
            raise ValidationError("Escriba el motivo: lo leerá quien verifique la constancia.")
