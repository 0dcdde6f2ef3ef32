"""Events through the API: the same rules as the form, page by page while others are made, and problems told field by field."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.cycles.models import Event
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import ApiScope, EventState, LinkExposure, Modality
from tests.api.factories import Program, a_program
from tests.conftest import Opened
from tests.cycles.factories import LINK, a_cycle, a_published_event, an_event
from tests.registration.factories import a_registration
from tests.support.statements import counted

DAY = {"on_date": "2030-07-25", "starts": "08:00", "ends": "10:00"}
WHOLE: dict[str, Any] = {
    "kind": "foro",
    "number": 7,
    "topic": "Participación ciudadana",
    "summary": "Un resumen.",
    "description": "Una descripción\ncon dos párrafos.",
    "objective": "Conversar.",
    "context": "El contexto.",
    "norms": ["Ley 1712 de 2014"],
    "days": [DAY, DAY | {"on_date": "2030-07-26"}],
    "modality": "hibrida",
    "venue_name": "Auditorio",
    "venue_address": "Carrera 23 # 20-30",
    "venue_divipola": "17001",
    "capacity_virtual": None,
    "capacity_onsite": 40,
    "link": LINK,
    "link_exposure": "personal",
    "hosts": [{"name": "Oficina de Gobierno Abierto", "role": "host", "kind": "public"}],
    "programme": [{"topic": "Apertura", "hour": "08:15", "speaker": "Zoila Prueba", "on_date": "2030-07-25"}],
    "speakers": [{"name": "Zoila Prueba", "role": "moderador", "post": "Asesora", "entity": "Red Ficticia"}],
    "intensity_hours": 2.5,
    "registration_opens_at": "2030-07-01T08:00:00-05:00",
    "registration_closes_at": "2030-07-25T07:00:00-05:00",
    "presence": {"kind": "minutes", "minutes": 60},
    "prepared_by": "Equipo de Gobierno Abierto",
    "count_kind": "exact",
    "date_note": "",
}


@pytest.fixture
def program(client: FlaskClient, writing: Opened) -> Program:
    return a_program(client, writing)


@pytest.fixture
def cycle(writing: Opened) -> str:
    with writing() as db:
        slug: str = a_cycle(db).slug
    return slug


def test_an_event_is_made_as_a_draft_with_everything_that_was_sent(program: Program, cycle: str, looking: Opened) -> None:
    made = program.post("/events", WHOLE | {"cycle": cycle})
    assert made.status_code == 201
    told = made.get_json()
    hidden = {"link"}
    assert {name: told[name] for name in WHOLE if name not in hidden | {"days"}} == {
        k: v for k, v in WHOLE.items() if k not in hidden | {"days"}
    }
    assert [{name: day[name] for name in DAY} for day in told["days"]] == WHOLE["days"]
    assert told["days"][0]["starts_at"] == "2030-07-25T08:00:00-05:00"
    assert (told["state"], told["cycle"]["slug"], told["window"], told["link"]) == ("draft", cycle, "draft", None)
    assert told["seats"] == {"virtual": {"capacity": None, "taken": 0}, "presencial": {"capacity": 40, "taken": 0}}
    with looking() as db:
        assert db.execute(select(Event.link).where(Event.slug == told["slug"])).scalar_one() == LINK
    assert program.get(f"/events/{told['slug']}").get_json() == told


def test_the_link_is_told_only_when_it_is_public(program: Program, writing: Opened) -> None:
    with writing() as db:
        shown, hidden = (a_published_event(db, link_exposure=each).slug for each in (LinkExposure.PUBLIC, LinkExposure.REGISTERED))
    assert program.get(f"/events/{shown}").get_json()["link"] == LINK
    assert program.get(f"/events/{hidden}").get_json()["link"] is None


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "\u200b"}, "topic"),
        ({"topic": 5}, "topic"),
        ({"topic": "x" * 201}, "topic"),
        ({"topic": "con \u0000 dentro"}, "topic"),
        ({"topic": "media \ud800"}, "topic"),
        ({"tema": "Otro nombre"}, "tema"),
        ({"number": 0}, "number"),
        ({"number": "5"}, "number"),
        ({"number": True}, "number"),
        ({"modality": "remota"}, "modality"),
        ({"days": [DAY | {"ends": "07:00"}]}, "days.0.ends"),
        ({"days": [DAY, DAY]}, "days.1.on_date"),
        ({"days": [DAY | {"on_date": "2030-02-30"}]}, "days.0.on_date"),
        ({"days": [DAY | {"on_date": "0001-01-01"}]}, "days.0.on_date"),
        ({"days": [DAY | {"starts": "25:00"}]}, "days.0.starts"),
        ({"days": [{"on_date": "2030-07-25", "ends": "10:00"}]}, "days.0.starts"),
        ({"hosts": [{"name": "\u200b"}]}, "hosts.0.name"),
        ({"hosts": [{"name": "Red"}, {"name": "RED"}]}, "hosts.1.name"),
        ({"link": "http://sin-cifrar.example"}, "link"),
        ({"venue_divipola": "99999"}, "venue_divipola"),
        ({"registration_opens_at": "2030-07-01T08:00:00"}, "registration_opens_at"),
        ({"intensity_hours": 2.333}, "intensity_hours"),
        ({"presence": {"kind": "minutes"}}, "presence.minutes"),
        ({"programme": [{"topic": "x", "hour": "8"}]}, "programme.0.hour"),
    ],
)
def test_what_is_wrong_is_told_in_spanish_where_it_is(
    program: Program, cycle: str, looking: Opened, sent: dict[str, Any], where: str
) -> None:
    answer = program.post("/events", {"cycle": cycle, "topic": "Datos"} | sent)
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype, problem["status"]) == (422, "application/problem+json", 422)
    assert list(problem["errors"]) == [where]
    assert problem["errors"][where].endswith((".", "https://"))
    with looking() as db:
        assert db.execute(select(Event.id)).all() == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"topic": NaN}', "application/json", 400),
        (b"[" * 40_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"topic=x", "application/x-www-form-urlencoded", 415),
        (b'{"topic": "' + b"x" * 600_000 + b'"}', "application/json", 413),
    ],
)
def test_only_json_of_a_sensible_size_is_read(program: Program, body: bytes, kind: str, status: int) -> None:
    answer = program.ask("POST", "/events", data=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_change_keeps_what_was_not_sent(program: Program, cycle: str, looking: Opened) -> None:
    made = program.post("/events", WHOLE | {"cycle": cycle}).get_json()
    answer = program.patch(f"/events/{made['slug']}", {"version": made["version"], "topic": "Otro tema", "programme": []})
    changed = answer.get_json()
    assert (answer.status_code, changed["topic"], changed["programme"]) == (200, "Otro tema", [])
    moving = {"topic", "title", "programme", "version"}
    assert {k: v for k, v in changed.items() if k not in moving} == {k: v for k, v in made.items() if k not in moving}
    with looking() as db:
        assert db.execute(select(Event.link)).scalar_one() == LINK
    late = program.patch(f"/events/{made['slug']}", {"version": made["version"], "topic": "Sobre lo viejo"})
    assert (late.status_code, late.get_json()["code"]) == (409, "event_changed")


def test_a_draft_is_published_with_the_rules_of_the_page_and_called_off_with_a_reason(
    program: Program, cycle: str, writing: Opened
) -> None:
    bare = program.post("/events", {"cycle": cycle, "topic": "Datos"}).get_json()["slug"]
    missing = program.post(f"/events/{bare}/publish")
    assert (missing.status_code, set(missing.get_json()["errors"])) == (422, {"days", "hosts"})
    whole = program.post("/events", WHOLE | {"cycle": cycle}).get_json()["slug"]
    assert program.post(f"/events/{whole}/publish").get_json()["code"] == "office_unknown"
    with writing() as db:
        a_published_event(db, number=3)  # an office that said who it is
    published = program.post(f"/events/{whole}/publish")
    slug = published.get_json()["slug"]
    assert (published.status_code, published.get_json()["state"]) == (200, "published")
    with writing() as db:
        row = db.execute(select(Event).where(Event.slug == slug)).scalar_one()
        a_registration(db, row, modality="virtual")
    assert program.post(f"/events/{slug}/cancel", {"reason": "\u200b"}).status_code == 422
    gone = program.post(f"/events/{slug}/cancel", {"reason": "Sin auditorio."})
    assert (gone.get_json()["state"], gone.get_json()["cancel_reason"]) == ("cancelled", "Sin auditorio.")
    with writing() as db:
        assert "cancelled" in " ".join(db.execute(select(Job.name)).scalars())
    assert program.patch(f"/events/{slug}", {"version": gone.get_json()["version"], "topic": "x"}).status_code == 409


def test_pages_follow_each_other_while_events_are_made(program: Program, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        before = [an_event(db, cycle=cycle, number=number).slug for number in range(1, 6)]
    seen, path = [], "/events?limit=2"
    while path:
        page = program.get(path).get_json()
        seen += [event["slug"] for event in page["items"]]
        assert len(page["items"]) <= 2
        with writing() as db:
            if len(seen) < 5:
                an_event(db, cycle=cycle, number=90 + len(seen))
        path = (page["links"]["next"] or "").partition("/api/v1")[2]
    assert seen[:5] == before
    assert len(seen) == len(set(seen)) == 7


def test_a_list_is_narrowed_and_its_cursor_is_of_that_list(program: Program, writing: Opened) -> None:
    with writing() as db:
        cycle, other = a_cycle(db), a_cycle(db)
        onsite = {"modality": Modality.ONSITE, "venue_name": "Sala"}
        found = [a_published_event(db, cycle=cycle, number=1, **onsite), an_event(db, cycle=cycle, number=2), an_event(db, cycle=other)]
        slugs = [event.slug for event in found]
        names = cycle.slug, other.slug

    def listed(query: str) -> list[int]:
        return [slugs.index(event["slug"]) for event in program.get(f"/events?{query}").get_json()["items"]]

    assert listed(f"state={EventState.DRAFT}") == [1, 2]
    assert listed("modality=presencial") == [0]
    assert listed(f"cycle={names[1]}") == [2]
    assert listed("from=2030-07-25&to=2030-07-25") == [0, 1, 2]
    assert listed("from=2030-07-26") == []
    following = program.get("/events?limit=1").get_json()["links"]["next"].partition("cursor=")[2]
    for wrong in (
        f"state=draft&cursor={following}",
        "cursor=mio",
        "limit=0",
        "limit=101",
        "limit=x",
        "desde=2030",
        "limit=1&limit=2",
        "from=ayer",
    ):
        assert program.get(f"/events?{wrong}").status_code == 422, wrong
    assert program.get(f"/events?limit=1&cursor={following}").status_code == 200


def test_a_page_costs_the_same_for_many_events_as_for_one(program: Program, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        for number in range(1, 9):
            an_event(db, cycle=cycle, number=number)
    program.get("/events")
    with counted() as few:
        program.get("/events?limit=1")
    with counted() as many:
        program.get("/events")
    assert len(few) == len(many) <= 7, str(many)


def test_a_path_or_method_that_is_not_there_is_a_problem_too(client: FlaskClient) -> None:
    for method, path, status in (("GET", "/api/v1/nada", 404), ("PUT", "/api/v1/events", 405), ("DELETE", "/api/v1/events/x", 405)):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.get_json()["title"].endswith(".")
        assert (status == 405) == ("Allow" in answer.headers)


def test_a_fault_of_ours_says_nothing_of_itself(client: FlaskClient, writing: Opened) -> None:
    program = a_program(client, writing, ApiScope.EVENTS_READ)
    client.application.config["PROPAGATE_BUGS"] = False
    entry = client.application.view_functions["api_events.events"].entry  # type: ignore[attr-defined]

    def broken(**_named: Any) -> Any:
        raise ZeroDivisionError("secreto interno")

    broken.entry = entry  # type: ignore[attr-defined]
    client.application.view_functions["api_events.events"] = broken
    answer = program.get("/events")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "server_error")
    assert "secreto" not in answer.text
