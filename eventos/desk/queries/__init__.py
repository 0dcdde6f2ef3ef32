"""What the desk shows across rooms: figures of events and cycles, one registration, mails and jobs."""

from eventos.desk.queries.events import CycleFigures, Figures, cycle_figures, event_figures
from eventos.desk.queries.mails import JobRow, MailCounts, SentRow, failed_count, job_to_retry, mail_counts, pending_jobs, sent_mails
from eventos.desk.queries.registrations import RegistrationDetail, municipios_of, registration_in_scope

__all__ = [
    "CycleFigures",
    "Figures",
    "JobRow",
    "MailCounts",
    "RegistrationDetail",
    "SentRow",
    "cycle_figures",
    "event_figures",
    "failed_count",
    "job_to_retry",
    "mail_counts",
    "municipios_of",
    "pending_jobs",
    "registration_in_scope",
    "sent_mails",
]
