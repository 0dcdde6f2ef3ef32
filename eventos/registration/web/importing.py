"""The pages of an import: the file, its columns, the check, the preview, and the confirmation that lets it enter."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.adapters.tables import Cell, write_csv
from eventos.cycles.queries import EventView, event_in_scope, event_view
from eventos.kernel import audit, clock, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import UPLOAD_BODY, Audience, Door, actor, current_staff, download
from eventos.kernel.vocabulary import EventState, Modality, StaffRole
from eventos.registration import importing
from eventos.registration import queries_import as queries
from eventos.registration.forms_import import ColumnsForm, EnterForm, UploadForm
from eventos.registration.queries_import import ImportView
from eventos.registration.service import importing as service
from eventos.registration.service.importing import Options, Upload

door = Door("importing", __name__, audience=Audience.STAFF, roles=(StaffRole.ADMINISTRATOR, StaffRole.ORGANISER))

URL = "/escritorio/eventos/<slug>/importar"
SHEET = f"{URL}/<public_id>"
PER_PAGE = 25
FIRST_GOOD = 8
SAMPLES = 3

NOTICES = {
    "import-abandoned": ("info", "La lista quedó descartada. Nadie entró."),
    "import-entered": ("success", "La lista entró completa."),
    "import-entered-before": ("info", "Esta lista ya había entrado: no se repitió nada."),
}


def _event(slug: str) -> EventView:
    """The event, when the person signed in works in its cycle. Raises NotFound."""
    with reading() as db:
        event_in_scope(db, slug, current_staff())
        return event_view(db, slug)


def _found(slug: str, public_id: str) -> tuple[EventView, ImportView]:
    with reading() as db:
        found = event_in_scope(db, slug, current_staff())
        return event_view(db, slug), queries.import_view(db, public_id, event_id=found.id)


def _is_ahead(event: EventView) -> bool:
    return event.ends_at is not None and event.ends_at > clock.now()


# --- the file ------------------------------------------------------------------------------------------------------------------


@door.get(URL)
def start(slug: str) -> Any:
    return _start_page(_event(slug), UploadForm())


@door.post(URL, max_body=UPLOAD_BODY)
def upload(slug: str) -> Any:
    event = _event(slug)
    form = UploadForm.from_request()
    is_valid = form.validate()
    file: Upload | None = None
    try:
        _refuse_cancelled(event)
        file = _file_of(form)
        service.check_size(file)
    except InvalidInput as refusal:
        file = None
        form.refuse(refusal.fields, refusal.message)
        is_valid = False
    if not is_valid or file is None:
        return _start_page(event, form, kept=file), 422
    importing.keep(file)
    options = Options(has_consents=True, consent_note=form.consent_note.data or "")
    with transaction() as db:
        sheet = service.upload(db, file, options, event_id=event.id, by=actor(), now=clock.now())
        public_id = sheet.public_id
    return redirect(url_for("importing.columns", slug=slug, public_id=public_id))


def _refuse_cancelled(event: EventView) -> None:
    if event.state is EventState.CANCELLED:
        raise InvalidInput(fields={"file": "El evento está cancelado: no recibe inscripciones."})


def _file_of(form: UploadForm) -> Upload:
    """The file chosen now, else the one an earlier try brought. Raises InvalidInput."""
    chosen = form.uploaded()
    if chosen is not None:
        return importing.bring(*chosen)
    try:
        staged = tokens.read("staged-upload", form.staged.data or "")
    except tokens.BadToken:
        raise InvalidInput(fields={"file": "Elija la hoja de inscritos: un archivo CSV o XLSX."}) from None
    return importing.brought(staged["sha256"], staged["filename"])


def _start_page(event: EventView, form: UploadForm, *, kept: Upload | None = None) -> str:
    if kept is not None:
        content = {"sha256": kept.sha256, "filename": kept.filename[:200]}
        form.staged.data = tokens.issue("staged-upload", content, expires_at=clock.now() + storage.STAGED_LIFE)
    else:
        form.staged.data = ""
    with reading() as db:
        imports = queries.imports_of(db, event.id)
    return render_template("registration/import_start.html", event=event, form=form, imports=imports, kept=kept)


# --- its columns ---------------------------------------------------------------------------------------------------------------


@door.get(f"{SHEET}/columnas")
def columns(slug: str, public_id: str) -> Any:
    event, sheet = _found(slug, public_id)
    if sheet.state == "entered":
        return redirect(_page_of(event, sheet))
    form = _columns_form(event, sheet, ColumnsForm())
    with reading() as db:
        form.propose(service.mapping_for(db, sheet.headers, sheet.mapping), Options.of(sheet.options))
    return _columns_page(event, sheet, form)


@door.post(f"{SHEET}/columnas")
def save_columns(slug: str, public_id: str) -> Any:
    event, sheet = _found(slug, public_id)
    form = _columns_form(event, sheet, ColumnsForm.from_request())
    if not form.validate():
        return _columns_page(event, sheet, form), 422
    try:
        with transaction() as db:
            options = form.options(Options.of(sheet.options))
            service.begin_check(db, public_id, form.mapping(), options, event_id=event.id)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _columns_page(event, sheet, form), 422
    return redirect(_page_of(event, sheet))


def _columns_form(event: EventView, sheet: ImportView, form: ColumnsForm) -> ColumnsForm:
    form.offer(sheet.headers, [pool.option for pool in event.pools], may_send=_is_ahead(event))
    return form


def _columns_page(event: EventView, sheet: ImportView, form: ColumnsForm) -> str:
    try:
        table = importing.read_again(sheet.file_sha256, sheet.filename)
    except InvalidInput as fault:
        return render_template("registration/import_failed.html", event=event, sheet=sheet, reason=fault.message)
    return render_template(
        "registration/import_columns.html",
        event=event,
        sheet=sheet,
        form=form,
        samples=table.rows[:SAMPLES],
        table=table,
        is_ahead=_is_ahead(event),
    )


# --- the check and the preview -------------------------------------------------------------------------------------------------


@door.get(SHEET)
def sheet(slug: str, public_id: str) -> Any:
    event, sheet = _found(slug, public_id)
    if sheet.state == "uploaded":
        return redirect(url_for("importing.columns", slug=slug, public_id=public_id))
    if sheet.state == "failed":
        reason = sheet.summary.get("reason", importing.UNREADABLE)
        return render_template("registration/import_failed.html", event=event, sheet=sheet, reason=reason)
    if sheet.state == "checking":
        return render_template("registration/import_checking.html", event=event, sheet=sheet)
    return _preview(event, sheet, EnterForm())


def _preview(event: EventView, sheet: ImportView, form: EnterForm, refusal: str | None = None) -> str:
    pages = max(1, -(-sheet.figure("bad") // PER_PAGE))
    page = min(pages, max(1, request.args.get("pagina", 1, type=int)))
    with reading() as db:
        bad = queries.rows_of(db, sheet.id, "bad", limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        good = queries.rows_of(db, sheet.id, "new", "known", limit=FIRST_GOOD)
        noted = queries.rows_of(db, sheet.id, "new", "known", "repeated", noted=True, limit=PER_PAGE)
        ahead = queries.modalities_ahead(db, sheet.id) if sheet.state == "checked" else {}
    seats = [(pool, ahead.get(pool.option.value, 0)) for pool in event.pools]
    return render_template(
        "registration/import_preview.html",
        event=event,
        sheet=sheet,
        form=form,
        refusal=refusal,
        bad=bad,
        good=good,
        noted=noted,
        seats=seats,
        page=page,
        pages=pages,
        tells_attendance="attended" in sheet.mapping,
        Modality=Modality,
    )


@door.post(f"{SHEET}/problemas.csv")
def problems_csv(slug: str, public_id: str) -> Any:
    """The bad rows as they came, each with its reasons: to mend in Excel and import again."""
    _event_found, sheet = _found(slug, public_id)
    with reading() as db:
        rows = queries.rows_of(db, sheet.id, "bad", raw=True)
    reasons = [" ".join(f"{fault['column']}: {fault['message']}" for fault in row.faults) for row in rows]
    with transaction() as db:
        audit.record(db, actor(), "registration.export_import_problems", "registrant_import", sheet.id, rows=len(rows))
    lines: list[list[Cell]] = [[row.line, why, *row.raw] for row, why in zip(rows, reasons, strict=True)]
    content = write_csv(["Fila", "Qué corregir", *sheet.headers], lines)
    return download(content, filename=f"filas-por-corregir-{slug[:60]}.csv", media_type="text/csv")


@door.post(f"{SHEET}/confirmar")
def enter(slug: str, public_id: str) -> Any:
    event, sheet = _found(slug, public_id)
    form = EnterForm.from_request()
    form.validate()
    try:
        with transaction() as db:
            entered = service.enter(
                db, public_id, event_id=event.id, leave_out_bad=bool(form.leave_out_bad.data), by=actor(), now=clock.now()
            )
    except RuleViolation as refusal:
        if sheet.state != "checked":
            raise
        return _preview(event, sheet, form, refusal.message), 409
    notice = "import-entered-before" if entered.again else "import-entered"
    return redirect(url_for("importing.sheet", slug=slug, public_id=public_id, aviso=notice))


@door.post(f"{SHEET}/descartar")
def abandon(slug: str, public_id: str) -> Any:
    event = _event(slug)
    try:
        with transaction() as db:
            service.abandon(db, public_id, event_id=event.id, by=actor())
    except NotFound:
        pass  # Somebody else dropped it first: the same end.
    return redirect(url_for("importing.start", slug=slug, aviso="import-abandoned"))


def _page_of(event: EventView, sheet: ImportView) -> str:
    return url_for("importing.sheet", slug=event.slug, public_id=sheet.public_id)
