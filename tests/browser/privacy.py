"""Whose data a page shows: documents, mails and phones of the people in a database, looked for however they are written."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

PERSONAL = "SELECT document_number, email, phone, given_names || ' ' || family_names FROM person"


def people_in(data_dir: Path) -> list[dict[str, str]]:
    with closing(sqlite3.connect(data_dir / "eventos.sqlite3")) as db:
        rows = db.execute(PERSONAL).fetchall()
    return [dict(zip(("document", "mail", "phone", "name"), (value or "" for value in row), strict=True)) for row in rows]


def shown(people: list[dict[str, str]], source: str) -> set[str]:
    """What kinds of personal data a page shows: whole documents (1.234.567 too), mails, phones without their country, full names."""
    joined = re.sub(r"(?<=\d)[. \u00a0](?=\d{3})", "", source)
    tight = re.sub(r"(?<=\d) (?=\d)", "", source)
    found = set()
    for one in people:
        found |= {"document"} if one["document"] and one["document"] in joined else set()
        found |= {"mail"} if one["mail"] and one["mail"] in source else set()
        found |= {"phone"} if one["phone"] and one["phone"].removeprefix("+57") in tight else set()
        found |= {"name"} if one["name"].strip() and one["name"] in source else set()
    return found
