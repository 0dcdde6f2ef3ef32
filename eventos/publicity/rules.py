"""What a pieza publicitaria says, taken from the event's own data, and how large its title may be. Data in, words out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from eventos.kernel import divipola, links, spanish
from eventos.kernel.errors import RuleViolation
from eventos.kernel.platforms import platform
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import HostRole, Modality

if TYPE_CHECKING:
    from eventos.cycles.queries import EventView
    from eventos.entities.queries import OfficeView

MOST_LOGOS = 5

# Widths in ems of Montserrat 800, by kinds of letter: enough to choose a size, never to place a letter.
_NARROW, _WIDE = frozenset("iíjlIÍ.,:;'’!|"), frozenset("mwMWÑQO@—")


class FlyerOutdated(RuleViolation):
    code = "flyer_outdated"
    message = "El evento cambió después de preparar esta versión. Prepare otra antes de publicarla."


class FlyerNotReady(RuleViolation):
    code = "flyer_not_ready"
    message = "Esta versión todavía no está lista."


class EventNotPublished(RuleViolation):
    code = "event_not_published"
    message = "Publique primero el evento: el código de la pieza lleva a su página."


@dataclass(frozen=True)
class LogoView:
    """The logo of an entity that takes part: a PNG on the shelf, with its size in pixels."""

    name: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Format:
    """One rendition: its page in CSS pixels, the box its title may fill, and the sizes that title may have."""

    name: str
    width: int
    height: int
    title_width: int
    title_height: int
    sizes: tuple[int, ...]


SQUARE = Format("square", 1080, 1080, 940, 272, (128, 112, 96, 80, 68, 58, 50, 42, 36))
WIDE = Format("wide", 1200, 630, 690, 236, (104, 92, 80, 68, 58, 50, 42, 36, 30))
SHEET = Format("sheet", 794, 1123, 660, 300, (104, 92, 80, 68, 58, 50, 42, 36, 30))
FORMATS = (SHEET, SQUARE, WIDE)


def fields(event: "EventView", office: "OfficeView", logos: Sequence[LogoView]) -> dict[str, Any]:
    """All that the pieza says, as plain JSON. Its QR carries the event's page, never the link de ingreso."""
    return {
        "entity": office.entity,
        "office": office.name,
        "kicker": event.short_title if event.topic and event.short_title != event.topic else "",
        "title": event.topic or event.title,
        "audience": _audience(event.expected),
        "day": _day(event),
        "hours": _hours(event),
        "where": _where(event),
        "hosts": _sentences(event, office),
        "logos": [asdict(logo) for logo in logos[:MOST_LOGOS]],
        "url": links.event(event.slug),
    }


def fields_hash(said: dict[str, Any]) -> str:
    """The SHA-256 of what a pieza says, in one canonical spelling: it tells whether the event still says the same."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


OTHER = "otros datos"  # a logo, the office's name: nothing that sends anybody to another place or day


def differing(shown: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What a pieza still says otherwise than the event, in words: "otra fecha", "otra hora", "otro lugar", or "otros datos"."""
    words = {"day": "otra fecha", "hours": "otra hora", "where": "otro lugar", "title": "otro tema"}
    told = [words[name] for name in words if shown.get(name) != now.get(name)]
    return told or ([] if fields_hash(shown) == fields_hash(now) else [OTHER])


def title_size(title: str, form: Format) -> int:
    """The largest size, in pixels, at which the title fits its box; the smallest one when none does."""
    return next((size for size in form.sizes if _lines(title, form.title_width / size) * size * 1.04 <= form.title_height), form.sizes[-1])


def alt_text(said: dict[str, Any]) -> str:
    """The pieza in words, for who does not see it."""
    day = said["day"]
    when = f"{day['weekday'].lower()} {day['number']} de {day['month']}" if day["number"] else day["words"]
    named = ": ".join(part for part in (said["kicker"], said["title"]) if part)
    return "Pieza publicitaria. " + ". ".join(part.rstrip(".") for part in (named, when, *said["hours"], *said["where"]) if part) + "."


def _lines(title: str, width: float) -> float:
    """How many lines the words need in a box `width` ems wide."""
    lines, taken = 1.0, 0.0
    for word in title.split():
        long = sum(_em(char) for char in word)
        if long > width:  # It is broken wherever it must.
            lines += (1.0 if taken else 0.0) + long // width
            taken = long % width
        elif taken and taken + 0.28 + long > width:
            lines, taken = lines + 1, long
        else:
            taken += long + (0.28 if taken else 0.0)
    return lines


def _em(char: str) -> float:
    if char in _NARROW:
        return 0.36
    if char in _WIDE:
        return 0.98
    return 0.8 if char.isupper() or char.isdigit() else 0.66 if char.isascii() or (char.isalpha() and ord(char) < 0x250) else 1.05


def _day(event: "EventView") -> dict[str, str]:
    """One day: its number, weekday and month, as the calendar says; several, or none known, in words."""
    if len(event.days) == 1:
        on_date = event.days[0].on_date
        weekday = spanish.date_full(on_date).partition(",")[0]
        month = spanish.date_long(on_date).partition(" de ")[2]
        return {"number": str(on_date.day), "weekday": weekday[:1].upper() + weekday[1:], "month": month, "words": ""}
    words = spanish.days_sentence(event.dates) if event.days else event.date_note
    return {"number": "", "weekday": "", "month": "", "words": words[:1].upper() + words[1:] if words else "Fecha por confirmar"}


def _hours(event: "EventView") -> list[str]:
    ranges = [spanish.time_range(day.starts_at, day.ends_at) for day in event.days]
    if len(set(ranges)) <= 1:
        return ranges[:1]
    return [f"{spanish.date_long(day.on_date).rpartition(' de ')[0]}: {hours}" for day, hours in zip(event.days, ranges, strict=True)][:3]


def _where(event: "EventView") -> list[str]:
    said = []
    if event.modality is not Modality.VIRTUAL:
        said.append(event.place or "Lugar por confirmar")
    if event.modality is not Modality.ONSITE:
        name = platform(event.link)
        virtual = f"Virtual, por {name}" if name else "Virtual"
        said.append(virtual if event.modality is Modality.VIRTUAL else f"También {virtual[:1].lower()}{virtual[1:]}")
    return said


def _audience(expected: Sequence[str]) -> str:
    """ "Para los 27 municipios de Caldas" when all of a departamento are expected; fewer are counted without the article."""
    departamentos = sorted({code[:2] for code in expected})
    if not expected:
        return ""
    if len(departamentos) != 1:
        return f"Para {spanish.plural(len(expected), 'municipio', 'municipios')}"
    place = divipola.get(expected[0])
    name = place.label.rpartition(", ")[2] if place else ""
    everybody = len(set(expected)) == len(divipola.of_departamento(departamentos[0]))
    return f"Para {'los ' if everybody and len(expected) > 1 else ''}{spanish.plural(len(expected), 'municipio', 'municipios')} de {name}"


def _sentences(event: "EventView", office: "OfficeView") -> list[list[str]]:
    """Who takes part, as (verb, names): the office itself stands at the top of the pieza already."""
    own = {fold(office.name), fold(office.entity)}
    verbs = (
        ((HostRole.HOST, HostRole.CO_HOST), "Organiza", "Organizan"),
        ((HostRole.PARTNER,), "En alianza con", "En alianza con"),
        ((HostRole.SPONSOR,), "Apoya", "Apoyan"),
    )
    said = []
    for roles, one, many in verbs:
        names = [host.name for host in event.roles if host.role in roles and (HostRole.HOST not in roles or fold(host.name) not in own)]
        if names:
            said.append([one if len(names) == 1 else many, spanish.join_and(names)])
    return said
