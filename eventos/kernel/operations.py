"""The doors of the API: each operation says once what it takes and answers, and that is both what is checked and what is described.

A room's `api.py` writes `@door.operation("POST", "/events", scope=…, body=…, answer=…)`; the view gets what was `Given`, already judged.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, jsonify, request
from sqlalchemy.orm import Session

from eventos.kernel import clock, idempotency, links, tokens
from eventos.kernel.bearers import current_caller
from eventos.kernel.doors import EVERY_ROLE, PUBLIC_BODY, Audience, Door, Entry
from eventos.kernel.errors import InvalidInput
from eventos.kernel.schemas import Schema, is_storable, judge, record, text, whole

BASE = "/api/v1"
CURSOR_LIFE = timedelta(hours=24)
PAGE_LONGEST = 100
LONGEST_KEY = 200
PAGE: dict[str, Schema] = {
    "limit": whole(1, PAGE_LONGEST, about="Cuántos como máximo en esta página.", default=50),
    "cursor": text(1000, about="El que trae `links.next` de la página anterior; sirve durante 24 horas."),
}


@dataclass(frozen=True)
class Given:
    """What a request brought, judged by the operation's schemas. `file` is the raw body of those that take files."""

    query: dict[str, Any]
    body: dict[str, Any]
    file: bytes = b""


@dataclass(frozen=True)
class Operation:
    """One operation as it is described. `answer` names what it answers, "" for a file; `example` is a body, and `shows` an answer.

    `refusals` are the statuses it may answer beside those that every operation may. `scope` is "" for those of a phone at the door, which
    has no scopes: it reads for its events.
    """

    method: str
    path: str
    name: str
    tag: str
    scope: str
    summary: str
    about: str
    status: int
    answer: str
    query: Mapping[str, Schema]
    body: Schema | None
    files: Sequence[str]
    refusals: tuple[int, ...]
    example: Any
    shows: Any = None

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def is_for_devices(self) -> bool:
        return not self.scope


OPERATIONS: dict[str, Operation] = {}
ANSWERS: dict[str, Schema] = {}


def answer(name: str, schema: Schema) -> str:
    """Name what operations answer; the description lists it once."""
    ANSWERS[name] = schema
    return name


def page_of(name: str, item: str) -> str:
    """A page of a list: its items, and where the next page is (null on the last one)."""
    following = record({"next": {"type": ["string", "null"]}}, needed=["next"])
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}, "maxItems": PAGE_LONGEST}
    return answer(name, record({"items": items, "links": following}, needed=("items", "links")))


class ApiDoor(Door):
    """A blueprint of the API. `tag` is how its part is called in the description. For audience DEVICE its operations have no scope."""

    def __init__(self, name: str, import_name: str, *, tag: str, audience: Audience = Audience.API) -> None:
        super().__init__(name, import_name, audience=audience)
        self.tag = tag

    def operation(
        self,
        method: str,
        path: str,
        *,
        scope: str = "",
        summary: str,
        answer: str,
        about: str = "",
        status: int = 200,
        query: Mapping[str, Schema] | None = None,
        body: Schema | None = None,
        files: Sequence[str] = (),
        refusals: tuple[int, ...] = (),
        example: Any = None,
        shows: Any = None,
        max_body: int = PUBLIC_BODY,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Serve `path` (below /api/v1, arguments as `<slug>`) to tokens of this scope. `body` is JSON; `files` are raw media types."""
        if bool(scope) is (self.audience is Audience.DEVICE):
            raise ValueError(f"{path}: tokens need a scope, and phones have none")

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            name = f"{self.name}.{view.__name__}"
            told = (method, path, name, self.tag, scope, summary, about, status, answer, query or {}, body, files, refusals, example, shows)
            operation = OPERATIONS[name] = Operation(*told)

            @wraps(view)
            def answered(**named: Any) -> Any:
                answer = view(_given(operation), **named)
                return answer if isinstance(answer, Response) else (jsonify(answer), status)

            answered.entry = Entry(self.audience, EVERY_ROLE, max_body, scope, is_operation=True)  # type: ignore[attr-defined]
            self.add_url_rule(f"{BASE}{path}", view.__name__, answered, methods=[method])
            return answered

        return decorate


# --- what comes in ---------------------------------------------------------------------------------------------------------------


def _given(operation: Operation) -> Given:
    """The request, judged. Raises InvalidInput with what is wrong by its place; aborts 400 and 415."""
    query, wrong = _query(operation.query)
    if operation.files:
        if request.mimetype not in operation.files:
            abort(415)
        if wrong:
            raise InvalidInput(fields=wrong)
        return Given(query, {}, request.get_data())
    body: Any = {}
    if operation.body is not None:
        body = _json()
        if not isinstance(body, dict):
            raise InvalidInput(fields={"": "El cuerpo debe ser un objeto JSON."})
        wrong |= judge(operation.body, body)
    if wrong:
        raise InvalidInput(fields=wrong)
    return Given(query, body)


def _query(known: Mapping[str, Schema]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    wrong: dict[str, str] = {}
    for name, told in request.args.lists():
        if name not in known:
            wrong[name[:80] if is_storable(name) else "?"] = "No conocemos este parámetro."
        elif len(told) > 1:
            wrong[name] = "Este parámetro va una sola vez."
        else:
            values[name] = _read(known[name], told[0])
            wrong |= judge(known[name], values[name], name)
    return values, wrong


def _read(schema: Schema, told: str) -> Any:
    """A parameter is text: what cannot be read as its type stays text, and is refused as such."""
    if schema["type"] == "integer" and told.lstrip("-").isdecimal() and told.isascii() and len(told) < 12:
        return int(told)
    return {"true": True, "false": False}.get(told, told) if schema["type"] == "boolean" else told


def _json() -> Any:
    if request.mimetype != "application/json":
        abort(415)
    try:
        return json.loads(request.get_data(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        abort(400)


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are not JSON (RFC 8259, section 6)


# --- what goes out ---------------------------------------------------------------------------------------------------------------


def at(moment: datetime | None) -> str | None:
    """A moment as the API says it: ISO 8601 in Bogotá, with its zone."""
    return clock.local(moment).isoformat(timespec="seconds") if moment else None


def link(path: str) -> str:
    return links.absolute(f"{BASE}{path}")


def once(db: Session, status: int, write: Callable[[], Any]) -> Response:
    """Do a write inside the door's transaction, or answer what was answered when its Idempotency-Key came before."""
    asked = _asked()
    if asked is not None and (kept := idempotency.recall(db, asked)) is not None:
        again = jsonify(kept[1])
        again.status_code = kept[0]
        again.headers["Idempotent-Replayed"] = "true"
        return again
    content = write()
    if asked is not None:
        idempotency.keep(db, asked, status, content)
    answer = jsonify(content)
    answer.status_code = status
    return answer


class BadKey(InvalidInput):
    code = "bad_idempotency_key"


def _asked() -> idempotency.Asked | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (key.isascii() and key.isprintable() and 0 < len(key.strip()) <= LONGEST_KEY):
        raise BadKey(fields={"Idempotency-Key": f"Use entre 1 y {LONGEST_KEY} signos visibles."})
    kind = f"{request.mimetype}\n{request.query_string.decode('ascii', 'replace')}\n"
    body = sha256(kind.encode() + request.get_data()).hexdigest()
    return idempotency.Asked(str(current_caller().token_id), request.method, request.path, key.strip(), body)


@dataclass(frozen=True)
class Page:
    """Which page of a list is wanted: so many after the row with this number. One more is asked for, to know whether there is a next."""

    limit: int
    after: int = 0
    filters: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Page":
        """Read `limit` and `cursor`. Raises InvalidInput when the cursor is not ours or is of another list."""
        filters = {name: value for name, value in query.items() if name not in PAGE}
        after = 0
        if cursor := query.get("cursor"):
            try:
                told = tokens.read("api-cursor", cursor)
            except tokens.BadToken:
                raise InvalidInput(fields={"cursor": "Este cursor ya no sirve. Pida otra vez la primera página."}) from None
            if told["of"] != _list_of(filters):
                raise InvalidInput(fields={"cursor": "Este cursor es de otra lista. Pida otra vez la primera página."})
            after = told["after"]
        return cls(query["limit"], after, filters)

    def content(self, rows: Sequence[Any], number: Callable[[Any], int], shown: Callable[[Any], Any]) -> dict[str, Any]:
        """The page of these rows, which are `limit` and one more when there are more."""
        mine = rows[: self.limit]
        following = None
        if len(rows) > self.limit:
            told = {"after": number(mine[-1]), "of": _list_of(self.filters)}
            cursor = tokens.issue("api-cursor", told, expires_at=clock.now() + CURSOR_LIFE)
            args = {
                **{name: request.args[name] for name in self.filters if name in request.args},
                "limit": str(self.limit),
                "cursor": cursor,
            }
            following = f"{links.absolute(request.path)}?{urlencode(args)}"
        return {"items": [shown(row) for row in mine], "links": {"next": following}}


def _list_of(filters: Mapping[str, Any]) -> str:
    """What a cursor belongs to: the list and how it was narrowed."""
    told = json.dumps([request.path, filters], sort_keys=True, default=str).encode()
    return base64.b32encode(sha256(told).digest()[:10]).decode()
