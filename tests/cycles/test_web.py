"""The pages of cycles and events as staff use them: what is typed stays, traps are told beside their field, foreign events do not exist."""

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import queries, service
from eventos.cycles.models import Cycle
from eventos.cycles.service import seats
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import EventState, StaffRole
from tests.cycles.desk import Desk
from tests.cycles.factories import LINK, a_cycle, a_member, a_published_event, an_event
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
NEW = "/escritorio/eventos/nuevo"
TYPED: dict[str, Any] = {
    "cycle": "ciclo-de-asistencias-tecnicas",
    "kind": "asistencia_tecnica",
    "number": "5",
    "topic": "Gobierno Abierto",
    "norms": "Ley 1712 de 2014\r\nLey 1757 de 2015",
    "days-0-on_date": "jueves 25 de julio de 2030",
    "days-0-starts": "08:00",
    "days-0-ends": "10:00",
    "modality": "virtual",
    "link": f"\r\n  {LINK} \r\n",
    "link_exposure": "personal",
    "hosts-0-name": "Oficina de Gobierno Abierto",
    "hosts-0-role": "host",
    "hosts-0-kind": "public",
    "programme-0-hour": "8:15",
    "programme-0-topic": "Apertura",
    "programme-0-speaker": "Dirección",
    "speakers-0-name": "Zoila Prueba",
    "speakers-0-role": "moderador",
    "speakers-0-post": "Asesora",
    "speakers-0-entity": "Oficina de Gobierno Abierto",
    "intensity_hours": "2,5",
    "capacity_virtual": "1.200",
    "presence_kind": "share",
    "presence_percent": "60",
    "count_kind": "exact",
    "prepared_by": "Equipo de Gobierno Abierto",
}


@pytest.fixture
def desk(app: Flask, writing: Opened) -> Desk:
    """An organiser of one cycle, signed in."""
    with writing() as db:
        return Desk(app, a_member(db, cycles=(a_cycle(db),)))


def the_cycle(db: Session) -> Cycle:
    return db.execute(select(Cycle).order_by(Cycle.id)).scalars().first()  # type: ignore[return-value]


def said_beside(page: str, field: str) -> str:
    """The error beside a field, as it reads."""
    found = re.search(rf'id="{field}-error".*?</span></span>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[0].split(">", 1)[1])) if found else ""


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


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form, untouched."""
    form = page[page.index('<form class="stack event-form"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        chosen = attributes.get("type") not in {"radio", "checkbox"} or re.search(r"\schecked", tag)
        if "name" in attributes and attributes["name"] != "csrf_token" and chosen:
            sent[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, content in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(content)
    for name, content in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option([^>]*)value="([^"]*)"', content)
        sent[name] = next((value for before, value in options if "selected" in before), options[0][1])
    return sent


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


def test_the_second_of_two_people_editing_is_told_and_keeps_what_they_typed(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db, cycle=the_cycle(db)).slug
    path = f"/escritorio/eventos/{slug}/editar"
    shown = fields_of(desk.get(path).get_data(as_text=True))
    assert desk.post(path, shown | {"summary": "De la primera."}).status_code == 302
    answer = desk.post(path, shown | {"summary": "De la segunda."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Otra persona cambió este evento" in page
    assert "De la segunda." in page
    assert "Resumen" in page[page.index("difiere") : page.index("Ver la versión guardada")]
    with looking() as db:
        assert queries.event_view(db, slug).summary == "De la primera."
    assert desk.post(path, fields_of(page)).status_code == 302
    with looking() as db:
        assert queries.event_view(db, slug).summary == "De la segunda."


def test_capacity_below_the_seats_taken_is_refused_beside_its_field(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, cycle=the_cycle(db), capacity_virtual=9)
        for _ in range(4):
            seats.take(db, event.id, "virtual")
        path = f"/escritorio/eventos/{event.slug}/editar"
    shown = fields_of(desk.get(path).get_data(as_text=True))
    answer = desk.post(path, shown | {"capacity_virtual": "3"})
    assert answer.status_code == 422
    assert "Ya hay 4 personas inscritas" in said_beside(answer.get_data(as_text=True), "capacity_virtual")


def test_a_draft_is_published_or_says_what_is_missing(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        bare = an_event(db, cycle=the_cycle(db), days=(), hosts=()).slug
        whole = an_event(db, cycle=the_cycle(db), number=6).slug
    page = desk.post(f"/escritorio/eventos/{bare}/publicar", form_at=f"/escritorio/eventos/{bare}/editar")
    assert page.status_code == 422
    assert "Escriba al menos un día" in page.get_data(as_text=True)
    assert "Escriba la entidad que organiza." in page.get_data(as_text=True)
    answer = desk.post(f"/escritorio/eventos/{whole}/publicar", form_at=f"/escritorio/eventos/{whole}/editar")
    assert (answer.status_code, "aviso=event-published" in answer.location) == (302, True)
    with looking() as db:
        assert queries.event_view(db, whole).state is EventState.PUBLISHED


def test_saving_and_publishing_go_together(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db, cycle=the_cycle(db)).slug
    path = f"/escritorio/eventos/{slug}/editar"
    answer = desk.post(path, fields_of(desk.get(path).get_data(as_text=True)) | {"topic": "Datos abiertos", "publish": "1"})
    assert answer.location.startswith("/escritorio/eventos/quinta-asistencia-tecnica-datos-abiertos?")
    with looking() as db:
        assert queries.event_view(db, "quinta-asistencia-tecnica-datos-abiertos").state is EventState.PUBLISHED


def test_cancelling_asks_first_and_says_how_many_people_will_be_told(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, cycle=the_cycle(db))
        seats.take_many(db, event.id, "virtual", 123)
        path = f"/escritorio/eventos/{event.slug}/cancelar"
    assert "123 personas inscritas" in desk.get(path).get_data(as_text=True)
    assert desk.post(path, {"reason": "  "}).status_code == 422
    assert desk.post(path, {"reason": "Lluvias en la vía."}).status_code == 302
    with looking() as db:
        view = queries.event_view(db, event.slug)
    assert (view.state, view.cancel_reason) == (EventState.CANCELLED, "Lluvias en la vía.")
    assert "Este evento está cancelado." in desk.get(f"/escritorio/eventos/{event.slug}/editar").get_data(as_text=True)


def test_the_next_of_the_cycle_opens_to_be_completed(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db, cycle=the_cycle(db)).slug
    answer = desk.post(f"/escritorio/eventos/{slug}/duplicar", form_at=f"/escritorio/eventos/{slug}/editar")
    page = desk.get(answer.location).get_data(as_text=True)
    assert "SEXTA ASISTENCIA TÉCNICA" in page
    assert "copia en borrador" in page


def test_foreign_events_and_cycles_do_not_exist(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        foreign = a_cycle(db, name="Ciclo ajeno")
        slug = a_published_event(db, cycle=foreign).slug
    own = "/escritorio/ciclos"
    for path in (
        f"/escritorio/eventos/{slug}/editar",
        f"/escritorio/eventos/{slug}/cancelar",
        f"{own}/{foreign.slug}",
        f"{own}/{foreign.slug}/editar",
    ):
        assert desk.get(path).status_code == 404, path
    for verb in ("editar", "publicar", "duplicar", "cancelar"):
        assert desk.post(f"/escritorio/eventos/{slug}/{verb}", {"reason": "No."}, form_at=NEW).status_code == 404, verb
    assert desk.post(f"{own}/{foreign.slug}/editar", {"name": "Mío"}, form_at=NEW).status_code == 404
    assert desk.post(NEW, TYPED | {"cycle": foreign.slug}).status_code == 422


@pytest.mark.parametrize("role", [StaffRole.DOOR, StaffRole.READER])
def test_those_who_only_look_see_no_forms(app: Flask, writing: Opened, role: StaffRole) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        slug = an_event(db, cycle=cycle).slug
        desk = Desk(app, a_member(db, role, cycles=(cycle,)))
    assert desk.get("/escritorio/ciclos").status_code == 200
    page = desk.get(f"/escritorio/ciclos/{cycle.slug}")
    assert page.status_code == 200
    assert "/editar" not in page.get_data(as_text=True)
    for path in (NEW, f"/escritorio/eventos/{slug}/editar", f"/escritorio/ciclos/{cycle.slug}/editar", "/escritorio/ciclos/nuevo"):
        assert desk.get(path).status_code == 403, path


def test_a_departamento_brings_all_its_municipios(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        organiser = a_member(db, name="Otto Organiza")
        desk = Desk(app, a_member(db, StaffRole.ADMINISTRATOR))
    path = "/escritorio/ciclos/nuevo"
    page = desk.post(path, {"name": "Ciclo de prueba", "departamento": "17", "expected": ["05001"], "fill": "1"})
    listed = re.findall(r'name="expected"[^>]*value="(\d{5})"', page.get_data(as_text=True)) or re.findall(
        r'value="(\d{5})"', page.get_data(as_text=True)
    )
    assert page.status_code == 200
    assert len(set(listed)) == 28
    answer = desk.post(path, {"name": "Ciclo de prueba", "departamento": "17", "expected": sorted(set(listed)), "staff": [organiser.id]})
    assert answer.status_code == 302
    with looking() as db:
        cycle = queries.cycle_in_scope(db, "ciclo-de-prueba", desk.member)
    assert (len(cycle.expected), cycle.staff) == (28, ((organiser.id, "Otto Organiza"),))


def test_an_organiser_works_in_the_cycle_they_begin_and_cannot_let_others_in(desk: Desk, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        other = a_member(db, name="Otra Persona")
    answer = desk.post("/escritorio/ciclos/nuevo", {"name": "Ciclo propio", "departamento": "17", "staff": [other.id]})
    assert answer.status_code == 302
    with looking() as db:
        cycle = queries.cycle_in_scope(db, "ciclo-propio", desk.member)
    assert [name for _number, name in cycle.staff] == ["Zoila Prueba"]


def test_how_a_number_reads_is_answered_while_it_is_typed(desk: Desk) -> None:
    path = "/escritorio/eventos/como-se-lee"
    assert desk.get(f"{path}?clase=asistencia_tecnica&numero=12").json == {"heading": "DUODÉCIMA ASISTENCIA TÉCNICA"}
    for odd in (
        "clase=foro&numero=0",
        "clase=foro&numero=-1",
        "clase=foro&numero=1e9",
        "clase=foro&numero=99999",
        f"clase=foro&numero=0001{'1' * 5000}",
        "clase=x&numero=1",
        "",
    ):
        assert desk.get(f"{path}?{odd}").json == {"heading": ""}


def test_lists_cost_the_same_however_long(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        for number in range(1, 9):
            an_event(db, cycle=the_cycle(db), number=number)
    with counted() as statements:
        assert desk.get("/escritorio/ciclos").status_code == 200
    assert len(statements) <= 4, str(statements)


def test_cancelled_meanwhile_is_said_and_what_was_typed_stays(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db, cycle=the_cycle(db)).slug
    path = f"/escritorio/eventos/{slug}/editar"
    shown = fields_of(desk.get(path).get_data(as_text=True))
    page_before = desk.get(path).get_data(as_text=True)
    with writing() as db:
        service.cancel(db, queries.event_for_write(db, slug), reason="Lluvias.", by=SYSTEM, now=clock.now())
    token = re.search(r'name="csrf_token" value="([^"]+)"', page_before)
    assert token is not None
    answer = desk.client.post(path, data=shown | {"csrf_token": token[1]})
    assert answer.status_code == 409
