"""A name that is markup stays a name at the door: in its pages, and in what its script is told."""

import json

from eventos.people.models import Person
from tests.browser import hostile
from tests.checkin.factories import code_of
from tests.checkin.stage import Stage, one_scan
from tests.conftest import Opened


def test_markup_in_a_name_or_a_code_is_text_at_the_door(stage: Stage, writing: Opened) -> None:
    with writing() as db:
        for one in stage.people:
            db.get_one(Person, one.person_id).given_names = hostile.PAYLOAD
    codes = [code_of(one) for one in stage.people]
    pages = {
        "typed": stage.typed(codes[0]),
        "again": stage.typed(codes[0], "lectura-0002"),
        "invented": stage.typed(hostile.PAYLOAD, "lectura-0003"),
        "search": stage.post("buscar", text="guadual"),
        "search for markup": stage.post("buscar", text=hostile.PAYLOAD),
        "marked": stage.post("marcar", registration=stage.people[1].public_id, nonce="lectura-0004", reason=hostile.PAYLOAD),
        "walk-in": stage.post("inscribir", nonce="lectura-0005", given_names=hostile.PAYLOAD, email=hostile.PAYLOAD),
    }
    assert {name: found for name, answer in pages.items() if (found := hostile.taken_for_markup(answer.text))} == {}
    assert sum(hostile.MARK in answer.text for answer in pages.values()) >= 5
    told = stage.sent(one_scan(codes[2], "lectura-0006"))
    assert (told.mimetype, told.headers["X-Content-Type-Options"]) == ("application/json", "nosniff")
    assert hostile.MARK in json.dumps(told.json)
