"""What was mailed, what waits, and what failed or is held, with the way to try again."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for

from eventos.desk import queries
from eventos.desk.web.door import WRITERS, door
from eventos.kernel import audit, outbox
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import actor, current_staff

URL = "/escritorio/correos"
PAGE = 40


@door.get(URL, roles=WRITERS)
def mails() -> str:
    """Four statements at most, however many mails."""
    staff = current_staff()
    chosen = request.args.get("estado", "")
    with reading() as db:
        counts = queries.mail_counts(db, staff)
        came_back = chosen == "rebotados"
        pages = max(1, -(-(counts.bounced if came_back else counts.sent) // PAGE))
        page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
        failed = {"fallidos": True, "pendientes": False}.get(chosen)
        jobs = queries.pending_jobs(db, staff, failed=failed) if chosen not in {"enviados", "rebotados"} and page == 1 else []
        sent = queries.sent_mails(db, staff, page=page, bounced=came_back) if chosen in {"", "enviados", "rebotados"} else []
    is_folder = current_app.extensions["eventos.settings"].mail_transport_url.startswith("file:")
    return render_template(
        "desk/mails.html", jobs=jobs, sent=sent, counts=counts, chosen=chosen, page=page, pages=pages, is_folder=is_folder
    )


@door.post(f"{URL}/<int:job_id>/reintentar", roles=WRITERS)
def retry(job_id: int) -> Any:
    """Try a failed job again, or release one that was held."""
    with transaction() as db:
        job = queries.job_to_retry(db, current_staff(), job_id)
        if job is not None:
            outbox.revive(db, job.id)
            audit.record(db, actor(), "desk.release" if job.state == "held" else "desk.retry", "job", job.id)
    notice = "job-retried" if job is not None else "job-gone"
    return redirect(url_for("desk.mails", aviso=notice), 303)
