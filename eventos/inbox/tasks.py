"""Every minute, what was dropped in the folder is taken in; files older than 90 days are forgotten."""

import logging
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import DataError, IntegrityError

from eventos.adapters import storage
from eventos.adapters.mail import dropped, inbox
from eventos.inbox import queries, service
from eventos.inbox.rules import KEPT
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.rounds import every_minute

log = logging.getLogger("eventos.inbox")

AT_ONCE = 50
_LATE = timedelta(days=30)
_cleared_on: list[date] = []
# What a strange file can make a parser or the database say. A database that is away is none of these: its file waits.
_THE_FILE_IS_BAD = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DataError,
    IntegrityError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@every_minute
def collect() -> None:
    """Take in up to fifty files, oldest first. A file leaves the folder after its row is committed, so a kill loses nothing.

    One that cannot be read is set apart with its reason, whatever is wrong with it, and the others go on.
    """
    settings = current_app.extensions["eventos.settings"]
    taken = 0
    for path in dropped.waiting(settings.inbox_path):
        if taken == AT_ONCE:
            break
        if why := _trouble_with(path, authserv=settings.mail_authserv):
            taken += dropped.set_apart(path, why)
            continue
        taken += 1
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _trouble_with(path: Path, *, authserv: str) -> str:
    """Take one file in. Answers why it cannot be, or "" when it is in."""
    try:
        content = dropped.content_of(path, most=inbox.LARGEST)
    except OSError as error:
        log.warning("a file of the inbox cannot be read: %s", error.strerror)
        return f"El sistema no deja leer el archivo ({error.strerror})."
    try:
        letter = inbox.read(content, authserv=authserv)
        sha256 = storage.shelf().put(content).sha256
        with transaction() as db:
            service.take_in(db, letter, sha256=sha256, via="folder", checks_senders=bool(authserv), by=SYSTEM, now=clock.now())
    except InvalidInput as refusal:
        log.warning("a file of the inbox is no mail")
        return refusal.fields.get("file", refusal.message)
    except _THE_FILE_IS_BAD as fault:
        log.error("a file of the inbox could not be taken in", exc_info=fault)
        return f"Está mal hecho y no se pudo leer ({type(fault).__name__})."
    return ""


@every_minute
def forget_old() -> None:
    """Once a day: the files of ninety days ago go; what they were, and what became of them, stays."""
    if _cleared_on == [clock.today()]:
        return
    until = clock.now() - KEPT
    with reading() as db:
        old = queries.outworn(db, since=until - _LATE, until=until)
    for sha256 in old:
        storage.shelf().forget(sha256)
    _cleared_on[:] = [clock.today()]
