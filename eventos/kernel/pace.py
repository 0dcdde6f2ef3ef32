"""How fast mails to many leave (`EVENTOS_MAIL_RATE`): a turn for each, counted in the database, so that all workers together keep it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from eventos.kernel import clock, limits
from eventos.kernel.limits import Limit

MINUTE = 60
_rate: dict[str, int] = {}


def configure(per_minute: int) -> None:
    """Say how many mails may leave in a minute; 0 sets no limit (the roof does, once)."""
    _rate["per_minute"] = per_minute


def wait(db: Session) -> float:
    """Take a turn. 0 when the mail may leave now; otherwise after how many seconds to ask again.

    Whoever finds the minute full is told a later minute, as many as the queue before it fills: a long list spreads by itself.
    """
    per_minute = _rate.get("per_minute", 0)
    if per_minute < 1:
        return 0
    [turn] = limits.hit(db, (Limit("mail.pace", per_minute, timedelta(seconds=MINUTE)), "all"))
    if turn <= per_minute:
        return 0
    to_next = MINUTE - clock.now().timestamp() % MINUTE
    return float(to_next + MINUTE * ((turn - 1) // per_minute - 1))
