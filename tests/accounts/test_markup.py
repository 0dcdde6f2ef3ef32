"""An independent judge (vnu) reads the HTML of every page of accounts, empty and with mistakes."""

import pytest
from flask.testing import FlaskClient

from eventos.accounts import service
from tests.accounts.factories import a_link, a_staff, open_form_token, signed_in
from tests.conftest import Opened
from tests.support.judges import vnu


@pytest.mark.slow
def test_every_page_is_valid_html(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        first = service.first_admin_link(db)
        staff = a_staff(db, password=None, name="Luz <b>& Ñoño</b> Ficticia")
        invitation, reset = a_link(db, staff, "invitation"), a_link(db, staff, "reset")
    visitor = [
        "/ingresar?aviso=link-sent",
        "/restablecer",
        f"/restablecer/{reset}",
        f"/invitacion/{invitation}",
        f"/primer-ingreso/{first}",
    ]
    pages = {path.split("?")[0]: client.get(path).text for path in visitor}
    pages |= {f"{path} (bad)": client.post(path, data={"csrf_token": open_form_token()}).text for path in visitor}
    who = signed_in(client, writing)
    mine = ("equipo", "cuenta/nombre", "cuenta/contrasena", "cuenta/codigo/quitar")
    pages |= {f"{path} (bad)": client.post(f"/escritorio/{path}", data={"csrf_token": who.csrf}).text for path in mine}
    client.post("/escritorio/cuenta/codigo", data={"csrf_token": who.csrf})
    pages |= {path: client.get(f"/escritorio/{path}").text for path in ("equipo", "cuenta", "cuenta/codigo")}
    assert vnu(pages) == []
