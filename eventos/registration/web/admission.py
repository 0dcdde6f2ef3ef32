"""The organiser's page about admission: the settings of an event, its invitation, its requests, and decisions about one registration."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.cycles.queries import EventView, event_in_scope, event_view
from eventos.kernel import clock, links
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import Audience, Door, actor, current_staff
from eventos.kernel.vocabulary import EventState, RegistrationState, StaffRole
from eventos.registration import queries_admission as queries
from eventos.registration import service
from eventos.registration.forms_admission import DecisionForm, PolicyForm
from eventos.registration.queries_questions import lacking
from eventos.registration.service.policy import invitation_token, renew_invitation, save_policy

door = Door("admission", __name__, audience=Audience.STAFF, roles=(StaffRole.ADMINISTRATOR, StaffRole.ORGANISER))

URL = "/escritorio/eventos/<slug>/admision"
AT_ONCE = 50  # requests on the page, and at most so many decided together: a write transaction stays short

NOTICES = {
    "admission-saved": ("success", "La forma de inscripción quedó guardada."),
    "admission-same": ("info", "No había nada que cambiar."),
    "invitation-renewed": ("success", "El vínculo anterior dejó de servir. Comparta el nuevo."),
    "requests-approved": ("success", "Las solicitudes quedaron aprobadas. Avisamos a cada persona por correo."),
    "requests-approved-waiting": (
        "warning",
        "Las solicitudes quedaron aprobadas, pero no hubo cupo para todas: las últimas están en lista de espera. Cada persona lo sabe.",
    ),
    "requests-rejected": ("success", "Las solicitudes quedaron sin aprobar. Avisamos a cada persona por correo, con el motivo."),
    "requests-gone": ("info", "Esas solicitudes ya no esperaban una decisión."),
    "request-approved": ("success", "La solicitud quedó aprobada. Avisamos a la persona por correo."),
    "request-waitlisted": ("warning", "La solicitud quedó aprobada, pero no hay cupo: la persona está en la lista de espera y ya lo sabe."),
    "request-rejected": ("success", "La solicitud no quedó aprobada. Avisamos a la persona por correo, con el motivo."),
    "let-in": ("success", "La persona tiene cupo. Le enviamos la confirmación por correo."),
}


def event_of_staff(slug: str) -> EventView:
    """The event, when the person signed in works in its cycle. Raises NotFound."""
    with reading() as db:
        event_in_scope(db, slug, current_staff())
        return event_view(db, slug)


@door.get(URL)
def page(slug: str) -> Any:
    event = event_of_staff(slug)
    with reading() as db:
        policy = queries.policy_of(db, event.id)
    return _page(event, PolicyForm.of(policy), DecisionForm())


def _page(event: EventView, form: PolicyForm, decision: DecisionForm, refusal: str | None = None, chosen: tuple[str, ...] = ()) -> str:
    with reading() as db:
        policy = queries.policy_of(db, event.id)
        sealed = queries.sealed_invitation(db, event.id) if policy.is_private else None
        waiting, total = queries.requests(db, event.id, limit=AT_ONCE)
        lacks = lacking(db, event.id, [one.public_id for one in waiting])
    return render_template(
        "registration/admission.html",
        event=event,
        form=form,
        decision=decision,
        policy=policy,
        invitation=links.absolute(f"/privado/{invitation_token(sealed)}") if sealed else None,
        waiting=waiting,
        lacks=lacks,
        total=total,
        chosen=chosen,
        refusal=refusal,
        may_decide=event.state is EventState.PUBLISHED,
    )


@door.post(URL)
def save(slug: str) -> Any:
    event, form = event_of_staff(slug), PolicyForm.from_request()
    if not form.validate():
        return _page(event, form, DecisionForm()), 422
    try:
        with transaction() as db:
            changed = save_policy(db, event.id, form.to_command(), by=actor(), now=clock.now())
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _page(event, form, DecisionForm()), 422
    return redirect(url_for("admission.page", slug=slug, aviso="admission-saved" if changed else "admission-same"), 303)


@door.post(f"{URL}/invitacion")
def renew(slug: str) -> Any:
    event = event_of_staff(slug)
    with transaction() as db:
        renew_invitation(db, event.id, by=actor(), now=clock.now())
    return redirect(url_for("admission.page", slug=slug, aviso="invitation-renewed"), 303)


@door.post(f"{URL}/solicitudes")
def decide_requests(slug: str) -> Any:
    """Approve or reject the requests that were ticked; what somebody decided meanwhile is left alone."""
    event, form = event_of_staff(slug), DecisionForm.from_request()
    rejects = request.form.get("decision") == "reject"
    chosen = tuple(dict.fromkeys(request.form.getlist("solicitud")))[:AT_ONCE]
    if not chosen:
        form.refuse({}, "Marque al menos una solicitud de la lista.")
    if not chosen or not form.validate():
        with reading() as db:
            policy = queries.policy_of(db, event.id)
        return _page(event, PolicyForm.of(policy), form, chosen=chosen), 422
    try:
        with transaction() as db:
            found = service.requests_of(db, event.id, chosen)
            for each in found:
                if rejects:
                    service.reject(db, each, form.reason.data or "", by=actor(), now=clock.now())
                else:
                    service.approve(db, each, by=actor(), now=clock.now())
            waits = any(each.state == RegistrationState.WAITLISTED for each in found)
    except (InvalidInput, RuleViolation) as refused:
        with reading() as db:
            policy = queries.policy_of(db, event.id)
        if isinstance(refused, InvalidInput):
            form.refuse(refused.fields, refused.message)
            return _page(event, PolicyForm.of(policy), form, chosen=chosen), 422
        return _page(event, PolicyForm.of(policy), form, refused.message, chosen=chosen), 409
    done = "requests-rejected" if rejects else "requests-approved-waiting" if waits else "requests-approved"
    notice = done if found else "requests-gone"
    return redirect(url_for("admission.page", slug=slug, aviso=notice), 303)


@door.get("/escritorio/inscripciones/<public_id>/decidir")
def ask(public_id: str) -> Any:
    return _decision_page(public_id, DecisionForm())


def _decision_page(public_id: str, form: DecisionForm, refusal: str | None = None) -> str:
    with reading() as db:
        found = queries.registration_in_scope(db, public_id, current_staff(), locked=False)
        state, slug = RegistrationState(found.state), found.event.slug
        name = service.person_of(db, found).full_name
        event = event_view(db, slug)
    return render_template("registration/decide.html", event=event, public_id=public_id, name=name, state=state, form=form, refusal=refusal)


@door.post("/escritorio/inscripciones/<public_id>/decidir")
def decide(public_id: str) -> Any:
    """Approve, reject, or let in beyond the rules, with the reason."""
    form = DecisionForm.from_request()
    if not form.validate():
        return _decision_page(public_id, form), 422
    try:
        with transaction() as db:
            found = queries.registration_in_scope(db, public_id, current_staff())
            notice = _carry_out(db, found, request.form.get("decision", ""), form.reason.data or "")
    except InvalidInput as refused:
        form.refuse(refused.fields, refused.message)
        return _decision_page(public_id, form), 422
    except RuleViolation as refused:
        return _decision_page(public_id, form, refused.message), 409
    return redirect(url_for("desk.registration_detail", public_id=public_id, aviso=notice), 303)


def _carry_out(db: Any, found: Any, decision: str, reason: str) -> str:
    now, by = clock.now(), actor()
    if decision == "approve":
        state = service.approve(db, found, by=by, now=now)
        return "request-waitlisted" if state is RegistrationState.WAITLISTED else "request-approved"
    if decision == "reject":
        service.reject(db, found, reason, by=by, now=now)
        return "request-rejected"
    service.let_in(db, found, reason, by=by, now=now)
    return "let-in"
