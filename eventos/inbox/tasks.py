"""Every minute, what was dropped in the folder is taken in; files older than 90 days are forgotten."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from flask import current_app

from eventos.adapters import storage
from eventos.adapters.mail import inbox
from eventos.inbox import queries, service
from eventos.inbox.rules import KEPT
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.rounds import every_minute

log = logging.getLogger("eventos.inbox")

AT_ONCE = 50
SETTLED_S = 2.0  # whoever is still writing a file gets this long after its last byte
REFUSED = "no-leidos"
_LATE = timedelta(days=30)
_cleared_on: list[date] = []


@every_minute
def collect() -> None:
    """Take in up to fifty files, oldest first. A file leaves the folder after its row is committed, so a kill loses nothing."""
    settings = current_app.extensions["eventos.settings"]
    for path in _waiting(settings.inbox_path):
        try:
            content = _bytes_of(path)
            letter = inbox.read(content, authserv=settings.mail_authserv)
        except InvalidInput:
            _set_apart(path)
            continue
        except OSError as error:
            log.warning("a file of the inbox cannot be read: %s", error.strerror)
            continue
        stored = storage.shelf().put(content)
        with transaction() as db:
            service.take_in(
                db,
                letter,
                sha256=stored.sha256,
                via="folder",
                checks_senders=bool(settings.mail_authserv),
                by=SYSTEM,
                now=clock.now(),
            )
        with suppress(OSError):
            path.unlink(missing_ok=True)


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


def _waiting(folder: Path) -> list[Path]:
    """Files, and only files: a link could lead anywhere."""
    if not folder.is_dir():
        return []
    settled = time.time() - SETTLED_S
    found = [path for path in _emails(folder) if path.stat(follow_symlinks=False).st_mtime <= settled]
    return sorted(found, key=lambda path: (path.stat(follow_symlinks=False).st_mtime, path.name))[:AT_ONCE]


def _emails(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.suffix.lower() == ".eml" and not path.name.startswith(".") and path.is_file() and not path.is_symlink():
            yield path


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(inbox.LARGEST + 1)


def _set_apart(path: Path) -> None:
    """What is no mail, or too large for one, waits beside for somebody to look at it."""
    log.warning("a file of the inbox is no mail")
    with suppress(OSError):
        folder = path.parent / REFUSED
        folder.mkdir(mode=0o700, exist_ok=True)
        path.replace(folder / path.name)
