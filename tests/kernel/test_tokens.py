"""Tokens open for their purpose alone, and never after their time."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from eventos.kernel import clock, links, tokens
from eventos.kernel.tokens import BadToken, ExpiredToken, Keyring

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def ring() -> None:
    tokens.configure(Keyring(("a" * 40,)))


def test_a_ticket_is_113_signs_a_keyboard_reader_cannot_garble() -> None:
    ticket = tokens.new_ticket(70_000)
    assert len(ticket) == tokens.TICKET_LENGTH
    assert ticket.isalnum()
    assert ticket.isascii()
    assert tokens.read_ticket(ticket).event_id == 70_000


def test_a_ticket_is_read_from_whatever_a_reader_typed_around_it() -> None:
    ticket = tokens.new_ticket(5)
    garbled = f"httpsñ--eventos.caldas.example-q-{ticket}"
    assert tokens.read_ticket(garbled) == tokens.read_ticket(ticket)


def test_the_longest_address_fits_in_160_signs() -> None:
    links.configure("https://" + "e" * 28 + ".gov.co")
    address = links.ticket(tokens.new_ticket(2**32 - 1))
    links.configure("http://127.0.0.1:8000")
    assert len(address) <= 160
    assert address.isascii()


def test_an_invented_or_altered_ticket_is_refused() -> None:
    ticket = tokens.new_ticket(5)
    other = "A" if ticket[60] != "A" else "B"
    for forged in (ticket[:60] + other + ticket[61:], ticket[:-1], "0" * 113, "z" * 113, "", "ñ" * 113):
        with pytest.raises(BadToken):
            tokens.read_ticket(forged)


def test_a_token_opens_for_its_purpose_alone() -> None:
    purposes = ("form", "receipt", "mail-change")
    made = {purpose: tokens.issue(purpose, {"n": 1}, expires_at=clock.now() + HOUR) for purpose in purposes}
    for purpose in purposes:
        for other, token in made.items():
            if other == purpose:
                assert tokens.read(purpose, token) == {"n": 1}
            else:
                with pytest.raises(BadToken):
                    tokens.read(purpose, token)


def test_a_token_is_refused_after_its_time_and_said_to_be_late() -> None:
    token = tokens.issue("form", {}, expires_at=clock.now() - HOUR)
    with pytest.raises(ExpiredToken):
        tokens.read("form", token)


@pytest.mark.parametrize("garbage", ["", "x", "á", "A" * 500, "====", "eyJh.bGci"])
def test_garbage_is_no_token(garbage: str) -> None:
    with pytest.raises(BadToken):
        tokens.read("form", garbage)


def test_what_the_old_key_made_still_opens_after_a_new_one_is_put_before_it() -> None:
    ticket, sealed = tokens.new_ticket(5), tokens.seal("ticket", b"secret")
    tokens.configure(Keyring(("b" * 40, "a" * 40)))
    assert tokens.read_ticket(ticket).event_id == 5
    assert tokens.unseal("ticket", sealed) == b"secret"
    tokens.configure(Keyring(("b" * 40,)))
    with pytest.raises(BadToken):
        tokens.unseal("ticket", sealed)


def test_keys_are_made_once_readable_by_their_owner_alone(tmp_path: Path) -> None:
    first = tokens.load_keys(tmp_path, ())
    second = tokens.load_keys(tmp_path, ())
    assert first.derive("x") == second.derive("x")
    assert stat.S_IMODE((tmp_path / tokens.KEY_FILE).stat().st_mode) == 0o600
    assert tokens.load_keys(tmp_path, ("c" * 40,)).derive("x") != first.derive("x")
