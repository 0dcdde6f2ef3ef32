"""The verbs of registration: register, cancel, come back, change, promote; secrets are in `tickets`."""

from eventos.registration.service.cancel import by_link, cancel, come_back
from eventos.registration.service.change import (
    MailChange,
    WrongDocument,
    ask_mail_change,
    change,
    confirm_mail_change,
    count_try,
    mail_change_token,
    person_of,
    read_asked,
    read_mail_change,
)
from eventos.registration.service.notify import tell_event_cancelled, tell_rescheduled
from eventos.registration.service.promote import fill_seats, promote
from eventos.registration.service.register import Outcome, register
from eventos.registration.service.resend import resend_links

__all__ = [
    "MailChange",
    "Outcome",
    "WrongDocument",
    "ask_mail_change",
    "by_link",
    "cancel",
    "change",
    "come_back",
    "confirm_mail_change",
    "count_try",
    "fill_seats",
    "mail_change_token",
    "person_of",
    "promote",
    "read_asked",
    "read_mail_change",
    "register",
    "resend_links",
    "tell_event_cancelled",
    "tell_rescheduled",
]
