"""How an event is named, from its kind, number and topic: "Quinta asistencia técnica: Gobierno Abierto"; numbers are given."""

from eventos.kernel.spanish import ordinal_feminine
from eventos.kernel.vocabulary import EventKind

# The noun after the ordinal, and whether it is feminine.
_NOUNS: dict[EventKind, tuple[str, bool]] = {
    EventKind.ASISTENCIA_TECNICA: ("asistencia técnica", True),
    EventKind.FORO: ("foro", False),
    EventKind.SESION: ("sesión", True),
    EventKind.REUNION: ("reunión", True),
    EventKind.OTRO: ("evento", False),
}


def title(kind: EventKind | str, number: int | None, topic: str) -> tuple[str, str]:
    """The short and the whole title: ("Quinta asistencia técnica", "Quinta asistencia técnica: Gobierno Abierto").

    An event of another kind without a number is called by its topic alone.
    """
    short = numbered(kind, number)
    return (short, f"{short}: {topic}" if topic else short) if short else (topic, topic)


def numbered(kind: EventKind | str, number: int | None) -> str:
    """ "Quinta asistencia técnica", "Tercer foro", "Sesión"; "" for another kind of event without a number."""
    kind = EventKind(kind)
    noun, feminine = _NOUNS[kind]
    if number is None:
        return "" if kind is EventKind.OTRO else noun[:1].upper() + noun[1:]
    ordinal = ordinal_feminine(number) if feminine else _masculine(ordinal_feminine(number))
    return f"{ordinal[:1].upper()}{ordinal[1:]} {noun}"


def _masculine(feminine: str) -> str:
    """ "primera" → "primer", as ordinals stand before a masculine noun; "quinta" → "quinto", "100.ª" → "100.º"."""
    if feminine.endswith(".ª"):
        return feminine.removesuffix("ª") + "º"
    words = [f"{word[:-1]}o" if word.endswith("a") else word for word in feminine.split(" ")]
    last = words[-1]
    if last.endswith(("primero", "tercero")):
        words[-1] = last[:-1]
    return " ".join(words)
