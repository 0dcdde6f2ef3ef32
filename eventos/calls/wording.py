"""The fields an organiser may write in a call, «{entidad}», and what is wrong with a text that writes others. Pure, as rules are."""

from eventos.kernel.filling import FIELD, has_loose_brace
from eventos.kernel.spanish import join_and

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


def fault(text: str, *, links: bool = True) -> str:
    """What is wrong with the fields of a text, as a sentence; "" when all of them are known. Without `links`, addresses have no place."""
    named = FIELD.findall(text)
    unknown = [name for name in dict.fromkeys(named) if name.strip().lower() not in FIELDS]
    if unknown:
        return f"No conocemos el campo {join_and([f'«{{{name}}}»' for name in unknown])}. Los que hay: {_all(links)}."
    misplaced = [name for name in named if name.strip().lower() in LINKS]
    if misplaced and not links:
        return f"El campo «{{{misplaced[0]}}}» es un vínculo: escríbalo en el texto y no aquí."
    if has_loose_brace(text):
        return f"Hay una llave suelta. Un campo se escribe así: {_all(links)}."
    return ""


def _all(links: bool) -> str:
    return join_and([f"{{{name}}}" for name in FIELDS if links or name not in LINKS])
