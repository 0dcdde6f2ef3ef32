"""The pieza of an event: prepared, looked at and published by staff, then open to everybody. And the logos of entities."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventos.adapters import pictures, storage
from eventos.cycles import queries as cycles
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff, download
from eventos.kernel.vocabulary import EventState, MakingState, StaffRole
from eventos.publicity import messages, queries, rules, service
from eventos.publicity.forms import LogoForm
from eventos.publicity.queries import FlyerView, LogoRow

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
URL = "/escritorio/eventos/<slug>/pieza"
LOGO_BODY = 16 * 1024 * 1024
LOGO_SIDE = 1_000
SLOW_S = 120

door = Door("publicity", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
public = Door("flyer", __name__, audience=Audience.PUBLIC)
DOORS = (door, public)
NOTICES = {
    "flyer-published": ("success", "La pieza quedó publicada y congelada: así se ve en la página del evento y al compartirla."),
    "flyer-same": ("info", "El evento dice lo mismo que esta versión: no hace falta otra."),
    "logo-kept": ("success", "El logo quedó guardado. Saldrá en las piezas que se preparen desde ahora."),
    "logo-dropped": ("success", "La entidad quedó sin logo. Las piezas ya hechas no cambian."),
}


@door.get(URL)
def flyer(slug: str) -> Any:
    return _page(slug)


@door.post(URL, roles=WRITERS)
def prepare(slug: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        before = queries.flyers_of(db, ref.id)
        version = service.prepare(db, ref.id, by=actor(), now=clock.now())
    is_same = bool(before) and before[0].version == version and before[0].state is MakingState.READY
    return redirect(url_for("publicity.flyer", slug=slug, aviso="flyer-same" if is_same else None))


@door.post(f"{URL}/<int:version>/publicar", roles=WRITERS)
def publish(slug: str, version: int) -> Any:
    try:
        with transaction() as db:
            ref = cycles.event_in_scope(db, slug, current_staff())
            service.publish(db, ref.id, version, by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _page(slug, refusal=refusal.message), 409
    return redirect(url_for("publicity.flyer", slug=slug, aviso="flyer-published"))


@door.get(f"{URL}/<int:version>/<any(pdf, square, wide):name>")
def file(slug: str, version: int, name: str) -> Response:
    """A file of a version: the pictures to look at, everything to keep with ?descargar=1."""
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        view = queries.flyer(db, ref.id, version)
    return _file(view, name, keep=name == "pdf" or "descargar" in request.args, prefix=f"{slug[:60]}-v{version}-")


def _page(slug: str, *, refusal: str | None = None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        versions = queries.flyers_of(db, ref.id)
        says_now = rules.fields_hash(service.said_now(db, ref.id))
    last = versions[0] if versions else None
    published = next((each for each in versions if each.published_at is not None), None)
    waited = (clock.now() - last.created_at).total_seconds() if last else 0.0
    return render_template(
        "publicity/flyer.html",
        event=event,
        last=last,
        versions=versions,
        published=published,
        is_outdated=last is not None and last.fields_hash != says_now,
        is_published_outdated=published is not None and published.fields_hash != says_now,
        is_pending=last is not None and last.state is MakingState.PENDING,
        is_slow=last is not None and last.state is MakingState.PENDING and waited > SLOW_S,
        can_publish=event.state is EventState.PUBLISHED,
        alt=rules.alt_text(last.fields) if last else "",
        refusal=refusal,
        writes=current_staff().role in WRITERS,
        demo_banner=event.demo,
    )


def _file(view: FlyerView, name: str, *, keep: bool, prefix: str = "") -> Response:
    if view.state is not MakingState.READY or name not in view.files:
        raise NotFound("Esta versión de la pieza todavía no está lista.")
    media_type, filename = messages.FILES[name]
    content = storage.shelf().read(view.files[name], verify=True)
    return download(content, filename=prefix + filename, media_type=media_type) if keep else Response(content, mimetype=media_type)


# --- for everybody ---------------------------------------------------------------------------------------------------------------


@public.get("/eventos/<slug>/pieza.png")
def wide(slug: str) -> Response:
    """The picture that shows when somebody shares the event's page (Open Graph)."""
    return _public(slug, "wide")


@public.get("/eventos/<slug>/pieza-cuadrada.png")
def square(slug: str) -> Response:
    return _public(slug, "square")


@public.get("/eventos/<slug>/pieza.pdf")
def printed(slug: str) -> Response:
    return _public(slug, "pdf")


def _public(slug: str, name: str) -> Response:
    with reading() as db:
        view = queries.public_flyer(db, slug)
    return _file(view, name, keep=name == "pdf")


# --- logos of entities -----------------------------------------------------------------------------------------------------------


@door.get("/escritorio/entidades", roles=WRITERS)
def logos() -> Any:
    with reading() as db:
        found = queries.entities(db)
    return render_template("publicity/entities.html", entities=found)


@door.get("/escritorio/entidades/<public_id>", roles=WRITERS)
def entity(public_id: str) -> Any:
    return _entity(_row(public_id), LogoForm())


@door.post("/escritorio/entidades/<public_id>", roles=WRITERS, max_body=LOGO_BODY)
def keep_logo(public_id: str) -> Any:
    form, row = LogoForm.from_request(), _row(public_id)
    upload = request.files.get("file")
    if not form.validate() or upload is None or not upload.filename:
        form.refuse({"file": "Elija la imagen."} if upload is None or not upload.filename else {})
        return _entity(row, form), 422
    try:
        picture = pictures.rewrite(upload.read(), longest_side=LOGO_SIDE)
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _entity(row, form), 422
    stored = storage.shelf().put(picture.png)
    with transaction() as db:
        service.keep_logo(db, row.entity_id, sha256=stored.sha256, width=picture.width, height=picture.height, by=actor(), now=clock.now())
    return redirect(url_for("publicity.logos", aviso="logo-kept"))


@door.post("/escritorio/entidades/<public_id>/quitar", roles=WRITERS)
def drop_logo(public_id: str) -> Any:
    row = _row(public_id)
    with transaction() as db:
        service.drop_logo(db, row.entity_id, by=actor())
    return redirect(url_for("publicity.logos", aviso="logo-dropped"))


@door.get("/escritorio/entidades/<public_id>/logo.png", roles=WRITERS)
def logo(public_id: str) -> Response:
    row = _row(public_id)
    if row.sha256 is None:
        raise NotFound("Esta entidad no tiene logo.")
    return Response(storage.shelf().read(row.sha256), mimetype="image/png")


def _row(public_id: str) -> LogoRow:
    with reading() as db:
        return queries.entity(db, public_id)


def _entity(row: LogoRow, form: LogoForm) -> str:
    return render_template("publicity/entity.html", entity=row, form=form)
