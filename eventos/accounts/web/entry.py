"""Coming in: sign-in, forgotten password, and the pages behind one-time links. A GET changes nothing."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.accounts import rules, service
from eventos.accounts.forms import FirstAdminForm, ForgottenForm, NewPasswordForm, SignInForm
from eventos.accounts.models import Staff
from eventos.accounts.queries import LinkView
from eventos.accounts.web.browser import cookie, give_cookie
from eventos.accounts.web.doors import entrance, links
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, TooManyRequests
from eventos.kernel.http import client_address, find_staff

NOTICES = {
    "signed-out": ("success", "Salió de su cuenta."),
    "link-sent": (
        "info",
        "Si hay una cuenta con ese correo, le enviamos un vínculo que sirve durante 60 minutos. Revise también el correo no deseado.",
    ),
    "password-set": ("success", "Su contraseña nueva quedó guardada. Ingrese con ella."),
    "welcome": ("success", "Su cuenta quedó lista."),
}


@entrance.get("/ingresar")
def sign_in() -> Any:
    target = rules.own_path(request.args.get("next"))
    if find_staff() is not None:
        return redirect(target)
    return _sign_in_page(SignInForm(), target)


@entrance.post("/ingresar")
def enter() -> Any:
    form = SignInForm.from_request()
    target = rules.own_path(request.form.get("next"))
    if not form.validate():
        return _sign_in_page(form, target), 422
    try:
        with transaction() as db:
            attempt = service.begin_sign_in(db, form.email.data, address=client_address())
    except TooManyRequests as early:
        return _sign_in_page(form, target, early.message), 429, {"Retry-After": str(early.retry_after)}
    verdict = service.check(attempt, form.password.data)
    with transaction() as db:
        token = service.finish_sign_in(db, attempt, verdict, code=form.code.data, now=clock.now(), leaving=cookie() or None)
    if token is None:
        return _sign_in_page(form, target, rules.SignInFailed(wait=attempt.wait).message), 422
    return give_cookie(redirect(target, 303), token)


def _sign_in_page(form: SignInForm, target: str, refusal: str | None = None) -> str:
    return render_template("accounts/sign_in.html", form=form, next=target, refusal=refusal)


@entrance.get("/restablecer")
def forgotten() -> Any:
    return render_template("accounts/forgotten.html", form=ForgottenForm())


@entrance.post("/restablecer")
def ask_reset() -> Any:
    form = ForgottenForm.from_request()
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form), 422
    with transaction() as db:
        service.request_reset(db, form.email.data, address=client_address())
    return redirect(url_for("accounts.sign_in", aviso="link-sent"), 303)


@links.get("/restablecer/<token>")
def reset(token: str) -> Any:
    link = _open(token, "reset")
    return render_template("accounts/new_password.html", form=NewPasswordForm(), link=link)


@links.post("/restablecer/<token>")
def set_new_password(token: str) -> Any:
    link = _open(token, "reset")
    form = NewPasswordForm.from_request()
    if not (
        form.validate() and _use(form, link, lambda db, hashed: service.reset_password(db, token, password_hash=hashed, now=clock.now()))
    ):
        return render_template("accounts/new_password.html", form=form, link=link), 422
    return redirect(url_for("accounts.sign_in", aviso="password-set"), 303)


@links.get("/invitacion/<token>")
def invitation(token: str) -> Any:
    link = _open(token, "invitation")
    return render_template("accounts/new_password.html", form=NewPasswordForm(), link=link)


@links.post("/invitacion/<token>")
def accept(token: str) -> Any:
    link = _open(token, "invitation")
    form = NewPasswordForm.from_request()
    session = form.validate() and _use(
        form, link, lambda db, hashed: service.accept_invitation(db, token, password_hash=hashed, now=clock.now())
    )
    if not session:
        return render_template("accounts/new_password.html", form=form, link=link), 422
    return give_cookie(redirect(f"{rules.HOME}?aviso=welcome", 303), session)


@links.get("/primer-ingreso/<token>")
def first_admin(token: str) -> Any:
    _open(token, "first_admin")
    return render_template("accounts/first_admin.html", form=FirstAdminForm())


@links.post("/primer-ingreso/<token>")
def become_first_admin(token: str) -> Any:
    link = _open(token, "first_admin")
    form = FirstAdminForm.from_request()

    def become(db: Any, hashed: service.PasswordHash) -> Staff:
        return service.become_first_admin(db, token, email=form.email.data, name=form.name.data, password_hash=hashed, now=clock.now())

    session = form.validate() and _use(form, link, become, email=form.email.data)
    if not session:
        return render_template("accounts/first_admin.html", form=form), 422
    return give_cookie(redirect(f"{rules.HOME}?aviso=welcome", 303), session)


def _open(token: str, purpose: str) -> LinkView:
    """The link a page is about. Raises DeadLink (404), and counts the guess."""
    try:
        with reading() as db:
            return service.open_link(db, token, purpose, now=clock.now())
    except service.DeadLink:
        with transaction() as db:
            service.count_bad_link(db, address=client_address())
        raise


def _use(form: Any, link: LinkView, act: Callable[[Any, service.PasswordHash], Staff], *, email: str = "") -> str:
    """Hash outside the transaction, act inside, open a session; "" with the reasons in the form when something is refused."""
    try:
        hashed = service.hash_password(form.password.data, email=email or link.email)
        with transaction() as db:
            staff = act(db, hashed)
            if link.purpose == "reset":
                return "used"
            return service.start_session(db, staff.id, now=clock.now())
    except InvalidInput as refusal:
        form.refuse(refusal.fields)
        return ""
