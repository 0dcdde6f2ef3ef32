"""The organiser's own texts and tables in an informe: add, change, raise, remove."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import tables
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import UPLOAD_BODY, actor, current_staff
from eventos.reports import queries, service
from eventos.reports.forms import TableForm, TextForm, WordsForm
from eventos.reports.sections import Grid, squared
from eventos.reports.web.door import URL, WRITERS, door

# Two long texts, every letter of them three bytes once it is sent.
WORDS_BODY = 256 * 1024
FORMS: dict[str, type[TextForm] | type[TableForm]] = {"texto": TextForm, "tabla": TableForm}


@door.get(f"{URL}/partes/nueva-<kind>", roles=WRITERS)
def new_section(slug: str, kind: str) -> Any:
    return _form(slug, _form_of(kind)())


@door.post(f"{URL}/partes/nueva-<kind>", roles=WRITERS, max_body=UPLOAD_BODY)
def create_section(slug: str, kind: str) -> Any:
    return _save(slug, _form_of(kind).from_request(), None)


@door.get(f"{URL}/partes/<int:number>", roles=WRITERS)
def edit_section(slug: str, number: int) -> Any:
    section = _section(slug, number)
    return _form(slug, TextForm.of(section) if section.kind == "text" else TableForm.of(section), number)


@door.post(f"{URL}/partes/<int:number>", roles=WRITERS, max_body=UPLOAD_BODY)
def update_section(slug: str, number: int) -> Any:
    section = _section(slug, number)
    return _save(slug, (TextForm if section.kind == "text" else TableForm).from_request(), number)


@door.post(f"{URL}/partes/<int:number>/subir", roles=WRITERS)
def raise_section(slug: str, number: int) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.raise_section(db, ref.id, number, by=actor())
    return redirect(url_for("reports.overview", slug=slug, aviso="section-raised", _anchor="partes"))


@door.post(f"{URL}/partes/<int:number>/quitar", roles=WRITERS)
def remove_section(slug: str, number: int) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.remove_section(db, ref.id, number, by=actor())
    return redirect(url_for("reports.overview", slug=slug, aviso="section-removed", _anchor="partes"))


@door.get(f"{URL}/palabras", roles=WRITERS)
def words(slug: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event, own = cycles.event_view_by_id(db, ref.id), queries.words(db, ref.id)
    return _words_page(event, WordsForm.of(event, own))


@door.post(f"{URL}/palabras", roles=WRITERS, max_body=WORDS_BODY)
def save_words(slug: str) -> Any:
    form = WordsForm.from_request()
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
    if not form.validate():
        return _words_page(event, form), 422
    with transaction() as db:
        cycles.event_in_scope(db, slug, current_staff())
        service.save_words(db, ref.id, form.to_command(event), by=actor())
    return redirect(url_for("reports.overview", slug=slug, aviso="words-saved"))


def _words_page(event: EventView, form: WordsForm) -> str:
    return render_template("reports/words.html", event=event, form=form, demo_banner=event.demo)


def _form_of(kind: str) -> type[TextForm] | type[TableForm]:
    if kind not in FORMS:
        raise NotFound
    return FORMS[kind]


def _section(slug: str, number: int) -> queries.SectionView:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        return queries.section(db, ref.id, number)


def _save(slug: str, form: Any, number: int | None) -> Any:
    if not form.validate():
        return _form(slug, form, number), 422
    try:
        command = form.to_command(_uploaded(form))
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            service.save_section(db, ref.id, command, section_id=number, by=actor())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(slug, form, number), 422
    except RuleViolation as refusal:
        return _form(slug, form, number, refusal=refusal.message), 409
    return redirect(url_for("reports.overview", slug=slug, aviso="section-saved", _anchor="partes"))


def _uploaded(form: Any) -> Grid | None:
    """The table of the file that came with the form, shown in the form too, so that a refusal loses nothing."""
    upload = request.files.get("file") if form.kind == "table" else None
    if upload is None or not upload.filename:
        return None
    try:
        found = tables.read_table(upload.read(), filename=upload.filename)
    except InvalidInput as refusal:
        raise InvalidInput(fields={"file": refusal.message}) from refusal
    grid = squared([found.headers, *found.rows])
    form.table.data = "\n".join("\t".join(line) for line in (grid[0], *grid[1]))
    return grid


def _form(slug: str, form: Any, number: int | None = None, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
    return render_template("reports/section.html", event=event, form=form, number=number, refusal=refusal, demo_banner=event.demo)
