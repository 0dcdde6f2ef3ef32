"""What came in by mail, for staff: the list, a file brought by hand, and the decision about what is doubtful."""

from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.adapters.mail import dropped, inbox
from eventos.inbox import queries, rules, service
from eventos.inbox.forms import InboundForm
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import Audience, Door, actor, current_staff, download
from eventos.kernel.vocabulary import StaffRole

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
URL = "/escritorio/correos/recibidos"

door = Door("inbox", __name__, audience=Audience.STAFF, roles=WRITERS)
DOORS = (door,)
NOTICES = {
    "inbound-applied": ("success", "El correo quedó leído y anotado."),
    "inbound-doubtful": ("warning", "El correo quedó guardado y espera su decisión."),
    "inbound-refused": ("error", "El correo quedó guardado, pero no cambia nada: no se pudo creer quién lo envía."),
    "inbound-foreign": ("info", "El correo quedó guardado. No responde a nada enviado desde aquí y no cambia nada."),
    "inbound-noted": ("info", "El correo quedó guardado. No cambia nada."),
    "inbound-repeated": ("info", "Ese mismo correo ya había llegado: cuenta una sola vez."),
    "inbound-accepted": ("success", "Lo que dice el correo quedó anotado."),
    "inbound-dismissed": ("success", "El correo quedó descartado: no cambia nada."),
}


@door.get(URL)
def index() -> Any:
    return _page(InboundForm())


@door.post(URL, max_body=inbox.LARGEST + 64 * 1024)
def bring() -> Any:
    form = InboundForm.from_request()
    upload = request.files.get("file")
    is_valid = form.validate()
    if upload is None or not upload.filename:
        form.refuse({"file": "Elija el archivo .eml."})
        return _page(form), 422
    if not is_valid:
        form.refuse({"file": "Vuelva a elegir el archivo: el navegador no lo conserva."})
        return _page(form), 422
    with upload.stream:
        content = upload.read()
    authserv = current_app.extensions["eventos.settings"].mail_authserv
    try:
        letter = inbox.read(content, authserv=authserv)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(form), 422
    stored = storage.shelf().put(content)
    with transaction() as db:
        # Whoever brings a file could have written it: what our server is said to have found out about its sender is not believed.
        taken = service.take_in(db, letter, sha256=stored.sha256, via="upload", checks_senders=False, by=actor(), now=clock.now())
    notice = "inbound-repeated" if taken.is_repeat else f"inbound-{taken.verdict}"
    return redirect(url_for("inbox.index", aviso=notice), 303)


@door.post(f"{URL}/<public_id>/<any(aceptar, descartar):verb>")
def decide(public_id: str, verb: str) -> Any:
    with transaction() as db:
        mail = queries.inbound_in_scope(db, current_staff(), public_id)
        service.decide(db, mail, accepted=verb == "aceptar", by=actor(), now=clock.now())
    return redirect(url_for("inbox.index", aviso="inbound-accepted" if verb == "aceptar" else "inbound-dismissed"), 303)


@door.post(f"{URL}/<public_id>/correo.eml")
def file(public_id: str) -> Response:
    """The file itself, while it is kept. Reading somebody's mail is written down, so it is asked for with a button."""
    with reading() as db:
        mail = queries.inbound_in_scope(db, current_staff(), public_id)
    content = storage.shelf().read(mail.sha256, verify=True)
    with transaction() as db:
        audit.record(db, actor(), "inbox.read", "inbound_mail", mail.id)
    return download(content, filename=f"correo-{public_id}.eml", media_type="message/rfc822")


def _page(form: InboundForm) -> str:
    staff = current_staff()
    with reading() as db:
        total = queries.inbound_count(db, staff)
        pages = max(1, -(-total // queries.PAGE))
        page = min(max(1, request.args.get("pagina", 1, type=int)), pages)
        rows = queries.inbound(db, staff, page=page)
    kept = [(row, storage.shelf().exists(row.sha256)) for row in rows]
    settings = current_app.extensions["eventos.settings"]
    # A file that nobody could read is of no cycle: only who sees all of them is told.
    apart = dropped.refused(settings.inbox_path) if staff.role is StaffRole.ADMINISTRATOR else ([], 0)
    return render_template(
        "inbox/index.html",
        rows=kept,
        total=total,
        page=page,
        pages=pages,
        form=form,
        kinds=rules.KINDS,
        verdicts=rules.VERDICTS,
        folder=settings.inbox_path,
        apart=apart[0],
        apart_total=apart[1],
    )
