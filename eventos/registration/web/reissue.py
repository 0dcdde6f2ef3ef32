"""The organiser gives somebody another QR code: what stops working is said first."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.cycles.queries import event_view
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration import queries_admission as queries
from eventos.registration import service
from eventos.registration.forms_admission import ReissueForm
from eventos.registration.service.reissue import mark_of, reissue_ticket
from eventos.registration.web.admission import door

NOTICES = {
    "ticket-reissued": ("success", "La persona tiene un código nuevo y se lo enviamos por correo. El anterior ya no abre la puerta."),
    "ticket-reissued-unsent": (
        "warning",
        "La persona tiene un código nuevo y el anterior ya no abre la puerta. No tiene correo: búsquela por su nombre en la puerta.",
    ),
    "ticket-reissued-before": ("info", "El código ya se había cambiado: vale el más reciente."),
}


@door.get("/escritorio/inscripciones/<public_id>/codigo")
def ask_reissue(public_id: str) -> Any:
    return _page(public_id, None)


@door.post("/escritorio/inscripciones/<public_id>/codigo")
def reissue(public_id: str) -> Any:
    form = ReissueForm.from_request()
    if not form.validate():
        return _page(public_id, form), 422
    try:
        with transaction() as db:
            found = queries.registration_in_scope(db, public_id, current_staff())
            email = service.person_of(db, found).email
            done = reissue_ticket(db, found, form.reason.data or "", seen=form.seen.data, by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _page(public_id, form), 422
    except RuleViolation as refused:
        return _page(public_id, form, refused.message), 409
    notice = "ticket-reissued-before" if not done else "ticket-reissued" if email else "ticket-reissued-unsent"
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)


def _page(public_id: str, form: ReissueForm | None, refusal: str | None = None) -> str:
    with reading() as db:
        found = queries.registration_in_scope(db, public_id, current_staff(), locked=False)
        state, slug, seen = RegistrationState(found.state), found.event.slug, mark_of(found)
        person = service.person_of(db, found)
        event = event_view(db, slug)
    return render_template(
        "registration/reissue.html",
        event=event,
        public_id=public_id,
        name=person.full_name,
        has_mail=bool(person.email),
        state=state,
        form=form or ReissueForm(seen=seen),
        refusal=refusal,
    )
