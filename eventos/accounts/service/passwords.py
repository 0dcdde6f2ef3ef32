"""Passwords as argon2id hashes (RFC 9106), at most four computed at a time. Call these outside transactions: a hash takes a while."""

from functools import cache
from threading import BoundedSemaphore
from typing import NewType

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from eventos.accounts import rules

PasswordHash = NewType("PasswordHash", str)

HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16, type=Type.ID)
_at_once = BoundedSemaphore(4)


def hash_password(password: str, *, email: str = "") -> PasswordHash:
    """Check a new password and hash it. Raises InvalidInput."""
    accepted = rules.check_password(password, email=email)
    with _at_once:
        return PasswordHash(HASHER.hash(accepted))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored. Without one (an unknown account) a dummy is checked, which takes as long."""
    if len(password) > rules.PASSWORD_LONGEST:
        password = ""
    with _at_once:
        try:
            HASHER.verify(stored or _dummy(), rules.normal_password(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def renewed(stored: str, password: str) -> PasswordHash | None:
    """A new hash of a password just verified, when the stored one was made with weaker settings; else None."""
    if not HASHER.check_needs_rehash(stored):
        return None
    with _at_once:
        return PasswordHash(HASHER.hash(rules.normal_password(password)))


@cache
def _dummy() -> str:
    return HASHER.hash("nobody has this password")
