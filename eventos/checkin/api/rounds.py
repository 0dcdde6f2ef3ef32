"""Lists that a phone keeps up to date: a first round tells everybody, page by page; later ones what changed. With ETag, and gzip."""

import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from eventos.checkin.queries import DoorEvent
from eventos.kernel import clock, tokens
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import CURSOR_LIFE
from eventos.kernel.schemas import Schema, text, whole

MOST_ROWS = 2000
PAGE: dict[str, Schema] = {
    "limit": whole(1, MOST_ROWS, about="Cuántas inscripciones como máximo en esta página.", default=1000),
    "cursor": text(1000, about="El de la respuesta anterior. A las 24 horas, o si la puerta pregunta otra cosa, se empieza otra vez."),
}
_PURPOSE = "door-cursor"
_STALE = "Este cursor ya no sirve. Pida la lista desde el principio."


@dataclass(frozen=True)
class Round:
    """How far a phone is. `since`: when its last round began (None: never); `began`: its present one; `after`: the last id it was told.

    `of` is what the cursor belongs to: the list, the event, and what the door asks. When it asks something else everybody is told anew.
    `again`: the phone may keep something of an earlier round.
    """

    of: tuple[Any, ...]
    began: float
    since: float | None = None
    after: int = 0
    again: bool = False

    @classmethod
    def read(cls, cursor: str | None, what: str, event: DoorEvent, asked: list[str]) -> "Round":
        """Where this cursor goes on. One too old begins again. Raises InvalidInput for one that is not ours, or of another list."""
        beginning = cls((what, event.id, asked), clock.now().timestamp())
        try:
            told = tokens.read(_PURPOSE, cursor) if cursor else None
        except tokens.ExpiredToken:
            return replace(beginning, again=True)
        except tokens.BadToken:
            raise InvalidInput(fields={"cursor": _STALE}) from None
        if told is None:
            return beginning
        if told["of"][:2] != [what, event.id]:
            raise InvalidInput(fields={"cursor": _STALE})
        if told["of"][2] != asked:
            return replace(beginning, again=True)
        return cls(beginning.of, told["began"] or beginning.began, told["since"], told["after"], told["again"])

    @property
    def changed_since(self) -> datetime | None:
        return datetime.fromtimestamp(self.since, UTC) if self.since is not None else None

    def then(self, last_id: int | None) -> str:
        """The cursor of the next page, or of the next round when this was the last one."""
        stands = {"since": self.began, "began": None, "after": 0, "again": True}
        if last_id is not None:
            stands = {"since": self.since, "began": self.began, "after": last_id, "again": self.again}
        return tokens.issue(_PURPOSE, {"of": list(self.of), **stands}, expires_at=clock.now() + CURSOR_LIFE)


def sent(known: Any, content: Callable[[], dict[str, Any]]) -> Response:
    """The content, small, unless the phone has what is `known` of it: its ETag is a keyed hash, so that it tells nothing."""
    etag = hmac.digest(tokens.ring().all("door-etag")[0], json.dumps(known, sort_keys=True).encode(), hashlib.sha256).hex()[:32]
    answer = Response(mimetype="application/json")
    answer.set_etag(etag)
    answer.vary.add("Accept-Encoding")
    if etag in request.if_none_match:
        answer.status_code = 304
        return answer
    body = json.dumps(content(), ensure_ascii=False, separators=(",", ":")).encode()
    if request.accept_encodings.quality("gzip") > 0:
        body = gzip.compress(body, compresslevel=6, mtime=0)
        answer.content_encoding = "gzip"
    answer.set_data(body)
    return answer
