"""Nothing personal reaches the logs: what people type, and the secrets they hold, are looked for in every line of both processes."""

import re
from pathlib import Path

import pytest

from eventos.kernel.db import transaction
from tests.accounts.factories import PASSWORD, a_staff
from tests.cycles.factories import a_published_event
from tests.flows.conftest import Visit
from tests.flows.guests import answers
from tests.flows.stage import opened
from tests.support.fixtures import Serve

TYPED = {
    "document_number": "71234987",
    "given_names": "Guacamaya",
    "family_names": "Yarumo Siete",
    "email": "canario.uno@secreto.example",
    "phone": "3159876543",
    "entity": "Alcaldía de Frailejón",
    "post": "Guardabosques mayor",
}
WRONG_MAIL = "canario.dos@secreto.example"


@pytest.mark.slow
def test_no_personal_data_and_no_secret_reach_the_logs(serve: Serve, visit: Visit, tmp_path: Path, database_url: str) -> None:
    with opened(tmp_path / "var", database_url), transaction() as db:
        slug = a_published_event(db).slug
        staff = a_staff(db, email="canario.tres@oficina.example").email
    server = serve(log_level="DEBUG")
    visitor = visit(server.url)
    form = visitor.form(f"/eventos/{slug}/inscripcion")

    assert visitor.send(form, **answers(1, **TYPED, municipio="Riosuci")).status == 422
    received = visitor.send(form, **answers(1, **TYPED))
    assert received.status == 303
    receipt = received.headers["Location"].rpartition("/")[2]
    assert visitor.get(f"/inscripcion/recibida/{receipt}").status == 200

    (letter,) = server.mailbox.wait_for(TYPED["email"])
    text = letter.get_body(("plain",)).get_content()
    link = re.search(r"/i/([A-Za-z0-9_-]+)", text)
    ticket = re.search(r"/q/([A-Za-z0-9_-]+)", text)
    assert link
    secrets = [receipt, link[1], *([ticket[1]] if ticket else [])]
    for path in (f"/i/{link[1]}", f"/i/{link[1]}/qr.png", f"/i/{link[1]}/invitacion.ics", *([f"/q/{ticket[1]}"] if ticket else [])):
        assert visitor.get(path).status == 200, path
    assert visitor.get(f"/i/{'Z' * 43}").status == 404
    assert visitor.get(f"/i/{link[1]}/no-existe").status == 404
    assert visitor.get(f"/eventos/{slug}?correo={WRONG_MAIL}").status == 200
    visitor.send(visitor.form("/mi-inscripcion"), email=WRONG_MAIL)
    entry = visitor.form("/ingresar")
    assert visitor.send(entry, email=WRONG_MAIL, password="clave-canaria-mala").status == 422
    assert visitor.send(entry, email=staff, password=PASSWORD).status == 303
    secrets.append(visitor.cookies["eventos"])
    visitor.get("/escritorio")

    server.stop()
    log = server.log_file.read_text(encoding="utf-8")
    assert log.count('"message": "request"') > 10, "the log says what was asked"
    assert "job done" in log, "and what was done"
    canaries = [*TYPED.values(), WRONG_MAIL, staff, PASSWORD, "clave-canaria-mala", *secrets]
    assert [canary for canary in canaries if canary in log] == []
