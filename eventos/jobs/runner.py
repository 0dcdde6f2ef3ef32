"""The runner: claims due jobs, calls their handlers, and alone decides about trying again.

In one process letters leave one at a time, however many threads there are: whoever kills it finds at most one letter that was sent and
not written down, which is sent again.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from eventos.kernel import clock, idempotency, limits, outbox, rounds
from eventos.kernel.db import transaction
from eventos.kernel.errors import EventosError, PermanentFailure, TransientFailure

log = logging.getLogger("eventos.jobs")

BATCH = 20
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)


_mailing = threading.Lock()  # held by the thread whose turn it is to mail
_asked = threading.Event()  # somebody wants the mails looked at


def run_due(app: Flask, *, limit: int = BATCH) -> int:
    """Do up to `limit` due jobs that mail, unless another thread is at them, and up to `limit` others. Answers how many were claimed."""
    return _mail(app, limit) + _batch(app, limit, mails=False)


def _mail(app: Flask, limit: int) -> int:
    """Who is refused the turn goes on: whoever has it sees, after giving it back, that somebody asked, and looks again."""
    claimed = 0
    _asked.set()
    while _asked.is_set() and _mailing.acquire(blocking=False):
        try:
            _asked.clear()
            claimed += _batch(app, limit, mails=True)
        finally:
            _mailing.release()
    return claimed


def _batch(app: Flask, limit: int, *, mails: bool) -> int:
    """Claim up to `limit` due jobs and do them one after the other. Answers how many were claimed."""
    with app.app_context():
        lease = timedelta(seconds=app.extensions["eventos.settings"].job_lease)
        with transaction() as db:
            jobs = outbox.claim(db, limit=limit, lease=lease, mails=mails)
        claimed_at = clock.now()
    for job in jobs:
        with app.app_context():
            if clock.now() - claimed_at < lease / 2 or _is_ours(job, lease):
                _do(job)
    return len(jobs)


def _is_ours(job: outbox.Claimed, lease: timedelta) -> bool:
    """Hold a job that waited long behind others of its batch, unless somebody took it for lost and is at it."""
    with transaction() as db:
        return outbox.keep(db, job, lease=lease)


def run_all(app: Flask) -> int:
    """Keep going until nothing is due. Answers how many jobs were claimed in all."""
    total = 0
    while claimed := run_due(app):
        total += claimed
    return total


def sweep(app: Flask) -> None:
    """Every minute: what nobody claimed or somebody died holding, and counters and kept answers whose time is over."""
    with app.app_context(), transaction() as db:
        limits.forget_expired(db)
        idempotency.forget_expired(db)
    for go in rounds.all_of_them():
        with app.app_context():
            _go(go)
    run_all(app)


def _go(go: Callable[[], None]) -> None:
    """One round; what goes wrong in it is recorded, and the next minute tries again."""
    try:
        go()
    except EventosError as failure:
        log.warning("round waits: %s", failure.code, extra={"job_name": go.__name__})
    except Exception as bug:
        log.error("round failed", exc_info=bug, extra={"job_name": go.__name__})


def _do(job: outbox.Claimed) -> None:
    extra = {"job": job.id, "job_name": job.name, "attempts": job.attempts}
    try:
        outbox.run(job)
    except TransientFailure as failure:
        log.warning("job waits: %s", failure.code, extra=extra)
        _wait_or_bury(job, failure.message, failure.retry_after, most=outbox.MAX_ATTEMPTS)
    except (PermanentFailure, EventosError) as failure:
        log.warning("job buried: %s", failure.code, extra=extra)
        with transaction() as db:
            outbox.bury(db, job, reason=failure.message)
    except Exception as bug:
        log.error("job failed", exc_info=bug, extra=extra)
        _wait_or_bury(job, f"Error interno ({type(bug).__name__}).", None, most=outbox.MAX_FAULTS)
    else:
        with transaction() as db:
            outbox.finish(db, job)
        log.info("job done", extra=extra)


def _wait_or_bury(job: outbox.Claimed, reason: str, retry_after: float | None, *, most: int) -> None:
    with transaction() as db:
        if job.attempts >= most:
            outbox.bury(db, job, reason=reason)
            return
        wait = timedelta(seconds=retry_after) if retry_after else min(FIRST_WAIT * 2 ** min(job.attempts - 1, 20), LONGEST_WAIT)
        outbox.retry_later(db, job, reason=reason, wait=wait)
