"""The life of cycles and events on their pages: published, cancelled, copied, edited by two; foreign ones do not exist."""

import re

import pytest
from flask import Flask

from eventos.cycles import queries, service
from eventos.cycles.service import seats
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import EventState, StaffRole
from tests.cycles.desk import Desk
from tests.cycles.factories import a_cycle, a_member, a_published_event, an_event
from tests.cycles.typed import NEW, TYPED, Opened, fields_of, said_beside, the_cycle
from tests.entities.factories import an_office
from tests.registration.factories import a_registration
from tests.support.statements import counted


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
        an_office(db)
    page = desk.post(f"/escritorio/eventos/{bare}/publicar", form_at=f"/escritorio/eventos/{bare}/editar")
    assert page.status_code == 422
    assert "Escriba al menos un día" in page.get_data(as_text=True)
    assert "Escriba la entidad que organiza." in page.get_data(as_text=True)
    answer = desk.post(f"/escritorio/eventos/{whole}/publicar", form_at=f"/escritorio/eventos/{whole}/editar")
    assert (answer.status_code, "aviso=event-published" in answer.location) == (302, True)
    with looking() as db:
        assert queries.event_view(db, whole).state is EventState.PUBLISHED


@pytest.mark.parametrize(
    ("role", "way"),
    [
        (StaffRole.ADMINISTRATOR, 'href="/escritorio/oficina">Escribir los datos de la oficina'),
        (StaffRole.ORGANISER, "Pida a quien administra que los escriba."),
    ],
)
def test_publishing_waits_for_the_office_and_says_where_to_write_it(
    app: Flask, looking: Opened, writing: Opened, role: StaffRole, way: str
) -> None:
    with writing() as db:
        event = an_event(db)
        slug, desk = event.slug, Desk(app, a_member(db, role, cycles=(event.cycle,)))
    path = f"/escritorio/eventos/{slug}/editar?aviso=event-created"
    shown = desk.get(path).get_data(as_text=True)
    answer = desk.post(path, fields_of(shown) | {"summary": "Lo escrito queda.", "publish": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert ["El borrador quedó guardado." in each for each in (shown, page)] == [True, False]  # what was well before is not said again
    assert "Antes de publicar, escriba los datos de la oficina" in page
    assert way in page
    with looking() as db:
        found = queries.event_view(db, slug)
    assert (found.state, found.summary) == (EventState.DRAFT, "Lo escrito queda.")


def test_saving_and_publishing_go_together(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db, cycle=the_cycle(db)).slug
        an_office(db)
    path = f"/escritorio/eventos/{slug}/editar"
    answer = desk.post(path, fields_of(desk.get(path).get_data(as_text=True)) | {"topic": "Datos abiertos", "publish": "1"})
    assert answer.location.startswith("/escritorio/eventos/quinta-asistencia-tecnica-datos-abiertos?")
    with looking() as db:
        assert queries.event_view(db, "quinta-asistencia-tecnica-datos-abiertos").state is EventState.PUBLISHED


def test_cancelling_asks_first_and_says_how_many_people_will_be_told(desk: Desk, looking: Opened, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, cycle=the_cycle(db))
        for _ in range(3):
            a_registration(db, event)
        path = f"/escritorio/eventos/{event.slug}/cancelar"
    assert "3 personas inscritas" in desk.get(path).get_data(as_text=True)
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
