"""Staff write one person down by hand: who telephoned, who comes for somebody else, when the window is closed (with the reason)."""

from typing import Any

from flask import make_response, redirect, render_template, url_for

from eventos.cycles.queries import EventView
from eventos.entities.queries import entity_names
from eventos.kernel import clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.registration import service
from eventos.registration.forms_admission import ByHandForm
from eventos.registration.queries_admission import policy_of
from eventos.registration.rules import why_closed, window_of
from eventos.registration.web.admission import door, event_of_staff

URL = "/escritorio/eventos/<slug>/inscribir"
NOTICES = {
    "by-hand": ("success", "La persona quedó inscrita. Le enviamos la confirmación a su correo."),
    "by-hand-past": ("success", "La persona quedó inscrita. El evento ya pasó: no le escribimos."),
    "by-hand-waits": (
        "warning",
        "No hay cupo: la persona quedó en la lista de espera y ya lo sabe. Si debe entrar, dele cupo con un motivo.",
    ),
    "by-hand-was-there": ("info", "Esta persona ya estaba en el evento: no cambió nada. Le enviamos otra vez su inscripción."),
    "by-hand-rejected": ("warning", "Su solicitud no había sido aprobada y sigue así. Si debe entrar, dele cupo con un motivo."),
}


@door.get(URL)
def by_hand(slug: str) -> Any:
    event = event_of_staff(slug)
    form = ByHandForm()
    form.offer_seats(event.modality)
    return _page(event, form, 200)


def _page(event: EventView, form: ByHandForm, status: int, refusal: str | None = None) -> Any:
    with reading() as db:
        entities = entity_names(db, limit=200)
    places = [place for code in event.expected if (place := divipola.get(code))]
    page = render_template(
        "registration/by_hand.html",
        event=event,
        form=form,
        closed=_why_closed(event),
        is_published=event.state is EventState.PUBLISHED,
        is_over=_is_over(event),
        places=[place.label for place in places],
        entities=[*(f"Alcaldía de {place.name}" for place in places), *entities],
        refusal=refusal,
    )
    return make_response(page, status)


def _why_closed(event: EventView) -> str:
    """Why the public form is closed now, which staff may override with a reason; "" when it is open."""
    with reading() as db:
        late = policy_of(db, event.id).admits_late
    now = clock.now()
    return "" if window_of(event, now, late=late).accepts else why_closed(event, now)


def _is_over(event: EventView) -> bool:
    return event.ends_at is not None and event.ends_at <= clock.now()


@door.post(URL)
def add_by_hand(slug: str) -> Any:
    event = event_of_staff(slug)
    form = ByHandForm.from_request()
    form.offer_seats(event.modality)
    form.reason_is_needed = bool(_why_closed(event))
    if not form.validate():
        return _page(event, form, 422)
    now = clock.now()
    try:
        with transaction() as db:
            outcome = service.register_by_hand(db, form.to_register(slug), form.reason.data or "", by=actor(), now=now)
            public_id = service.public_id_of(db, outcome.registration_id)
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _page(event, form, 422)
    except RuleViolation as refused:
        return _page(event, form, 409, refused.message)
    if outcome.is_repeat:
        notice = "by-hand-rejected" if outcome.state is RegistrationState.REJECTED else "by-hand-was-there"
    elif outcome.state is RegistrationState.WAITLISTED:
        notice = "by-hand-waits"
    else:
        notice = "by-hand-past" if _is_over(event) else "by-hand"
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)
