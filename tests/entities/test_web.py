"""The page of the office, and the office as every page names it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from eventos.entities import queries
from eventos.kernel.vocabulary import StaffRole
from tests.cycles.desk import Desk
from tests.cycles.factories import a_member
from tests.entities.factories import an_office
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
PAGE = "/escritorio/oficina"


def desk_of(app: Flask, writing: Opened, role: StaffRole) -> Desk:
    with writing() as db:
        return Desk(app, a_member(db, role))


def test_an_administrator_says_who_the_office_is(app: Flask, writing: Opened, looking: Opened) -> None:
    desk = desk_of(app, writing, StaffRole.ADMINISTRATOR)
    assert "todavía no dice quién es" in desk.get(PAGE).get_data(as_text=True)
    typed = {
        "name": "Oficina de Gobierno Abierto",
        "entity": "Gobernación de Ejemplo",
        "departamento": "17",
        "process_name": "Participación",
    }
    answer = desk.post(PAGE, typed)
    assert answer.status_code == 302
    page = desk.get(answer.location).get_data(as_text=True)
    assert "quedaron guardados" in page
    assert page.count("Oficina de Gobierno Abierto") >= 3
    with looking() as db:
        assert queries.office_view(db).process == "Participación"


def test_what_is_missing_is_told_and_what_was_typed_stays(app: Flask, writing: Opened) -> None:
    desk = desk_of(app, writing, StaffRole.ADMINISTRATOR)
    answer = desk.post(PAGE, {"name": "", "entity": "Gobernación de Ejemplo", "departamento": "17", "address": "Carrera 1 # 2-03"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="name-error"' in page
    assert "Carrera 1 # 2-03" in page


def test_a_post_without_who_holds_it_is_asked_for_and_a_signer_is_kept(app: Flask, writing: Opened, looking: Opened) -> None:
    desk = desk_of(app, writing, StaffRole.ADMINISTRATOR)
    typed = {
        "name": "Oficina",
        "entity": "Gobernación de Ejemplo",
        "departamento": "17",
        "signer_post": "Jefa",
        "issued_in": "Manizales, Caldas",
    }
    answer = desk.post(PAGE, typed)
    assert answer.status_code == 422
    assert 'id="signer_name-error"' in answer.get_data(as_text=True)
    assert "Manizales, Caldas" in answer.get_data(as_text=True)
    assert desk.post(PAGE, typed | {"signer_name": "Marina Ficticia Alisos"}).status_code == 302
    with looking() as db:
        view = queries.office_view(db)
    assert (view.signer_name, view.signer_post, view.issued_in) == ("Marina Ficticia Alisos", "Jefa", "Manizales, Caldas")


@pytest.mark.parametrize("role", [StaffRole.ORGANISER, StaffRole.DOOR, StaffRole.READER])
def test_only_administrators_name_the_office(app: Flask, writing: Opened, role: StaffRole) -> None:
    assert desk_of(app, writing, role).get(PAGE).status_code == 403


def test_every_page_names_the_office_for_one_statement(app: Flask, writing: Opened) -> None:
    with writing() as db:
        an_office(db)
    with counted() as statements:
        page = app.test_client().get("/accesibilidad").get_data(as_text=True)
    assert "Gobernación de Ejemplo" in page
    assert sum(" office" in statement for statement in statements) == 1, str(statements)
