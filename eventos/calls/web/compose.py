"""Write a call: its words, its annexes, how each entity will read it, and a test to oneself."""

from datetime import datetime, time
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventos.adapters import papers, pictures, raster, storage
from eventos.adapters.mail import Mail
from eventos.calls import messages, queries, rules, service, wording
from eventos.calls.forms import AnnexForm, CallForm, SampleForm
from eventos.calls.queries import BoardRow, CallView, MatterView
from eventos.calls.rules import FlyerUse
from eventos.calls.standing import Whom
from eventos.calls.web.door import FORM_BODY, LARGEST_BODY, ONE, URL, WRITERS, door
from eventos.cycles.queries import EventView, event_in_scope, event_view_by_id
from eventos.kernel import clock, previews, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError, InvalidInput, NotFound, RuleViolation, TooManyRequests
from eventos.kernel.holidays import add_business_days
from eventos.kernel.http import actor, current_staff, download, status_of
from eventos.kernel.text import clean
from eventos.publicity.queries import published_flyer

FIRST_SUBJECT = "Convocatoria: {evento}"
FIRST_BODY = """{persona},
{entidad}

Les convocamos a {evento}: {fecha}. Lugar: {lugar}.

Por favor confirmen recibido y digan quiénes asistirán antes del {plazo}, en este vínculo:
{confirmar}

Cordialmente,
{oficina}"""
NOBODY = "Alcaldía de ejemplo"  # whom a call is looked at as while its cycle convenes nobody
THUMB = 64  # pixels: a stranger's PDF is opened to make it harmless, and nobody looks at its pages here


@door.get(f"{URL}/nueva", roles=WRITERS)
def new(slug: str) -> Any:
    event = _event(slug)
    with reading() as db:
        flyer = FlyerUse.SHOWN if published_flyer(db, event.id) else FlyerUse.NONE
    deadline_at = _first_deadline(event)
    body = FIRST_BODY if deadline_at else FIRST_BODY.replace(" antes del {plazo}", "")
    first = {"subject": FIRST_SUBJECT, "body": body, "flyer": flyer.value, "deadline_at": deadline_at}
    return _form(event, CallForm(data=first))


def _first_deadline(event: EventView) -> datetime | None:
    """Three business days before the event at five in the afternoon, when that is still ahead; somebody may write another."""
    if event.first_day is None:
        return None
    proposed = clock.at_local(add_business_days(event.first_day, -3), time(17))
    return proposed if proposed > clock.now() else None


@door.post(f"{URL}/nueva", roles=WRITERS, max_body=FORM_BODY)
def create(slug: str) -> Any:
    return _save(slug, None)


@door.get(f"{ONE}/editar", roles=WRITERS)
def edit(slug: str, public_id: str) -> Any:
    event, call = _call(slug, public_id)
    if call.is_sent:
        raise RuleViolation(rules.FROZEN)
    return _form(event, CallForm.of(call), call)


@door.post(f"{ONE}/editar", roles=WRITERS, max_body=FORM_BODY)
def change(slug: str, public_id: str) -> Any:
    return _save(slug, public_id)


def _event(slug: str) -> EventView:
    """The event, when the person signed in works in its cycle. Raises NotFound."""
    with reading() as db:
        return event_view_by_id(db, event_in_scope(db, slug, current_staff()).id)


def _call(slug: str, public_id: str) -> tuple[EventView, CallView]:
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        return event_view_by_id(db, ref.id), queries.call(db, ref.id, public_id)


def _save(slug: str, public_id: str | None) -> Any:
    event = _event(slug)
    call = _call(slug, public_id)[1] if public_id else None
    form = CallForm.from_request()
    if not form.validate():
        return _form(event, form, call), 422
    try:
        with transaction() as db:
            saved = service.save_call(db, event.id, form.to_command(), public_id=public_id, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _form(event, form, call), 422
    except RuleViolation as refusal:
        return _form(event, form, call, refusal=refusal.message), 409
    return redirect(url_for("calls.one", slug=slug, public_id=saved, aviso="call-saved"))


def _form(event: EventView, form: CallForm, call: CallView | None = None, *, refusal: str | None = None) -> str:
    with reading() as db:
        has_flyer = published_flyer(db, event.id) is not None
    return render_template(
        "calls/form.html",
        event=event,
        form=form,
        call=call,
        refusal=refusal,
        fields=wording.FIELDS,
        has_flyer=has_flyer,
        demo_banner=event.demo,
    )


@door.post(f"{ONE}/descartar", roles=WRITERS)
def discard(slug: str, public_id: str) -> Any:
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        service.discard_call(db, ref.id, public_id, by=actor())
    return redirect(url_for("calls.index", slug=slug, aviso="call-discarded"))


# --- annexes ---------------------------------------------------------------------------------------------------------------------


@door.get(f"{ONE}/anexos", roles=WRITERS)
def annexes(slug: str, public_id: str) -> Any:
    event, call = _call(slug, public_id)
    return _annexes(event, call, AnnexForm())


@door.post(f"{ONE}/anexos", roles=WRITERS, max_body=LARGEST_BODY)
def attach(slug: str, public_id: str) -> Any:
    event, call = _call(slug, public_id)
    form, sent = AnnexForm.from_request(), request.files.get("file")
    try:
        if not form.validate() or sent is None or not sent.filename:
            raise InvalidInput(fields={"file": "Elija el archivo."})
        with sent.stream:
            content = sent.read()
        file = _keep(content, clean(sent.filename))
        with transaction() as db:
            service.attach(db, event.id, public_id, file, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields or {"file": refusal.message})
        return _annexes(event, call, form), 422
    except RuleViolation as refusal:
        form.refuse({"file": refusal.message})
        return _annexes(event, call, form), 409
    return redirect(url_for("calls.annexes", slug=slug, public_id=public_id, aviso="annex-added"))


def _keep(content: bytes, name: str) -> dict[str, Any]:
    """Put an annex on the shelf, told by its content; what is active in a PDF and hidden in a picture does not travel."""
    paper = papers.tell(content)
    suffix, media_type = paper.suffix, paper.media_type
    if paper.kind == "pdf":
        with raster.opened(content, width=THUMB) as opened:
            content = opened.copy.read_bytes()
    elif paper.kind == "picture":
        content, suffix, media_type = pictures.rewrite(content).png, "png", "image/png"
    stored = storage.shelf().put(content)
    return {"filename": papers.safe_name(name, suffix), "media_type": media_type, "sha256": stored.sha256, "size": stored.size}


@door.post(f"{ONE}/anexos/quitar", roles=WRITERS)
def detach(slug: str, public_id: str) -> Any:
    """Take an annex away, named by its content: its place may have changed since the page was opened."""
    with transaction() as db:
        ref = event_in_scope(db, slug, current_staff())
        service.detach(db, ref.id, public_id, request.form.get("sha256", ""), by=actor(), now=clock.now())
    return redirect(url_for("calls.annexes", slug=slug, public_id=public_id, aviso="annex-dropped"))


@door.get(f"{ONE}/anexos/<int:number>")
def annex(slug: str, public_id: str, number: int) -> Response:
    _event_found, call = _call(slug, public_id)
    return annex_file(call, number)


def annex_file(call: CallView, number: int) -> Response:
    """An annex of a call, by its place from 1, to keep. Raises NotFound."""
    if not 1 <= number <= len(call.attachments):
        raise NotFound("Ese anexo no es de esta convocatoria.")
    found = call.attachments[number - 1]
    return download(storage.shelf().read(found["sha256"], verify=True), filename=found["filename"], media_type=found["media_type"])


def _annexes(event: EventView, call: CallView, form: AnnexForm) -> str:
    most = rules.MOST_BYTES // (1024 * 1024)
    return render_template(
        "calls/annexes.html",
        event=event,
        call=call,
        form=form,
        taken=papers.TAKEN,
        most=most,
        many=rules.MOST_ATTACHMENTS,
        demo_banner=event.demo,
    )


# --- how it will be read ---------------------------------------------------------------------------------------------------------


@door.get(f"{ONE}/vista")
def preview(slug: str, public_id: str) -> Any:
    """The call as one entity reads it; ?entidad= chooses which."""
    return _preview(slug, public_id)


def _preview(slug: str, public_id: str, *, refused: EventosError | None = None) -> Response:
    matter, rows, row = _looked_at(slug, public_id)
    form = SampleForm()
    form.offer(rows, row.convened if row else "")
    page = render_template(
        "calls/preview.html",
        event=matter.event,
        call=matter.call,
        form=form,
        row=row,
        subject=_preview_of(matter, row, {}).subject,
        whom=_whom(),
        refusal=refused.message if refused else None,
        writes=current_staff().role in WRITERS,
        demo_banner=matter.event.demo,
    )
    return previews.around(page, status=status_of(refused) if refused else 200)


@door.get(f"{ONE}/vista/correo")
def preview_mail(slug: str, public_id: str) -> Response:
    """The mail itself, as it leaves for that entity, for the frame of the page above."""
    matter, _rows, row = _looked_at(slug, public_id)
    picture = messages.picture_of(matter.call)
    letter = _preview_of(matter, row, {picture: storage.shelf().read(picture, verify=True)} if picture else {})
    return previews.framed(letter.html, images={image.cid: image.png for image in letter.inline_images})


def _looked_at(slug: str, public_id: str) -> tuple[MatterView, list[BoardRow], BoardRow | None]:
    """The call, the entities it goes to, and the one that was chosen to look at it as: the first when none was."""
    with reading() as db:
        ref = event_in_scope(db, slug, current_staff())
        matter = queries.matter(db, queries.with_flyer(db, queries.call(db, ref.id, public_id)))
        rows = [row for row in queries.board(db, matter.call) if not row.is_removed]
    return matter, rows, next((each for each in rows if each.convened == request.values.get("entidad", "")), rows[0] if rows else None)


def _preview_of(matter: MatterView, row: BoardRow | None, files: dict[str, bytes]) -> Mail:
    entity, person, to = (row.entity, row.liaison_name, row.mailbox) if row else (NOBODY, "", "")
    return messages.preview_letter(matter, entity=entity, person=person, to=to, whom=_whom(), files=files)


def _whom() -> Whom:
    """The group whose mail is looked at (?a=): a reminder says why it comes."""
    told = request.args.get("a", "")
    return Whom(told) if told in set(Whom) else Whom.ALL


@door.post(f"{ONE}/prueba", roles=WRITERS)
def test(slug: str, public_id: str) -> Any:
    """Send it to oneself, as the chosen entity would get it."""
    try:
        with transaction() as db:
            ref = event_in_scope(db, slug, current_staff())
            call = queries.call(db, ref.id, public_id)
            row = next((each for each in queries.board(db, call) if each.convened == request.form.get("entidad", "")), None)
            entity, person = (row.entity, row.liaison_name) if row else (NOBODY, "")
            service.ask_test(db, call.id, entity=entity, person=person, mail_id=tokens.public_id(), by=actor())
    except (RuleViolation, TooManyRequests) as refused:
        return _preview(slug, public_id, refused=refused)
    return redirect(url_for("calls.preview", slug=slug, public_id=public_id, entidad=row.convened if row else None, aviso="call-tested"))
