"""The code of a room: short-lived, of one room of one event, and forgiving of how people type."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from eventos.checkin.service import arrival
from eventos.kernel import clock, tokens
from tests.checkin.factories import OPEN

pytestmark = pytest.mark.usefixtures("app")
ON_THE_HALF = datetime.fromtimestamp(OPEN.timestamp() // 30 * 30, OPEN.tzinfo)


def test_a_code_serves_in_its_half_minute_and_the_next_one() -> None:
    code = arrival.code_of(7, "", ON_THE_HALF)
    good = [second for second in range(-31, 95) if arrival.room_of(7, [""], code, ON_THE_HALF + timedelta(seconds=second)) == ""]
    assert good == list(range(60)), "a photo 61 seconds old is refused, and so is a code of the future"


def test_a_code_is_of_one_room_of_one_event() -> None:
    code = arrival.code_of(7, "taller", OPEN)
    assert arrival.room_of(7, ["", "taller"], code, OPEN) == "taller"
    assert arrival.room_of(7, [""], code, OPEN) is None
    assert arrival.room_of(8, ["", "taller"], code, OPEN) is None
    codes = {
        arrival.code_of(event, room, OPEN + timedelta(minutes=step)) for event in (7, 8) for room in ("", "taller") for step in range(60)
    }
    assert len(codes) == 240


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: "-".join(code),
        lambda code: code.replace("0", "o").replace("1", "l"),
    ],
)
def test_a_code_is_read_as_people_type_it(change: object) -> None:
    for step in range(40):
        at = OPEN + timedelta(minutes=step)
        code = arrival.code_of(7, "", at)
        assert arrival.room_of(7, [""], change(code), at) == "", code  # type: ignore[operator]


@pytest.mark.parametrize("typed", ["", "ABC", "¿?¡!", "ÑÑÑÑÑÑ", "a" * 500, "000000000000"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert arrival.room_of(7, [""], typed, OPEN) is None


def test_a_code_made_with_the_key_before_still_serves(app: Flask) -> None:
    before = tokens.ring()
    code = arrival.code_of(7, "", OPEN)
    try:
        tokens.configure(tokens.Keyring(("otra llave maestra, la más nueva", *before._masters)))
        assert arrival.code_of(7, "", OPEN) != code
        assert arrival.room_of(7, [""], code, OPEN) == ""
    finally:
        tokens.configure(before)


def test_a_pass_is_of_its_event_and_lasts_ten_minutes() -> None:
    with clock.freeze(OPEN):
        told = arrival.issue_pass(7, "taller")
        passed = arrival.read_pass(told, 7)
        assert (passed.event_id, passed.room) == (7, "taller")
        assert passed.key != arrival.read_pass(arrival.issue_pass(7, "taller"), 7).key
        with pytest.raises(tokens.BadToken):
            arrival.read_pass(told, 8)
        with pytest.raises(tokens.BadToken):
            arrival.read_pass(tokens.issue("form", {"event": 7, "room": "", "key": "x"}, expires_at=OPEN + timedelta(hours=1)), 7)
    with clock.freeze(OPEN + timedelta(minutes=9, seconds=59)):
        assert arrival.read_pass(told, 7).room == "taller"
    with clock.freeze(OPEN + timedelta(minutes=10, seconds=1)), pytest.raises(tokens.ExpiredToken):
        arrival.read_pass(told, 7)


def test_what_is_kept_of_a_phone_is_not_its_name() -> None:
    key = arrival.phone_key("telefono-de-alguien-0001")
    assert "alguien" not in key
    assert key == arrival.phone_key("telefono-de-alguien-0001") != arrival.phone_key("telefono-de-alguien-0002")
