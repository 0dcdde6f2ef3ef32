"""The entities a cycle convenes: the list, one of them, and a sheet of many, whose preview is read again each time and writes nothing."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.adapters.storage import FileMissing
from eventos.adapters.tables import Table, UnreadableTable, read_table, write_csv
from eventos.calls import queries, service, sheets
from eventos.calls.forms import ColumnsForm, ConvenedForm, SheetForm
from eventos.calls.web.door import CONVENED, WRITERS, convened_door
from eventos.cycles.queries import CycleView, cycle_in_scope
from eventos.entities.queries import entity_names, office_view
from eventos.kernel import audit, clock, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import UPLOAD_BODY, actor, current_staff, download
from eventos.kernel.text import clean, fold

PURPOSE = "convened-sheet"
MOST_SHOWN = 60
HEADERS = tuple(column.label for column in sheets.Column)


def _cycle(slug: str) -> CycleView:
    """The cycle, when the person signed in works in it. Raises NotFound."""
    with reading() as db:
        return cycle_in_scope(db, slug, current_staff())


def _writes() -> bool:
    return current_staff().role in WRITERS


@convened_door.get(CONVENED)
def index(slug: str) -> Any:
    with reading() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        rows = queries.convened_of(db, cycle.id)
    active = [row for row in rows if row.removed_at is None]
    return render_template(
        "calls/convened.html",
        cycle=cycle,
        active=active,
        removed=[row for row in rows if row.removed_at is not None],
        without_mailbox=sum(not row.mailbox for row in active),
        lacking=len(set(cycle.expected) - {row.divipola for row in active}),
        writes=_writes(),
    )


@convened_door.post(f"{CONVENED}.csv", roles=WRITERS)
def export(slug: str) -> Any:
    """The list as it can be imported again. It holds the liaisons' mails and phones: it is written down, and asked for with a button."""
    with transaction() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        rows = [row for row in queries.convened_of(db, cycle.id) if row.removed_at is None]
        audit.record(db, actor(), "calls.export_convened", "cycle", cycle.id, rows=len(rows))
    lines = [
        (row.entity, row.mailbox, row.divipola or "", row.liaison_name, row.liaison_post, row.liaison_email, row.phone, row.note)
        for row in rows
    ]
    return download(write_csv(HEADERS, lines), filename=f"convocadas-{slug[:60]}.csv", media_type="text/csv")


@convened_door.get(f"{CONVENED}/nueva", roles=WRITERS)
def new(slug: str) -> Any:
    return _form(_cycle(slug), ConvenedForm())


@convened_door.post(f"{CONVENED}/nueva", roles=WRITERS)
def create(slug: str) -> Any:
    return _save(slug, None)


@convened_door.get(f"{CONVENED}/<public_id>", roles=WRITERS)
def edit(slug: str, public_id: str) -> Any:
    with reading() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        view = queries.convened(db, cycle.id, public_id)
    return _form(cycle, ConvenedForm.of(view), view)


@convened_door.post(f"{CONVENED}/<public_id>", roles=WRITERS)
def change(slug: str, public_id: str) -> Any:
    return _save(slug, public_id)


def _save(slug: str, public_id: str | None) -> Any:
    with reading() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        view = queries.convened(db, cycle.id, public_id) if public_id else None
    form = ConvenedForm.from_request()
    if not form.validate():
        return _form(cycle, form, view), 422
    try:
        with transaction() as db:
            service.save_convened(db, cycle.id, form.to_command(), public_id=public_id, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(cycle, form, view), 422
    return redirect(url_for("convened.index", slug=slug, aviso="convened-changed" if public_id else "convened-saved"))


def _form(cycle: CycleView, form: ConvenedForm, view: queries.ConvenedView | None = None) -> str:
    with reading() as db:
        names = entity_names(db)
    return render_template("calls/convened_form.html", cycle=cycle, form=form, convened=view, entities=names)


@convened_door.post(f"{CONVENED}/<public_id>/<any(retirar, convocar):verb>", roles=WRITERS)
def remove(slug: str, public_id: str, verb: str) -> Any:
    """Take an entity out, and the way back."""
    with transaction() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        act = service.remove_convened if verb == "retirar" else service.restore_convened
        act(db, cycle.id, public_id, by=actor(), now=clock.now())
    return redirect(url_for("convened.index", slug=slug, aviso="convened-removed" if verb == "retirar" else "convened-restored"))


@convened_door.post(f"{CONVENED}/esperadas", roles=WRITERS)
def expected(slug: str) -> Any:
    with transaction() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        service.convene_expected(db, cycle.id, by=actor(), now=clock.now())
    return redirect(url_for("convened.index", slug=slug, aviso="convened-expected"))


# --- a sheet ---------------------------------------------------------------------------------------------------------------------


@convened_door.get(f"{CONVENED}/importar", roles=WRITERS)
def upload_form(slug: str) -> Any:
    return render_template("calls/sheet_upload.html", cycle=_cycle(slug), form=SheetForm())


@convened_door.post(f"{CONVENED}/importar", roles=WRITERS, max_body=UPLOAD_BODY)
def upload(slug: str) -> Any:
    cycle, form = _cycle(slug), SheetForm.from_request()
    sent = request.files.get("file")
    try:
        if not form.validate() or sent is None or not sent.filename:
            raise InvalidInput(fields={"file": "Elija la lista: un archivo CSV o XLSX."})
        with sent.stream:
            content = sent.read()
        name = clean(sent.filename)[:200]
        read_table(content, filename=name)
    except InvalidInput as refusal:
        form.refuse(refusal.fields or {"file": refusal.message})
        return render_template("calls/sheet_upload.html", cycle=cycle, form=form), 422
    told = {"s": storage.staged().put(content).sha256, "n": name, "c": cycle.id, "p": current_staff().id}
    staged = tokens.issue(PURPOSE, told, expires_at=clock.now() + storage.STAGED_LIFE)
    return redirect(url_for("convened.preview", slug=slug, hoja=staged))


@convened_door.get(f"{CONVENED}/importar/revisar", roles=WRITERS)
def preview(slug: str) -> Any:
    cycle = _cycle(slug)
    staged = request.args.get("hoja", "")
    try:
        name, table = _staged(cycle, staged)
    except InvalidInput as refusal:
        form = SheetForm()
        form.refuse({"file": refusal.message})
        return render_template("calls/sheet_upload.html", cycle=cycle, form=form), 422
    return _preview(cycle, staged, name, table, ColumnsForm(request.args))


@convened_door.post(f"{CONVENED}/importar/revisar", roles=WRITERS)
def bring(slug: str) -> Any:
    """Enter the good rows, as they were shown."""
    cycle, form = _cycle(slug), ColumnsForm.from_request()
    staged = request.form.get("hoja", "")
    try:
        name, table = _staged(cycle, staged)
    except InvalidInput as refusal:
        again = SheetForm()
        again.refuse({"file": refusal.message})
        return render_template("calls/sheet_upload.html", cycle=cycle, form=again), 422
    form.offer(table.headers, sheets.guess(table.headers))
    try:
        rows = _rows(table, form)
    except InvalidInput:
        return _preview(cycle, staged, name, table, form), 422
    good = [row.command for row in rows if row.verdict == "good"]
    with transaction() as db:
        done = service.bring(db, cycle.id, good, update="update" in request.form, by=actor(), now=clock.now())
    return redirect(url_for("convened.index", slug=slug, aviso="convened-brought" if done.new or done.changed else "convened-same"))


def _staged(cycle: CycleView, staged: str) -> tuple[str, Table]:
    """The sheet that this person brought for this cycle. Raises InvalidInput, with the sentence for people."""
    try:
        told = tokens.read(PURPOSE, staged)
        if (told.get("c"), told.get("p")) != (cycle.id, current_staff().id):
            raise tokens.BadToken(PURPOSE)
        return told["n"], read_table(storage.staged().read(told["s"], verify=True), filename=told["n"])
    except (tokens.BadToken, FileMissing):
        raise InvalidInput("La lista ya no está: súbala otra vez.") from None
    except UnreadableTable as fault:
        raise InvalidInput(fault.message) from fault


def _rows(table: Table, form: ColumnsForm) -> list[sheets.Row]:
    with reading() as db:
        prefer = office_view(db).departamento
    return sheets.read(table.headers, table.rows, table.numbers, form.mapping(table.headers), prefer=prefer)


def _preview(cycle: CycleView, staged: str, name: str, table: Table, form: ColumnsForm) -> str:
    if not form.entity.choices:
        form.offer(table.headers, sheets.guess(table.headers))
    try:
        rows = _rows(table, form)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        rows = []
    with reading() as db:
        there = {row.entity_key: row for row in queries.convened_of(db, cycle.id)}
    return render_template(
        "calls/sheet_preview.html",
        cycle=cycle,
        form=form,
        staged=staged,
        filename=name,
        chosen={column.value: at for column, at in form.mapping(table.headers).items()},
        bad=[row for row in rows if row.verdict == "bad"],
        repeated=[row for row in rows if row.verdict == "repeated"],
        **_sorted_out(rows, there),
        most=MOST_SHOWN,
    )


def _sorted_out(rows: list[sheets.Row], there: dict[str, queries.ConvenedView]) -> dict[str, list[sheets.Row]]:
    """The good rows: entities that are new here, and those convened already."""
    good = [row for row in rows if row.verdict == "good"]
    known = {key for key, view in there.items() if view.removed_at is None}
    return {
        "new": [row for row in good if fold(row.command.entity) not in known],
        "known": [row for row in good if fold(row.command.entity) in known],
    }
