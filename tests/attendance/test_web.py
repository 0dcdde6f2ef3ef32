"""The pages of attendance: figures that open their lists, decisions without JavaScript, files that agree with the page, roles."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters.tables import read_table
from eventos.attendance.models import AttendanceDecision
from eventos.attendance.queries import count
from eventos.cycles.models import CycleStaff
from eventos.kernel.audit import AuditEntry
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import SignedIn, signed_in
from tests.attendance.factories import Guest, caldas, register, the_114
from tests.cycles.factories import a_cycle, a_published_event
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Stage:
    """An event with its people, and somebody signed in who may see it."""

    client: FlaskClient
    who: SignedIn
    event_id: int
    cycle_id: int
    url: str
    people: list[str]

    def get(self, path: str = "", status: int = 200) -> str:
        answer = self.client.get(self.url + path)
        assert answer.status_code == status, answer.status_code
        return unescape(answer.text)

    def post(self, path: str, **data: object) -> object:
        return self.client.post(self.url + path, data={"csrf_token": self.who.csrf, **data})


@pytest.fixture
def stage(client: FlaskClient, writing: Opened) -> Callable[..., Stage]:
    def build(guests: list[Guest] | None = None, *, role: StaffRole = StaffRole.ORGANISER, scoped: bool = True) -> Stage:
        who = signed_in(client, writing, role)
        with writing() as db:
            cycle = a_cycle(db)
            event = a_published_event(db, cycle=cycle)
            people = register(db, event, the_114() if guests is None else guests)
            if scoped and role is not StaffRole.ADMINISTRATOR:
                db.add(CycleStaff(cycle_id=cycle.id, staff_id=who.id))
            return Stage(client, who, event.id, cycle.id, f"/escritorio/eventos/{event.slug}/asistencia", people)

    return build


@pytest.mark.both_databases
def test_overview_says_114_of_123_and_25_of_27_in_few_statements(stage: Callable[..., Stage]) -> None:
    scene = stage()
    scene.get()
    with counted() as statements:
        page = scene.get()
    assert len(statements) <= 10, str(statements)
    for words in ("114", "123", "25 de 27 municipios", "Faltaron <strong>Marulanda</strong> y <strong>Norcasia</strong>", "101 personas"):
        assert words in page
    assert "municipio=otros-departamentos&estado=asistieron" in page
    assert page.count("<circle") == 27


@pytest.mark.both_databases
def test_roster_of_114_costs_few_statements(stage: Callable[..., Stage]) -> None:
    scene = stage()
    scene.get("/lista")
    with counted() as statements:
        page = scene.get("/lista?estado=asistieron")
    assert len(statements) <= 10, str(statements)
    assert "114 personas" in page
    assert "1 a 25 de 114" in page
    assert "pagina=5" in page


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 123),
        ("?estado=no-asistieron", 9),
        ("?estado=lista", 114),
        ("?estado=oficina", 0),
        ("?estado=no-existe", 123),
        (f"?municipio={caldas('Manizales')}", 16),
        ("?municipio=del-ciclo&estado=asistieron", 101),
        ("?municipio=otros-departamentos", 13),
        ("?municipio=66001", 6),
        ("?texto=AUSENTE", 9),
        ("?texto=pereira+persona", 6),
        ("?texto=" + "%25", 0),
        ("?entidad=alcaldia+66001", 6),
        ("?modalidad=presencial", 0),
        ("?pagina=99", 123),
        ("?pagina=-1&estado=%20", 123),
    ],
)
def test_every_filter_lists_exactly_its_part(stage: Callable[..., Stage], query: str, total: int) -> None:
    page = stage().get(f"/lista{query}")
    assert ("Nadie coincide" in page) if total == 0 else (f"{total} personas" in page)


def test_several_are_marked_at_once_with_one_reason_and_it_can_be_undone(stage: Callable[..., Stage], looking: Opened) -> None:
    scene = stage([Guest("Una"), Guest("Dos"), Guest("Tres")])
    answer = scene.post("/lista?texto=a", registration=scene.people[:2], mark="si", reason="Firmaron la lista en papel")
    assert answer.status_code == 302
    assert "texto=a" in answer.location
    with looking() as db:
        assert (count(db, scene.event_id).attended, count(db, scene.event_id).marked) == (2, 2)
        rows = db.execute(select(AttendanceDecision.decided_by, AttendanceDecision.reason)).all()
        assert set(rows) == {(scene.who.id, "Firmaron la lista en papel")}
        assert "attendance.decide" in db.execute(select(AuditEntry.action)).scalars().all()
    assert "Firmaron la lista en papel" in scene.get("/lista?estado=oficina")
    assert scene.post(f"/{scene.people[0]}", mark="quitar", reason="").status_code == 302
    with looking() as db:
        assert count(db, scene.event_id).attended == 1
    history = scene.get(f"/{scene.people[0]}")
    assert "Quitó la marca" in history
    assert "Firmaron la lista en papel" in history


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"mark": "si", "reason": ""}, "Escriba el motivo"),
        ({"mark": "", "reason": "Firmó la lista"}, "Elija si asistió"),
        ({"mark": "tal vez", "reason": "Firmó la lista"}, "Elija si asistió"),
        ({"mark": "si", "reason": "x" * 501}, "como máximo 500"),
    ],
)
def test_a_decision_without_verdict_or_reason_is_refused_and_kept(
    stage: Callable[..., Stage], looking: Opened, data: dict[str, str], words: str
) -> None:
    scene = stage([Guest("Una"), Guest("Dos")])
    answer = scene.post("/lista", registration=[scene.people[1]], **data)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert words in page
    assert f'value="{scene.people[1]}" checked' in page
    with looking() as db:
        assert db.execute(select(AttendanceDecision.id)).all() == []


def test_a_decision_about_nobody_is_refused(stage: Callable[..., Stage]) -> None:
    answer = stage([Guest("Una")]).post("/lista", mark="si", reason="Firmó la lista")
    assert answer.status_code == 422
    assert "Elija al menos una persona" in unescape(answer.text)


def test_a_cancelled_registration_cannot_be_marked_as_attended(stage: Callable[..., Stage]) -> None:
    scene = stage([Guest("Cancelada", state="cancelled")])
    answer = scene.post(f"/{scene.people[0]}", mark="si", reason="Firmó la lista")
    assert answer.status_code == 409
    assert "está cancelada" in unescape(answer.text)


def test_people_of_another_event_cannot_be_decided_from_here(stage: Callable[..., Stage], writing: Opened, looking: Opened) -> None:
    scene = stage([Guest("Una")])
    with writing() as db:
        (stranger,) = register(db, a_published_event(db, number=8), [Guest("Ajena")])
    assert scene.post("/lista", registration=[scene.people[0], stranger], mark="si", reason="Firmó la lista").status_code == 404
    assert scene.client.get(f"{scene.url}/{stranger}").status_code == 404
    with looking() as db:
        assert db.execute(select(AttendanceDecision.id)).all() == []


HOSTILE = '=HYPERLINK("http://x.example")'


def hostile() -> list[Guest]:
    return [
        Guest("=cmd|'/c calc'!A0", HOSTILE, divipola="17001", entity="Feria & <b> niñez", attended=True),
        Guest("مريم", "🦜 Emoji", country="Ecuador", city="Quito", entity="+57", attended=False),
    ]


@pytest.mark.both_databases
def test_files_hold_exactly_the_filtered_list_and_no_formula(stage: Callable[..., Stage]) -> None:
    scene = stage([*hostile(), *the_114()])
    answer = scene.post("/lista.csv?texto=feria")
    table = read_table(answer.data, filename="x.csv")
    assert len(table.rows) == 1
    assert b"'=HYPERLINK" in answer.data
    row = dict(zip(table.headers, table.rows[0], strict=True))
    assert (row["Apellidos"], row["Asistió"], row["Entidad"], row["Municipio"]) == (HOSTILE, "sí", "Feria & <b> niñez", "Manizales")
    assert "Documento" not in row
    assert "Celular" not in row
    book = load_workbook(io.BytesIO(scene.post("/lista.xlsx").data))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert book.active.max_row == 1 + 2 + 123
    assert "<b>" not in scene.client.get(f"{scene.url}/lista").text
    assert "Feria & <b> niñez" in scene.get("/lista")


def test_page_and_file_agree_on_114(stage: Callable[..., Stage]) -> None:
    scene = stage()
    table = read_table(scene.post("/lista.csv").data, filename="x.csv")
    attended = table.headers.index("Asistió")
    assert len(table.rows) == 123
    assert sum(row[attended] == "sí" for row in table.rows) == 114
    assert 'number__value">114<' in scene.get()


def test_documents_leave_only_with_a_reason_and_every_file_is_written_down(stage: Callable[..., Stage], looking: Opened) -> None:
    scene = stage([Guest("Una", attended=True)])
    scene.get("/lista/con-documentos")
    assert scene.post("/lista/con-documentos", format="csv", reason="").status_code == 422
    scene.post("/lista.csv?texto=una")
    answer = scene.post("/lista/con-documentos", format="csv", reason="Expedir las constancias")
    row = read_table(answer.data, filename="x.csv")
    assert row.headers[:3] == ("Tipo de documento", "Documento", "Celular")
    with looking() as db:
        told = db.execute(select(AuditEntry.detail).where(AuditEntry.action == "attendance.export").order_by(AuditEntry.id)).scalars().all()
    assert [(each["private"], each["reason"], each["rows"]) for each in told] == [(False, "", 1), (True, "Expedir las constancias", 1)]
    assert "una" not in str(told[0]["filters"])


def test_a_reader_looks_and_does_not_decide(stage: Callable[..., Stage]) -> None:
    scene = stage([Guest("Una")], role=StaffRole.READER)
    assert "Guardar la decisión" not in scene.get("/lista")
    assert "Guardar la decisión" not in scene.get(f"/{scene.people[0]}")
    scene.get()
    assert scene.post("/lista", registration=scene.people, mark="si", reason="Firmó la lista").status_code == 403
    assert scene.post(f"/{scene.people[0]}", mark="si", reason="Firmó la lista").status_code == 403
    assert scene.client.get(f"{scene.url}/lista/con-documentos").status_code == 403


def test_the_door_has_nothing_here(stage: Callable[..., Stage]) -> None:
    scene = stage([Guest("Una")], role=StaffRole.DOOR)
    for path in ("", "/lista", f"/{scene.people[0]}"):
        assert scene.client.get(scene.url + path).status_code == 403
    assert scene.post("/lista.csv").status_code == 403


def test_an_organiser_of_another_cycle_finds_nothing(stage: Callable[..., Stage]) -> None:
    scene = stage([Guest("Una")], scoped=False)
    for path in ("", "/lista", f"/{scene.people[0]}", "/lista/con-documentos"):
        assert scene.client.get(scene.url + path).status_code == 404
    assert scene.post("/lista", registration=scene.people, mark="si", reason="Firmó la lista").status_code == 404
    assert scene.post("/lista.csv").status_code == 404
    assert scene.post("/lista/con-documentos", format="csv", reason="Quiero verlos").status_code == 404


def test_an_event_without_people_says_what_to_do(stage: Callable[..., Stage]) -> None:
    scene = stage([])
    assert "Todavía no hay a quién contar" in scene.get()
    assert "La lista está vacía" in scene.get("/lista")
