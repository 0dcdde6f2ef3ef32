"""Sealing between the server and a phone at the door: rows that only a presented ticket opens, and readings that only the server opens.

A row of the manifest is encrypted under a key that comes out of the ticket itself (HKDF-SHA256, RFC 5869; AES-256-GCM), so that whoever
holds the phone and no QR reads nobody. What waits on the phone to be sent is encrypted to a key of the server (ECDH on P-256, an ephemeral
key for each text), so that the phone itself cannot read it again. Everything is WebCrypto's, and is written out in docs/api.md.
"""

import base64
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from eventos.kernel import tokens
from eventos.kernel.tokens import BadToken, Keyring

ROW = 128  # every row is this long before it is encrypted: its length tells nothing
LONGEST_SEALED = 8000
_POINT, _NONCE, _TAG = 65, 12, 16
_KEY_BYTES = 16
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (NIST SP 800-186, 3.2.1.3)


@dataclass(frozen=True)
class SealKey:
    """What a phone seals to: the point (65 bytes, uncompressed), and the name that takes part in the derivation."""

    kid: str
    public: bytes


def seal_key() -> SealKey:
    """The key that phones seal to now: the newest of ours."""
    return _keys(tokens.ring())[0][1]


def open_sealed(sealed: str) -> bytes:
    """What a phone sealed to any of our keys. Raises BadToken."""
    raw = unbase64(sealed)
    if len(raw) < _POINT + _NONCE + _TAG:
        raise BadToken("door-seal")
    point, nonce, content = raw[:_POINT], raw[_POINT : _POINT + _NONCE], raw[_POINT + _NONCE :]
    try:
        theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        raise BadToken("door-seal") from None
    for mine, named in _keys(tokens.ring()):
        info = f"eventos:door-seal:{named.kid}".encode()
        key = HKDF(SHA256(), 32, salt=point, info=info).derive(mine.exchange(ECDH(), theirs))
        try:
            return AESGCM(key).decrypt(nonce, content, None)
        except InvalidTag:
            continue
    raise BadToken("door-seal")


def seal_row(ticket: str, event_id: int, content: bytes) -> str:
    """A row under the key that comes out of a ticket. Raises ValueError for one that does not fit."""
    if len(content) > ROW:
        raise ValueError("the row is too long")
    key = HKDF(SHA256(), 32, salt=None, info=f"eventos:door:{event_id}".encode()).derive(ticket.encode())
    nonce = secrets.token_bytes(_NONCE)
    return base64url(nonce + AESGCM(key).encrypt(nonce, content.ljust(ROW), None))


def row_name(ticket_hash: str) -> str:
    """How a row is called: the first sixteen bytes of the ticket's SHA-256."""
    return base64url(bytes.fromhex(ticket_hash)[:_KEY_BYTES])


def ticket_keys() -> list[str]:
    """The keys that verify tickets without a signal (Ed25519, 32 bytes), newest first."""
    return [base64url(signer.public_key().public_bytes_raw()) for signer in tokens.ring().signers]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    """The bytes of a base64url text without padding. Raises BadToken."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        raise BadToken("base64url") from None


@lru_cache(maxsize=4)
def _keys(ring: Keyring) -> tuple[tuple[EllipticCurvePrivateKey, SealKey], ...]:
    """A key pair for each master key, newest first: its derived bytes as a number below the order of the curve."""
    return tuple(_pair(1 + int.from_bytes(raw, "big") % (_ORDER - 1)) for raw in ring.all("door-seal"))


def _pair(number: int) -> tuple[EllipticCurvePrivateKey, SealKey]:
    private = derive_private_key(number, SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return private, SealKey(sha256(public).hexdigest()[:16], public)
