"""Tells the gate of the API who a key belongs to."""

from flask import Flask
from sqlalchemy.orm import Session

from eventos.accounts import queries_api, rules, service
from eventos.accounts.queries_api import CallerView
from eventos.kernel import bearers, clock


def start(app: Flask) -> None:
    bearers.use_loader(app, load)


def load(db: Session, token: str) -> CallerView | None:
    """Whose key this is; notes every few minutes that it is in use."""
    now = clock.now()
    caller = queries_api.caller_by_token(db, token, now=now)
    if caller is not None and (caller.last_used_at is None or caller.last_used_at < now - rules.SEEN_EVERY):
        service.see_api_token(db, caller.token_id, now=now)
    return caller


START = (start,)
