"""What a constancia says, in the house's words, frozen when it is issued; and who may have one."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from eventos.certificates.codes import Holder
from eventos.kernel import clock, divipola, spanish
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import DocumentType, EventKind, Modality

SHORTEST_REASON, LONGEST_REASON = 5, 300
# What may differ between two constancias that say the same: another signer does not make the earlier ones wrong.
_OF_THE_MOMENT = ("issued_on", "roster_version", "signer", "signer_post", "place")
_SMALL = (
    *("un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince"),
    *("dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiún", "veintidós", "veintitrés", "veinticuatro"),
    *("veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve", "treinta", "treinta y un"),
)


class Standing(StrEnum):
    """Whether somebody may have a constancia, and why not."""

    MAY = "may"
    CANCELLED = "cancelled"
    NOT_CLOSED = "not_closed"
    NOT_LISTED = "not_listed"
    ORGANISER = "organiser"
    REVOKED = "revoked"


class NoCertificate(RuleViolation):
    code = "no_certificate"
    message = "Esta persona no puede recibir la constancia."


REASONS = {
    Standing.CANCELLED: "La inscripción está cancelada: no hay constancia.",
    Standing.NOT_CLOSED: "La oficina todavía no cierra el acta de asistencia. La constancia estará aquí cuando la cierre.",
    Standing.NOT_LISTED: "Su nombre no está entre los asistentes del acta. Si asistió, escriba a la oficina para que revise su caso.",
    Standing.ORGANISER: "Quien organiza el evento no recibe constancia de asistencia.",
    Standing.REVOKED: "La oficina revocó su constancia.",
}


@dataclass(frozen=True)
class Occasion:
    """The event and the office, as the constancia names them."""

    title: str
    kind: EventKind
    days: tuple[date, ...]
    date_note: str
    modality: Modality
    place: str
    hours: Decimal | None
    cycle: str
    office: str
    parent: str
    entity: str
    departamento: str
    roster_version: int
    signer: str = ""
    signer_post: str = ""
    issued_in: str = ""


def standing(*, cancelled: bool, has_roster: bool, part: str | None, revoked: bool) -> Standing:
    """Whether a registration may have its constancia. `part` is the one of the acta in force, None when it is not there."""
    if revoked:
        return Standing.REVOKED
    if cancelled and part is None:
        return Standing.CANCELLED
    if not has_roster:
        return Standing.NOT_CLOSED
    if part is None:
        return Standing.NOT_LISTED
    return Standing.ORGANISER if part == "organiser" else Standing.MAY


def content(holder: Holder, occasion: Occasion, *, now: datetime) -> dict[str, Any]:
    """All that the constancia says; nothing else is looked up when it is drawn or verified."""
    issued = clock.local(now).date()
    return {
        "name": printable(holder.name),
        "document_type": holder.document_type or "",
        "document_number": holder.document_number or "",
        "part": holder.part,
        "event": printable(occasion.title),
        "article": "el" if occasion.kind in (EventKind.FORO, EventKind.OTRO) else "la",
        "when": printable(when_words(occasion)),
        "manner": manner_words(occasion),
        "hours": spanish.hours_in_words(occasion.hours) if occasion.hours else "",
        "cycle": printable(occasion.cycle),
        "office": occasion.office,
        "parent": ", ".join(part for part in (occasion.parent, occasion.entity) if part),
        "entity": occasion.entity,
        "signer": printable(occasion.signer),
        "signer_post": printable(occasion.signer_post),
        "place": occasion.issued_in or (found.name if (found := divipola.departamento(occasion.departamento)) else ""),
        "issued_on": issued.isoformat(),
        "roster_version": occasion.roster_version,
    }


def says_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {key: value for key, value in one.items() if key not in _OF_THE_MOMENT} == {
        key: value for key, value in other.items() if key not in _OF_THE_MOMENT
    }


def when_words(occasion: Occasion) -> str:
    """ "el 29 de julio de 2021", "los días 1 y 2 de junio de 2022"; the note of an event without days."""
    if not occasion.days:
        return occasion.date_note
    if len(occasion.days) == 1:
        return f"el {spanish.date_long(occasion.days[0])}"
    return f"los días {spanish.days_sentence(occasion.days)}"


def manner_words(occasion: Occasion) -> str:
    if occasion.modality is Modality.VIRTUAL:
        return "de manera virtual"
    return "de manera presencial" if occasion.modality is Modality.ONSITE else "de manera presencial y virtual"


def issued_words(issued_on: str, place: str) -> str:
    """ "Se expide en Caldas, a los tres (3) días del mes de agosto de 2021."."""
    day = date.fromisoformat(issued_on)
    _, _, month = spanish.date_long(day).partition(" de ")
    days = "al primer (1) día" if day.day == 1 else f"a los {_SMALL[day.day - 1]} ({day.day}) días"
    return f"Se expide{f' en {place},' if place else ''} {days} del mes de {month}."


def document_words(kind: str, number: str) -> str:
    """ "cédula de ciudadanía No. 1.000.000.418"; "" without a document."""
    if not kind or not number:
        return ""
    label = DocumentType(kind).label if kind in set(DocumentType) else kind
    label = label if label.isupper() else label[:1].lower() + label[1:]
    return f"{label} No. {f'{int(number):,}'.replace(',', '.') if number.isdigit() else number}"


def printable(text: str) -> str:
    """A text as a sheet can keep it: NFC, without pictographs (PDF/A takes no coloured pictures as letters) or what no font draws."""
    return " ".join("".join(char for char in unicodedata.normalize("NFC", text) if not _is_picture(char)).split())


def _is_picture(char: str) -> bool:
    """Emoji, dingbats and arrows, the signs that join or colour them, and signs nobody assigned: each would print as a box."""
    if char in "\u200d\u20e3" or "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff":
        return True
    if "\u2190" <= char <= "\u2bff" or char >= "\U0001f000":
        return unicodedata.category(char) in ("So", "Sk", "Sm", "Cn", "Co")
    return unicodedata.category(char) in ("Cn", "Co", "Cs", "Cc") and not char.isspace()


def name_size(name: str) -> str:
    """Which of four sizes a name fits in two lines with."""
    return next(size for longest, size in ((26, "xl"), (40, "l"), (70, "m"), (10_000, "s")) if _width(name) <= longest)


def badge_size(name: str) -> str:
    """The same for an escarapela, where the longest word must fit in its narrow column too."""
    word = max((_width(part) for part in name.split()), default=0)
    sizes = ((26, 12, "xl"), (40, 14, "l"), (70, 18, "m"), (10_000, 10_000, "s"))
    return next(size for longest, column, size in sizes if _width(name) <= longest and word <= column)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def check_reason(reason: str) -> None:
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(fields={"reason": "Escriba el motivo, entre 5 y 300 caracteres: se verá al verificar la constancia."})
