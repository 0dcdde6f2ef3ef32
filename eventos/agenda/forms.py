"""What a registered person asks before the event."""

from eventos.dialogue.rules import LONGEST_BODY
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock


class AskForm(BaseForm):
    body = TextBlock("Su pregunta", [Needed("Escriba la pregunta."), Max(LONGEST_BODY)])
