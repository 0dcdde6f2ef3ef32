"""What the desk shows across rooms: figures of events and cycles, one registration, mails and jobs."""

from eventos.desk.queries.bulk import BulkLine, BulkView, LeftOut, bulk_view, recent_bulks
from eventos.desk.queries.events import CycleFigures, Figures, cycle_figures, event_figures
from eventos.desk.queries.listing import Facet, Listed, ViewRow, facets, listed, listed_ids, saved_views
from eventos.desk.queries.mails import JobRow, MailCounts, SentRow, failed_count, job_to_retry, mail_counts, pending_jobs, sent_mails
from eventos.desk.queries.registrations import RegistrationDetail, municipios_of, registration_in_scope

__all__ = [
    "BulkLine",
    "BulkView",
    "CycleFigures",
    "Facet",
    "Figures",
    "JobRow",
    "LeftOut",
    "Listed",
    "MailCounts",
    "RegistrationDetail",
    "SentRow",
    "ViewRow",
    "bulk_view",
    "cycle_figures",
    "event_figures",
    "facets",
    "failed_count",
    "job_to_retry",
    "listed",
    "listed_ids",
    "mail_counts",
    "municipios_of",
    "pending_jobs",
    "recent_bulks",
    "registration_in_scope",
    "saved_views",
    "sent_mails",
]
