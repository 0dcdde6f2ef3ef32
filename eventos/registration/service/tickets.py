"""The secrets of a registration: the ticket in the QR, and the personal link, which is another secret."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from eventos.kernel import links, tokens

_TICKET, _LINK = "registration-ticket", "registration-link"


@dataclass(frozen=True)
class Secrets:
    """What a new registration keeps of its secrets, ready for the columns of the same names."""

    ticket_hash: str
    ticket_sealed: bytes
    link_hash: str
    link_sealed: bytes
    uid: str
    public_id: str


class Linked(Protocol):
    """What carries the sealed personal link of a registration."""

    @property
    def link_sealed(self) -> bytes: ...


class Ticketed(Protocol):
    """What carries the sealed ticket of a registration."""

    @property
    def ticket_sealed(self) -> bytes: ...


class Sealed(Linked, Ticketed, Protocol):
    """A registration, or a view of one, that carries its sealed secrets."""


def make(event_id: int) -> Secrets:
    """New secrets for one registration to this event, with a random calendar UID (128 bits) and public id."""
    ticket, link = tokens.new_ticket(event_id), tokens.random_token()
    return Secrets(
        ticket_hash=tokens.digest(ticket),
        ticket_sealed=tokens.seal(_TICKET, ticket.encode()),
        link_hash=tokens.digest(link),
        link_sealed=tokens.seal(_LINK, link.encode()),
        uid=f"{secrets.token_hex(16)}@{links.host()}",
        public_id=tokens.public_id(),
    )


def another(event_id: int) -> tuple[str, bytes]:
    """A new ticket for a registration that had one: its hash and its seal, as the columns keep them."""
    ticket = tokens.new_ticket(event_id)
    return tokens.digest(ticket), tokens.seal(_TICKET, ticket.encode())


def ticket_of(registration: Ticketed) -> str:
    """What the QR of a registration carries, after the address."""
    return tokens.unseal(_TICKET, registration.ticket_sealed).decode()


def link_of(registration: Linked) -> str:
    """The token of the personal link of a registration."""
    return tokens.unseal(_LINK, registration.link_sealed).decode()
