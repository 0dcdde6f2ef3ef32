"""How a cycle words its mails: the list of kinds, the editor of one with its preview, a test to oneself, and the versions before."""

from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for

from eventos.cycles import service as cycles
from eventos.cycles.queries import CycleView, WordingVersion, cycle_in_scope, wording_versions, wordings_of
from eventos.entities.queries import office_view
from eventos.kernel import clock, previews, tokens, wordings
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation, TooManyRequests
from eventos.kernel.http import actor, current_staff, status_of
from eventos.kernel.wordings import Kind, Wording
from eventos.mailings import messages, service
from eventos.mailings.forms import WordingForm
from eventos.mailings.web.door import FORM_BODY, WORDINGS, wordings_door

ONE = f"{WORDINGS}/<kind>"


def _kind(key: str) -> Kind:
    found = wordings.KINDS.get(key)
    if found is None:
        abort(404)
    return found


def _load(slug: str, kind: Kind) -> tuple[CycleView, list[WordingVersion]]:
    with reading() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        return cycle, wording_versions(db, cycle.id, kind.key)


@wordings_door.get(WORDINGS)
def index(slug: str) -> Any:
    with reading() as db:
        cycle = cycle_in_scope(db, slug, current_staff())
        own = wordings_of(db, cycle.id)
    return render_template("mailings/wordings.html", cycle=cycle, kinds=wordings.KINDS.values(), own=own)


@wordings_door.get(ONE)
def edit(slug: str, kind: str) -> Any:
    """The editor; ?version= brings the words of an earlier one, to look at and save again."""
    chosen = _kind(kind)
    cycle, versions = _load(slug, chosen)
    wanted = request.args.get("version", "")
    shown = next((each for each in versions if str(each.version) == wanted), versions[0] if versions else None)
    wording = Wording(shown.subject, shown.body) if shown else wordings.default(kind)
    return _editor(cycle, chosen, WordingForm.of(wording, versions[0].version if versions else 0), versions)


@wordings_door.post(ONE, max_body=FORM_BODY)
def save(slug: str, kind: str) -> Any:
    chosen, form = _kind(kind), WordingForm.from_request()
    cycle, versions = _load(slug, chosen)
    if not form.check(chosen):
        return _editor(cycle, chosen, form, versions, status=422)
    told = form.wording()
    try:
        with transaction() as db:
            seen = form.seen_version()
            cycles.save_wording(db, cycle.id, kind, subject=told.subject, body=told.body, seen_version=seen, by=actor(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _editor(cycle, chosen, form, versions, status=422)
    except RuleViolation as refusal:
        cycle, versions = _load(slug, chosen)
        form.version.data = str(versions[0].version) if versions else "0"
        return _editor(cycle, chosen, form, versions, refusal=refusal.message, status=409)
    return redirect(url_for("wordings.edit", slug=slug, kind=kind, aviso="wording-saved"))


@wordings_door.post(f"{ONE}/original", max_body=FORM_BODY)
def restore(slug: str, kind: str) -> Any:
    chosen, form = _kind(kind), WordingForm.from_request()
    try:
        with transaction() as db:
            cycle_id = cycle_in_scope(db, slug, current_staff()).id
            cycles.restore_default(db, cycle_id, kind, seen_version=form.seen_version(), by=actor(), now=clock.now())
    except RuleViolation as refusal:
        cycle, versions = _load(slug, chosen)
        now = Wording(versions[0].subject, versions[0].body) if versions else wordings.default(kind)
        return _editor(
            cycle, chosen, WordingForm.of(now, versions[0].version if versions else 0), versions, refusal=refusal.message, status=409
        )
    return redirect(url_for("wordings.edit", slug=slug, kind=kind, aviso="wording-restored"))


@wordings_door.post(f"{ONE}/prueba", max_body=FORM_BODY)
def test(slug: str, kind: str) -> Any:
    """Send what is typed to oneself; nothing is saved, and what was typed stays."""
    chosen, form = _kind(kind), WordingForm.from_request()
    cycle, versions = _load(slug, chosen)
    if not form.check(chosen):
        return _editor(cycle, chosen, form, versions, status=422)
    try:
        with transaction() as db:
            to = service.ask_sample(db, cycle.id, cycle.name, kind, form.wording(), mail_id=tokens.public_id(), by=actor())
    except (RuleViolation, TooManyRequests) as refusal:  # what was typed stays
        return _editor(cycle, chosen, form, versions, refusal=refusal.message, status=status_of(refusal))
    return _editor(cycle, chosen, form, versions, tested=to)


@wordings_door.get(f"{ONE}/vista")
def preview(slug: str, kind: str) -> Response:
    """The mail as it goes out now, with invented data."""
    chosen = _kind(kind)
    cycle, versions = _load(slug, chosen)
    return _preview(cycle, chosen, Wording(versions[0].subject, versions[0].body) if versions else wordings.default(kind))


@wordings_door.post(f"{ONE}/vista", max_body=FORM_BODY)
def preview_typed(slug: str, kind: str) -> Response:
    """The mail as it would go out with what is typed; saves nothing."""
    chosen, form = _kind(kind), WordingForm.from_request()
    cycle, _versions = _load(slug, chosen)
    if not form.check(chosen):
        problems = [str(error) for field in (form.subject, form.body) for error in field.errors]
        return previews.framed(render_template("mailings/preview_fault.html", problems=[*problems, *form.form_errors]), status=422)
    return _preview(cycle, chosen, form.wording())


def _preview(cycle: CycleView, kind: Kind, wording: Wording) -> Response:
    with reading() as db:
        office = office_view(db)
    letter = messages.sample(kind, wording, cycle.name, office)
    return previews.framed(letter.html, images={image.cid: image.png for image in letter.inline_images})


def _editor(
    cycle: CycleView,
    kind: Kind,
    form: WordingForm,
    versions: list[WordingVersion],
    *,
    refusal: str | None = None,
    status: int = 200,
    tested: str = "",
) -> Response:
    page = render_template(
        "mailings/wording.html",
        cycle=cycle,
        kind=kind,
        form=form,
        versions=versions,
        is_own=bool(versions) and not versions[0].is_default,
        fields=[(name, *wordings.FIELDS[name]) for name in kind.fields],
        refusal=refusal,
        tested=tested,
        demo_banner=cycle.demo,
    )
    return previews.around(page, status=status)
