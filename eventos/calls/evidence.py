"""The thread of a call as a printed document: what was sent with its hash, how each entity stands, and every line with its date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.calls import queries
from eventos.calls.messages import KINDS, shown
from eventos.calls.queries import BoardRow, CallView, EntryView, MatterView
from eventos.calls.rules import Via
from eventos.calls.standing import Standing, Tally, Whom, tally
from eventos.kernel.settings import ROOT
from eventos.kernel.spanish import sentence
from eventos.kernel.templating import moment, plain

OWN_LINK = "{vínculo de cada entidad}"
SHEET = ROOT / "templates" / "pdf" / "calls" / "evidence.css"


@dataclass(frozen=True)
class Evidence:
    """Everything the document says, as it stood at `at`."""

    matter: MatterView
    rows: list[BoardRow]
    tally: Tally
    thread: list[EntryView]
    at: datetime


def gathered(db: Session, call: CallView, *, now: datetime) -> Evidence:
    """The document's material: nine statements, however many entities there are."""
    rows = queries.board(db, call)
    thread = queries.thread(db, call.id)
    counted = tally(rows, deadline_at=call.deadline_at, now=now)
    return Evidence(queries.matter(db, call), rows, counted, thread, now)


def html(paper: Evidence) -> str:
    """The document as HTML, for the PDF."""
    first = replace(paper.matter.call, deadline_at=paper.matter.call.first_deadline_at)
    sample = shown(replace(paper.matter, call=first), entity="{entidad}", person="{persona}", token=OWN_LINK)
    return plain(
        "pdf/calls/evidence.html",
        paper=paper,
        call=paper.matter.call,
        event=paper.matter.event,
        office=paper.matter.office,
        subject=sample.subject,
        text=sample.text,
        numbers=[(each.label, paper.tally.by[each]) for each in Standing if paper.tally.by[each]],
        lines=[_line(entry) for entry in paper.thread],
        answer=_answer,
    )


def _line(entry: EntryView) -> dict[str, Any]:
    """A line of the thread in words."""
    detail = entry.detail
    told = [KINDS[entry.kind]]
    if entry.kind == "sent" and detail.get("whom") in set(Whom):
        told = [f"{KINDS['sent']}: {Whom(detail['whom']).label[:1].lower()}{Whom(detail['whom']).label[1:]} ({detail.get('mails', 0)})"]
    told += [detail[name] for name in ("reason", "mailbox", "sender") if detail.get(name)]
    told += [words for words in (recorded(detail), extended(detail)) if words]
    what = " ".join(f"{words}{'' if words.endswith('.') else '.'}" for words in told)
    return {"at": moment(entry.at), "entity": entry.entity, "what": what, "by": entry.by, "message_id": entry.message_id}


def recorded(detail: Mapping[str, Any]) -> str:
    """How a confirmation came that staff wrote down; "" for one that the entity gave by itself."""
    if detail.get("via") not in set(Via):
        return ""
    told = f"{Via(detail['via']).label}, {detail['told_at']}; lo anotó {detail['recorded_by']}"
    return f"{told}: {detail['note']}" if detail.get("note") else told


def extended(detail: Mapping[str, Any]) -> str:
    """From when until when a deadline was put off."""
    return f"Del {detail['from']} al {detail['to']}" if detail.get("to") else ""


def _answer(row: BoardRow) -> str:
    """What an entity answered, in one phrase."""
    who = ", ".join(part for part in (row.confirmed_by, row.confirmed_post) if part)
    late = " (fuera de plazo)" if row.is_late else ""
    if row.standing is Standing.DECLINED:
        return f"No asistirá: {sentence(row.decline_reason)} {who}, {moment(row.declined_at)}{late}"
    if row.standing is Standing.CONFIRMED:
        how = f" ({Via(row.confirmed_via).label.lower()})" if row.confirmed_via else ""
        return f"{who}{how}, {moment(row.confirmed_at)}{late}"
    return row.failure


def css() -> str:
    return SHEET.read_text(encoding="utf-8")
