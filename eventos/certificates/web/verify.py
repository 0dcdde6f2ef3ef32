"""Whether a constancia is valid, for whoever has its code: thirty questions a minute from one address."""

from datetime import date, timedelta
from typing import Any

from flask import make_response, redirect, render_template, request, url_for

from eventos.certificates import queries
from eventos.certificates.codes import State, read_code
from eventos.kernel import clock, limits, spanish
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import Audience, Door, client_address
from eventos.kernel.limits import Limit

QUESTIONS = Limit("certificates.verify", 30, timedelta(minutes=1))

door = Door("verify", __name__, audience=Audience.OPEN)


@door.get("/verificar")
def ask() -> Any:
    typed = request.args.get("codigo", "").strip()
    if typed:
        return redirect(url_for("verify.answer", code=read_code(typed) or "desconocido"))
    return render_template("certificates/verify.html", found=None, asked=False)


@door.get("/verificar/<code>")
def answer(code: str) -> Any:
    """Valid, revoked, replaced, or unknown; a code that cannot be one is unknown too, and counts the same."""
    with transaction() as db:
        limits.spend(db, (QUESTIONS, client_address()))
    wanted = read_code(code)
    found = None
    if wanted is not None:
        with reading() as db:
            found = queries.verify(db, wanted)
    certificate = found.certificate if found else None
    page = make_response(
        render_template(
            "certificates/verify.html",
            asked=True,
            found=certificate,
            revoked=certificate is not None and certificate.state is State.REVOKED,
            said=certificate.content if certificate else None,
            issued_on=spanish.date_long(date.fromisoformat(certificate.content["issued_on"])) if certificate else "",
            revoked_on=spanish.date_long(clock.local(certificate.revoked_at).date()) if certificate and certificate.revoked_at else "",
            now=clock.now(),
            demo_banner=bool(found and found.demo),
        ),
        200 if certificate else 404,
    )
    page.headers["X-Robots-Tag"] = "noindex"
    return page
