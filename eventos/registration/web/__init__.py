"""The doors of registration: public (form, receipt), personal (link, ticket), staff (import)."""

from eventos.registration.web import admission, importing, personal, public

DOORS = (public.door, public.public, personal.door, personal.ticket_door, importing.door, admission.door)
NOTICES = personal.NOTICES | importing.NOTICES | admission.NOTICES
