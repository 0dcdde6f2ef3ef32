"""The call of a private event: every link in its mails opens something, and none of them is the event's own address."""

import re

import pytest
from flask.testing import FlaskClient

from eventos.adapters import storage
from eventos.calls import messages, queries
from eventos.calls.models import Call
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.calls.conftest import Desk, Run
from tests.calls.factories import call_command, recipients, send
from tests.conftest import Opened
from tests.support.smtp import Mailbox

ADDRESS = re.compile(r"http://[^/\s\"<]+(/[^\s\"<]+)")


@pytest.fixture
def private(desk: Desk, writing: Opened) -> Desk:
    """The event is private, its draft asks people to register, and carries a pieza."""
    with writing() as db:
        save_policy(db, desk.event_id, Policy(is_private=True), by=SYSTEM, now=clock.now())
        row = db.query(Call).one()
        said = call_command(body="{entidad}: confirmen en {confirmar} antes del {plazo} e inscríbanse en {inscripcion}")
        row.body, row.flyer = said.body, "linked"
        row.flyer_files = {"pdf": storage.shelf().put(b"%PDF-1.7 pieza").sha256}
    return desk


def test_each_link_of_the_mail_opens_for_whoever_got_it(
    private: Desk, visitor: FlaskClient, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    assert visitor.get(f"/eventos/{private.slug}").status_code == 404
    with writing() as db:
        send(db, db.get_one(Event, private.event_id), private.public_id)
    outbox_run()
    message = mailbox.messages()[0]
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        paths = set(ADDRESS.findall(text))
        assert not any(path.startswith("/eventos/") for path in paths), paths
        assert {path.split("/")[1] for path in paths} == {"convocatoria", "privado"}
        assert any(path.endswith("/pieza.pdf") for path in paths)
        assert "Página del evento" not in text
        assert {path: visitor.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_what_staff_look_at_and_what_is_printed_give_no_invitation_away(private: Desk, writing: Opened) -> None:
    with writing() as db:
        row = recipients(db, db.get_one(Event, private.event_id), private.public_id)
        assert row == []
        matter = queries.matter(db, queries.call(db, private.event_id, private.public_id))
    assert "/privado/ejemplo/inscripcion" in messages.shown(matter, entity="Alcaldía", person="").text
    mail = private.client.get(f"{private.url}/vista/correo").text
    assert "/privado/ejemplo/inscripcion" in mail
    assert ">Página del evento<" not in mail


def test_the_pieza_behind_the_link_of_an_entity_is_the_one_that_was_sent(
    private: Desk, visitor: FlaskClient, writing: Opened, outbox_run: Run
) -> None:
    from tests.calls.factories import link

    with writing() as db:
        event = db.get_one(Event, private.event_id)
        send(db, event, private.public_id)
        token = link(recipients(db, event, private.public_id)[0])
    outbox_run()
    answer = visitor.get(f"/convocatoria/{token}/pieza.pdf")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"%PDF-1.7 pieza")
    assert visitor.get("/convocatoria/inventado/pieza.pdf").status_code == 404
