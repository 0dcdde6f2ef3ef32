"""The process's one way to send: the roof says which transport and sender, tasks hand over a `Mail`."""

from datetime import datetime

from eventos.adapters.mail.compose import Mail, compose
from eventos.adapters.mail.headers import mailbox
from eventos.adapters.mail.transports import Transport, transport_from_url
from eventos.kernel import clock, outbox, return_path

_office: dict[str, str] = {}
_transports: dict[str, Transport] = {}


def configure(url: str, *, sender_name: str, sender_address: str) -> None:
    """Set the transport and the sender of this process (the roof does, once). Raises ValueError, in Spanish, for what cannot be meant."""
    transport_from_url(url)
    try:
        mailbox(sender_name, sender_address)
    except ValueError:
        raise ValueError("El remitente se escribe como eventos@entidad.gov.co, y su nombre en una sola línea.") from None
    _office.update(url=url, name=sender_name, address=sender_address)


def sender() -> tuple[str, str]:
    """The sender's (name, address), who is also the organiser of every invite."""
    return _office["name"], _office["address"]


def send(mail: Mail, *, date: datetime | None = None) -> None:
    """Hand one message to the transport. Raises TransientFailure (try later) or PermanentFailure (they will not take it)."""
    outbox.check_mails()
    url = _office["url"]
    if url not in _transports:
        _transports[url] = transport_from_url(url)
    name, address = sender()
    message = compose(mail, sender_name=name, sender_address=address, date=date or clock.now())
    _transports[url].send(message, sender=return_path.address(mail.message_id) or address, recipient=mail.to)
