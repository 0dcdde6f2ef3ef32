"""Staff mark several people at once, or enter a list on paper: nothing is written before it was shown, and the door's judge answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from eventos.adapters import tables
from eventos.adapters.tables import UnreadableTable
from eventos.checkin import service
from eventos.checkin.forms_staff import MarkManyForm, PaperForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.queries.marking import Markable, chosen, everybody, to_mark
from eventos.checkin.rules import Rule, Verdict, counts_on, day_of
from eventos.checkin.rules_log import moment
from eventos.checkin.rules_paper import MOST_LINES, Expected, Line, match, read_cells, read_lines
from eventos.checkin.rules_rooms import OWN
from eventos.checkin.service.told import Answer
from eventos.checkin.web.doors import URL, staff_pages
from eventos.checkin.web.log import staff_door
from eventos.checkin.web.rooms import key_of
from eventos.cycles import queries as cycles
from eventos.kernel import clock, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import UPLOAD_BODY, actor
from eventos.kernel.webforms import choices
from eventos.registration.service.importing import columns, words
from eventos.registration.service.importing.columns import Field

SHOWN = 100
TOGETHER = 500
MOST_TOLD = 500
NOBODY = "Elija al menos a una persona."


@staff_pages.get(f"{URL}/marcar")
def mark_form(slug: str) -> str:
    return _page(slug, MarkManyForm(room=request.args.get("sala", OWN)))


@staff_pages.post(f"{URL}/marcar")
def mark(slug: str) -> Any:
    """Mark those ticked, or everybody who matches what the list was narrowed by."""
    with reading() as db:
        _, event = staff_door(db, slug)
    form = MarkManyForm.from_request()
    form.room.choices = choices(*_rooms(event))
    is_valid = form.validate()
    if not form.personas.data and not request.form.get("todas"):
        form.refuse({"personas": NOBODY})
        is_valid = False
    if not is_valid:
        return _page(slug, form), 422
    room, batch = key_of(form.room.data), _batch(form)
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        people = list(dict.fromkeys(form.personas.data or []))
        if request.form.get("todas"):
            found, _total = to_mark(db, event.id, _typed(), room=room, day=_day(event, room, form.moment), missing=_missing())
            people = [one.public_id for one in found]
    parts = [people[start : start + TOGETHER] for start in range(0, len(people), TOGETHER)]
    answers = [answer for part in parts for answer in _mark_some(event, part, batch=batch, room=room, form=form)]
    lines = sorted(((one.nonce.removeprefix(f"{batch}-"), one) for one in answers), key=lambda line: _rank(line[1]))
    return render_template("checkin/marked.html", event=view, lines=lines[:MOST_TOLD], hidden=len(lines[MOST_TOLD:]), sums=_sums(answers))


def _mark_some(event: DoorEvent, people: Sequence[str], *, batch: str, room: str, form: MarkManyForm) -> list[Answer]:
    """Mark so many as one transaction bears: no phone at the door waits for a whole auditorium. Cut short and sent again, it goes on."""
    now = clock.now()
    with transaction() as db:
        desk = service.desk_of(db, event, now=now)
        reason, direction = form.reason.data or "", form.direction.data
        return service.mark_many(
            db, desk, event, people, batch=batch, reason=reason, by=actor(), now=now, room=room, at=form.moment, direction=direction
        )


def _rank(answer: Answer) -> int:
    """Who could not be marked comes first, then who had entered before."""
    return {Verdict.ACCEPTED: 2, Verdict.REPEATED: 1}.get(answer.verdict, 0)


@staff_pages.get(f"{URL}/lista")
def paper(slug: str) -> str:
    return _paper_page(slug, PaperForm())


@staff_pages.post(f"{URL}/lista", max_body=UPLOAD_BODY)
def check_paper(slug: str) -> Any:
    """Who each line is, shown before anything is written."""
    with reading() as db:
        staff_door(db, slug)
    form = PaperForm.from_request()
    if request.form.get("cambiar"):
        return _paper_page(slug, form)
    is_valid = form.validate()
    lines: list[Line] = []
    try:
        chosen_file = form.uploaded()
        lines = _lines_of(chosen_file[0], chosen_file[1]) if chosen_file else read_lines(form.text.data or "")
    except UnreadableTable as refusal:
        form.refuse({"file": str(refusal)})
        is_valid = False
    if is_valid and not lines:
        form.refuse({"text": "Pegue la lista o elija una hoja con al menos una persona."})
        is_valid = False
    if len(lines) > MOST_LINES:
        form.refuse({"text": f"La lista tiene más de {MOST_LINES} líneas. Divídala en partes."})
        is_valid = False
    if not is_valid:
        return _paper_page(slug, form), 422
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        known = [Expected(one.public_id, one.name, one.documents, one.shown) for one in everybody(db, event.id)]
    found = match(lines, known)
    return render_template(
        "checkin/paper_checked.html",
        event=view,
        form=_filled(event, MarkManyForm(reason="Lista de asistencia en papel")),
        reads_exits=_reads_exits(event),
        sure=[one for one in found if one.is_sure],
        doubtful=[one for one in found if one.people and not one.is_sure],
        unknown=[one for one in found if not one.people],
        typed=form.text.data or "\n".join(line.text for line in lines),
    )


def _lines_of(data: bytes, filename: str) -> list[Line]:
    """The lines of a sheet by its headings; without them, each row by what its cells look like. Who did not come is left out."""
    table = tables.read_table(data, filename=filename)
    guessed = columns.guess(table.headers)
    by_document, came = guessed.get(Field.DOCUMENT_NUMBER), guessed.get(Field.ATTENDED)
    names = [guessed[field] for field in (Field.FULL_NAME, Field.GIVEN_NAMES, Field.FAMILY_NAMES) if field in guessed]
    numbered = list(zip(table.numbers, table.rows, strict=True))
    if by_document is None and not names:
        return [read_cells(number, row) for number, row in [(table.header_row, tuple(table.headers)), *numbered] if any(row)]
    found = []
    for number, row in numbered:
        if came is not None and row[came].strip() and words.attended(row[came]) is False:
            continue
        document = words.typed_number(row[by_document])[1] if by_document is not None else ""
        name = " ".join(row[at] for at in names if row[at])
        if document or name:
            plain = "".join(char for char in document.upper() if char.isalnum())
            found.append(Line(number, ", ".join(part for part in (name, document) if part), plain, name))
    return found


def _batch(form: MarkManyForm) -> str:
    """The name of a batch: the same form sent again is the same, but not when it says another room or moment."""
    told = (form.batch.data, form.room.data, form.direction.data, form.moment.isoformat())
    return f"lote-{tokens.digest('|'.join(told))[:32]}"


def _rooms(event: DoorEvent) -> list[tuple[str, str]]:
    return [(room.key or OWN, room.name) for room in event.offered]


def _reads_exits(event: DoorEvent) -> bool:
    return any(room.rule.get("exits") for room in event.offered)


def _typed() -> str:
    return request.values.get("texto", "").strip()[:100]


def _missing() -> bool:
    return bool(request.values.get("faltan"))


def _day(event: DoorEvent, room: str, at: datetime) -> str:
    return counts_on(event.days, at, Rule.of(event.room(room).rule))


def _usual(event: DoorEvent) -> datetime:
    """The moment a list is usually about: now while the door is open, else when the last day that began did."""
    now = clock.now()
    begun = [day.starts_at for day in event.days if day.starts_at <= now]
    return now if day_of(event.days, now) or not begun else max(begun)


def _filled(event: DoorEvent, form: MarkManyForm) -> MarkManyForm:
    """With the rooms to choose, a moment and a name for the batch."""
    form.room.choices = choices(*_rooms(event))
    form.at.data = form.at.data or clock.local(_usual(event)).strftime("%Y-%m-%dT%H:%M")
    form.batch.data = form.batch.data or tokens.random_token()[:40]
    return form


def _page(slug: str, form: MarkManyForm) -> str:
    ticked = form.personas.data or []
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        form = _filled(event, form)
        people, total = _people(db, event, form, ticked)
    return render_template(
        "checkin/mark.html",
        event=view,
        form=form,
        people=people,
        total=total,
        ticked=set(ticked),
        typed=_typed(),
        missing=_missing(),
        rooms=_rooms(event),
        reads_exits=_reads_exits(event),
    )


def _people(db: Session, event: DoorEvent, form: MarkManyForm, ticked: Sequence[str]) -> tuple[list[Markable], int]:
    """Those ticked before, when a form comes back; else who matches."""
    room = key_of(form.room.data or OWN)
    day = _day(event, room, moment(form.at.data or "") or _usual(event))
    if ticked:
        found = chosen(db, event.id, ticked, room=room, day=day)
        return found, len(found)
    return to_mark(db, event.id, _typed(), room=room, day=day, missing=_missing(), limit=SHOWN)


def _sums(answers: Sequence[Answer]) -> dict[str, int]:
    """How many were let in, had entered before, and were refused."""
    let_in = sum(one.verdict is Verdict.ACCEPTED for one in answers)
    before = sum(one.verdict is Verdict.REPEATED for one in answers)
    return {"accepted": let_in, "repeated": before, "refused": len(answers) - let_in - before}


def _paper_page(slug: str, form: PaperForm) -> str:
    with reading() as db:
        ref, _ = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
    return render_template("checkin/paper.html", event=view, form=form)
