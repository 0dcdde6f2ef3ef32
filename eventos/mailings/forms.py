"""The forms of the room: the words of a mail, and a reminder."""

from typing import Any

from wtforms import HiddenField, SelectField

from eventos.cycles.forms.fields import MomentField
from eventos.kernel.webforms import BaseForm, TextBlock, TextLine, choices
from eventos.kernel.wordings import LONGEST_BODY, LONGEST_SUBJECT, Kind, Wording, faults
from eventos.registration.rules_reminders import OFFERED, AddReminder, words


class WordingForm(BaseForm):
    subject = TextLine("Asunto", render_kw={"autocomplete": "off", "maxlength": LONGEST_SUBJECT})
    body = TextBlock("Texto", render_kw={"maxlength": LONGEST_BODY})
    version = HiddenField()

    @classmethod
    def of(cls, wording: Wording, version: int) -> "WordingForm":
        return cls(data={"subject": wording.subject, "body": wording.body, "version": str(version)})

    def check(self, kind: Kind) -> bool:
        """Whether these words may be kept; what is broken is told beside its field."""
        valid = self.validate()
        found = faults(kind, self.subject.data or "", self.body.data or "")
        self.refuse(found)
        return valid and not found

    def wording(self) -> Wording:
        return Wording(self.subject.data or "", self.body.data or "")

    def seen_version(self) -> int:
        told = self.version.data or ""
        return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


class ReminderForm(BaseForm):
    minutes_before = SelectField("Cuánto antes", validate_choice=False)
    at = MomentField("O a una hora fija")

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.minutes_before.choices = choices(("", "A una hora fija"), *((str(minutes), words(minutes)) for minutes in OFFERED))

    def to_command(self) -> AddReminder:
        told = self.minutes_before.data or ""
        minutes = int(told) if told in {str(each) for each in OFFERED} else None
        return AddReminder(self.at.data, minutes)
