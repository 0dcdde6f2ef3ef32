"""The public addresses of events and cycles: unique, readable, and fixed once people may have them."""

from collections.abc import Container
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventos.kernel.text import slugify

# Addresses that pages of ours already have.
RESERVED = frozenset({"nuevo", "nueva", "editar"})


def free_slug(db: Session, column: InstrumentedAttribute[str], words: str, *, otherwise: str, apart_from: ColumnElement[Any]) -> str:
    """A slug for these words that nobody has yet: "foro", else "foro-2", "foro-3"…"""
    base = slugify(words) or otherwise
    known = set(db.execute(select(column).where(column.startswith(base, autoescape=True), apart_from)).scalars())
    return first_free(base, known)


def first_free(base: str, taken: Container[str]) -> str:
    """`base`, or with the first number from 2 on that nobody has."""
    slug, number = base, 2
    while slug in taken or slug in RESERVED:
        slug, number = f"{base}-{number}", number + 1
    return slug
