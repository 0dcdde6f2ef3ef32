"""The list of an event's registrations: narrowed, sorted, with the columns one chooses, saved by name, and taken away as a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import tables
from eventos.cycles import queries as cycles
from eventos.desk import queries, service
from eventos.desk.forms import BulkForm, ExportForm, ViewForm
from eventos.desk.queries import Listed
from eventos.desk.rules_list import IN_FILES, SORTABLE, USUAL, Chosen, Column, Reply, chosen_from, headings, options_of
from eventos.desk.web.door import READERS, WRITERS, door
from eventos.desk.web.registrations import label_of, place_words
from eventos.kernel import audit, clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.text import fold, mask_email
from eventos.kernel.vocabulary import LinkKind, Source
from eventos.registration.queries_questions import AnswerSheet, all_questions, answer_sheet
from eventos.registration.rules_questions import Question

URL = "/escritorio/eventos/<slug>/inscripciones"
PRIVATE = ["Tipo de documento", "Documento", "Celular"]
TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


@door.get(URL, roles=READERS)
def registrations(slug: str) -> str:
    return list_page(slug)


@door.post(f"{URL}.<any(csv, xlsx, ods):kind>", roles=READERS)
def registrations_file(slug: str, kind: str) -> Any:
    """Exactly the list on the page, with its columns. Documents and phones only with a reason, for those who organise."""
    form = ExportForm.from_request()
    private = bool(form.private.data) and current_staff().role in WRITERS
    if not form.validate() or form.lacks_reason():
        form.refuse({"reason": "Escriba para qué los necesita: queda en el registro."} if form.lacks_reason() else {})
        return list_page(slug, export=form), 422
    with transaction() as db:
        event = cycles.event_in_scope(db, slug, current_staff())
        questions = all_questions(db, event.id)
        chosen = chosen_from(given(), questions)
        rows, _total = queries.listed(db, event.id, chosen)
        sheet = answer_sheet(db, event.id)
        columns = chosen.columnas or (*map(str, IN_FILES), *(one.name for one in sheet.questions))
        audit.record(
            db,
            actor(),
            "desk.export_registrations",
            "event",
            event.id,
            kind=kind,
            filter={name: value for name, value in chosen.narrowing.items() if name != "texto"},
            columns=list(columns),
            private=private,
            reason=form.reason.data if private else "",
            rows=len(rows),
        )
    headers = ["Nombre", *headings(columns, questions), *(PRIVATE if private else [])]
    lines = [_line(row, columns, sheet, private=private) for row in rows]
    content = {"csv": tables.write_csv, "xlsx": _xlsx, "ods": _ods}[kind](headers, lines)
    return download(content, filename=f"inscripciones-{slug}.{kind}", media_type=TYPES[kind])


def _xlsx(headers: Sequence[str], lines: Sequence[Sequence[tables.Cell]]) -> bytes:
    return tables.write_xlsx(headers, lines, sheet="Inscripciones")


def _ods(headers: Sequence[str], lines: Sequence[Sequence[tables.Cell]]) -> bytes:
    return tables.write_ods(headers, lines, sheet="Inscripciones")


@door.post(f"{URL}/vistas", roles=READERS)
def save_view(slug: str) -> Any:
    """Keep this list under a name, for every event of the cycle."""
    form = ViewForm.from_request()
    if not form.validate():
        return list_page(slug, view=form), 422
    try:
        with transaction() as db:
            event = cycles.event_in_scope(db, slug, current_staff())
            chosen = chosen_from(given(), all_questions(db, event.id))
            who = current_staff()
            shared = bool(form.shared.data) and who.role in WRITERS
            now = clock.now()
            service.save_view(db, event.cycle_id, form.name.data, chosen.address, shared=shared, by=actor(), staff_id=who.id, now=now)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return list_page(slug, view=form), 422
    return redirect(url_for("desk.registrations", slug=slug, aviso="view-saved", **chosen.address), 303)


@door.post(f"{URL}/vistas/<public_id>/quitar", roles=READERS)
def remove_view(slug: str, public_id: str) -> Any:
    with transaction() as db:
        event = cycles.event_in_scope(db, slug, current_staff())
        service.remove_view(db, event.cycle_id, public_id, by=actor(), staff_id=current_staff().id)
    return redirect(url_for("desk.registrations", slug=slug, aviso="view-removed"), 303)


def given() -> Mapping[str, Sequence[str]]:
    """Every value of every name, of the address or of the form that was posted."""
    return dict((request.args if request.method == "GET" else request.form).lists())


def list_page(
    slug: str, *, export: ExportForm | None = None, view: ViewForm | None = None, bulk: BulkForm | None = None, refusal: str | None = None
) -> str:
    """The list as it was asked for, with a form that was refused."""
    page = max(1, request.args.get("pagina", 1, type=int))
    staff = current_staff()
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, staff)
        event = cycles.event_view_by_id(db, ref.id)
        questions = all_questions(db, ref.id)
        chosen = chosen_from(given(), questions)
        rows, total = queries.listed(db, ref.id, chosen, limit=chosen.rows, offset=(min(page, 10_000) - 1) * chosen.rows)
        if not rows and page > 1:
            page = 1
            rows, total = queries.listed(db, ref.id, chosen, limit=chosen.rows)
        facets = queries.facets(db, ref.id)
        views = queries.saved_views(db, ref.cycle_id, staff.id)
        bulks = queries.recent_bulks(db, ref.id, now=clock.now())
        shown = chosen.columnas or tuple(map(str, USUAL))
        sheet = answer_sheet(db, ref.id) if any(name.startswith("q-") for name in shown) else AnswerSheet((), {})
    return render_template(
        "desk/registrations.html",
        event=event,
        rows=rows,
        cells={row.public_id: _cells(row, shown, sheet) for row in rows},
        total=total,
        counts={facet.value: facet.many for facet in facets["estado"]},
        places=_places(facets["municipio"]),
        entities=sorted(facets["entidad"], key=lambda facet: fold(facet.label))[:200],
        groups=facets["grupo"],
        questions=[(one, options_of(one)) for one in questions if options_of(one)],
        columns=[(str(column), column.label) for column in Column] + [(q.name, q.label) for q in questions if _is_shown(q)],
        shown=[(name, head) for name, head in zip(shown, headings(shown, questions), strict=True) if name != Column.STATE],
        shows_state=Column.STATE in shown,
        chosen=chosen,
        sortable=SORTABLE,
        replies=Reply,
        sources=Source,
        views=[(one, chosen_from(_lists(one.chosen), questions).address) for one in views],
        bulks=bulks,
        requires=any(one.said.required and not one.retired for one in questions),
        page=page,
        pages=max(1, -(-total // chosen.rows)),
        export=export or ExportForm(),
        view_form=view or ViewForm(),
        bulk=bulk or BulkForm(),
        refusal=refusal,
        ticked=set(request.form.getlist("ids")),
        writes=staff.role in WRITERS,
    )


def _is_shown(question: Question) -> bool:
    return not question.said.sensitive


def _lists(kept: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: list(value) if isinstance(value, list) else [str(value)] for name, value in kept.items()}


def _places(facets: Sequence[queries.Facet]) -> list[tuple[str, str]]:
    found = [(place.code, place.label) for facet in facets if (place := divipola.get(facet.value)) is not None]
    return sorted(found, key=lambda pair: fold(pair[1]))


def _words(row: Listed, name: str, sheet: AnswerSheet) -> str:
    """What a column says of a registration. The mail is whole: a page masks it."""
    if name.startswith("q-"):
        question = next((one for one in sheet.questions if one.name == name), None)
        return sheet.told.get((row.id, question.id), "") if question else ""
    match Column(name):
        case Column.ENTITY:
            return row.entity_name
        case Column.DEPENDENCY:
            return row.dependency
        case Column.POST:
            return row.post
        case Column.LINK:
            return label_of(LinkKind, row.link_kind)
        case Column.PLACE:
            return place_words(row)
        case Column.MAIL:
            return row.email
        case Column.MODALITY:
            return row.modality.label
        case Column.STATE:
            return row.state.label
        case Column.SOURCE:
            return label_of(Source, row.source)
        case Column.REGISTERED:
            return clock.local(row.registered_at).strftime("%Y-%m-%d %H:%M")
        case Column.REPLY:
            return label_of(Reply, row.reply)
        case Column.GROUP:
            return row.group_leader


def _cells(row: Listed, columns: Sequence[str], sheet: AnswerSheet) -> list[tuple[str, str]]:
    """The words of a line on the page; the entity goes with the post when the post has no column of its own."""
    found = []
    for name in columns:
        words = _words(row, name, sheet)
        if name == Column.ENTITY and Column.POST not in columns and row.post:
            words = ", ".join(part for part in (words, row.post) if part)
        if name == Column.MAIL and words:
            words = mask_email(words)
        if name != Column.STATE:
            found.append((name, words))
    return found


def _line(row: Listed, columns: Sequence[str], sheet: AnswerSheet, *, private: bool) -> list[tables.Cell]:
    line: list[tables.Cell] = [row.full_name, *(_words(row, name, sheet) for name in columns)]
    return [*line, row.document_type, row.document_number, row.phone] if private else line


__all__ = ["Chosen", "given", "list_page"]
