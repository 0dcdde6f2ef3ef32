"""What a phone at the door does by itself, with plain cryptography: open a row with a code, seal a text to the server."""

import base64
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869, 2.2 and 2.3)."""
    key = hmac.digest(salt or bytes(32), secret, "sha256")
    told, block = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        told += block
    return told[:length]


def opened_row(value: str, ticket: str, event_id: int) -> dict[str, Any] | None:
    """What a row of the manifest says to whoever has the code; None to anybody else."""
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    key = hkdf(ticket.encode(), b"", f"eventos:door:{event_id}".encode())
    try:
        content = AESGCM(key).decrypt(raw[:12], raw[12:], None)
    except InvalidTag:
        return None
    assert len(content) == 128
    told: dict[str, Any] = json.loads(content)
    return told


def sealed_by_a_phone(content: Any, *, kid: str, public: str) -> str:
    """A text sealed to the server's point, as the phone keeps what it could not send yet."""
    point = base64.urlsafe_b64decode(public + "=" * (-len(public) % 4))
    mine = ec.generate_private_key(ec.SECP256R1())
    ephemeral = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = mine.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    nonce, raw = os.urandom(12), json.dumps(content, ensure_ascii=False).encode()
    sealed = AESGCM(hkdf(shared, ephemeral, f"eventos:door-seal:{kid}".encode())).encrypt(nonce, raw, None)
    return base64.urlsafe_b64encode(ephemeral + nonce + sealed).rstrip(b"=").decode()
