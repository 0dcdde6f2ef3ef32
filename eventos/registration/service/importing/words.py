"""What a cell of an office's sheet means: document types, yes and no, modality, kind of link, and a name told in one column."""

import re

from eventos.kernel.text import clean, fold
from eventos.kernel.vocabulary import DocumentType, LinkKind, Modality

# What people write where there is nothing to write.
_NOTHING = frozenset(
    ["", "n a", "na", "no aplica", "ninguno", "ninguna", "sin dato", "sin datos", "s d", "no tiene", "no registra", "null", "none"]
)

_DOCUMENT_TYPES: dict[str, DocumentType] = {
    **{fold(kind.value): kind for kind in DocumentType},
    **{fold(kind.label): kind for kind in DocumentType},
    **dict.fromkeys(("c c", "cedula", "cedula ciudadania", "cedula de ciudadania colombiana"), DocumentType.CC),
    **dict.fromkeys(("c e", "extranjeria", "cedula extranjeria"), DocumentType.CE),
    **dict.fromkeys(("t i", "tarjeta identidad"), DocumentType.TI),
    **dict.fromkeys(("r c",), DocumentType.RC),
    **dict.fromkeys(("p a", "pas", "passport", "ps"), DocumentType.PA),
    **dict.fromkeys(("p p t", "permiso por proteccion temporal ppt"), DocumentType.PPT),
    **dict.fromkeys(("p e p",), DocumentType.PEP),
    **dict.fromkeys(("n i t",), DocumentType.NIT),
}
_YES = frozenset(
    ["si", "s", "x", "1", "asistio", "presente", "true", "verdadero", "asiste", "ok", "yes", "y", "participo", "p", "firmo", "v"]
)
_NO = frozenset(["no", "n", "0", "no asistio", "ausente", "false", "falso", "no asiste", "falto", "no participo", "a", "f", "inasistente"])
_CHECKS = frozenset("✓✔☑✅√")
_CROSSES = frozenset("✗✘☒❌✖☐")
_PARTICLES = frozenset(["de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "das", "di", "van", "von", "der", "san", "santa"])


def is_nothing(cell: str) -> bool:
    """Whether a cell says that it has nothing to say: empty, a dash, "N/A", "no aplica"."""
    return fold(cell) in _NOTHING


def document_type(cell: str) -> DocumentType | None:
    """The type a cell names, or None when it names none of ours."""
    return _DOCUMENT_TYPES.get(fold(cell))


def typed_number(cell: str) -> tuple[DocumentType | None, str]:
    """ "C.C. 9.000.000.001" is a type and a number; a number alone has no type."""
    told = re.fullmatch(r"\s*([A-Za-zÁÉÍÓÚáéíóúñÑ. ]{2,30}?)[\s.:#-]*(?:(?:No|N[º°])\.?\s*)?(\d[\d.,\s\-]*)", cell)
    kind = document_type(told.group(1)) if told else None
    return (kind, told.group(2)) if told and kind else (None, cell)


def is_scientific(cell: str) -> bool:
    """Whether a spreadsheet spoiled a long number: "9,0E+09"."""
    return re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", cell.strip()) is not None


def is_date(cell: str) -> bool:
    """Whether a spreadsheet took a number for a day: "2021-07-29", as our reader writes a cell in a format of dates."""
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", cell.strip()) is not None


def attended(cell: str) -> bool | None:
    """True, False, or None when the word is unknown. An empty cell in a column of attendance says that the person did not come."""
    signs = set(cell.replace("\ufe0f", "").split())
    if signs & _CHECKS:
        return True
    if signs & _CROSSES:
        return False
    word = fold(cell)
    if word in _YES:
        return True
    if word in _NO or is_nothing(cell):
        return False
    return None


def modality(cell: str) -> Modality | None:
    """Virtual or presencial, or None when the word says neither."""
    words = set(fold(cell).split())
    virtual = bool(words & {"virtual", "virtualmente", "remoto", "remota", "linea", "teams", "zoom", "meet", "online"})
    onsite = bool(words & {"presencial", "presencialmente", "auditorio", "sala", "sede", "persona", "fisica", "fisico"})
    return None if virtual == onsite else Modality.VIRTUAL if virtual else Modality.ONSITE


def link_kind(cell: str) -> str:
    """The kind of link to the entity, "" for an empty cell; words we do not know are another kind of link, never a mistake."""
    words = fold(cell)
    if is_nothing(cell):
        return ""
    if re.search(r"contrat|prestacion|\bops\b|\bcps\b", words):
        return LinkKind.CONTRATISTA.value
    if re.search(r"planta|carrera|provisional|nombramiento|servidor|funcionari|emplead|eleccion", words):
        return LinkKind.PLANTA.value
    return LinkKind.OTRA.value


def split_name(whole: str) -> tuple[str, str]:
    """Given names and family names of a name in one column.

    "Apellidos, Nombres" is split at its comma. Otherwise the last two words are the surnames of three or more, and particles go with what
    follows them: "Ana María de la Cruz Gómez" → ("Ana María", "de la Cruz Gómez"). One word alone is a given name.
    """
    whole = clean(whole)
    if "," in whole:
        family, _, given = whole.partition(",")
        if clean(given) and clean(family):
            return clean(given), clean(family)
        whole = clean(whole.replace(",", " "))
    units: list[str] = []
    pending: list[str] = []
    for word in whole.split(" "):
        if fold(word) in _PARTICLES and (units or pending or fold(word) not in {"e", "y"}):
            pending.append(word)
            continue
        if pending and fold(pending[0]) in {"y", "e"} and units:
            units[-1] = " ".join([units[-1], *pending, word])
        else:
            units.append(" ".join([*pending, word]))
        pending = []
    if pending:
        units.append(" ".join(pending))
    surnames = 0 if len(units) < 2 else 1 if len(units) == 2 else 2
    at = len(units) - surnames
    return " ".join(units[:at]), " ".join(units[at:])


def first_of_several(cell: str) -> list[str]:
    """The phone numbers a cell may hold, in order: "300 123 4567 / 606 878 1234"."""
    return [part for part in re.split(r"\s*(?:/|;|,|\s-\s|\by\b|\so\s|\n)\s*", cell) if part.strip()]
