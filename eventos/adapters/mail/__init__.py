"""Mail: composing one message as calendar clients expect it, and handing it to a server or to a folder of `.eml` files."""

from eventos.adapters.mail.compose import Attachment, CalendarMethod, InlineImage, Mail, compose
from eventos.adapters.mail.post_office import configure, send, sender
from eventos.adapters.mail.transports import FolderTransport, NullTransport, SmtpTransport, Transport, reachable, transport_from_url

__all__ = [
    "Attachment",
    "CalendarMethod",
    "FolderTransport",
    "InlineImage",
    "Mail",
    "NullTransport",
    "SmtpTransport",
    "Transport",
    "compose",
    "configure",
    "reachable",
    "send",
    "sender",
    "transport_from_url",
]
