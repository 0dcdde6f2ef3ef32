"""The office's list of constancias of an event: issue, reissue, revoke with a reason, download."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from eventos.adapters import storage
from eventos.attendance import queries as attendance
from eventos.certificates import messages, queries, service
from eventos.certificates.codes import State
from eventos.certificates.forms import RevokeForm
from eventos.cycles import queries as cycles
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff, download
from eventos.kernel.vocabulary import StaffRole

ISSUERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
SOMEBODY_ELSE = "Alguien más las estaba expidiendo en este momento. Mire la lista antes de intentarlo otra vez."
URL = "/escritorio/eventos/<slug>/constancias"

door = Door("constancias", __name__, audience=Audience.STAFF, roles=(*ISSUERS, StaffRole.READER))

NOTICES = {
    "certificates-issued": ("success", "Las constancias se están preparando. Esta página se actualiza sola."),
    "certificates-complete": ("info", "No faltaba ninguna: todas dicen lo que dice el acta."),
    "certificate-reissued": ("success", "Se expidió otra con un código nuevo; la anterior quedó reemplazada."),
    "certificate-revoked": ("success", "La constancia quedó revocada. Quien la verifique leerá el motivo."),
    "certificates-gone-revoked": ("success", "Quedaron revocadas las de quienes ya no están en el acta."),
}


@door.get(URL)
def overview(slug: str) -> str:
    return _page(slug)


def _page(slug: str, *, refusal: str | None = None) -> str:
    page = max(1, min(request.args.get("pagina", 1, type=int), 10_000))
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        acta = attendance.latest(db, ref.id)
        tally = queries.tally(db, ref.id, acta.id) if acta else None
        pages = max(1, -(-(tally.listed + tally.gone) // queries.PAGE)) if tally else 1
        rows = queries.rows(db, ref.id, acta.id, page=min(page, pages)) if acta else []
        sheet = queries.last_sheet(db, ref.id)
    return render_template(
        "certificates/overview.html",
        event=event,
        acta=acta,
        tally=tally,
        rows=rows,
        page=min(page, pages),
        pages=pages,
        page_url=lambda number: url_for("constancias.overview", slug=slug, pagina=number),
        sheet=sheet,
        refusal=refusal,
        issues=current_staff().role in ISSUERS,
        demo_banner=event.demo,
    )


@door.post(URL, roles=ISSUERS)
def issue_all(slug: str) -> Any:
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            made = service.issue_all(db, ref.id, by=actor(), now=clock.now())
            made += service.draw_failed(db, ref.id)
    except RuleViolation as refused:
        return _page(slug, refusal=refused.message), 409
    except IntegrityError:
        return _page(slug, refusal=SOMEBODY_ELSE), 409
    return redirect(url_for("constancias.overview", slug=slug, aviso="certificates-issued" if made else "certificates-complete"))


@door.post(f"{URL}/revocar-retiradas", roles=ISSUERS)
def revoke_gone(slug: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        service.revoke_gone(db, ref.id, by=actor(), now=clock.now())
    return redirect(url_for("constancias.overview", slug=slug, aviso="certificates-gone-revoked"))


@door.post(f"{URL}/reexpedir/<int:number>", roles=ISSUERS)
def reissue(slug: str, number: int) -> Any:
    """A new one, with a new code, for a registration of this event."""
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            service.reissue(db, ref.id, number, by=actor(), now=clock.now())
    except RuleViolation as refused:
        return _page(slug, refusal=refused.message), 409
    except IntegrityError:
        return _page(slug, refusal=SOMEBODY_ELSE), 409
    return redirect(url_for("constancias.overview", slug=slug, aviso="certificate-reissued"))


@door.get(f"{URL}/<code>/revocar", roles=ISSUERS)
def ask_revoke(slug: str, code: str) -> str:
    return _revoke_page(slug, code, RevokeForm())


@door.post(f"{URL}/<code>/revocar", roles=ISSUERS)
def revoke(slug: str, code: str) -> Any:
    form = RevokeForm.from_request()
    if not form.validate():
        return _revoke_page(slug, code, form), 422
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            service.revoke(db, ref.id, code, reason=form.reason.data or "", by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _revoke_page(slug, code, form), 422
    return redirect(url_for("constancias.overview", slug=slug, aviso="certificate-revoked"))


def _revoke_page(slug: str, code: str, form: RevokeForm) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        found = queries.of_event(db, ref.id, code)
    return render_template("certificates/revoke.html", event=event, found=found, form=form, demo_banner=event.demo)


@door.post(f"{URL}/<code>.pdf")
def file(slug: str, code: str) -> Response:
    """One file; that it was taken is written down, because it carries a whole document number."""
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        found = queries.of_event(db, ref.id, code)
        if found.state is not State.READY or found.file_sha256 is None:
            raise NotFound("Esta constancia no está disponible.")
        service.record_reading(db, found, by=actor())
    return download(storage.shelf().read(found.file_sha256, verify=True), filename=messages.filename(found), media_type=messages.PDF)
