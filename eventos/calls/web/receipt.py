"""The receipt of a call, for whoever holds an entity's link: read it, confirm, designate, decline. A GET confirms nothing."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.calls import messages, queries, rules, service
from eventos.calls.forms import DeclineForm, DesignateForm, SignedForm
from eventos.calls.queries import LetterView
from eventos.calls.standing import is_late
from eventos.calls.web.compose import annex_file
from eventos.calls.web.door import RECEIPT, receipt_door
from eventos.kernel import clock, limits, tokens
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.http import client_address, download
from eventos.kernel.vocabulary import EventState
from eventos.registration.service.allowance import BAD_TOKENS


def _letter(token: str) -> LetterView:
    """The call behind a link. A link that is not ours is counted, so that nobody can try them all."""
    try:
        with reading() as db:
            return queries.receipt_view(db, tokens.digest(token))
    except NotFound:
        with transaction() as db:
            limits.spend(db, (BAD_TOKENS, client_address()))
        raise


@receipt_door.get(RECEIPT)
def show(token: str) -> Any:
    view = _letter(token)
    return _page(token, view, SignedForm(data=_known(view)))


def _known(view: LetterView) -> dict[str, str]:
    return {"name": view.recipient.confirmed_by, "post": view.recipient.confirmed_post}


def _context(token: str, view: LetterView) -> dict[str, Any]:
    event, recipient = view.event, view.recipient
    return {
        "token": token,
        "call": view.call,
        "recipient": recipient,
        "event": event,
        "vias": {via.value: via.label for via in rules.Via},
        "is_open": event.state is not EventState.CANCELLED and not (event.ends_at is not None and clock.now() > event.ends_at),
        "is_past": view.call.deadline_at is not None and clock.now() > view.call.deadline_at,
        "is_late": is_late(recipient.answered_at, view.call.deadline_at),
        "demo_banner": event.demo,
    }


def _page(token: str, view: LetterView, form: SignedForm, *, status: int = 200, refusal: str | None = None) -> Response:
    with reading() as db:
        named = queries.designees(db, view.event.id, view.recipient.id)
    told = messages.shown_to(view)
    return make_response(
        render_template("calls/receipt.html", **_context(token, view), form=form, told=told, named=named, refusal=refusal), status
    )


@receipt_door.post(RECEIPT)
def confirm(token: str) -> Any:
    view, form = _letter(token), SignedForm.from_request()
    if not form.validate():
        return _page(token, view, form, status=422)
    try:
        with transaction() as db:
            limits.spend(db, (service.ANSWERS, token))
            is_first = service.confirm(db, view, form.signed(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _page(token, view, form, status=422)
    except RuleViolation as refusal:
        return _page(token, view, form, status=409, refusal=refusal.message)
    return _back(token, "receipt-confirmed" if is_first else "receipt-again")


def _back(token: str, notice: str) -> Any:
    return redirect(url_for("call_receipt.show", token=token, aviso=notice), 303)


@receipt_door.get(f"{RECEIPT}/asistentes")
def people(token: str) -> Any:
    view = _letter(token)
    form = DesignateForm(data=_known(view))
    return _people(token, view, form)


def _people(token: str, view: LetterView, form: DesignateForm, *, status: int = 200, refusal: str | None = None) -> Response:
    with reading() as db:
        named = queries.designees(db, view.event.id, view.recipient.id)
    return make_response(
        render_template("calls/receipt_people.html", **_context(token, view), form=form, named=named, refusal=refusal), status
    )


@receipt_door.post(f"{RECEIPT}/asistentes")
def designate(token: str) -> Any:
    view, form = _letter(token), DesignateForm.from_request()
    if "add_row" in request.form:
        form.add_row(request.form["add_row"])
        return _people(token, view, form)
    if not form.validate():
        return _people(token, view, form, status=422)
    try:
        with transaction() as db:
            limits.spend(db, (service.ANSWERS, token))
            service.designate(db, view, form.signed(), form.designees(), now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _people(token, view, form, status=422)
    except RuleViolation as refusal:
        return _people(token, view, form, status=409, refusal=refusal.message)
    return _back(token, "receipt-designated")


@receipt_door.post(f"{RECEIPT}/asistentes/<public_id>/quitar")
def withdraw(token: str, public_id: str) -> Any:
    view = _letter(token)
    with transaction() as db:
        service.withdraw(db, view, public_id, now=clock.now())
    return _back(token, "receipt-withdrawn")


@receipt_door.get(f"{RECEIPT}/no-asistira")
def ask_decline(token: str) -> Any:
    view = _letter(token)
    return _decline(token, view, DeclineForm(data=_known(view)))


def _decline(token: str, view: LetterView, form: DeclineForm, *, status: int = 200, refusal: str | None = None) -> Response:
    return make_response(render_template("calls/receipt_decline.html", **_context(token, view), form=form, refusal=refusal), status)


@receipt_door.post(f"{RECEIPT}/no-asistira")
def decline(token: str) -> Any:
    view, form = _letter(token), DeclineForm.from_request()
    if not form.validate():
        return _decline(token, view, form, status=422)
    try:
        with transaction() as db:
            limits.spend(db, (service.ANSWERS, token))
            service.decline(db, view, form.signed(), form.reason.data or "", now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return _decline(token, view, form, status=422)
    except RuleViolation as refusal:
        return _decline(token, view, form, status=409, refusal=refusal.message)
    return _back(token, "receipt-declined")


@receipt_door.get(f"{RECEIPT}/pieza.pdf")
def flyer(token: str) -> Response:
    """The pieza that was sent, to print: the entities of a private event find it nowhere else."""
    files = _letter(token).call.flyer_files
    if "pdf" not in files:
        raise NotFound("Esta convocatoria no lleva pieza publicitaria.")
    return download(storage.shelf().read(files["pdf"], verify=True), filename="pieza.pdf", media_type="application/pdf")


@receipt_door.get(f"{RECEIPT}/anexos/<int:number>")
def annex(token: str, number: int) -> Response:
    return annex_file(_letter(token).call, number)
