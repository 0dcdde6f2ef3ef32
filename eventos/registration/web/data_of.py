"""What staff correct of one registration: names, phone, where somebody works, how they attend. Their approval stays."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.kernel import clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.registration import queries, service
from eventos.registration.forms_admission import CorrectionForm
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_admission import registration_in_scope
from eventos.registration.rules import NoSeatThere
from eventos.registration.web.admission import door

URL = "/escritorio/inscripciones/<public_id>/datos"
NOTICES = {
    "data-corrected": ("success", "Los datos quedaron guardados."),
    "data-as-before": ("info", "No había datos que cambiar."),
}


def _registration(public_id: str) -> RegistrationView:
    """A registration that stands, of the cycles of the person signed in. Raises NotFound."""
    with reading() as db:
        found = queries.registration_view(db, registration_in_scope(db, public_id, current_staff(), locked=False).id)
    if not found.state.is_open:
        raise NotFound("Esta inscripción no está vigente: no tiene datos que corregir.")
    return found


@door.get(URL)
def data(public_id: str) -> str:
    found = _registration(public_id)
    return _page(found, CorrectionForm.of(found))


def _page(found: RegistrationView, form: CorrectionForm, refusal: str | None = None) -> str:
    return render_template(
        "registration/data_of.html",
        event=found.event,
        found=found,
        form=form,
        places=[place.label for code in found.event.expected if (place := divipola.get(code))],
        refusal=refusal,
        demo_banner=found.demo,
    )


@door.post(URL)
def save_data(public_id: str) -> Any:
    """Write down what staff correct; the person gets an updated confirmation only when the way they attend changes."""
    found = _registration(public_id)
    form = CorrectionForm.from_request()
    form.offer_seats(found.event.modality)
    if not form.validate():
        return _page(found, form), 422
    try:
        with transaction() as db:
            row = registration_in_scope(db, public_id, current_staff())
            changed = service.change(db, row, form.to_correction(found.phone), by=actor(), now=clock.now())
    except NoSeatThere as refused:
        form.refuse({"modality": refused.message})
        return _page(found, form), 409
    except RuleViolation as refused:
        return _page(found, form, refused.message), 409
    notice = "data-corrected" if changed else "data-as-before"
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)
