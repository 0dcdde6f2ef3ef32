"""The phone judges as the server does: its own modules play `cases.json` in a browser, with real codes, and say the same."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from eventos.checkin.rules import Rule, Verdict
from eventos.checkin.rules_words import TONES, why, word_of
from eventos.checkin.web.app import version
from eventos.kernel import clock, sealing, tokens
from eventos.kernel.vocabulary import EventState
from tests.support.browser import Chromium
from tests.support.inside import answering

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent
CASES = [case for case in json.loads((FOLDER / "cases.json").read_text())["cases"] if not case.get("server")]
PLAYER = (FOLDER / "twin.js").read_text()
ONE_DAY = [["2030-07-25T08:00", "2030-07-25T10:00"]]
HERE, ELSEWHERE = 7, 8


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=clock.BOGOTA)


def ms(words: str) -> int:
    return int(moment(words).timestamp() * 1000)


class Prepared:
    """A case as the page plays it: real codes signed by the ring, and what a phone knows of each."""

    def __init__(self, case: dict[str, Any]) -> None:
        given = case.get("given", {})
        self.case, self.people = case, given.get("people", {"ana": "active"})
        self.codes = {who: tokens.new_ticket(HERE) for who in self.people}
        self.old = {who: tokens.new_ticket(HERE) for who in given.get("reissued", ())}
        self.stranger = tokens.new_ticket(ELSEWHERE)
        self.steps = [self._step(step, place) for place, step in enumerate(case["when"])]
        days = [{"starts_at": moment(start).isoformat(), "ends_at": moment(end).isoformat()} for start, end in given.get("days", ONE_DAY)]
        rooms = {"": {}} | {key: rule for key, rule in given.get("rooms", {}).items() if not rule.get("retired")}
        lacks = {
            who: [key for key in given.get("questions", ()) if key not in given.get("answered", {}).get(who, {})] for who in self.people
        }
        self.content = {
            "event": {"id": HERE, "state": given.get("event", "published"), "days": days},
            "rooms": {key: Rule.of(rule).kept() for key, rule in rooms.items()},
            "people": {self.k(code): who for held in (self.codes, self.old) for who, code in held.items()},
            "states": dict(self.people),
            "lacks": lacks,
            "revoked": [self.k(code) for who, code in self.old.items() if who in given.get("reissued", ())],
            "steps": self.steps,
        }

    @staticmethod
    def k(code: str) -> str:
        return sealing.row_name(tokens.digest(code))

    def _step(self, step: dict[str, Any], place: int) -> dict[str, Any]:
        who = step.get("ticket", "").rpartition(":")[2]
        ready = {"nonce": f"lectura-{place}", **step, "at": ms(step["at"])}
        if step["do"] == "reissue":
            self.old[who], self.codes[who] = self.codes[who], tokens.new_ticket(HERE)
            return ready | {"k": self.k(self.old[who])}
        if step["do"] == "state":
            return ready | {"k": who}
        return ready | ({"code": self._code(step["ticket"]), "k": who} if step["do"] == "scan" else {})

    def _code(self, ticket: str) -> str:
        how, _, who = ticket.rpartition(":")
        if ticket.startswith("text:"):
            return ticket.removeprefix("text:")
        match how:
            case "other":
                return self.stranger
            case "old":
                return self.old[who]
            case "number":
                return "41"
            case "public":
                return tokens.public_id()
            case "forged":
                mine = self.codes[who]
                return ("A" if mine[60] != "A" else "B").join((mine[:60], mine[61:]))
            case "mangled":
                return f"httpsÑ--eventos.example-q-{self.codes[who]}\r"
        return self.codes[who]


@pytest.fixture
def page(app: Flask, chromium: Chromium) -> Iterator[Page]:
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    with answering(app) as address:
        page = chromium.open()
        page.goto(f"{address}/acreditacion")
        yield page


def play(app: Flask, page: Page, cases: list[Prepared], *, native: bool = True, keys: list[str] | None = None) -> list[Any]:
    with app.app_context():
        modules = f"/acreditacion/app/{version()}"
    told = {"modules": modules, "keys": keys or sealing.ticket_keys(), "native": native, "cases": [one.content for one in cases]}
    played: list[Any] = page.evaluate(PLAYER, told)
    return played


def test_the_phone_says_what_the_server_says(app: Flask, page: Page) -> None:
    cases = [Prepared(case) for case in CASES]
    played = play(app, page, cases)
    differing = {
        one.case["name"]: (answer, one.case["then"]["verdicts"])
        for one, answer in zip(cases, played, strict=True)
        if answer != one.case["then"]["verdicts"]
    }
    assert differing == {}
    assert len(cases) >= 60


SPEAKER = """async ([modules, event, kept, told]) => {
  const { why, wordOf, toneOf, ruleOf } = await import(`${modules}/judge.js`);
  return told.map(([verdict, at, now, direction]) => {
    const first = at && { at, where: "Puerta" };
    return [toneOf(verdict), wordOf(verdict, direction), why({ verdict, first }, event, ruleOf(kept), now, direction)];
  });
}"""


def test_the_phone_uses_the_words_of_the_server(app: Flask, page: Page) -> None:
    with app.app_context():
        modules = f"/acreditacion/app/{version()}"
    hours = SimpleNamespace(starts_at=moment("2030-07-25T08:00"), ends_at=moment("2030-07-25T23:30"))
    rule, at = Rule(opens=481, closes=60), moment("2030-07-25T12:07")
    firsts = [None, *(moment(words) for words in ("2030-07-25T12:06", "2030-07-25T12:05:59", "2030-07-25T09:06", "2030-07-06T00:01"))]
    cases = [(verdict, first, direction) for verdict in Verdict for first in firsts for direction in ("in", "out")]
    for state in (EventState.PUBLISHED, EventState.CANCELLED):
        event = SimpleNamespace(id=HERE, state=state, days=[hours])
        here = [
            [
                TONES.get(verdict, "refused"),
                word_of(verdict, direction),
                why(verdict, "", "", event, first=first and (first, "Puerta"), at=at, rule=rule, direction=direction),
            ]
            for verdict, first, direction in cases
        ]
        days = [{"starts_at": hours.starts_at.isoformat(), "ends_at": hours.ends_at.isoformat()}]
        told = [[v.value, first and first.timestamp() * 1000, at.timestamp() * 1000, direction] for v, first, direction in cases]
        there = page.evaluate(SPEAKER, [modules, {"state": state.value, "days": days}, rule.kept(), told])
        assert there == here


def test_a_phone_without_ed25519_verifies_with_the_vendored_library(app: Flask, page: Page) -> None:
    cases = [Prepared(case) for case in CASES if case["when"][0].get("ticket", "").startswith(("ana", "forged", "other", "old"))][:12]
    assert play(app, page, cases, native=False) == [one.case["then"]["verdicts"] for one in cases]


def test_a_code_signed_with_an_earlier_key_is_ours_and_with_no_key_of_ours_is_not(app: Flask, page: Page) -> None:
    cases = [Prepared(next(case for case in CASES if case["name"] == "a genuine code in its hour is let in"))]
    foreign = sealing.base64url(bytes(31) + b"\x01")
    for native in (True, False):
        assert play(app, page, cases, keys=[foreign, *sealing.ticket_keys()], native=native)[0] == ["accepted"]
        assert play(app, page, cases, keys=[foreign], native=native)[0] == ["unknown"]
