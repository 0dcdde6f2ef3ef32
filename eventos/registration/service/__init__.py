"""The verbs of registration: register, cancel, come back, change, promote; secrets are in `tickets`."""

from eventos.registration.service.by_hand import public_id_of, register_by_hand
from eventos.registration.service.cancel import by_link, cancel, come_back
from eventos.registration.service.change import (
    MailChange,
    WrongDocument,
    ask_mail_change,
    change,
    change_answers,
    confirm_mail_change,
    count_try,
    mail_change_token,
    person_of,
    read_asked,
    read_mail_change,
)
from eventos.registration.service.decide import accept_offer, approve, consent, let_in, reject, requests_of
from eventos.registration.service.group import register_group
from eventos.registration.service.my_events import ask_my_events, check_my_events, my_events_token, open_my_events, read_my_events
from eventos.registration.service.notify import tell_event_cancelled, tell_rescheduled
from eventos.registration.service.promote import expire, fill_seats, keep_before_start, promote
from eventos.registration.service.register import Outcome, register
from eventos.registration.service.remind import add_reminder, drop_reminder, move_reminders, remind
from eventos.registration.service.resend import resend_links

__all__ = [
    "MailChange",
    "Outcome",
    "WrongDocument",
    "accept_offer",
    "add_reminder",
    "approve",
    "ask_mail_change",
    "ask_my_events",
    "by_link",
    "cancel",
    "change",
    "change_answers",
    "check_my_events",
    "come_back",
    "confirm_mail_change",
    "consent",
    "count_try",
    "drop_reminder",
    "expire",
    "fill_seats",
    "keep_before_start",
    "let_in",
    "mail_change_token",
    "move_reminders",
    "my_events_token",
    "open_my_events",
    "person_of",
    "promote",
    "public_id_of",
    "read_asked",
    "read_mail_change",
    "read_my_events",
    "register",
    "register_by_hand",
    "register_group",
    "reject",
    "remind",
    "requests_of",
    "resend_links",
    "tell_event_cancelled",
    "tell_rescheduled",
]
