"""The OpenAPI 3.1 description of the API, made from what its operations declared (https://spec.openapis.org/oas/v3.1.0)."""

import re
from typing import Any

from eventos.kernel import links
from eventos.kernel.operations import ANSWERS, BASE, LONGEST_KEY, OPERATIONS, Operation
from eventos.kernel.schemas import Schema

PROBLEM: Schema = {
    "type": "object",
    "description": "Un problema (RFC 9457). `title` es para personas; `code`, para programas; `errors` dice qué corregir en cada campo.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["type", "title", "status", "code"],
}
REFUSALS = {
    400: "La solicitud está mal escrita: el cuerpo no es JSON.",
    401: "Falta la llave, o ya no sirve.",
    403: "La llave no tiene el alcance que se necesita.",
    404: "No existe, o está en un ciclo donde la persona dueña de la llave no trabaja.",
    409: "Las reglas de este evento no lo permiten ahora.",
    413: "El contenido es más grande de lo que se recibe.",
    415: "El Content-Type no es de los que se reciben aquí.",
    422: "Hay datos por corregir; `errors` los nombra.",
    429: "Hubo demasiadas solicitudes en este minuto. `Retry-After` dice cuántos segundos esperar.",
    503: "El sistema está ocupado. Repita la solicitud en unos segundos.",
}
ARGUMENTS = {
    "slug": "La dirección del evento: `slug`. Puede cambiar una sola vez, cuando se publica.",
    "public_id": "El identificador público que dio la API.",
    "key": "La `key` de una pregunta propia del evento.",
}


def description() -> dict[str, Any]:
    """The whole description, as a JSON document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS.values():
        paths.setdefault(_path(operation), {})[operation.method.lower()] = _operation(operation)
    scopes = ", ".join(sorted({operation.scope for operation in OPERATIONS.values() if operation.scope}))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "API de eventos",
            "version": "1",
            "description": "Eventos, inscripciones e importación de listas. Todo en JSON; las fechas, en ISO 8601 con su zona.",
        },
        "servers": [{"url": links.absolute(BASE)}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in OPERATIONS.values())],
        "paths": paths,
        "components": {
            "schemas": {**ANSWERS, "Problem": PROBLEM},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": f"Una llave de la API, con alcances: {scopes}."},
                **_DEVICE_SCHEMES,
            },
        },
    }


_DEVICE_SCHEMES = {
    "device": {"type": "http", "scheme": "bearer", "description": "El código de un teléfono vinculado a la puerta. Vale para sus eventos."},
    "deviceCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-eventos-puerta",
        "description": "La cookie del mismo teléfono. Para escribir con ella, la solicitud debe venir de este sitio y llevar JSON.",
    },
}


def statuses(operation: Operation) -> list[int]:
    """What an operation may refuse with."""
    told = {401, 403, 422, 429, 503, *operation.refusals}
    told |= {404} if "<" in operation.path else set()
    told |= {400, 413, 415} if operation.writes else set()
    return sorted(told)


def _path(operation: Operation) -> str:
    return re.sub(r"<([a-z_]+)>", r"{\1}", operation.path)


def _operation(operation: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "description": ARGUMENTS[name], "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"<([a-z_]+)>", operation.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        **({"description": operation.about} if operation.about else {}),
        "security": [{"device": []}, {"deviceCookie": []}] if operation.is_for_devices else [{"bearer": [operation.scope]}],
    }
    if operation.writes and not operation.is_for_devices:
        key = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
        about = "Repetir la solicitud con la misma llave y el mismo contenido, durante 24 horas, da la misma respuesta y no hace nada más."
        parameters.append({"name": "Idempotency-Key", "in": "header", "description": about, "schema": key})
    if body := _body(operation):
        described["requestBody"] = body
    if operation.answer:
        content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{operation.answer}"}}}
    else:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    if operation.shows is not None:
        content["application/json"]["example"] = operation.shows
    headers = {} if operation.is_for_devices else _HEADERS
    responses: dict[str, Any] = {str(operation.status): {"description": "Hecho.", "content": content, "headers": headers}}
    if operation.is_for_devices and not operation.writes:
        responses["304"] = {"description": "Nada es distinto de lo que ya se tiene (`If-None-Match`)."}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in statuses(operation):
        responses[str(status)] = {"description": REFUSALS[status], "content": problem}
    return described | {"parameters": parameters, "responses": responses}


_FIGURE = {"schema": {"type": "string"}}
_HEADERS = {
    "RateLimit-Limit": {"description": "Solicitudes por minuto de esta llave.", **_FIGURE},
    "RateLimit-Remaining": {"description": "Cuántas quedan en este minuto.", **_FIGURE},
    "RateLimit-Reset": {"description": "Cuántos segundos faltan para que el minuto termine.", **_FIGURE},
}


def _body(operation: Operation) -> dict[str, Any] | None:
    if operation.files:
        return {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in operation.files}}
    if operation.body is None:
        return None
    content: dict[str, Any] = {"schema": operation.body}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": True, "content": {"application/json": content}}
