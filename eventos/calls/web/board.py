"""The calls of an event and the board of one: how each entity stands, whom to write again, the list as a file, the thread as evidence."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.adapters.tables import Cell, write_csv, write_xlsx
from eventos.calls import evidence, messages, queries, rules, service
from eventos.calls.forms import SendForm
from eventos.calls.queries import BoardRow, CallView
from eventos.calls.standing import Standing, Whom, is_chosen, is_late, is_overdue, tally
from eventos.calls.web.door import ONE, URL, WRITERS, door
from eventos.cycles.queries import EventView, event_in_scope, event_view_by_id
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound, RuleViolation
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.vocabulary import EventState

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SLOW_S = 120
VIAS = {via.value: via.label for via in rules.Via}
# The filters of a board: a standing, or one of these.
EXTRA = {"troubled": "Con problema", "late": "Tarde", "overdue": "Sin respuesta y vencido", "unregistered": "Sin inscritos"}
HEADERS = (
    *("Entidad", "Correo institucional", "Estado", "Enviada", "Mensajes", "Problema", "Confirmó", "Cargo", "Cuándo confirmó"),
    "Cómo confirmó",
    *("Fuera de plazo", "No asistirá porque", "Designados", "Inscritos"),
)


@door.get(URL)
def index(slug: str) -> Any:
    """The calls of the event; with only one, straight to it."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        event, calls = event_view_by_id(db, ref.id), queries.calls_of(db, ref.id)
        convened = queries.how_many(db, ref.cycle_id)
        found = queries.boards(db, [call for call in calls if call.is_sent])
    return render_template(
        "calls/index.html",
        event=event,
        calls=calls,
        tallies={call.id: _tally(found[call.id], call) for call in calls if call.is_sent},
        headings={call.id: messages.heading(call, event) for call in calls},
        convened=convened,
        writes=_writes(),
        Standing=Standing,
        demo_banner=event.demo,
    )


def _writes() -> bool:
    return current_staff().role in WRITERS


def _tally(rows: list[BoardRow], call: CallView) -> Any:
    return tally(rows, deadline_at=call.deadline_at, now=clock.now())


@door.get(ONE)
def one(slug: str, public_id: str) -> Any:
    """A draft with what is left to do, or the board of what was sent."""
    return _board(slug, public_id)


def _load(slug: str, public_id: str) -> tuple[EventView, CallView, list[BoardRow], list[str]]:
    """The event, its call, the board, and what the pieza of the call shows otherwise than the event says now."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        event, call = event_view_by_id(db, ref.id), queries.call(db, ref.id, public_id)
        carries = call.flyer != rules.FlyerUse.NONE.value and (not call.is_sent or call.flyer_version is not None)
        stale = service.misleading(db, event, version=call.flyer_version) if carries else []
        return event, call, queries.board(db, call), stale


def _board(slug: str, public_id: str, *, refusal: str | None = None) -> str:
    event, call, rows, stale = _load(slug, public_id)
    chosen, now = request.args.get("estado", ""), clock.now()
    shown = [row for row in rows if _fits(row, chosen, call)]
    waited = (now - call.evidence_at).total_seconds() if call.evidence_at else 0
    return render_template(
        "calls/board.html" if call.is_sent else "calls/draft.html",
        event=event,
        call=call,
        rows=shown,
        tally=_tally(rows, call),
        chosen=chosen,
        heading=messages.heading(call, event),
        extra=EXTRA,
        vias=VIAS,
        whom=[(whom, sum(is_chosen(whom, row) for row in rows)) for whom in Whom],
        advice=rules.advice(call.deadline_at, event.starts_at),
        stale=stale,
        is_over=event.ends_at is not None and event.ends_at <= now,
        is_past=call.deadline_at is not None and call.deadline_at <= now,
        is_slow=call.evidence_state == "pending" and waited > SLOW_S,
        can_send=event.state is EventState.PUBLISHED,
        refusal=refusal,
        writes=_writes(),
        Standing=Standing,
        demo_banner=event.demo,
    )


def _fits(row: BoardRow, chosen: str, call: CallView) -> bool:
    """Whether the filter of the address shows this row; one that is not known shows all."""
    match chosen:
        case "troubled":
            return row.standing in (Standing.FAILED, Standing.BOUNCED)
        case "late":
            return row.is_late
        case "overdue":
            return is_overdue(row.standing, call.deadline_at, clock.now())
        case "unregistered":
            return row.registered == 0
        case _:
            return chosen not in set(Standing) or row.standing.value == chosen


@door.post(f"{ONE}/tablero.<any(csv, xlsx):kind>")
def export(slug: str, public_id: str, kind: str) -> Response:
    """The rows the filter shows, as a file. It leaves a line in the register, so it is asked for with a button."""
    chosen = request.form.get("estado", "")
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        call = queries.call(db, ref.id, public_id)
        rows = [row for row in queries.board(db, call) if _fits(row, chosen, call)]
        audit.record(db, actor(), "calls.export", "event", ref.id, call=call.id, kind=kind, rows=len(rows), filter=chosen[:40])
    lines = [_line(row) for row in rows]
    content = write_csv(HEADERS, lines) if kind == "csv" else write_xlsx(HEADERS, lines, sheet="Convocatoria")
    return download(content, filename=f"convocatoria-{slug[:60]}.{kind}", media_type=TYPES[kind])


def _line(row: BoardRow) -> tuple[Cell, ...]:
    sent = clock.local(row.sent_at).replace(microsecond=0) if row.sent_at else None
    confirmed = clock.local(row.confirmed_at).replace(microsecond=0) if row.confirmed_at else None
    told = (row.entity, row.mailbox, row.standing.label, sent, row.mails, row.failure, row.confirmed_by, row.confirmed_post, confirmed)
    how = VIAS.get(row.confirmed_via, "Por su vínculo") if row.confirmed_at else ""
    return (*told, how, row.is_late, row.decline_reason, row.designated, row.registered)


# --- sending ---------------------------------------------------------------------------------------------------------------------


@door.get(f"{ONE}/enviar", roles=WRITERS)
def ask_send(slug: str, public_id: str) -> Any:
    """Whom a mail would go to, before it goes: ?a= says which group."""
    return _ask(slug, public_id, SendForm(request.args).chosen() or _named(request.args.get("a", "")))


def _named(told: str) -> Whom:
    return Whom(told) if told in set(Whom) else Whom.ALL


def _ask(slug: str, public_id: str, whom: Whom, *, refusal: str | None = None) -> str:
    event, call, rows, stale = _load(slug, public_id)
    form = SendForm(data={"whom": whom.value, "version": str(call.version)})
    going = [row for row in rows if is_chosen(whom, row)]
    return render_template(
        "calls/send.html",
        event=event,
        call=call,
        form=form,
        whom=whom,
        going=going,
        without_mailbox=[row for row in rows if not row.mailbox and not row.is_removed],
        advice=rules.advice(call.deadline_at, event.starts_at),
        stale=stale,
        refusal=refusal,
        demo_banner=event.demo,
    )


@door.post(f"{ONE}/enviar", roles=WRITERS)
def send(slug: str, public_id: str) -> Any:
    form = SendForm.from_request()
    whom = form.chosen()
    if whom is None:
        raise NotFound("Elija a quién enviar.")
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            service.send_call(db, ref.id, public_id, whom, seen_version=form.seen_version(), by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _ask(slug, public_id, whom, refusal=refusal.message), 409
    return redirect(url_for("calls.one", slug=slug, public_id=public_id, aviso="call-sent"))


# --- one entity, and the evidence ------------------------------------------------------------------------------------------------


@door.get(f"{ONE}/entidades/<int:number>")
def entity(slug: str, public_id: str, number: int) -> Any:
    """The thread of one entity: what went, what came, whom it designated."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        event, call = event_view_by_id(db, ref.id), queries.call(db, ref.id, public_id)
        view = queries.recipient(db, call.id, number)
        named = queries.designees(db, ref.id, view.id)
        thread = queries.thread(db, call.id, recipient_id=view.id)
    return render_template(
        "calls/entity.html",
        event=event,
        call=call,
        view=view,
        named=named,
        thread=thread,
        Standing=Standing,
        words=messages.KINDS,
        vias=VIAS,
        recorded=evidence.recorded,
        is_open=event.state is not EventState.CANCELLED and (event.ends_at is None or event.ends_at >= clock.now()),
        writes=_writes(),
        is_late=is_late(view.answered_at, call.deadline_at),
        demo_banner=event.demo,
    )


@door.post(f"{ONE}/constancia", roles=WRITERS)
def print_evidence(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        service.ask_evidence(db, ref.id, public_id, by=actor(), now=clock.now())
    return redirect(url_for("calls.one", slug=slug, public_id=public_id, aviso="call-printing"))


@door.get(f"{ONE}/constancia.pdf")
def evidence_file(slug: str, public_id: str) -> Response:
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        call = queries.call(db, ref.id, public_id)
    if call.evidence_sha256 is None:
        raise NotFound("La constancia de esta convocatoria todavía no se ha preparado.")
    content = storage.shelf().read(call.evidence_sha256, verify=True)
    return download(content, filename=f"convocatoria-{slug[:60]}.pdf", media_type="application/pdf")
