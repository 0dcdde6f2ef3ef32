"""One registration, and what staff may do with it: look at it whole, send it again, cancel it."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.cycles import queries as cycles
from eventos.desk import queries
from eventos.desk.forms import CancelForm
from eventos.desk.web.door import READERS, WRITERS, door
from eventos.kernel import audit, clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.kernel.text import normalise_email
from eventos.kernel.vocabulary import LinkKind, Source
from eventos.registration import service as registration
from eventos.registration.models import Registration
from eventos.registration.queries_questions import answers_of, standing
from eventos.registration.rules_answers import words
from eventos.registration.service import notify


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


def _detail(public_id: str, *, whole: bool = False, form: CancelForm | None = None, refusal: str | None = None) -> str:
    with reading() as db:
        found = queries.registration_in_scope(db, public_id, current_staff())
        view = cycles.event_view(db, found.event_slug)
        answers = answers_of(db, found.id)
        own_questions = standing(db, found.id, view.id)
    return render_template(
        "desk/registration.html",
        event=view,
        found=found,
        answers=[(given.question, words(given.question, given.value)) for given in answers],
        asks=own_questions.asks,
        lacks=own_questions.lacks if found.state.is_open else (),
        whole=whole,
        form=form or CancelForm(),
        refusal=refusal,
        place=place_words(found),
        kind=label_of(LinkKind, found.link_kind),
        source=label_of(Source, found.source),
        writes=current_staff().role in WRITERS,
    )


def place_words(row: Any) -> str:
    """ "Riosucio, Caldas", "Quito, Ecuador", or ""."""
    found = divipola.get(row.divipola) if row.divipola else None
    return found.label if found else ", ".join(part for part in (row.city, row.country) if part)


def label_of(words: Any, value: str) -> str:
    return words(value).label if value in set(words) else value
