"""The page of the keys to the API: make one (it is shown once), see them, revoke them. Administrators see everybody's."""

from typing import Any

from flask import redirect, render_template, url_for

from eventos.accounts import queries_api, service
from eventos.accounts.forms import ApiTokenForm
from eventos.accounts.web.doors import staff_pages
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import actor, current_staff
from eventos.kernel.vocabulary import ApiScope, StaffRole

NOTICES = {"api-token-revoked": ("success", "La llave quedó revocada: desde ahora ningún programa entra con ella.")}


@staff_pages.get("/escritorio/llaves", roles=queries_api.OWNERS)
def api_tokens() -> Any:
    return _page(ApiTokenForm())


@staff_pages.post("/escritorio/llaves", roles=queries_api.OWNERS)
def make_api_token() -> Any:
    form = ApiTokenForm.from_request()
    if not form.validate():
        return _page(form), 422
    scopes = [ApiScope(scope) for scope in form.scopes.data]
    try:
        with transaction() as db:
            secret = service.make_api_token(
                db, staff_id=current_staff().id, name=form.name.data, scopes=scopes, days=int(form.days.data), by=actor(), now=clock.now()
            )
    except InvalidInput as refusal:
        form.refuse(refusal.fields)
        return _page(form), 422
    return _page(ApiTokenForm(), made=secret)  # in the answer itself: it is kept nowhere, so no address could show it again


@staff_pages.post("/escritorio/llaves/<public_id>/revocar", roles=queries_api.OWNERS)
def revoke_api_token(public_id: str) -> Any:
    with transaction() as db:
        service.revoke_api_token(db, public_id, staff_id=_whose(), by=actor(), now=clock.now())
    return redirect(url_for("accounts_staff.api_tokens", aviso="api-token-revoked"), 303)


def _whose() -> int | None:
    """One's own keys; an administrator answers for all."""
    staff = current_staff()
    return None if staff.role is StaffRole.ADMINISTRATOR else staff.id


def _page(form: ApiTokenForm, *, made: str = "") -> str:
    with reading() as db:
        keys = queries_api.tokens_of(db, _whose())
    everybodys = _whose() is None
    return render_template("accounts/api_tokens.html", form=form, keys=keys, made=made, now=clock.now(), everybodys=everybodys)
