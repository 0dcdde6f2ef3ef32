"""Make an informe that was asked for, in a worker or at once for the command line: freeze → render → keep → remember."""

import contextlib
import os
import secrets
from pathlib import Path

from eventos.adapters import storage
from eventos.cycles.queries import event_for_write
from eventos.kernel import clock, outbox
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError, PermanentFailure
from eventos.kernel.vocabulary import ReportState
from eventos.reports import messages, queries, service
from eventos.reports.service import Frozen

NO_ROOM = "No fue posible guardar el archivo. Revise que el servidor tenga espacio y vuelva a intentarlo."


def make(report_id: int) -> None:
    """Make the file of an informe; done twice, or again after being killed anywhere, it leaves the same file and one ready row.

    Nothing holds the database while the document is written. A refusal is kept in the row, in a sentence for people.
    """
    with transaction() as db:
        frozen = service.freeze(db, report_id)
        if frozen is None:
            outbox.finish(db)
            return
    try:
        stored = storage.shelf().put(messages.as_file(frozen, _pictures(frozen)))
    except EventosError as refusal:
        _fail(report_id, refusal.message)
        return
    except OSError:
        _fail(report_id, NO_ROOM)
        return
    with transaction() as db:
        service.mark_ready(db, report_id, sha256=stored.sha256, size=stored.size, now=clock.now())
        outbox.finish(db)


def _pictures(frozen: Frozen) -> dict[str, bytes]:
    """The kept pictures the informe shows; one that is gone or was altered is left out, and the document says so."""
    found: dict[str, bytes] = {}
    for key in messages.wanted(frozen):
        with contextlib.suppress(storage.FileMissing):
            found[key] = storage.shelf().read(key, verify=True)
    return found


def _fail(report_id: int, reason: str) -> None:
    with transaction() as db:
        service.mark_error(db, report_id, reason=reason)
        outbox.finish(db)


def write(slug: str, format: str, folder: Path) -> Path:
    """Make the informe of an event now and write it into a folder: whole or not at all. Raises NotFound, InvalidInput, PermanentFailure."""
    with transaction() as db:
        event = event_for_write(db, slug)
        report = service.ask(db, event.id, format=format, by=SYSTEM, now=clock.now(), queued=False)
        report_id, public_id = report.id, report.public_id
    make(report_id)
    with reading() as db:
        made = queries.report_view(db, public_id)
    if made.state is not ReportState.READY or made.file_sha256 is None:
        raise PermanentFailure(made.error)
    target = folder / made.filename
    temporary = folder / f".{target.name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            out.write(storage.shelf().read(made.file_sha256, verify=True))
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(target)
    except OSError as fault:
        temporary.unlink(missing_ok=True) if folder.is_dir() else None
        raise PermanentFailure(f"No se puede escribir en la carpeta {folder}.", detail=type(fault).__name__) from fault
    return target
