"""The doors of registration: public (form, receipt), personal (link, ticket), staff (import)."""

from eventos.registration.web import admission, answers, answers_of, importing, personal, public, questions

DOORS = (public.door, public.public, personal.door, personal.ticket_door, importing.door, admission.door, questions.door)
NOTICES = personal.NOTICES | answers.NOTICES | importing.NOTICES | admission.NOTICES | questions.NOTICES | answers_of.NOTICES
