"""The team's page and one's own account, as staff use them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

from eventos.accounts import queries, service
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import PASSWORD, a_staff, enable_totp, open_form_token, signed_in
from tests.conftest import Opened
from tests.support.statements import counted

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
OTHER = "otra frase bastante larga"
ClockAt = Callable[[datetime], None]
ACTIONS = ("invitacion", "rol", "desactivar", "reactivar", "segundo-paso")


@pytest.mark.parametrize("role", [StaffRole.ORGANISER, StaffRole.DOOR, StaffRole.READER])
def test_only_administrators_touch_the_team(client: FlaskClient, writing: Opened, looking: Opened, role: StaffRole) -> None:
    with writing() as db:
        target = a_staff(db).public_id
    who = signed_in(client, writing, role)
    assert client.get("/escritorio/equipo").status_code == 403
    assert client.post("/escritorio/equipo", data={"csrf_token": who.csrf}).status_code == 403
    for action in ACTIONS:
        answer = client.post(f"/escritorio/equipo/{target}/{action}", data={"csrf_token": who.csrf, "role": "administrator"})
        assert answer.status_code == 403, action
    with looking() as db:
        assert {row.state.value for row in queries.staff_list(db)} == {"active"}


def test_the_team_is_shown_with_what_can_be_done(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        a_staff(db, name="Luz <b>Ficticia</b>", password=None)
    page = client.get("/escritorio/equipo").text
    assert "Luz &lt;b&gt;Ficticia&lt;/b&gt;" in page
    assert "Invitada" in page
    assert "Enviar otra vez la invitación" in page
    assert f"/escritorio/equipo/{who.public_id}/desactivar" not in page, "nobody is offered their own end"


def test_the_team_costs_the_same_statements_however_large(client: FlaskClient, writing: Opened) -> None:
    signed_in(client, writing)
    with counted() as few:
        client.get("/escritorio/equipo")
    with writing() as db:
        for _ in range(40):
            a_staff(db)
    with counted() as many:
        client.get("/escritorio/equipo")
    assert len(many) == len(few), str(many)


def test_an_invitation_with_a_mistake_is_kept_and_explained(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    for data, why in (
        ({"name": "Luz Ficticia", "email": who.email, "role": "door"}, "Ya hay una cuenta con este correo."),
        ({"name": "Luz Ficticia", "email": "luz", "role": "door"}, "Escriba un correo completo"),
        ({"name": "", "email": "luz@oficina.example", "role": "door"}, "Escriba el nombre."),
        ({"name": "L" * 121, "email": "luz@oficina.example", "role": "door"}, "Escriba como máximo 120"),
        ({"name": "Luz Ficticia", "email": "luz@oficina.example", "role": "emperor"}, "role-error"),
    ):
        answer = client.post("/escritorio/equipo", data={"csrf_token": who.csrf, **data})
        assert answer.status_code == 422
        assert why in answer.text
        assert f'value="{data["email"]}"' in answer.text


def test_a_role_is_changed_and_its_owner_feels_it_at_once(client: FlaskClient, writing: Opened) -> None:
    other = client.application.test_client()
    promoted = signed_in(other, writing, StaffRole.READER)
    who = signed_in(client, writing)
    assert other.get("/escritorio/equipo").status_code == 403
    answer = client.post(f"/escritorio/equipo/{promoted.public_id}/rol", data={"csrf_token": who.csrf, "role": "administrator"})
    assert answer.location == "/escritorio/equipo?aviso=role-changed"
    assert other.get("/escritorio/equipo").status_code == 200
    assert client.post(f"/escritorio/equipo/{promoted.public_id}/rol", data={"csrf_token": who.csrf, "role": "x"}).status_code == 422


def test_an_account_is_closed_and_opened_again(client: FlaskClient, writing: Opened) -> None:
    other = client.application.test_client()
    leaver = signed_in(other, writing, StaffRole.ORGANISER)
    who = signed_in(client, writing)
    client.post(f"/escritorio/equipo/{leaver.public_id}/desactivar", data={"csrf_token": who.csrf})
    assert other.get("/escritorio/cuenta").status_code == 302
    form = {"csrf_token": open_form_token(), "email": leaver.email, "password": PASSWORD}
    assert other.post("/ingresar", data=form).status_code == 422
    assert "Desactivada" in client.get("/escritorio/equipo").text
    client.post(f"/escritorio/equipo/{leaver.public_id}/reactivar", data={"csrf_token": who.csrf})
    assert other.post("/ingresar", data=form).status_code == 303


def test_oneself_and_nobody_are_refused(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    answer = client.post(f"/escritorio/equipo/{who.public_id}/desactivar", data={"csrf_token": who.csrf})
    assert answer.status_code == 409
    assert "su propia cuenta" in answer.text
    for action in ACTIONS:
        assert client.post(f"/escritorio/equipo/nadie/{action}", data={"csrf_token": who.csrf, "role": "door"}).status_code == 404


def test_a_lost_telephone_is_forgiven_by_an_administrator(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        unlucky = a_staff(db)
        enable_totp(db, unlucky)
    who = signed_in(client, writing)
    assert "Quitar el código de verificación" in client.get("/escritorio/equipo").text
    client.post(f"/escritorio/equipo/{unlucky.public_id}/segundo-paso", data={"csrf_token": who.csrf})
    form = {"csrf_token": open_form_token(), "email": unlucky.email, "password": PASSWORD}
    assert client.application.test_client().post("/ingresar", data=form).status_code == 303


# --- one's own account


def test_a_name_is_changed(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing, StaffRole.READER)
    answer = client.post("/escritorio/cuenta/nombre", data={"csrf_token": who.csrf, "cuenta-name": "  Ana   María Ficticia "})
    assert answer.location == "/escritorio/cuenta?aviso=name-changed"
    assert 'value="Ana María Ficticia"' in client.get("/escritorio/cuenta").text
    for wrong in ("", "Gane en www.premios.example"):
        assert client.post("/escritorio/cuenta/nombre", data={"csrf_token": who.csrf, "cuenta-name": wrong}).status_code == 422


def test_a_password_is_changed_with_the_present_one_and_ends_other_sessions(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        elsewhere = service.start_session(db, who.id, now=clock.now())

    def change(present: str, password: str) -> int:
        data = {"csrf_token": who.csrf, "clave-present": present, "clave-password": password, "clave-repeated": password}
        return client.post("/escritorio/cuenta/contrasena", data=data).status_code

    assert change("no es la mía, seguro", OTHER) == 422
    assert change(PASSWORD, "contrasena2026") == 422
    assert change(PASSWORD, OTHER) == 303
    assert client.get("/escritorio/cuenta").status_code == 200, "this session goes on"
    other = client.application.test_client()
    other.set_cookie("eventos", elsewhere, domain="localhost")
    assert other.get("/escritorio/cuenta").status_code == 302
    form = {"csrf_token": open_form_token(), "email": who.email}
    assert other.post("/ingresar", data={**form, "password": PASSWORD}).status_code == 422
    assert other.post("/ingresar", data={**form, "password": OTHER}).status_code == 303


def test_an_unattended_desk_does_not_give_the_password_away(client: FlaskClient, writing: Opened, clock_at: ClockAt) -> None:
    clock_at(NOON)
    who = signed_in(client, writing)
    data = {"csrf_token": who.csrf, "clave-present": "x", "clave-password": OTHER, "clave-repeated": OTHER}
    statuses = [client.post("/escritorio/cuenta/contrasena", data=data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_other_sessions_are_closed_and_this_one_stays(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    assert "Cerrar las demás" not in client.get("/escritorio/cuenta").text
    with writing() as db:
        elsewhere = service.start_session(db, who.id, now=clock.now())
    assert "Cerrar las demás" in client.get("/escritorio/cuenta").text
    client.post("/escritorio/cuenta/sesiones", data={"csrf_token": who.csrf})
    assert client.get("/escritorio/cuenta").status_code == 200
    other = client.application.test_client()
    other.set_cookie("eventos", elsewhere, domain="localhost")
    assert other.get("/escritorio/cuenta").status_code == 302


def test_the_second_step_is_turned_on_with_a_code_and_off_with_the_password(
    client: FlaskClient, writing: Opened, clock_at: ClockAt
) -> None:
    clock_at(NOON)
    who = signed_in(client, writing)
    assert client.get("/escritorio/cuenta/codigo").location == "/escritorio/cuenta", "looking starts nothing"
    assert client.post("/escritorio/cuenta/codigo", data={"csrf_token": who.csrf}).location == "/escritorio/cuenta/codigo"
    page = client.get("/escritorio/cuenta/codigo").text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="qr"' in page
    shown = re.search(r"<code[^>]*>([A-Z2-7 ]{39})</code>", page)
    assert shown
    generator = pyotp.TOTP(shown[1].replace(" ", ""))
    wrong = client.post("/escritorio/cuenta/codigo/confirmar", data={"csrf_token": who.csrf, "code": "123"})
    assert wrong.status_code == 422
    assert shown[1] in wrong.text, "the same secret is still there to be read"
    answer = client.post("/escritorio/cuenta/codigo/confirmar", data={"csrf_token": who.csrf, "code": generator.at(NOON)})
    assert answer.location == "/escritorio/cuenta?aviso=second-step-on"
    assert client.get("/escritorio/cuenta/codigo").status_code == 302, "a secret in use is never shown again"
    assert client.post("/escritorio/cuenta/codigo", data={"csrf_token": who.csrf}).status_code == 409

    later = NOON + timedelta(minutes=2)
    clock_at(later)
    other = client.application.test_client()
    form = {"csrf_token": open_form_token(), "email": who.email, "password": PASSWORD}
    assert other.post("/ingresar", data=form).status_code == 422
    assert other.post("/ingresar", data={**form, "code": generator.at(later)}).status_code == 303
    assert client.post("/escritorio/cuenta/codigo/quitar", data={"csrf_token": who.csrf, "codigo-present": "x"}).status_code == 422
    assert client.post("/escritorio/cuenta/codigo/quitar", data={"csrf_token": who.csrf, "codigo-present": PASSWORD}).status_code == 303
    assert other.post("/ingresar", data=form).status_code == 303


def test_what_is_posted_beyond_the_form_changes_nothing(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    who = signed_in(client, writing, StaffRole.READER)
    more = {"role": "administrator", "cuenta-role": "administrator", "email": "x@x.example", "id": "1", "staff_id": "1"}
    client.post("/escritorio/cuenta/nombre", data={"csrf_token": who.csrf, "cuenta-name": "Ana Ficticia", **more})
    with looking() as db:
        (row,) = queries.staff_list(db)
    assert (row.role, row.email, row.name) == (StaffRole.READER, who.email, "Ana Ficticia")


def test_a_page_of_staff_costs_one_statement_to_know_who_is_there(client: FlaskClient, writing: Opened) -> None:
    signed_in(client, writing)
    with counted() as statements:
        client.get("/escritorio/cuenta")
    assert len([statement for statement in statements if "staff_session" in statement]) == 2, str(statements)


def test_every_staff_page_says_who_is_there_and_offers_the_way_out(client: FlaskClient, writing: Opened) -> None:
    who = signed_in(client, writing)
    page = client.get("/escritorio/cuenta").text
    assert f'<strong title="{who.name}">{who.name}</strong>' in page
    assert 'action="/salir"' in page
    assert f'value="{who.csrf}"' in page
    client.post("/salir", data={"csrf_token": who.csrf})
    assert 'action="/salir"' not in client.get("/ingresar").text
