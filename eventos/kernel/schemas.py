"""What the API takes and answers, as JSON Schema (2020-12): one schema both describes a value and judges it, in Spanish.

Only the part of the vocabulary that `judge` knows may be used; whoever needs more teaches it here first.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from eventos.kernel.vocabulary import Word

Schema = dict[str, Any]
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_FAULTS = 50
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_CALLED = {
    "string": "un texto",
    "integer": "un número entero",
    "number": "un número",
    "boolean": "true o false",
    "array": "una lista",
    "object": "un objeto",
    "null": "null",
}


# --- how schemas are written -----------------------------------------------------------------------------------------------------


def text(most: int, *, least: int = 0, about: str = "", **more: Any) -> Schema:
    return _described({"type": "string", "maxLength": most, **({"minLength": least} if least else {}), **more}, about)


def whole(least: int, most: int, *, about: str = "", **more: Any) -> Schema:
    return _described({"type": "integer", "minimum": least, "maximum": most, **more}, about)


def yes_or_no(about: str = "", **more: Any) -> Schema:
    return _described({"type": "boolean", **more}, about)


def one_of(words: Iterable[str], *, about: str = "", **more: Any) -> Schema:
    """A word of a closed list; a `Word` says its Spanish beside it."""
    words = list(words)
    said = "; ".join(f"`{word.value}`: {word.label}" for word in words if isinstance(word, Word))
    return _described({"type": "string", "enum": [str(word) for word in words], **more}, " ".join(part for part in (about, said) if part))


def moment(about: str = "", *, any_year: bool = False) -> Schema:
    """`any_year`: what a clock says that may be wrong altogether."""
    return _described({"type": "string", "format": "date-time", **({"x-any-year": True} if any_year else {})}, about)


def day(about: str = "") -> Schema:
    return _described({"type": "string", "format": "date"}, about)


def hour(about: str = "") -> Schema:
    return _described({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}, about or "Una hora de Bogotá, como 08:15.")


def rows(item: Schema, most: int, *, least: int = 0, about: str = "") -> Schema:
    return _described({"type": "array", "items": item, "maxItems": most, **({"minItems": least} if least else {})}, about)


def record(properties: Mapping[str, Schema], *, needed: Iterable[str] = (), about: str = "") -> Schema:
    """An object that takes these properties and no other."""
    return _described(
        {"type": "object", "properties": dict(properties), "required": list(needed), "additionalProperties": False}, about
    )  # fmt: skip


def answered(properties: Mapping[str, Schema], *, about: str = "") -> Schema:
    """An object that always says all of these."""
    return record(properties, needed=properties, about=about)


def by_name(value: Schema, most: int, *, about: str = "") -> Schema:
    """An object of at most so many values, by names that are not known beforehand."""
    return _described({"type": "object", "additionalProperties": value, "maxProperties": most}, about)


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    changed = {**schema, "type": [schema["type"], "null"]}
    return changed | {"enum": [*schema["enum"], None]} if "enum" in schema else changed


def _described(schema: Schema, about: str) -> Schema:
    return schema | ({"description": about} if about else {})


# --- how values are judged -------------------------------------------------------------------------------------------------------


def judge(schema: Schema, value: Any, where: str = "") -> dict[str, str]:
    """What is wrong with a value, by the place it is wrong at ("days.0.ends"); empty when nothing is."""
    wrong: dict[str, str] = {}
    _look(schema, value, where, wrong)
    return wrong


def _look(schema: Schema, value: Any, where: str, wrong: dict[str, str]) -> None:
    if len(wrong) >= MOST_FAULTS:
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is(value, kind) for kind in kinds):
        wrong[where] = f"Debe ser {' o '.join(_CALLED[kind] for kind in kinds)}."
    elif "enum" in schema and value not in schema["enum"]:
        wrong[where] = f"Debe ser uno de estos valores: {', '.join(str(each) for each in schema['enum'] if each is not None)}."
    elif "const" in schema and value != schema["const"]:
        wrong[where] = "Debe ser true."
    elif isinstance(value, str):
        if fault := _fault_of_text(schema, value):
            wrong[where] = fault
    elif isinstance(value, dict):
        _look_inside(schema, value, where, wrong)
    elif isinstance(value, list):
        if len(value) > schema["maxItems"]:
            wrong[where] = f"Caben hasta {schema['maxItems']} elementos."
        elif len(value) < schema.get("minItems", 0):
            wrong[where] = f"Falta contenido: lleva al menos {schema['minItems']}."
        for at, each in enumerate(value[: schema["maxItems"]]):
            _look(schema["items"], each, f"{where}.{at}" if where else str(at), wrong)
    elif _is(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        wrong[where] = f"Debe estar entre {schema['minimum']} y {schema['maximum']}."


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _look_inside(schema: Schema, value: dict[str, Any], where: str, wrong: dict[str, str]) -> None:
    known, others = schema.get("properties", {}), schema["additionalProperties"]
    if len(value) > schema.get("maxProperties", len(value)):
        wrong[where] = f"Caben hasta {schema['maxProperties']} datos."
        return
    for name in schema.get("required", ()):
        if name not in value:
            wrong[f"{where}.{name}" if where else name] = "Falta este dato."
    for name, each in value.items():
        place = f"{where}.{name}" if where else name
        if name not in known and not (others and is_storable(name)):
            wrong[_printable(place)] = "No conocemos este campo."
        else:
            _look(known.get(name, others), each, place, wrong)


def _fault_of_text(schema: Schema, value: str) -> str | None:
    if not is_storable(value):
        return "Tiene signos que no se pueden guardar."
    if len(value) > schema.get("maxLength", len(value)):
        return f"Caben hasta {schema['maxLength']} caracteres; tiene {len(value)}."
    if len(value) < schema.get("minLength", 0):
        return "No puede estar vacío."
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), value, re.ASCII):
        return "No tiene la forma esperada."
    return _fault_of_format(schema.get("format", ""), value, any_year=schema.get("x-any-year", False))


def _fault_of_format(form: str, value: str, *, any_year: bool = False) -> str | None:
    try:
        if form == "date-time":
            if not _ZONED.fullmatch(value):
                return "Escriba fecha y hora con su zona, como 2026-07-29T08:00:00-05:00."
            year = datetime.fromisoformat(value).year
        elif form == "date":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                return "Escriba la fecha como 2026-07-29."
            year = date.fromisoformat(value).year
        else:
            return None
    except ValueError:
        return "Esa fecha u hora no existe."
    return None if any_year or FIRST_YEAR <= year <= LAST_YEAR else f"El año va de {FIRST_YEAR} a {LAST_YEAR}."


def is_storable(value: str) -> bool:
    """Whether both databases can keep it: no NUL and no half of a surrogate pair."""
    return "\0" not in value and (value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value))


def _printable(place: str) -> str:
    return place[:80].encode("utf-8", "replace").decode()
