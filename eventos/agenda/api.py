"""The description of the API: as OpenAPI for programs, and as a page for people."""

from typing import Any

from flask import Response, jsonify, render_template

from eventos.kernel.http import Audience, Door
from eventos.kernel.openapi import REFUSALS, description, statuses
from eventos.kernel.operations import BASE, OPERATIONS, Operation
from eventos.kernel.schemas import Schema
from eventos.kernel.vocabulary import ApiScope

door = Door("description", __name__, audience=Audience.PUBLIC)


@door.get(f"{BASE}/openapi.json")
def openapi() -> Response:
    return jsonify(description())


@door.get("/api")
def page() -> Any:
    parts: dict[str, list[Operation]] = {}
    for operation in OPERATIONS.values():
        parts.setdefault(operation.tag, []).append(operation)
    return render_template(
        "agenda/api.html", parts=parts, fields=fields, statuses=statuses, refusals=REFUSALS, scopes=list(ApiScope), base=BASE
    )


def fields(operation: Operation) -> list[tuple[str, str, str]]:
    """What an operation takes: (name, kind, what it means), the body's needed fields marked."""
    told = [(name, _kind(schema), schema.get("description", "")) for name, schema in operation.query.items()]
    body = operation.body or {"properties": {}, "required": []}
    for name, schema in body["properties"].items():
        needed = "; se necesita" if name in body["required"] else ""
        told.append((name, _kind(schema) + needed, schema.get("description", "")))
    return told


def _kind(schema: Schema) -> str:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    said = " o ".join(_KINDS[kind] for kind in kinds)
    form = {"date-time": ", fecha y hora con zona", "date": ", fecha"}.get(schema.get("format", ""), "")
    return said + form


_KINDS = {
    "string": "texto",
    "integer": "entero",
    "number": "número",
    "boolean": "true o false",
    "array": "lista",
    "object": "objeto",
    "null": "null",
}
DOORS = (door,)
