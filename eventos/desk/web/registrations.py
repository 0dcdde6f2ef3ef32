"""The registrations of an event, one registration, and what staff may do with it: look at it whole, send it again, cancel it."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.adapters import tables
from eventos.cycles import queries as cycles
from eventos.desk import queries
from eventos.desk.forms import CancelForm, ExportForm
from eventos.desk.web.door import READERS, WRITERS, door
from eventos.kernel import audit, clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import RuleViolation
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.text import clean, fold, normalise_email
from eventos.kernel.vocabulary import LinkKind, Modality, RegistrationState, Source
from eventos.registration import service as registration
from eventos.registration.models import Registration
from eventos.registration.queries import Filters, RegistrationRow, registrations_of
from eventos.registration.service import notify

PAGE = 50
HEADERS = [
    "Nombre",
    "Entidad",
    "Dependencia",
    "Cargo",
    "Vinculación",
    "Lugar",
    "Correo",
    "Modalidad",
    "Estado",
    "Origen",
    "Fecha de inscripción",
]
PRIVATE = ["Tipo de documento", "Documento", "Celular"]


@door.get("/escritorio/eventos/<slug>/inscripciones", roles=READERS)
def registrations(slug: str) -> str:
    return _list(slug, ExportForm())


@door.post("/escritorio/eventos/<slug>/inscripciones.csv", roles=READERS)
def registrations_csv(slug: str) -> Any:
    """Exactly the list on the page. Documents and phones stay off unless asked for with a reason, by those who organise."""
    form = ExportForm.from_request()
    chosen = _chosen()
    private = bool(form.private.data) and current_staff().role in WRITERS
    if not form.validate() or form.lacks_reason():
        form.refuse({"reason": "Escriba para qué los necesita: queda en el registro."} if form.lacks_reason() else {})
        return _list(slug, form), 422
    with transaction() as db:
        event = cycles.event_in_scope(db, slug, current_staff())
        rows, _total = registrations_of(db, event.id, _filters(chosen))
        audit.record(
            db,
            actor(),
            "desk.export_registrations",
            "event",
            event.id,
            filter={key: value for key, value in chosen.items() if value and key != "texto"},
            private=private,
            reason=form.reason.data if private else "",
            rows=len(rows),
        )
    content = tables.write_csv([*HEADERS, *PRIVATE] if private else HEADERS, [_line(row, private=private) for row in rows])
    return download(content, filename=f"inscripciones-{slug}.csv", media_type="text/csv")


@door.get("/escritorio/inscripciones/<public_id>", roles=READERS)
def registration_detail(public_id: str) -> str:
    return _detail(public_id)


@door.post("/escritorio/inscripciones/<public_id>/ver", roles=WRITERS)
def unmask(public_id: str) -> str:
    """Show the document, mail and phone whole, once; the audit keeps who looked."""
    with transaction() as db:
        found = queries.registration_in_scope(db, public_id, current_staff())
        audit.record(db, actor(), "desk.unmask", "registration", found.id)
    return _detail(public_id, whole=True)


@door.post("/escritorio/inscripciones/<public_id>/reenviar", roles=WRITERS)
def resend(public_id: str) -> Any:
    """Send the confirmation again, to the address on file; an address that got too many waits in the mail log."""
    with transaction() as db:
        found = queries.registration_in_scope(db, public_id, current_staff())
        if not found.state.is_open:
            raise RuleViolation("Esta inscripción no está vigente: no tiene confirmación que enviar.")
        if not found.email:
            raise RuleViolation("Esta inscripción no tiene correo al que enviarla.")
        held = notify.count_mail(db, normalise_email(found.email))
        notify.confirm(db, found.id, why="repeat", now=clock.now(), hold=held)
        audit.record(db, actor(), "desk.resend", "registration", found.id)
    return redirect(
        url_for("desk.registration_detail", public_id=public_id, aviso="confirmation-held" if held else "confirmation-resent"), 303
    )


@door.post("/escritorio/inscripciones/<public_id>/cancelar", roles=WRITERS)
def cancel_registration(public_id: str) -> Any:
    """Cancel for a person, with a reason; the seat goes to whoever waits."""
    form = CancelForm.from_request()
    if not form.validate():
        return _detail(public_id, form=form), 422
    try:
        with transaction() as db:
            found = queries.registration_in_scope(db, public_id, current_staff())
            row = db.get_one(Registration, found.id, with_for_update=True)
            done = registration.cancel(db, row, by=actor(), now=clock.now())
            if done:
                audit.record(db, actor(), "desk.cancel_registration", "registration", found.id, reason=form.reason.data)
    except RuleViolation as refusal:
        return _detail(public_id, form=form, refusal=refusal.message), 409
    notice = "registration-cancelled" if done else "already-cancelled"
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)


def _list(slug: str, form: ExportForm) -> str:
    chosen = _chosen()
    page = max(1, request.args.get("pagina", 1, type=int))
    with reading() as db:
        event = cycles.event_in_scope(db, slug, current_staff())
        view = cycles.event_view_by_id(db, event.id)
        rows, total = registrations_of(db, event.id, _filters(chosen), limit=PAGE, offset=(min(page, 10_000) - 1) * PAGE)
        if not rows and page > 1:
            page = 1
            rows, total = registrations_of(db, event.id, _filters(chosen), limit=PAGE)
        figures = queries.event_figures(db, [event.id])[event.id]
        codes = queries.municipios_of(db, event.id)
    places = sorted((place for code in codes if (place := divipola.get(code)) is not None), key=lambda place: fold(place.label))
    return render_template(
        "desk/registrations.html",
        event=view,
        rows=rows,
        total=total,
        figures=figures,
        places=places,
        chosen=chosen,
        is_filtered=any(chosen.values()),
        page=page,
        pages=max(1, -(-total // PAGE)),
        form=form,
        writes=current_staff().role in WRITERS,
        place_of=_place,
    )


def _detail(public_id: str, *, whole: bool = False, form: CancelForm | None = None, refusal: str | None = None) -> str:
    with reading() as db:
        found = queries.registration_in_scope(db, public_id, current_staff())
        view = cycles.event_view(db, found.event_slug)
    return render_template(
        "desk/registration.html",
        event=view,
        found=found,
        whole=whole,
        form=form or CancelForm(),
        refusal=refusal,
        place=_place(found),
        kind=_label(LinkKind, found.link_kind),
        source=_label(Source, found.source),
        writes=current_staff().role in WRITERS,
    )


def _chosen() -> dict[str, str]:
    given = request.args if request.method == "GET" else request.form
    return {name: clean(given.get(name, ""))[:100] for name in ("texto", "estado", "modalidad", "municipio")}


def _filters(chosen: dict[str, str]) -> Filters:
    """Unknown words in an address narrow nothing."""
    state = chosen["estado"] if chosen["estado"] in set(RegistrationState) else ""
    modality = chosen["modalidad"] if chosen["modalidad"] in set(Modality) else ""
    code = chosen["municipio"] if divipola.get(chosen["municipio"]) else ""
    return Filters(state=state, modality=modality, divipola=code, words=chosen["texto"])


def _place(row: Any) -> str:
    """ "Riosucio, Caldas", "Quito, Ecuador", or ""."""
    found = divipola.get(row.divipola) if row.divipola else None
    return found.label if found else ", ".join(part for part in (row.city, row.country) if part)


def _label(words: Any, value: str) -> str:
    return words(value).label if value in set(words) else value


def _line(row: RegistrationRow, *, private: bool) -> list[tables.Cell]:
    line: list[tables.Cell] = [
        row.full_name,
        row.entity_name,
        row.dependency,
        row.post,
        _label(LinkKind, row.link_kind),
        _place(row),
        row.email,
    ]
    line += [row.modality.label, row.state.label, _label(Source, row.source), clock.local(row.registered_at).strftime("%Y-%m-%d %H:%M")]
    return [*line, row.document_type, row.document_number, row.phone] if private else line
