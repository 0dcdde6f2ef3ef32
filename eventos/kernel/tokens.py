"""Secrets: the key ring, and the tokens made with it, each bound to one purpose.

Keys for each purpose come from the master keys by HKDF-SHA256 (RFC 5869), the newest master first: it seals and signs, all of them
open and verify. What must be shown again is sealed with AES-256-GCM and looked up by SHA-256; what is shown once is kept as SHA-256.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eventos.kernel import clock

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {sign: value for value, sign in enumerate(_ALPHABET)}
_TICKET_BYTES = 16 + 4 + 64
TICKET_LENGTH = 113
KEY_FILE = "llaves.json"


class BadToken(ValueError):
    """The token was not made by us, or not for this purpose."""


class ExpiredToken(BadToken):
    """The token is ours, and its time has passed."""


@dataclass(frozen=True)
class Ticket:
    """What a QR says: a random secret and the event it was issued for."""

    secret: bytes
    event_id: int


class Keyring:
    """The master keys, newest first."""

    def __init__(self, masters: tuple[str, ...]) -> None:
        if not masters:
            raise ValueError("a key ring needs at least one key")
        self._masters = masters

    def derive(self, purpose: str, *, which: int = 0) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"eventos:{purpose}".encode()).derive(self._masters[which].encode())

    def all(self, purpose: str) -> list[bytes]:
        return [self._cached(purpose, which) for which in range(len(self._masters))]

    @lru_cache(maxsize=64)  # noqa: B019 - a ring lives as long as the process
    def _cached(self, purpose: str, which: int) -> bytes:
        return self.derive(purpose, which=which)

    @cached_property
    def signers(self) -> list[Ed25519PrivateKey]:
        return [Ed25519PrivateKey.from_private_bytes(self.derive("ticket-signature", which=n)) for n in range(len(self._masters))]


_ring: Keyring | None = None


def configure(ring: Keyring) -> None:
    """Give the process its keys (the roof does, once)."""
    global _ring
    _ring = ring


def ring() -> Keyring:
    if _ring is None:
        raise RuntimeError("the key ring is not configured")
    return _ring


def load_keys(data_dir: Path, configured: tuple[str, ...]) -> Keyring:
    """The configured keys, else those of the key file, made at the first start with mode 0600."""
    if configured:
        return Keyring(configured)
    path = data_dir / KEY_FILE
    if not path.exists():
        content = json.dumps({"llaves": [secrets.token_urlsafe(48)], "creadas": clock.now().isoformat()})
        temporary = path.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(temporary, path)  # Whoever links first wins; a second process starting at once reads the winner's keys.
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return Keyring(tuple(json.loads(path.read_text())["llaves"]))


def random_token() -> str:
    """256 random bits, URL-safe (43 characters)."""
    return secrets.token_urlsafe(32)


def public_id() -> str:
    """A random name for an object in URLs: 80 bits in base62, at most 14 characters."""
    return _to_base62(secrets.token_bytes(10)).zfill(14)


def digest(token: str) -> str:
    """What is kept of a token to look it up: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal(purpose: str, content: bytes) -> bytes:
    """Encrypt with the purpose's newest key: nonce (12 bytes) + AES-256-GCM ciphertext."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(ring().all(purpose)[0]).encrypt(nonce, content, purpose.encode())


def unseal(purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made with any of our keys. Raises BadToken."""
    for key in ring().all(purpose):
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], purpose.encode())
        except (InvalidTag, ValueError):
            continue
    raise BadToken(purpose)


def issue(purpose: str, content: dict[str, Any], *, expires_at: datetime) -> str:
    """A sealed, dated text for a form or a URL: nobody can read or change it."""
    body = json.dumps({"exp": int(expires_at.timestamp()), **content}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(seal(purpose, body)).rstrip(b"=").decode()


def read(purpose: str, token: str) -> dict[str, Any]:
    """What `issue` wrote. Raises ExpiredToken when its time has passed, BadToken when it is not ours."""
    try:
        sealed = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raise BadToken(purpose) from None
    content: dict[str, Any] = json.loads(unseal(purpose, sealed))
    if content.pop("exp") < clock.now().timestamp():
        raise ExpiredToken(purpose)
    return content


def new_ticket(event_id: int) -> str:
    """A ticket for the QR: 16 random bytes, the event, an Ed25519 signature over both (RFC 8032), as 113 base62 characters."""
    body = secrets.token_bytes(16) + struct.pack(">I", event_id)
    return _to_base62(body + ring().signers[0].sign(body)).zfill(TICKET_LENGTH)


def longest_run(scanned: str) -> str:
    """What of a reader's typing can be a ticket: keyboard readers on a Spanish layout turn `:/-_` into other signs."""
    return max(re.findall(r"[0-9A-Za-z]+", scanned), key=len, default="")


def read_ticket(scanned: str) -> Ticket:
    """The ticket inside whatever a reader typed: the longest alphanumeric run. Raises BadToken when it is not ours."""
    longest = longest_run(scanned)
    if len(longest) != TICKET_LENGTH:
        raise BadToken("ticket")
    try:
        raw = _from_base62(longest).to_bytes(_TICKET_BYTES, "big")
    except OverflowError:
        raise BadToken("ticket") from None
    body, signature = raw[:20], raw[20:]
    for signer in ring().signers:
        try:
            signer.public_key().verify(signature, body)
        except InvalidSignature:
            continue
        return Ticket(secret=body[:16], event_id=struct.unpack(">I", body[16:])[0])
    raise BadToken("ticket")


def _to_base62(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    signs = []
    while number:
        number, rest = divmod(number, 62)
        signs.append(_ALPHABET[rest])
    return "".join(reversed(signs)) or "0"


def _from_base62(text: str) -> int:
    number = 0
    for sign in text:
        number = number * 62 + _VALUE[sign]
    return number
