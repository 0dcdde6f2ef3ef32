"""The team's page: who has an account, as what; invite, change the role, close and open accounts. For administrators."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from eventos.accounts import queries, service
from eventos.accounts.forms import InviteForm, RoleForm
from eventos.accounts.models import Staff
from eventos.accounts.web.doors import staff_pages
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.kernel.vocabulary import StaffRole

ADMINISTRATORS = (StaffRole.ADMINISTRATOR,)

NOTICES = {
    "invited": ("success", "La invitación va en camino. El vínculo del correo sirve durante 72 horas."),
    "role-changed": ("success", "El rol quedó cambiado."),
    "account-closed": ("success", "La cuenta quedó desactivada y sus sesiones, cerradas."),
    "account-opened": ("success", "La cuenta quedó activa otra vez."),
    "second-step-reset": ("success", "La cuenta ya no pide el código de verificación."),
}


@staff_pages.get("/escritorio/equipo", roles=ADMINISTRATORS)
def team() -> Any:
    return _page(InviteForm())


@staff_pages.post("/escritorio/equipo", roles=ADMINISTRATORS)
def invite() -> Any:
    form = InviteForm.from_request()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction() as db:
            service.invite(db, email=form.email.data, name=form.name.data, role=StaffRole(form.role.data), by=actor())
    except InvalidInput as refusal:
        form.refuse(refusal.fields)
        return _page(form), 422
    return redirect(url_for("accounts_staff.team", aviso="invited"), 303)


@staff_pages.post("/escritorio/equipo/<public_id>/invitacion", roles=ADMINISTRATORS)
def invite_again(public_id: str) -> Any:
    return _act(lambda db: service.invite_again(db, public_id, by=actor()), "invited")


@staff_pages.post("/escritorio/equipo/<public_id>/rol", roles=ADMINISTRATORS)
def change_role(public_id: str) -> Any:
    form = RoleForm.from_request()
    if not form.validate():
        return _page(InviteForm(), refusal="Elija un rol de la lista."), 422
    return _act(lambda db: service.change_role(db, public_id, StaffRole(form.role.data), by=actor()), "role-changed")


@staff_pages.post("/escritorio/equipo/<public_id>/desactivar", roles=ADMINISTRATORS)
def deactivate(public_id: str) -> Any:
    return _act(lambda db: service.deactivate(db, public_id, by=actor(), now=clock.now()), "account-closed")


@staff_pages.post("/escritorio/equipo/<public_id>/reactivar", roles=ADMINISTRATORS)
def reactivate(public_id: str) -> Any:
    return _act(lambda db: service.reactivate(db, public_id, by=actor()), "account-opened")


@staff_pages.post("/escritorio/equipo/<public_id>/segundo-paso", roles=ADMINISTRATORS)
def reset_second_step(public_id: str) -> Any:
    return _act(lambda db: service.reset_second_step(db, public_id, by=actor()), "second-step-reset")


def _act(act: Callable[[Session], Staff], notice: str) -> Any:
    try:
        with transaction() as db:
            act(db)
    except RuleViolation as refusal:
        return _page(InviteForm(), refusal=refusal.message), 409
    return redirect(url_for("accounts_staff.team", aviso=notice), 303)


def _page(form: InviteForm, *, refusal: str | None = None) -> str:
    with reading() as db:
        people = queries.staff_list(db)
    return render_template("accounts/team.html", form=form, people=people, me=current_staff().id, refusal=refusal)
