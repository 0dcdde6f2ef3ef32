"""The form of an event: what is typed stays, traps are told beside their field, what is shown is what was saved."""

import html

import pytest

from eventos.cycles import queries
from tests.cycles.desk import Desk
from tests.cycles.factories import LINK
from tests.cycles.typed import NEW, TYPED, Opened, fields_of, said_beside


def test_an_event_is_created_whole_with_its_link_byte_for_byte(desk: Desk, looking: Opened) -> None:
    answer = desk.post(NEW, TYPED)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with looking() as db:
        view = queries.event_view(db, "quinta-asistencia-tecnica-gobierno-abierto")
    assert view.link.encode() == LINK.encode()
    assert (view.heading, view.norms, str(view.intensity_hours)) == (
        "QUINTA ASISTENCIA TÉCNICA",
        ("Ley 1712 de 2014", "Ley 1757 de 2015"),
        "2.50",
    )
    assert view.when.replace("\u00a0", " ") == "jueves, 25 de julio de 2030, 8:00 a. m. a 10:00 a. m."
    assert (view.programme[0].hour, view.speakers[0].post, view.pools[0].capacity) == ("08:15", "Asesora", 1200)
    assert view.presence_rule == {"kind": "share", "percent": 60}
    page = desk.get(answer.location).get_data(as_text=True)
    assert html.escape(LINK) in page
    assert "Solo lo ve su equipo" in page


def test_saving_what_the_page_shows_changes_nothing(desk: Desk, looking: Opened) -> None:
    desk.post(NEW, TYPED)
    slug = "quinta-asistencia-tecnica-gobierno-abierto"
    path = f"/escritorio/eventos/{slug}/editar"
    with looking() as db:
        before = queries.event_view(db, slug)
    shown = fields_of(desk.get(path).get_data(as_text=True))
    assert desk.post(path, shown).status_code == 302
    with looking() as db:
        after = queries.event_view(db, slug)
    parts = ("days", "programme", "speakers", "roles", "pools", "norms", "link", "intensity_hours", "presence_rule", "topic", "sequence")
    assert {part: getattr(after, part) for part in parts} == {part: getattr(before, part) for part in parts}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("days-0-on_date", "viernes 25 de julio de 2030", "El 25 de julio de 2030 es jueves, no viernes."),
        ("days-0-on_date", "31 de febrero de 2030", "no existe"),
        ("days-0-on_date", "", "Escriba la fecha."),
        ("days-0-ends", "05:30", "El final debe ser después del comienzo"),
        ("days-0-starts", "25:00", "Escriba la hora"),
        ("link", "javascript:alert(1)", "https://"),
        ("link", "https://reunion.example/" + "a" * 2000, "el máximo es 2000"),
        ("number", "cinco", "número entero"),
        ("number", "0", "de 1 a 999"),
        ("topic", "", "Escriba el tema"),
        ("topic", "a" * 201, "como máximo 200"),
        ("capacity_virtual", "-4", "número entero"),
        ("capacity_virtual", "0", "Los cupos van de 1"),
        ("intensity_hours", "muchas", "Escriba un número"),
        ("registration_closes_at", "mañana", "Escriba la fecha y la hora"),
        ("presence_percent", "140", "de 1 a 100"),
        ("venue_municipio", "Ningunaparte", "No conocemos ese municipio"),
        ("venue_municipio", "Riosucio", "Riosucio, Chocó"),
        ("programme-0-topic", "", "Escriba el tema de esta parte."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_all_that_was_typed_stays(desk: Desk, field: str, typed: str, words: str) -> None:
    answer = desk.post(NEW, TYPED | {field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in said_beside(page, field)
    assert f'href="#{field}"' in page
    for kept in (typed, "Gobierno Abierto" if field != "topic" else "Ley 1757 de 2015", "Zoila Prueba", "Equipo de Gobierno Abierto"):
        assert html.escape(kept) in page


@pytest.mark.parametrize("written", ["2030-07-25", "25/07/2030", "25 de julio 2030", "Jueves, 25 de julio de 2030", "julio 25 de 2030"])
def test_a_date_is_read_however_people_write_it(desk: Desk, looking: Opened, written: str) -> None:
    assert desk.post(NEW, TYPED | {"days-0-on_date": written}).status_code == 302
    with looking() as db:
        view = queries.event_view(db, "quinta-asistencia-tecnica-gobierno-abierto")
    assert view.first_day is not None
    assert view.first_day.isoformat() == "2030-07-25"


def test_a_holiday_is_told_beside_the_day_also_while_something_else_is_wrong(desk: Desk) -> None:
    holiday = TYPED | {"days-0-on_date": "2026-07-20"}
    page = desk.post(NEW, holiday | {"topic": ""}).get_data(as_text=True)
    assert "es festivo: Día de la Independencia." in page
    answer = desk.post(NEW, holiday)
    assert answer.status_code == 302
    assert "es festivo: Día de la Independencia." in desk.get(answer.location).get_data(as_text=True)


def test_a_number_already_given_is_told_and_allowed(desk: Desk) -> None:
    desk.post(NEW, TYPED)
    answer = desk.post(NEW, TYPED | {"topic": "Datos abiertos"})
    assert answer.status_code == 302
    assert "ya hay otro evento con el número 5: Quinta asistencia técnica: Gobierno Abierto" in desk.get(answer.location).get_data(
        as_text=True
    )


def test_another_row_is_added_without_scripts_and_everything_typed_stays(desk: Desk, looking: Opened) -> None:
    page = desk.post(NEW, TYPED | {"add_row": "days", "topic": ""})
    assert page.status_code == 200
    assert 'name="days-1-on_date"' in page.get_data(as_text=True)
    assert "Zoila Prueba" in page.get_data(as_text=True)
    days = {"days-1-on_date": "2030-07-26", "days-1-starts": "14:00", "days-1-ends": "16:00"}
    desk.post(NEW, TYPED | days)
    with looking() as db:
        assert len(queries.event_view(db, "quinta-asistencia-tecnica-gobierno-abierto").days) == 2


def test_rows_removed_in_between_leave_errors_at_the_right_place(desk: Desk) -> None:
    days = {"days-4-on_date": "2030-07-25", "days-4-starts": "14:00", "days-4-ends": "16:00"}
    page = desk.post(NEW, TYPED | days).get_data(as_text=True)
    assert "ya está en otra fila" in said_beside(page, "days-4-on_date") or "ya está en otra fila" in said_beside(page, "days-1-on_date")


def test_rows_beyond_reason_are_refused(desk: Desk) -> None:
    rows = {f"hosts-{n}-name": f"Entidad {n}" for n in range(70)}
    rows |= {f"hosts-{n}-role": "partner" for n in range(70)} | {f"hosts-{n}-kind": "public" for n in range(70)}
    answer = desk.post(NEW, TYPED | rows)
    assert answer.status_code == 422
    assert "Caben hasta 60 filas." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "field", ["kind", "modality", "link_exposure", "cycle", "count_kind", "hosts-0-role", "speakers-0-role", "presence_kind"]
)
def test_a_choice_that_is_not_on_the_list_is_refused(desk: Desk, field: str) -> None:
    assert desk.post(NEW, TYPED | {field: "invento"}).status_code == 422


def test_hostile_text_is_shown_as_text(desk: Desk) -> None:
    answer = desk.post(NEW, TYPED | {"topic": "Feria & <b> niñez", "hosts-0-name": "<script>alert(1)</script>"})
    page = desk.get(answer.location).get_data(as_text=True)
    assert "Feria &amp; &lt;b&gt; niñez" in page
    assert "<script>alert" not in page
