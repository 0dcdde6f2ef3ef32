"""The manifest of an event for a phone without a signal: rows that only a presented code opens, and what moved at the other doors."""

import gzip
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from eventos.checkin import exchange
from eventos.checkin.api.doors import URL, door, here_and_event
from eventos.checkin.queries import DoorEvent
from eventos.checkin.queries.manifest import ManifestPage, Row, manifest_page
from eventos.checkin.rules import Rule
from eventos.checkin.service.asked import sheet_for
from eventos.kernel import clock, sealing, tokens
from eventos.kernel.db import reading
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import CURSOR_LIFE, Given, at
from eventos.kernel.schemas import text, whole
from eventos.registration.service.tickets import ticket_of

MOST_ROWS = 2000
_PURPOSE = "door-cursor"
_STALE = "Este cursor ya no sirve. Pida el manifiesto desde el principio."


@door.operation(
    "GET",
    f"{URL}/manifest",
    summary="El manifiesto de un evento, por páginas",
    about="Para leer sin señal. Cada fila está cifrada con una llave que sale del código de la persona: sin el código no dice de quién es. "
    "El cursor de la última página trae después solo lo que cambió. Con ETag, y gzip si se acepta.",
    answer=exchange.MANIFEST,
    query={
        "limit": whole(1, MOST_ROWS, about="Cuántas inscripciones como máximo en esta página.", default=1000),
        "cursor": text(1000, about="El de la respuesta anterior. A las 24 horas, o si la puerta pregunta otra cosa, se empieza otra vez."),
    },
)
def manifest(given: Given, slug: str) -> Response:
    _, event = here_and_event(slug)
    asked = sorted({key for room in event.offered for key in Rule.of(room.rule).asks})
    now = clock.now()
    told = _read_cursor(given.query.get("cursor"), event, asked)
    began = told["began"] or now.timestamp()
    since = datetime.fromtimestamp(told["since"], UTC) if told["since"] else None
    with reading() as db:
        page = manifest_page(db, event.id, since=since, after=told["after"], limit=given.query["limit"], asks=bool(asked))
        sheet = sheet_for(db, event.id, asked, (row.registration_id for row in page.rows))
    plain = [(row, _plain(row, sheet.lacks(row.registration_id, asked))) for row in page.rows]
    names, movements = _movements(page)
    revoked = [sealing.row_name(each) for each in page.revoked]
    known = [*(f"{row.ticket_hash} {content.decode()}" for row, content in plain), names, movements, revoked, page.last_id]
    etag = hmac.digest(tokens.ring().all("door-etag")[0], json.dumps(known).encode(), hashlib.sha256).hex()[:32]
    answer = Response(mimetype="application/json")
    answer.set_etag(etag)
    answer.vary.add("Accept-Encoding")
    if etag in request.if_none_match:
        answer.status_code = 304
        return answer
    content = {
        "cursor": _write_cursor(event, asked, told, began, page.last_id),
        "more": page.last_id is not None,
        "now": at(now),
        "rows": [[sealing.row_name(row.ticket_hash), sealing.seal_row(ticket_of(row), event.id, content)] for row, content in plain],
        "revoked": revoked,
        "movements": movements,
        "doors": names,
    }
    body = json.dumps(content, separators=(",", ":")).encode()
    if request.accept_encodings.quality("gzip") > 0:
        body = gzip.compress(body, compresslevel=6, mtime=0)
        answer.content_encoding = "gzip"
    answer.set_data(body)
    return answer


def _movements(page: ManifestPage) -> tuple[list[str], list[list[Any]]]:
    """The names of the doors, and every movement that stands of those whose movements are told; one with none says so."""
    doors: dict[str, int] = {}
    rows: list[list[Any]] = []
    names = {number: sealing.row_name(ticket) for number, ticket in page.moved.items()}
    for each in page.movements:
        where = doors.setdefault(each.door, len(doors))
        rows.append([names[each.registration_id], each.room, each.direction, int(each.at.timestamp()), where])
    standing = {each.registration_id for each in page.movements} | {row.registration_id for row in page.rows}
    rows += [[names[number], "", "none", 0, 0] for number in names if number not in standing]
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


# --- where a phone stands --------------------------------------------------------------------------------------------------------


def _read_cursor(cursor: str | None, event: DoorEvent, asked: list[str]) -> dict[str, Any]:
    """`since`: the beginning of the last round; `began`: of the present one; `after`: how far it went. Raises InvalidInput."""
    beginning = {"since": None, "began": None, "after": 0}
    try:
        told = tokens.read(_PURPOSE, cursor) if cursor else beginning
    except tokens.ExpiredToken:
        return beginning
    except tokens.BadToken:
        raise InvalidInput(fields={"cursor": _STALE}) from None
    if cursor and told["event"] != event.id:
        raise InvalidInput(fields={"cursor": _STALE})
    return told if told.get("asked", asked) == asked else beginning  # The door asks something else now: everybody is told of anew.


def _write_cursor(event: DoorEvent, asked: list[str], told: dict[str, Any], began: float, last_id: int | None) -> str:
    stands = {"since": began, "began": None, "after": 0} if last_id is None else {"since": told["since"], "began": began, "after": last_id}
    return tokens.issue(_PURPOSE, {"event": event.id, "asked": asked, **stands}, expires_at=clock.now() + CURSOR_LIFE)
