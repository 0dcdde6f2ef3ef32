"""A phone that was lost after a morning of every kind of reading: whatever it stores, read without a QR, names nobody."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from eventos.kernel import tokens
from eventos.registration.models import Registration
from tests.checkin.door_modules import EVERYTHING, a_phone, flush, prepared, read
from tests.checkin.stand import Stand
from tests.conftest import Opened
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser

WALK_IN = {
    "document_type": "CC",
    "document_number": "41555777",
    "given_names": "Brunilda",
    "family_names": "Inventada Samanal",
    "email": "brunilda@correo.example",
    "entity": "Oficina Inventada del Sigilo",
    "post": "Secretaria",
    "municipio": "Leticia, Amazonas",
    "consent": "0" * 64,
}


@dataclass
class Secrets:
    """What nobody may read out of the phone: words of people, and codes. The entities that the form offers to everybody name nobody."""

    words: set[str]

    def in_(self, kept: Any) -> set[str]:
        told = json.dumps(kept, ensure_ascii=False).casefold()
        return {word for word in self.words if word.casefold() in told}


@pytest.fixture
def secrets(stand: Stand, looking: Opened) -> Secrets:
    words = {value for name, value in WALK_IN.items() if name not in ("document_type", "consent")} | {"Samanal"}
    with looking() as db:
        for one in db.query(Registration).all():
            person = one.person
            words |= {person.given_names, person.family_names, person.document_number or "", person.email or "", one.public_id}
    words |= {tokens.longest_run(code) for code in stand.codes} | {stand.bearer}
    return Secrets(words - {""})


def used(page: Page, stand: Stand) -> None:
    """A morning: somebody entered with a signal, others without it; somebody was searched for, ticked, and written down on the spot."""
    read(page, stand.codes[0])
    (found,) = page.evaluate("() => door.reader.search('irene')")
    page.context.set_offline(True)
    read(page, stand.codes[1])
    read(page, stand.codes[0])
    page.evaluate(
        "([who, name]) => door.reader.read({ registration: who, reason: 'No trae el código' }, { name })",
        [found["registration"], found["name"]],
    )
    page.evaluate("walk_in => door.reader.read({ walk_in }, { name: walk_in.given_names })", WALK_IN)


def test_everything_that_a_lost_phone_keeps_names_nobody(app: Flask, stand: Stand, chromium: Chromium, secrets: Secrets) -> None:
    page = prepared(app, stand, a_phone(stand, chromium))
    used(page, stand)
    kept = page.evaluate(EVERYTHING)
    stores = {name.partition("/")[2]: rows for name, (_, rows) in kept["stores"].items()}
    assert len(stores["rows"]) == 2, "the manifest is there"
    assert len(stores["queue"]) == 4, "what waits is there"
    assert len(stores["mine"]) >= 2, "who was let in is there"
    assert secrets.in_(kept) == set()
    assert len(secrets.words) >= 15
    page.context.set_offline(False)
    flush(page)
    sent = page.evaluate(EVERYTHING)
    assert [rows for name, rows in sent["stores"].items() if name.endswith("/queue")] == [[[], []]]
    assert secrets.in_(sent) == set()
    assert secrets.in_(read(page, stand.codes[1])) >= {"Irene"}, "a code that is presented does open its row"


def test_rows_are_of_one_length_and_change_with_every_download(app: Flask, stand: Stand, chromium: Chromium) -> None:
    page = prepared(app, stand, a_phone(stand, chromium))
    rows = _rows(page)
    assert {len(row) for row in rows} == {208}, "12 bytes of nonce, 128 of text and 16 of seal, in base64url"
    page.evaluate("slug => door.vault.set(`event:${slug}`, {})", stand.slug)
    page.evaluate("slug => door.sync.refresh(door.vault, slug)", stand.slug)
    assert not set(rows) & set(_rows(page))


def _rows(page: Page) -> list[str]:
    kept = page.evaluate(EVERYTHING)
    (found,) = (rows for name, (_, rows) in kept["stores"].items() if name.endswith("/rows"))
    return [str(row) for row in found]
