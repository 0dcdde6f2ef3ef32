"""The log of readings for the organiser: narrowed, by person, taken away as a file; an entry is taken back with a reason, never erased."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from eventos.adapters import tables
from eventos.checkin import queries, service
from eventos.checkin.forms_staff import AnnulForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.queries.attendees import by_public_id
from eventos.checkin.queries.log import LogRow, Narrowed, doors_of, log, log_of, log_row
from eventos.checkin.rules import Verdict
from eventos.checkin.rules_log import MANUAL, MARKS, OFFLINE, TO_LOOK_AT, VERDICTS, Asked, asked_from, flag_words
from eventos.checkin.rules_rooms import OWN
from eventos.checkin.rules_words import TONES, word_of
from eventos.checkin.web.doors import URL, staff_pages
from eventos.checkin.web.rooms import key_of
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventRef
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, current_staff, download

LOG = f"{URL}/lecturas"
ROWS = 50
NOTICES = {"scan-annulled": ("success", "La lectura ya no cuenta. Sigue escrita, con su motivo.")}
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEADERS = (
    *("Hora de la lectura", "Hora en que llegó", "Persona", "Entidad", "Documento", "Sala", "Puerta o teléfono", "Sentido", "Respuesta"),
    *("Cuenta", "A mano", "Sin señal", "Motivo", "Quién la marcó", "Para revisar"),
)


@staff_pages.get(LOG)
def readings(slug: str) -> str:
    asked = asked_from(request.args)
    page = min(max(1, request.args.get("pagina", 1, type=int)), 10_000)
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        rows, total = log(db, event.id, narrowed(asked), limit=ROWS, offset=(page - 1) * ROWS)
        if not rows and page > 1:
            page = 1
            rows, total = log(db, event.id, narrowed(asked), limit=ROWS)
        doors = doors_of(db, event.id)
    return render_template(
        "checkin/log.html",
        event=view,
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // ROWS)),
        asked=asked,
        verdicts=VERDICTS,
        marks=MARKS,
        doors=doors,
        rooms=[(room.key or OWN, room.name) for room in rooms_of(event)],
        room_names=room_names(event),
        tones=TONES,
        said=said,
        flag_words=flag_words,
    )


@staff_pages.post(f"{LOG}.<any(csv, xlsx):kind>")
def readings_file(slug: str, kind: str) -> Any:
    """Exactly what the page shows, with documents masked; the audit keeps who took it and how it was narrowed."""
    asked = asked_from(request.form)
    with transaction() as db:
        ref, event = staff_door(db, slug)
        rows, total = log(db, event.id, narrowed(asked))
        kept = {name: value for name, value in asked.given.items() if name != "texto"}
        audit.record(db, actor(), "checkin.export_log", "event", ref.id, kind=kind, filter=kept, rows=total)
    lines = [_line(row, room_names(event)) for row in rows]
    content = tables.write_csv(HEADERS, lines) if kind == "csv" else tables.write_xlsx(HEADERS, lines, sheet="Lecturas")
    return download(content, filename=f"lecturas-{slug}.{kind}", media_type=TYPES[kind])


@staff_pages.get(f"{URL}/personas/<registration>")
def person(slug: str, registration: str) -> str:
    """What the door knows of one person."""
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        attendee = by_public_id(db, event.id, registration)
        if attendee is None:
            raise NotFound("No encontramos esa inscripción en este evento.")
        rows = log_of(db, event.id, registration)
    words = {"room_names": room_names(event), "tones": TONES, "said": said, "flag_words": flag_words}
    return render_template("checkin/person.html", event=view, who=attendee, rows=rows, **words)


@staff_pages.get(f"{LOG}/<int:scan>/anular")
def ask_annul(slug: str, scan: int) -> str:
    return _asking(slug, scan, AnnulForm())


@staff_pages.post(f"{LOG}/<int:scan>/anular")
def annul(slug: str, scan: int) -> Any:
    form = AnnulForm.from_request()
    if not form.validate():
        return _asking(slug, scan, form), 422
    now = clock.now()
    with transaction() as db:
        _, event = staff_door(db, slug)
        row = _standing(db, event, scan)
        service.annul(db, service.desk_of(db, event, now=now), event, scan, reason=form.reason.data, by=actor(), now=now)
    return redirect(url_for("checkin.person", slug=slug, registration=row.public_id, aviso="scan-annulled"), 303)


def staff_door(db: Session, slug: str) -> tuple[EventRef, DoorEvent]:
    """An event of the cycles of the person signed in, as its door knows it. Raises NotFound."""
    ref = cycles.event_in_scope(db, slug, current_staff())
    event = queries.door_event_by_id(db, ref.id)
    if event is None:
        raise NotFound
    return ref, event


def rooms_of(event: DoorEvent) -> Sequence[queries.Room]:
    return [*event.offered, *(room for room in event.rooms if room.is_retired)]


def room_names(event: DoorEvent) -> dict[str, str]:
    return {room.key: room.name for room in rooms_of(event)}


def narrowed(asked: Asked) -> Narrowed:
    """What an address asks for, as the log is read."""
    return Narrowed(
        text=asked.texto,
        verdicts=asked.verdicts,
        door=asked.puerta,
        room=key_of(asked.sala) if asked.sala else None,
        flag=asked.flag,
        flagged=asked.marca == TO_LOOK_AT,
        manual=asked.marca == MANUAL,
        offline=asked.marca == OFFLINE,
        since=asked.since,
        until=asked.until,
    )


def said(row: LogRow) -> str:
    """The word that was answered."""
    return word_of(Verdict(row.verdict), row.direction)


def _standing(db: Session, event: DoorEvent, scan: int) -> LogRow:
    row = log_row(db, event.id, scan)
    if row is None or not row.let_in:
        raise NotFound("No encontramos esa lectura.")
    return row


def _asking(slug: str, scan: int, form: AnnulForm) -> str:
    with reading() as db:
        ref, event = staff_door(db, slug)
        view = cycles.event_view_by_id(db, ref.id)
        row = _standing(db, event, scan)
    return render_template("checkin/annul.html", event=view, row=row, form=form, room_names=room_names(event))


def _line(row: LogRow, rooms: dict[str, str]) -> list[tables.Cell]:
    return [
        clock.local(row.at).replace(microsecond=0),
        clock.local(row.received_at).replace(microsecond=0),
        *(row.name, row.entity, row.document),
        rooms.get(row.room, row.room),
        row.door,
        "Salida" if row.direction == "out" else "Entrada",
        said(row),
        row.can_annul,
        *(row.manual, row.offline),
        row.reason if row.annulled is None else f"{row.reason} (anulada: {row.annulled or 'sin motivo'})".strip(),
        row.by,
        "; ".join(flag_words(row.flagged)),
    ]
