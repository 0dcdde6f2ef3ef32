"""Every page that anybody may open × private events in every state of their life: none names them, whoever wrote the page and when.

A new open route whose address names something needs its line in `NAMES`, or this fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.certificates import service as certificates
from eventos.certificates.models import Certificate
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.dialogue import service as dialogue
from eventos.dialogue.rules import SaveQuestion
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.http import Audience, entry_of
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import MaterialKind, QuestionState
from eventos.publicity import service as publicity
from eventos.publicity.queries import flyer
from eventos.registration.rules import Policy
from eventos.registration.service import tickets
from eventos.registration.service.policy import save_policy
from tests.calls.factories import a_call, convene, link, recipients, send
from tests.certificates.factories import a_closed_event
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration

CANARY = "xilofono"  # a word of the private events alone: their topics, summaries, materials, questions
NAMES = {"slug", "public_id", "code", "receipt", "filename", "release", "name"}
# A certificate is there to be verified by whoever is given it, and says of which event it is.
TELLS = {"verify.answer"}


@dataclass(frozen=True)
class Town:
    """Private events in one cycle with an open one, and what the open one's people hold."""

    hidden: tuple[str, ...]
    cycle: str
    alone: str  # a cycle with nothing but private events
    material: str
    certificate: str
    personal: tuple[str, ...]


def a_town(db: Session, policy: Policy) -> Town:
    now, cycle, alone = clock.now(), a_cycle(db), a_cycle(db, name="Ciclo aparte")
    words = {"topic": f"Reunión {CANARY}", "summary": f"Sobre el {CANARY}."}
    over, people = a_closed_event(db, cycle=cycle, **words)
    certificates.issue_all(db, over.id, by=SYSTEM, now=now)
    code = db.execute(select(Certificate.code).where(Certificate.registration_id == people[0].id)).scalar_one()
    ahead, off, put_off, only = (
        a_published_event(db, cycle=of, number=number, **words) for number, of in ((6, cycle), (7, cycle), (8, cycle), (1, alone))
    )
    everybody = (over, ahead, off, put_off, only)
    for event in everybody:
        save_policy(db, event.id, policy, by=SYSTEM, now=now)
    cycles.cancel(db, off, reason="Sin sala.", by=SYSTEM, now=now)
    cycles.postpone(db, put_off, by=SYSTEM, now=now)
    a_pieza(db, ahead)
    kept = KeptFile(storage.shelf().put(b"%PDF").sha256, 4, "notas.pdf", "application/pdf", MaterialKind.FILE, needs_work=False)
    material = materials.add_material(db, over.id, SaveMaterial(f"Notas {CANARY}", is_public=True), kept, by=SYSTEM, now=now)
    asked = dialogue.note(db, ahead.id, SaveQuestion(f"¿Qué es un {CANARY}?"), by=SYSTEM, now=now)
    said = {"answer": f"Un {CANARY} es eso.", "answered_by": "La oficina"}
    answered = SaveQuestion(f"¿Qué es un {CANARY}?", state=QuestionState.ANSWERED, **said)
    dialogue.change(db, ahead.id, asked, answered, by=SYSTEM, now=now)
    neighbour = a_published_event(db, cycle=cycle, number=9, topic="Presupuesto abierto")
    visitor = a_registration(db, neighbour)
    convene(db, cycle, many=1)
    call = a_call(db, neighbour)
    send(db, neighbour, call)
    receipt = tokens.issue("receipt", {"e": [neighbour.id], "m": "e•••@x.example", "n": 0}, expires_at=now + timedelta(minutes=5))
    mine = tickets.link_of(visitor)
    personal = (
        *(f"/i/{mine}{page}" for page in ("", "/datos", "/preguntas", "/correo", "/cancelar", "/invitacion.ics")),
        f"/convocatoria/{link(recipients(db, neighbour, call)[0])}",
        f"/inscripcion/recibida/{receipt}",
        f"/eventos/{neighbour.slug}",
        f"/eventos/{neighbour.slug}/inscripcion",
    )
    slugs = tuple(event.slug for event in everybody)
    return Town(slugs, cycle.slug, alone.slug, material, code, personal)


def a_pieza(db: Session, event: Event) -> None:
    """Drawn and published, with files on the shelf."""
    version = publicity.prepare(db, event.id, by=SYSTEM, now=clock.now())
    drawn = {name: storage.shelf().put(name.encode()).sha256 for name in ("pdf", "square", "wide")}
    publicity.mark_ready(db, flyer(db, event.id, version).id, files=drawn)
    publicity.publish(db, event.id, version, by=SYSTEM, now=clock.now())


def open_addresses(app: Flask, town: Town) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of whatever a visitor may open, about each private event where it is about one."""
    for rule in app.url_map.iter_rules():
        entry = entry_of(app, rule.endpoint)
        if entry is None or entry.audience not in (Audience.PUBLIC, Audience.OPEN) or "GET" not in (rule.methods or ()):
            continue
        assert rule.arguments <= NAMES, f"{rule.rule}: what does it name? Say so in NAMES."
        slugs = (town.cycle, town.alone) if rule.rule.startswith("/ciclos/") else town.hidden
        for slug in slugs if "slug" in rule.arguments else ("",):
            values = {"slug": slug, "public_id": town.material, "code": town.certificate, "receipt": "x", "filename": "css/base.css"}
            values |= {"release": "x", "name": "judge.js"}
            yield rule.endpoint, re.sub(r"<(?:[^<>:]+:)?([a-z_]+)>", lambda part, values=values: values[part[1]], rule.rule)  # type: ignore[misc]


def told(client: FlaskClient, address: str) -> bool:
    """Whether an answer names a private event; a file of one (a pieza, a material) tells of it too."""
    answer = client.get(address)
    is_file = answer.status_code == 200 and answer.mimetype in ("image/png", "application/pdf") and not address.startswith("/static/")
    return is_file or CANARY in fold(answer.get_data(as_text=True).replace("\r\n ", ""))


def seen_by_anybody(app: Flask, client: FlaskClient, town: Town) -> set[str]:
    return {endpoint for endpoint, address in open_addresses(app, town) if told(client, address)}


def test_no_open_page_tells_of_a_private_event(app: Flask, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        town = a_town(db, Policy(is_private=True, group_limit=3))
    assert seen_by_anybody(app, client, town) == TELLS
    assert client.get(f"/ciclos/{town.alone}/agenda.ics").status_code == 404  # its name is not told either
    assert [address for address in town.personal if told(client, address)] == []


def test_the_same_events_are_told_everywhere_once_they_are_open(app: Flask, client: FlaskClient, writing: Opened) -> None:
    """The other side: without the policy these pages do name them, so the sweep means something."""
    with writing() as db:
        town = a_town(db, Policy(group_limit=3))
    about_one = {endpoint for endpoint, address in open_addresses(app, town) if "/eventos/" in address}
    assert seen_by_anybody(app, client, town) == about_one | TELLS | {
        "agenda.home", "agenda.agenda_feed", "agenda.cycle_feed", "agenda.sitemap",
    }  # fmt: skip
    assert any(told(client, address) for address in town.personal)


@pytest.mark.parametrize("way", ["inscripcion", "inscripcion/con-archivos", "inscripcion/grupo"])
def test_what_is_sent_to_a_private_event_is_answered_as_for_an_unknown_one(client: FlaskClient, writing: Opened, way: str) -> None:
    with writing() as db:
        town = a_town(db, Policy(is_private=True, group_limit=3))
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/mi-inscripcion").text)[0]
    answers = [client.post(f"/eventos/{slug}/{way}", data={"csrf_token": token}) for slug in (*town.hidden, "no-existe")]
    assert {answer.status_code for answer in answers} == {404}
    assert not any(CANARY in fold(answer.text) for answer in answers)
