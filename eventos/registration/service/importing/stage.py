"""Rows go to staging with everything they need to enter, tickets and links included, so that entering only moves rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.kernel import tokens
from eventos.kernel.db import upsert
from eventos.registration.models import Import, ImportRow
from eventos.registration.service import tickets
from eventos.registration.service.importing.reading import mail_key
from eventos.registration.service.importing.recognise import Judged


def staged_row(judged: Judged, *, import_id: int, event_id: int) -> dict[str, Any]:
    """The row as staging keeps it. Secrets are made here, outside any transaction: signing takes longer than writing."""
    read = judged.read
    enters = judged.verdict in ("new", "known")
    row: dict[str, Any] = {
        "import_id": import_id,
        "line": read.line,
        "verdict": judged.verdict,
        "problems": [problem.data() for problem in read.problems],
        "raw": list(read.raw),
        "person_id": judged.person_id,
        "person_public_id": tokens.public_id() if judged.verdict == "new" else "",
        "document_type": read.document_type,
        "document_number": read.document_number,
        "given_names": read.given_names,
        "family_names": read.family_names,
        "name_key": read.name_key,
        "email": read.email,
        "email_key": mail_key(read),
        "phone": read.phone,
        "entity_name": read.entity_name,
        "entity_key": read.entity_key,
        "dependency": read.dependency,
        "post": read.post,
        "link_kind": read.link_kind,
        "divipola": read.divipola,
        "country": read.country,
        "city": read.city,
        "modality": read.modality,
        "attended": judged.attended if enters else None,
        "public_id": "",
        "ticket_hash": "",
        "ticket_sealed": None,
        "link_hash": "",
        "link_sealed": None,
        "uid": "",
    }
    if judged.verdict == "new":
        secrets = tickets.make(event_id)
        row |= {"public_id": secrets.public_id, "uid": secrets.uid}
        row |= {"ticket_hash": secrets.ticket_hash, "ticket_sealed": secrets.ticket_sealed}
        row |= {"link_hash": secrets.link_hash, "link_sealed": secrets.link_sealed}
    return row


def stage(db: Session, rows: Sequence[dict[str, Any]], *, import_id: int, run: str) -> bool:
    """Write some rows of a check. False when the sheet was mapped again, entered or dropped meanwhile: that check is no longer wanted.

    A row that an interrupted run of the same check already staged stays as it is.
    """
    sheet = _checking(db, import_id, run)
    if sheet is None:
        return False
    db.execute(upsert(db)(ImportRow).on_conflict_do_nothing(index_elements=["import_id", "line"]), list(rows))
    staged = db.execute(select(func.count()).where(ImportRow.import_id == import_id)).scalar_one()
    sheet.summary = {**sheet.summary, "done": staged}
    return True


def finish_check(db: Session, *, import_id: int, run: str) -> bool:
    """Close a check whose rows are all staged; its figures add up because they are counted from the rows. False as in `stage`."""
    sheet = _checking(db, import_id, run)
    if sheet is None:
        return False
    sheet.summary = {**sheet.summary, **counts(db, import_id)}
    sheet.state = "checked"
    return True


def counts(db: Session, import_id: int) -> dict[str, int]:
    """How the rows of a sheet are sorted: rows = new + known + repeated + bad; `attended` among those that enter."""
    found = db.execute(
        select(ImportRow.verdict, func.count(), func.count().filter(ImportRow.attended.is_(True)))
        .where(ImportRow.import_id == import_id)
        .group_by(ImportRow.verdict)
    ).all()
    sorted_rows = {"new": 0, "known": 0, "repeated": 0, "bad": 0} | {verdict: number for verdict, number, _ in found}
    attended = sum(came for verdict, _, came in found if verdict in ("new", "known"))
    return {"rows": sum(sorted_rows.values()), **sorted_rows, "attended": attended}


def fail(db: Session, reason: str, *, import_id: int, run: str) -> None:
    """Say that the sheet could not be read after all; it can be mapped again or abandoned."""
    db.execute(
        update(Import)
        .where(Import.id == import_id, Import.state == "checking")
        .where(Import.summary["run"].as_string() == run)
        .values(state="failed", summary={"rows": 0, "run": run, "reason": reason})
        .execution_options(synchronize_session=False)
    )


def _checking(db: Session, import_id: int, run: str) -> Import | None:
    sheet = db.execute(select(Import).where(Import.id == import_id).with_for_update()).scalar_one_or_none()
    return sheet if sheet is not None and sheet.state == "checking" and sheet.summary.get("run") == run else None
