"""The tables of the room."""

from eventos.registration.models.actions import BulkAction, BulkRow, Reminder
from eventos.registration.models.questions import Answer, FormQuestion, FormQuestionVersion, OptionSeat, SensitiveAnswer
from eventos.registration.models.registered import AdmissionPolicy, Registration, RegistrationGroup, RevokedTicket, UsedLink
from eventos.registration.models.sheets import Import, ImportMapping, ImportRow

__all__ = [
    "AdmissionPolicy",
    "Answer",
    "BulkAction",
    "BulkRow",
    "FormQuestion",
    "FormQuestionVersion",
    "Import",
    "ImportMapping",
    "ImportRow",
    "OptionSeat",
    "Registration",
    "RegistrationGroup",
    "Reminder",
    "RevokedTicket",
    "SensitiveAnswer",
    "UsedLink",
]
