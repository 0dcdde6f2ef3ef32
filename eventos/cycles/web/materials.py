"""The materials of an event: staff bring, describe, hide and order them; everybody downloads the public ones once the event is over."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventos.adapters import papers, pictures, storage
from eventos.cycles import queries
from eventos.cycles.forms import MaterialForm
from eventos.cycles.queries import MaterialView
from eventos.cycles.service import materials as service
from eventos.cycles.service.materials import KeptFile
from eventos.cycles.web.door import WRITERS
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff, download
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import MakingState, MaterialKind, StaffRole

URL = "/escritorio/eventos/<slug>/materiales"
LARGEST_BODY = 51 * 1024 * 1024
SLOW_S = 180

door = Door("materials", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
public = Door("event_files", __name__, audience=Audience.PUBLIC)


@door.get(URL)
def index(slug: str) -> Any:
    return _list(slug, MaterialForm())


@door.post(URL, roles=WRITERS, max_body=LARGEST_BODY)
def add(slug: str) -> Any:
    form = MaterialForm.from_request()
    upload = request.files.get("file")
    is_valid = form.validate()
    if upload is None or not upload.filename:
        form.refuse({"file": "Elija el archivo."})
        return _list(slug, form), 422
    if not is_valid:
        form.refuse({"file": "Vuelva a elegir el archivo: el navegador no lo conserva."})
        return _list(slug, form), 422
    with reading() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
    with upload.stream:  # A large upload waits in a file of its own.
        content = upload.read()
    try:
        file = _keep(content, clean(upload.filename))
        command = form.to_command(title=file.filename.rpartition(".")[0])
        with transaction() as db:
            service.add_material(db, ref.id, command, file, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _list(slug, form), 422
    except RuleViolation as refusal:
        return _list(slug, form, refusal=refusal.message), 409
    return redirect(url_for("materials.index", slug=slug, aviso="material-added"))


def _keep(content: bytes, name: str) -> KeptFile:
    """Put an upload on the shelf, told by its content. A PDF is given to nobody until a worker made it harmless.

    A picture is written anew before it is kept: where it was taken never reaches the disk.
    """
    paper = papers.tell(content)
    suffix, media_type = paper.suffix, paper.media_type
    if paper.kind == "picture":
        content, suffix, media_type = pictures.rewrite(content).png, "png", "image/png"
    stored = storage.shelf().put(content)
    return KeptFile(
        sha256=stored.sha256,
        size=stored.size,
        filename=papers.safe_name(name, suffix),
        media_type=media_type,
        kind=MaterialKind.SLIDES if paper.kind in {"pdf", "pptx"} else MaterialKind.FILE,
        needs_work=paper.kind == "pdf",
    )


@door.get(f"{URL}/<public_id>", roles=WRITERS)
def edit(slug: str, public_id: str) -> Any:
    view = _material(slug, public_id)
    return _one(view, MaterialForm.of(view))


@door.post(f"{URL}/<public_id>", roles=WRITERS)
def change(slug: str, public_id: str) -> Any:
    form, view = MaterialForm.from_request(), _material(slug, public_id)
    if not form.validate():
        return _one(view, form), 422
    try:
        with transaction() as db:
            service.change_material(db, view.event_id, public_id, form.to_command(), by=actor())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _one(view, form), 422
    return redirect(url_for("materials.index", slug=slug, aviso="material-saved"))


@door.post(f"{URL}/<public_id>/<any(ocultar, mostrar):verb>", roles=WRITERS)
def show(slug: str, public_id: str, verb: str) -> Any:
    with transaction() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
        service.show_material(db, ref.id, public_id, is_public=verb == "mostrar", by=actor())
    return redirect(url_for("materials.index", slug=slug, aviso="material-shown" if verb == "mostrar" else "material-hidden"))


@door.post(f"{URL}/<public_id>/subir", roles=WRITERS)
def lift(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
        service.raise_material(db, ref.id, public_id, by=actor())
    return redirect(url_for("materials.index", slug=slug, aviso="material-raised"))


@door.get(f"{URL}/<public_id>/archivo")
def file(slug: str, public_id: str) -> Response:
    view = _material(slug, public_id)
    if view.state is not MakingState.READY:
        raise NotFound("Este material todavía no está listo.")
    return _download(view)


@door.get(f"{URL}/<public_id>/paginas/<int:number>.png")
def page(slug: str, public_id: str, number: int) -> Response:
    """A page of the slides as a picture, to look at."""
    view = _material(slug, public_id)
    if view.state is not MakingState.READY or not 1 <= number <= len(view.page_images):
        raise NotFound("Esa página no existe.")
    return Response(storage.shelf().read(view.page_images[number - 1]), mimetype="image/png")


@public.get("/eventos/<slug>/materiales/<public_id>")
def public_file(slug: str, public_id: str) -> Response:
    with reading() as db:
        view = queries.public_material(db, slug, public_id, clock.now())
    return _download(view)


def _download(view: MaterialView) -> Response:
    return download(storage.shelf().read(view.file_sha256, verify=True), filename=view.filename, media_type=view.media_type)


def _material(slug: str, public_id: str) -> MaterialView:
    with reading() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
        return queries.material(db, ref.id, public_id)


def _list(slug: str, form: MaterialForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = queries.event_in_scope(db, slug, current_staff())
        event = queries.event_view_by_id(db, ref.id)
        found = queries.materials_of(db, ref.id)
    waiting = [each for each in found if each.state is MakingState.PENDING]
    return render_template(
        "cycles/materials.html",
        event=event,
        materials=found,
        is_waiting=bool(waiting),
        is_slow=any((clock.now() - each.created_at).total_seconds() > SLOW_S for each in waiting),
        form=form,
        refusal=refusal,
        taken=papers.TAKEN,
        writes=current_staff().role in WRITERS,
        demo_banner=event.demo,
    )


def _one(view: MaterialView, form: MaterialForm) -> str:
    with reading() as db:
        event = queries.event_view_by_id(db, view.event_id)
    return render_template("cycles/material.html", event=event, material=view, form=form, demo_banner=event.demo)
