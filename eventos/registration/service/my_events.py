"""Sends somebody a one-time link to everything their mail address registered for, and lets it be used once."""

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from eventos.kernel import clock, limits, outbox, tokens
from eventos.kernel.db import per_dialect
from eventos.kernel.errors import NotFound
from eventos.kernel.text import normalise_email
from eventos.registration import queries_admission as queries
from eventos.registration.models import UsedLink
from eventos.registration.rules import MY_EVENTS_LIFE
from eventos.registration.service import notify
from eventos.registration.service.allowance import MY_EVENTS_PER_ADDRESS, MY_EVENTS_PER_MAIL

_ASKED, _LINK = "my-events-asked", "my-events"
GONE = "Este vínculo ya se usó o venció: pida otro."


def ask_my_events(db: Session, email: str, *, now: datetime, address: str) -> None:
    """Promise the mail with the link, when the address has registrations. Nothing told here depends on whether it has.

    Raises TooManyRequests when one network address asks too often; asked too often for one mail address, nothing is sent.
    """
    email_key = normalise_email(email)
    limits.spend(db, (MY_EVENTS_PER_ADDRESS, address))
    (asked,) = limits.hit(db, (MY_EVENTS_PER_MAIL, email_key))
    if asked > MY_EVENTS_PER_MAIL.times:
        return  # before its mails are counted: asking over and over must not hold back the ones that somebody else waits for
    is_known = queries.has_registrations(db, email_key)
    flooded = notify.count_mail(db, email_key)
    if flooded or not is_known:
        return
    sealed = b64encode(tokens.seal(_ASKED, email_key.encode())).decode()
    number = int(now.timestamp())
    key = f"registration.my_events:{tokens.digest(email_key)[:16]}:{number}"
    outbox.enqueue(db, "registration.my_events", key=key, asked=sealed, number=number)


def read_my_events(asked: str) -> str:
    """The address that `ask_my_events` put into its job."""
    return tokens.unseal(_ASKED, b64decode(asked)).decode()


def my_events_token(email_key: str) -> str:
    """The token of a link, good for half an hour."""
    return tokens.issue(_LINK, {"m": email_key}, expires_at=clock.now() + MY_EVENTS_LIFE)


def check_my_events(token: str) -> str:
    """The address behind a link, whether it was used or not. Raises NotFound when it is not ours or its time has passed."""
    try:
        return str(tokens.read(_LINK, token)["m"])
    except tokens.BadToken:
        raise NotFound(GONE) from None


def open_my_events(db: Session, token: str, *, now: datetime) -> str:
    """Use a link up: the address behind it. Two who open it at once are told apart by the primary key. Raises NotFound."""
    email_key = check_my_events(token)
    db.execute(delete(UsedLink).where(UsedLink.expires_at < now))
    row = {"token_hash": tokens.digest(token), "expires_at": now + 2 * MY_EVENTS_LIFE}
    if db.execute(_use(db), row).scalar_one_or_none() is None:
        raise NotFound(GONE)
    return email_key


@per_dialect
def _use(insert: Any) -> Any:
    table = UsedLink.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["token_hash"]).returning(table.c.token_hash)
