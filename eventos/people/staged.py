"""People and consents entered set-wise: another room stages clean rows in a table of its own, and one statement each brings them in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Select, literal, select
from sqlalchemy.orm import Session

from eventos.kernel.db import UTCDateTime, upsert
from eventos.kernel.vocabulary import Source
from eventos.people.models import Consent, Person
from eventos.people.rules import Purpose

PERSON_COLUMNS = (
    *("public_id", "document_type", "document_number", "given_names", "family_names", "name_key"),
    *("email", "email_key", "phone", "demo"),
)


def add_people(db: Session, staged: Select[Any], *, now: datetime) -> None:
    """Write down the people a SELECT of `PERSON_COLUMNS` gives; whoever has a document that is already known is left as they are."""
    moment = literal(now, UTCDateTime)
    rows = staged.add_columns(moment, moment)
    names = [*PERSON_COLUMNS, "created_at", "updated_at"]
    db.execute(upsert(db)(Person.__table__).from_select(names, rows).on_conflict_do_nothing())


def add_consents(db: Session, people: Select[Any], text_hash: str, purposes: Iterable[Purpose], *, now: datetime) -> None:
    """Record one imported consent for each person id a SELECT gives, under a wording that is kept already."""
    told = literal([purpose.value for purpose in purposes], JSON)
    each = people.subquery()
    rows = select(*each.c, literal(text_hash), told, literal(now, UTCDateTime), literal(Source.IMPORT.value))
    names = ["person_id", "text_hash", "purposes", "given_at", "channel"]
    db.execute(upsert(db)(Consent.__table__).from_select(names, rows))
