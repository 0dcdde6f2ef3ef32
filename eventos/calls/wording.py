"""The fields an organiser may write in a call, «{entidad}»: looked for in a list and replaced, never run. Pure, as rules are."""

import re
from collections.abc import Mapping

from eventos.kernel.spanish import join_and
from eventos.kernel.wordings import Piece

FIELDS: dict[str, str] = {
    "entidad": "el nombre de la entidad",
    "persona": "el nombre de su persona de contacto, o «Señores»",
    "evento": "el nombre del evento",
    "fecha": "el día y la hora",
    "lugar": "dónde es, o que es virtual",
    "plazo": "hasta cuándo se espera respuesta",
    "confirmar": "el vínculo para confirmar recibido",
    "inscripcion": "el vínculo de la inscripción",
    "oficina": "el nombre de su oficina",
}
LINKS = frozenset({"confirmar", "inscripcion"})
_FIELD = re.compile(r"\{([^{}\n]*)\}")


def fault(text: str, *, links: bool = True) -> str:
    """What is wrong with the fields of a text, as a sentence; "" when all of them are known. Without `links`, addresses have no place."""
    named = _FIELD.findall(text)
    unknown = [name for name in dict.fromkeys(named) if name.strip().lower() not in FIELDS]
    if unknown:
        return f"No conocemos el campo {join_and([f'«{{{name}}}»' for name in unknown])}. Los que hay: {_all(links)}."
    misplaced = [name for name in named if name.strip().lower() in LINKS]
    if misplaced and not links:
        return f"El campo «{{{misplaced[0]}}}» es un vínculo: escríbalo en el texto y no aquí."
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        return f"Hay una llave suelta. Un campo se escribe así: {_all(links)}."
    return ""


def _all(links: bool) -> str:
    return join_and([f"{{{name}}}" for name in FIELDS if links or name not in LINKS])


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each field's value in its place. What a value holds is not looked at again."""
    return "".join(piece.text for piece in _pieces(text, values))


def paragraphs(text: str, values: Mapping[str, str]) -> list[list[list[Piece]]]:
    """Paragraphs of lines of pieces, for HTML: addresses stand apart so that they can be followed."""
    return [
        [[piece for piece in _pieces(line, values) if piece.text] for line in paragraph.split("\n")]
        for paragraph in re.split(r"\n{2,}", text.strip())
    ]


def _pieces(line: str, values: Mapping[str, str]) -> list[Piece]:
    """A text around its fields; a value that ends in a full stop ("8:00 a. m.") takes the one after it. A field that is not known (of a
    text that was kept before this list changed) stays as it was written."""
    found: list[Piece] = []
    parts = _FIELD.split(line)
    for at, part in enumerate(parts):
        name = part.strip().lower()
        if at % 2 == 0:
            found.append(Piece(part))
        elif name not in values:
            found.append(Piece(f"{{{part}}}"))
        elif values[name].endswith(".") and parts[at + 1].startswith("."):
            found.append(Piece(values[name][:-1], name in LINKS))
        else:
            found.append(Piece(values[name], name in LINKS))
    return found
