"""One's own account: name, password, second step, open sessions; and signing out."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.accounts import queries, rules, service
from eventos.accounts.forms import ChangePasswordForm, CodeForm, DisableTotpForm, NameForm
from eventos.accounts.queries import StaffView
from eventos.accounts.web.browser import cookie, session_id, take_cookie
from eventos.accounts.web.doors import staff_pages
from eventos.adapters import qr
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import actor, current_staff

NOTICES = {
    "name-changed": ("success", "Su nombre quedó cambiado."),
    "password-changed": ("success", "Su contraseña quedó cambiada. Las demás sesiones se cerraron."),
    "sessions-closed": ("success", "Las demás sesiones quedaron cerradas."),
    "second-step-on": ("success", "La verificación en dos pasos quedó activa: desde ahora, al ingresar le pediremos el código."),
    "second-step-off": ("success", "La verificación en dos pasos quedó desactivada."),
}
WRONG = "Esa no es su contraseña actual."


@staff_pages.post("/salir")
def sign_out() -> Any:
    with transaction() as db:
        service.end_session(db, cookie(), now=clock.now())
    return take_cookie(redirect(url_for("accounts.sign_in", aviso="signed-out"), 303))


@staff_pages.get("/escritorio/cuenta")
def account() -> Any:
    return _page()


@staff_pages.post("/escritorio/cuenta/nombre")
def rename() -> Any:
    form = NameForm.from_request(prefix="cuenta-")
    if form.validate():
        try:
            with transaction() as db:
                service.rename(db, current_staff().id, form.name.data, by=actor())
            return _back("name-changed")
        except InvalidInput as refusal:
            form.refuse(refusal.fields)
    return _page(name=form), 422


@staff_pages.post("/escritorio/cuenta/contrasena")
def change_password() -> Any:
    form = ChangePasswordForm.from_request(prefix="clave-")
    if form.validate() and _is_own(form.present.data, form):
        staff = _me()
        try:
            hashed = service.hash_password(form.password.data, email=staff.email)
            with transaction() as db:
                service.change_password(db, staff.id, hashed, by=actor(), session_id=session_id(), now=clock.now())
            return _back("password-changed")
        except InvalidInput as refusal:
            form.refuse(refusal.fields)
    return _page(password=form), 422


@staff_pages.post("/escritorio/cuenta/sesiones")
def end_other_sessions() -> Any:
    with transaction() as db:
        service.end_all(db, current_staff().id, now=clock.now(), but=session_id())
    return _back("sessions-closed")


@staff_pages.post("/escritorio/cuenta/codigo")
def begin_totp() -> Any:
    with transaction() as db:
        service.begin_totp(db, current_staff().id)
    return redirect(url_for("accounts_staff.totp"), 303)


@staff_pages.get("/escritorio/cuenta/codigo")
def totp() -> Any:
    return _totp_page(CodeForm())


@staff_pages.post("/escritorio/cuenta/codigo/confirmar")
def confirm_totp() -> Any:
    form = CodeForm.from_request()
    if form.validate():
        try:
            with transaction() as db:
                service.confirm_totp(db, current_staff().id, form.code.data, by=actor(), now=clock.now())
            return _back("second-step-on")
        except InvalidInput as refusal:
            form.refuse(refusal.fields)
    return _totp_page(form), 422


@staff_pages.post("/escritorio/cuenta/codigo/quitar")
def disable_totp() -> Any:
    form = DisableTotpForm.from_request(prefix="codigo-")
    if form.validate() and _is_own(form.present.data, form):
        with transaction() as db:
            service.disable_totp(db, current_staff().id, by=actor())
        return _back("second-step-off")
    return _page(disable=form), 422


def _is_own(password: str, form: Any) -> bool:
    """Whether it is this account's password; counted, and hashed outside the transaction."""
    with transaction() as db:
        stored = service.own_password_hash(db, current_staff().id)
    if service.matches(stored, password):
        return True
    form.refuse({"present": WRONG})
    return False


def _me() -> StaffView:
    staff = current_staff()
    assert isinstance(staff, StaffView)  # noqa: S101 - the loader of this room answers nothing else
    return staff


def _back(notice: str) -> Any:
    return redirect(url_for("accounts_staff.account", aviso=notice), 303)


def _page(*, name: Any = None, password: Any = None, disable: Any = None) -> str:
    me = _me()
    with reading() as db:
        sessions = queries.sessions_of(db, me.id, now=clock.now())
    shown = next((form for form in (name, password, disable) if form is not None), None)
    return render_template(
        "accounts/account.html",
        me=me,
        sessions=sessions,
        here=session_id(),
        form=shown,
        name_form=name or NameForm(prefix="cuenta-", data={"name": me.name}),
        password_form=password or ChangePasswordForm(prefix="clave-"),
        disable_form=disable or DisableTotpForm(prefix="codigo-"),
    )


def _totp_page(form: CodeForm) -> Any:
    me = _me()
    with reading() as db:
        secret = service.pending_totp(db, me.id)
    if secret is None:
        return redirect(url_for("accounts_staff.account"))
    picture = qr.svg(rules.totp_uri(secret, account=me.email), title="Código QR para la aplicación de verificación")
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template("accounts/totp.html", form=form, picture=picture, secret=spaced)
