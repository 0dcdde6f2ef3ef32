"""How tests fill in the pages of accounts, and what they compare before and after."""

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventos.kernel.db import Base
from tests.accounts.factories import PASSWORD, open_form_token
from tests.conftest import Opened

OTHER = "otra frase bastante larga"


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/ingresar", data={"csrf_token": open_form_token(), "email": email, "password": password, **more})


def choose(client: FlaskClient, path: str, password: str = OTHER, **more: str) -> TestResponse:
    return client.post(path, data={"csrf_token": open_form_token(), "password": password, "repeated": password, **more})


def everything(opened: Opened) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database but the rate counters."""
    with opened() as db:
        tables = [table for table in Base.metadata.sorted_tables if table.name != "rate_counter"]
        return {table.name: [tuple(row) for row in db.execute(select(table))] for table in tables}
