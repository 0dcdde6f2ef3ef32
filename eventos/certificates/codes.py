"""How a constancia is named and where it stands: its code, as it is made, typed and shown; its states; and whose it is."""

import re
from dataclasses import dataclass
from enum import StrEnum

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16


class State(StrEnum):
    PENDING = "pending"
    READY = "ready"
    ERROR = "error"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Holder:
    """What is known of somebody when their constancia is issued."""

    registration_id: int
    part: str
    name: str
    document_type: str | None
    document_number: str | None


def new_code(random: bytes) -> str:
    """80 random bits as 16 signs of Crockford's alphabet (no I, L, O, U)."""
    number = int.from_bytes(random[:10], "big")
    return "".join(_CROCKFORD[(number >> 5 * place) & 31] for place in reversed(range(CODE_LENGTH)))


def read_code(typed: str) -> str | None:
    """The code inside what somebody typed: any case, hyphens and spaces, O for 0, I and L for 1. None when it cannot be one."""
    bare = re.sub(r"[\s\-–·.]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    return bare if len(bare) == CODE_LENGTH and set(bare) <= set(_CROCKFORD) else None


def shown_code(code: str) -> str:
    """ "7QXK-4M2P-RB93-0ABC"."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
