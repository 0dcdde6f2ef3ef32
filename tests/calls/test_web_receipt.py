"""The receipt behind an entity's link: a look confirms nothing, a button does; designating, declining, and what a stranger gets."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.calls import queries
from eventos.calls.models import CallEntry
from eventos.calls.standing import Standing
from eventos.cycles.models import Event
from tests.accounts.factories import open_form_token
from tests.calls.conftest import Desk, Run
from tests.conftest import Opened
from tests.house.test_threats_routes import everything
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox

SIGNED = {"name": "Ramiro Prueba", "post": "Secretario de Gobierno"}


def answer(visitor: FlaskClient, path: str, **data: str) -> object:
    return visitor.post(path, data={"csrf_token": open_form_token(), **data})


def rows(desk: Desk, looking: Opened) -> list[queries.BoardRow]:
    with looking() as db:
        return queries.board(db, queries.call(db, desk.event_id, desk.public_id))


def test_a_mail_scanner_that_opens_every_page_of_the_link_changes_nothing(visitor: FlaskClient, links: list[str], looking: Opened) -> None:
    before = everything(looking)
    for path in ("", "/asistentes", "/no-asistira"):
        page = visitor.get(f"/convocatoria/{links[0]}{path}")
        assert page.status_code == 200
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert page.headers["Cache-Control"] == "no-store"
        visitor.head(f"/convocatoria/{links[0]}{path}")
    assert everything(looking) == before


def test_the_button_confirms_who_and_when_and_only_that_entity(desk: Desk, visitor: FlaskClient, links: list[str], looking: Opened) -> None:
    page = visitor.get(f"/convocatoria/{links[0]}").text
    assert "Convocatoria a Alcaldía de Manizales" in page
    blank = visitor.post(f"/convocatoria/{links[0]}", data={"csrf_token": open_form_token(), "name": "Ramiro Prueba", "post": ""})
    assert blank.status_code == 422
    assert 'value="Ramiro Prueba"' in blank.text
    done = visitor.post(f"/convocatoria/{links[0]}", data={"csrf_token": open_form_token(), **SIGNED})
    assert done.status_code == 303
    assert done.location.endswith("aviso=receipt-confirmed")
    again = visitor.post(f"/convocatoria/{links[0]}", data={"csrf_token": open_form_token(), **SIGNED})
    assert again.location.endswith("aviso=receipt-again")
    standings = {row.divipola: row.standing for row in rows(desk, looking)}
    assert standings["17001"] is Standing.CONFIRMED
    assert list(standings.values()).count(Standing.SENT) == 2
    assert "Recibido confirmado" in visitor.get(f"/convocatoria/{links[0]}").text


def test_an_invented_link_is_not_found_and_too_many_are_held_back(visitor: FlaskClient, links: list[str]) -> None:
    assert visitor.get("/convocatoria/inventado").status_code == 404
    assert [visitor.get(f"/convocatoria/x{n}").status_code for n in range(61)][-1] == 429
    assert visitor.get(f"/convocatoria/{links[0]}").status_code == 200  # a good one is not held back


def test_those_designated_get_a_form_with_what_was_told_of_them(
    desk: Desk, visitor: FlaskClient, links: list[str], looking: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    person = {"given_names": "Nubia Prueba", "family_names": "Cedro Ensayo", "email": "nubia@manizales.example", "post": "Profesional"}
    told = {f"people-0-{name}": value for name, value in person.items()} | {"people-0-document_type": "CC"}
    wrong = visitor.post(
        f"/convocatoria/{links[0]}/asistentes",
        data={"csrf_token": open_form_token(), **SIGNED, **told, "people-0-email": "no es", "people-0-document_number": "12"},
    )
    assert wrong.status_code == 422
    assert 'value="Nubia Prueba"' in wrong.text
    more = visitor.post(
        f"/convocatoria/{links[0]}/asistentes", data={"csrf_token": open_form_token(), **SIGNED, **told, "add_row": "people"}
    )
    assert more.text.count('name="people-1-given_names"') == 1
    done = visitor.post(f"/convocatoria/{links[0]}/asistentes", data={"csrf_token": open_form_token(), **SIGNED, **told})
    assert done.location.endswith("aviso=receipt-designated")
    page = visitor.get(f"/convocatoria/{links[0]}").text
    assert "Nubia Prueba Cedro Ensayo" in page
    assert "nubia@manizales.example" not in page
    outbox_run()
    [message] = mailbox.to("nubia@manizales.example")
    text = message.get_body(("plain",)).get_content()
    form = re.search(r"http://\S+(/eventos/\S+/inscripcion\?datos=\S+)", text)
    assert form
    assert "nubia" not in form[1]
    opened = visitor.get(form[1]).text
    assert 'value="Nubia Prueba"' in opened
    assert 'value="nubia@manizales.example"' in opened
    assert 'value="Alcaldía de Manizales"' in opened
    assert "checked" not in re.search(r"<input[^>]*name=\"consent\"[^>]*>", opened)[0]  # type: ignore[index]
    first = next(row for row in rows(desk, looking) if row.divipola == "17001")
    assert (first.standing, first.designated, first.registered) == (Standing.CONFIRMED, 1, 0)


def test_naming_somebody_does_not_tell_whether_they_are_registered(
    desk: Desk, visitor: FlaskClient, links: list[str], writing: Opened
) -> None:
    with writing() as db:
        a_registration(db, db.get_one(Event, desk.event_id), email="ana@lejos.example")
    for number, address in enumerate(("ana@lejos.example", "alba@lejos.example")):
        told = {"people-0-given_names": "Ana", "people-0-family_names": f"Prueba {number}", "people-0-email": address}
        data = {"csrf_token": open_form_token(), **SIGNED, **told, "people-0-document_type": "CC"}
        assert visitor.post(f"/convocatoria/{links[0]}/asistentes", data=data).status_code == 303
    listed = re.findall(r'<li class="between">.*?</li>', visitor.get(f"/convocatoria/{links[0]}").text)
    one, other = (re.sub(r"<[^>]*>|Prueba [01]", "", line) for line in listed)
    assert one == other


def test_somebody_designated_is_taken_back_by_the_entity_and_by_nobody_else(
    visitor: FlaskClient, links: list[str], looking: Opened
) -> None:
    told = {"people-0-given_names": "Nubia Prueba", "people-0-family_names": "Cedro", "people-0-email": "nubia@manizales.example"}
    visitor.post(
        f"/convocatoria/{links[0]}/asistentes", data={"csrf_token": open_form_token(), **SIGNED, **told, "people-0-document_type": "CC"}
    )
    path = re.search(r'action="(/convocatoria/[^"]+/quitar)"', visitor.get(f"/convocatoria/{links[0]}").text)
    assert path
    foreign = path[1].replace(links[0], links[1])
    assert visitor.post(foreign, data={"csrf_token": open_form_token()}).status_code == 404
    assert visitor.post(path[1], data={"csrf_token": open_form_token()}).status_code == 303
    assert "Nubia Prueba" not in visitor.get(f"/convocatoria/{links[0]}").text.partition("Quiénes asistirán")[2]
    with looking() as db:
        kinds = db.scalars(select(CallEntry.kind).order_by(CallEntry.id)).all()
    assert list(kinds)[-2:] == ["designated", "withdrawn"]


def test_declining_says_why_and_the_board_says_it_too(desk: Desk, visitor: FlaskClient, links: list[str], looking: Opened) -> None:
    empty = visitor.post(f"/convocatoria/{links[0]}/no-asistira", data={"csrf_token": open_form_token(), **SIGNED, "reason": ""})
    assert empty.status_code == 422
    advert = {"csrf_token": open_form_token(), **SIGNED, "reason": "Vea www.premio.example"}
    assert visitor.post(f"/convocatoria/{links[0]}/no-asistira", data=advert).status_code == 422
    told = {"csrf_token": open_form_token(), **SIGNED, "reason": "Ese día hay empalme."}
    assert visitor.post(f"/convocatoria/{links[0]}/no-asistira", data=told).location.endswith("aviso=receipt-declined")
    assert "Ese día hay empalme." in desk.client.get(f"{desk.url}?estado=declined").text
    assert next(row for row in rows(desk, looking) if row.divipola == "17001").standing is Standing.DECLINED


def test_the_link_is_masked_in_the_log_of_requests() -> None:
    from eventos.kernel.logs import masked

    assert masked("/convocatoria/secreto/asistentes") == "/convocatoria/***/asistentes"
