"""The manifest of an event for a phone without a signal: rows that only a presented code opens, and what moved at the other doors.

Where a room lets phones search without a signal, the names too: whoever organises was told what a lost phone then reveals.
"""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from eventos.checkin import exchange, service
from eventos.checkin.api.doors import URL, door, here_and_event
from eventos.checkin.api.rounds import PAGE, Round, sent
from eventos.checkin.queries.manifest import ManifestPage, Row, manifest_page
from eventos.checkin.rules import Rule
from eventos.checkin.service.asked import sheet_for
from eventos.kernel import clock, sealing
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import RuleViolation
from eventos.kernel.operations import Given, at
from eventos.registration.service.tickets import ticket_of


class NoOfflineSearch(RuleViolation):
    code = "no_offline_search"
    message = "En este evento no se busca por nombre sin señal: los teléfonos no guardan nombres."


@door.operation(
    "GET",
    f"{URL}/manifest",
    summary="El manifiesto de un evento, por páginas",
    about="Para leer sin señal. Cada fila está cifrada con una llave que sale del código de la persona: sin el código no dice de quién es. "
    "El cursor de la última página trae después solo lo que cambió. Con ETag, y gzip si se acepta.",
    answer=exchange.MANIFEST,
    query=PAGE,
    shows=exchange.EXAMPLE_MANIFEST,
)
def manifest(given: Given, slug: str) -> Response:
    _, event = here_and_event(slug)
    asked = sorted({key for room in event.offered for key in Rule.of(room.rule).asks})
    now = clock.now()
    told = Round.read(given.query.get("cursor"), "manifest", event, asked)
    with reading() as db:
        page = manifest_page(db, event.id, since=told.changed_since, after=told.after, limit=given.query["limit"], asks=bool(asked))
        sheet = sheet_for(db, event.id, asked, (row.registration_id for row in page.rows))
    plain = [(row, _plain(row, sheet.lacks(row.registration_id, asked))) for row in page.rows]
    doors, movements = _movements(page, again=told.again)
    revoked = [sealing.row_name(each) for each in page.revoked]
    known = [*(f"{row.ticket_hash} {content.decode()}" for row, content in plain), doors, movements, revoked, page.last_id]
    return sent(
        known,
        lambda: {
            "cursor": told.then(page.last_id),
            "more": page.last_id is not None,
            "now": at(now),
            "rows": [[sealing.row_name(row.ticket_hash), sealing.seal_row(ticket_of(row), event.id, content)] for row, content in plain],
            "revoked": revoked,
            "movements": movements,
            "doors": doors,
        },
    )


@door.operation(
    "GET",
    f"{URL}/names",
    summary="Los nombres de un evento, para buscar sin señal",
    about="Solo si una de sus salas lo permite; queda en la auditoría. Sin documentos ni correos. Por páginas, como el manifiesto.",
    answer=exchange.NAMES,
    query=PAGE,
    refusals=(409,),
)
def names(given: Given, slug: str) -> Response:
    me, event = here_and_event(slug)
    if not any(Rule.of(room.rule).offline_search for room in event.offered):
        raise NoOfflineSearch
    now = clock.now()
    told = Round.read(given.query.get("cursor"), "names", event, [])
    with transaction() as db:
        page = manifest_page(db, event.id, since=told.changed_since, after=told.after, limit=given.query["limit"], asks=False)
        rows = [[row.public_id, sealing.row_name(row.ticket_hash), row.name, ", ".join(row.work), row.state] for row in page.rows]
        if rows:
            service.note_names(db, me, event, told=len(rows))
    return sent(
        [rows, page.last_id],
        lambda: {"cursor": told.then(page.last_id), "more": page.last_id is not None, "now": at(now), "rows": rows},
    )


def _movements(page: ManifestPage, *, again: bool) -> tuple[list[str], list[list[Any]]]:
    """The names of the doors, and every movement that stands of those whose movements are told.

    One of whom nothing stands says so when the phone was told something before: what it was may have been taken back.
    """
    doors: dict[str, int] = {}
    rows: list[list[Any]] = []
    names = {number: sealing.row_name(ticket) for number, ticket in page.moved.items()}
    for each in page.movements:
        where = doors.setdefault(each.door, len(doors))
        rows.append([names[each.registration_id], each.room, each.direction, int(each.at.timestamp()), where])
    standing = {each.registration_id for each in page.movements}
    rows += [[names[number], "", "none", 0, 0] for number in names if again and number not in standing]
    return list(doors), rows


def _plain(row: Row, lacks: Sequence[str]) -> bytes:
    """What the phone shows of somebody, in at most so many bytes: cut word by word, where they work first and the name last."""
    told: dict[str, Any] = {"n": row.name, "w": ", ".join(row.work), "d": row.document, "s": row.state}
    if lacks:
        told["q"] = list(lacks)
    while len(content := _json(told)) > sealing.ROW:
        if told["w"]:
            told["w"] = _shorter(told["w"])
        elif len(told["n"].split()) > 2:
            told["n"] = _shorter(told["n"])
        elif told["d"]:
            told["d"] = ""
        elif len(told.get("q", ())) > 1:
            told["q"] = told["q"][:-1]
        else:
            told["n"] = told["n"][:-1]
    return content


def _shorter(words: str) -> str:
    return words.rpartition(" ")[0].rstrip(" ,")


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False, separators=(",", ":")).encode()
