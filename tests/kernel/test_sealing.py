"""Rows that only a ticket opens, and texts that only the server opens; both checked by plain cryptography, as a phone would do it."""

import base64
import hashlib
import hmac
import json
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from eventos.kernel import sealing, tokens
from eventos.kernel.tokens import BadToken, Keyring
from tests.support.phone import hkdf, opened_row, sealed_by_a_phone

EVENT = 7


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    ring = Keyring(("k" * 43,))
    monkeypatch.setattr(tokens, "_ring", ring)
    return ring


def turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another master key in front of the one there was."""
    monkeypatch.setattr(tokens, "_ring", Keyring(("n" * 43, "k" * 43)))


def test_the_derivation_is_that_of_rfc_5869() -> None:
    told = hkdf(bytes.fromhex("0b" * 22), bytes.fromhex("000102030405060708090a0b0c"), bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), 42)
    assert told.hex().startswith("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")


def test_a_row_opens_with_what_the_code_says_and_with_nothing_else() -> None:
    ticket, other = tokens.new_ticket(EVENT), tokens.new_ticket(EVENT)
    row = sealing.seal_row(ticket, EVENT, b'{"n":"Aurora"}')
    assert opened_row(row, ticket, EVENT) == {"n": "Aurora"}
    for wrong, event in ((other, EVENT), (ticket, EVENT + 1), (tokens.digest(ticket), EVENT)):
        assert opened_row(row, wrong, event) is None


def test_every_row_is_as_long_as_any_other_and_none_like_another() -> None:
    ticket = tokens.new_ticket(EVENT)
    rows = [sealing.seal_row(ticket, EVENT, content) for content in (b"{}", b"{}", b'{"n":"' + b"a" * 100 + b'"}')]
    assert {len(row) for row in rows} == {len(sealing.base64url(bytes(12 + sealing.ROW + 16)))}
    assert len(set(rows)) == len(rows)


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        sealing.seal_row(tokens.new_ticket(EVENT), EVENT, b"a" * (sealing.ROW + 1))


def test_a_row_is_named_by_half_of_the_hash_of_its_ticket() -> None:
    ticket = tokens.new_ticket(EVENT)
    half = base64.urlsafe_b64decode(sealing.row_name(tokens.digest(ticket)) + "==")
    assert half == hashlib.sha256(ticket.encode()).digest()[:16]


def test_the_key_that_is_told_verifies_a_ticket() -> None:
    ticket = tokens.new_ticket(EVENT)
    number = 0
    for sign in ticket:
        number = number * 62 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(sign)
    raw = number.to_bytes(84, "big")
    Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(sealing.ticket_keys()[0] + "=")).verify(raw[20:], raw[:20])


def test_what_a_phone_seals_the_server_opens() -> None:
    key = sealing.seal_key()
    sealed = sealed_by_a_phone({"code": "abc", "answers": {"a": "ñ"}}, kid=key.kid, public=sealing.base64url(key.public))
    assert json.loads(sealing.open_sealed(sealed)) == {"code": "abc", "answers": {"a": "ñ"}}
    assert "abc" not in sealed


def test_what_was_sealed_before_the_keys_turned_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    old = sealing.seal_key()
    sealed = sealed_by_a_phone({"code": "abc"}, kid=old.kid, public=sealing.base64url(old.public))
    turned(monkeypatch)
    assert sealing.seal_key() != old
    assert json.loads(sealing.open_sealed(sealed)) == {"code": "abc"}
    assert len(sealing.ticket_keys()) == 2


def test_the_same_key_comes_out_of_the_same_ring() -> None:
    assert sealing._keys(Keyring(("k" * 43,)))[0][1] == sealing.seal_key()


def bad_texts() -> list[str]:
    key = sealing.seal_key()
    whole = sealed_by_a_phone({"code": "abc"}, kid=key.kid, public=sealing.base64url(key.public))
    elsewhere = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    off_the_curve = sealing.base64url(b"\x04" + bytes(64) + os.urandom(60))
    flipped = whole[:-4] + ("A" if whole[-4] != "A" else "B") + whole[-3:]
    to_others = sealed_by_a_phone({"code": "abc"}, kid=key.kid, public=sealing.base64url(elsewhere))
    other_name = sealed_by_a_phone({"code": "abc"}, kid="otra", public=sealing.base64url(key.public))
    return ["", "A", "ñ", whole[:-8], flipped, off_the_curve, to_others, other_name, sealing.base64url(bytes(200)), "=" * 40]


def test_what_is_not_for_us_or_was_touched_is_refused() -> None:
    for text in bad_texts():
        with pytest.raises(BadToken):
            sealing.open_sealed(text)


def test_a_row_of_another_ring_names_nobody() -> None:
    """The server needs no key of its own to seal a row: everything comes out of the ticket."""
    ticket = tokens.new_ticket(EVENT)
    key = hmac.digest(hmac.digest(bytes(32), ticket.encode(), "sha256"), f"eventos:door:{EVENT}".encode() + b"\x01", "sha256")
    raw = base64.urlsafe_b64decode(sealing.seal_row(ticket, EVENT, b"{}") + "==")
    assert AESGCM(key).decrypt(raw[:12], raw[12:], None) == b"{}".ljust(128)
