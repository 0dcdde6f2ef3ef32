"""What may be said of an event and a cycle, when registration is open, and what presence means: data in, verdict out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from eventos.kernel import clock, divipola, spanish
from eventos.kernel.errors import InvalidInput
from eventos.kernel.holidays import holiday_name
from eventos.kernel.text import fold
from eventos.kernel.titles import title as title
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, EventState, HostRole, LinkExposure, Modality, SpeakerRole

LONGEST_LINK = 2000
LARGEST_CAPACITY = 1_000_000


class PresenceKind(StrEnum):
    EVIDENCE = "evidence"
    MINUTES = "minutes"
    SHARE = "share"


@dataclass(frozen=True)
class PresenceRule:
    """When somebody counts as present: any evidence, so many minutes, or a share of the programme in percent."""

    kind: PresenceKind = PresenceKind.EVIDENCE
    minutes: int | None = None
    percent: int | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> "PresenceRule":
        """Read the rule as an event keeps it; an empty one is "any evidence"."""
        return cls(PresenceKind(data.get("kind", "evidence")), data.get("minutes"), data.get("percent"))

    def data(self) -> dict[str, Any]:
        extra = {PresenceKind.MINUTES: {"minutes": self.minutes}, PresenceKind.SHARE: {"percent": self.percent}}.get(self.kind, {})
        return {"kind": self.kind.value, **extra}

    def words(self) -> str:
        """The rule as an informe prints it under the count."""
        if self.kind is PresenceKind.MINUTES:
            return f"Cuenta como asistente quien estuvo al menos {spanish.plural(self.minutes or 0, 'minuto', 'minutos')}."
        if self.kind is PresenceKind.SHARE:
            return f"Cuenta como asistente quien estuvo al menos el {self.percent} % de la programación."
        return "Cuenta como asistente quien tiene al menos una evidencia de su presencia."


@dataclass(frozen=True)
class DayGiven:
    """A day of an event, its hours told in Bogotá."""

    on_date: date
    starts: time
    ends: time

    @property
    def starts_at(self) -> datetime:
        return clock.at_local(self.on_date, self.starts)

    @property
    def ends_at(self) -> datetime:
        return clock.at_local(self.on_date, self.ends)


@dataclass(frozen=True)
class HostGiven:
    name: str
    role: HostRole = HostRole.HOST
    kind: EntityKind = EntityKind.PUBLIC


@dataclass(frozen=True)
class ProgrammeGiven:
    """A line of the programme; `hour` is "HH:MM" or ""."""

    topic: str
    hour: str = ""
    speaker: str = ""
    on_date: date | None = None


@dataclass(frozen=True)
class SpeakerGiven:
    name: str
    role: SpeakerRole = SpeakerRole.EXPOSITOR
    post: str = ""
    entity: str = ""


@dataclass(frozen=True)
class SaveEvent:
    """An event as an organiser typed it. Texts are clean; `link` is verbatim. A capacity of None has no limit."""

    topic: str
    kind: EventKind = EventKind.ASISTENCIA_TECNICA
    number: int | None = None
    summary: str = ""
    description: str = ""
    objective: str = ""
    context: str = ""
    norms: tuple[str, ...] = ()
    days: tuple[DayGiven, ...] = ()
    date_note: str = ""
    modality: Modality = Modality.VIRTUAL
    venue_name: str = ""
    venue_address: str = ""
    venue_divipola: str | None = None
    capacity_virtual: int | None = None
    capacity_onsite: int | None = None
    link: str = ""
    link_exposure: LinkExposure = LinkExposure.PERSONAL
    hosts: tuple[HostGiven, ...] = ()
    programme: tuple[ProgrammeGiven, ...] = ()
    speakers: tuple[SpeakerGiven, ...] = ()
    intensity_hours: Decimal | None = None
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    presence: PresenceRule = field(default_factory=PresenceRule)
    prepared_by: str = ""
    count_kind: CountKind = CountKind.EXACT

    def capacities(self) -> dict[str, int | None]:
        """The seats of each modality the event offers."""
        both = {Modality.VIRTUAL.value: self.capacity_virtual, Modality.ONSITE.value: self.capacity_onsite}
        return both if self.modality is Modality.HYBRID else {self.modality.value: both[self.modality.value]}


@dataclass(frozen=True)
class SaveCycle:
    """A cycle as an administrator typed it; `expected` are DIVIPOLA codes, `staff_ids` who works in it besides administrators."""

    name: str
    description: str = ""
    expected: tuple[str, ...] = ()
    staff_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Something an organiser should know, which does not stop them; `field` names where to say it ("days-0-on_date")."""

    field: str
    message: str


def check_cycle(command: SaveCycle) -> None:
    """Raise InvalidInput when a cycle has no name or expects a municipality that does not exist."""
    wrong: dict[str, str] = {}
    if not command.name:
        wrong["name"] = "Escriba el nombre del ciclo."
    if any(divipola.get(code) is None for code in command.expected):
        wrong["expected"] = "Elija los municipios de la lista."
    if wrong:
        raise InvalidInput(fields=wrong)


def check_event(command: SaveEvent, today: date) -> list[Advice]:
    """Raise InvalidInput with what is wrong, field by field, or give the advice that comes with the event."""
    wrong = _wrong_days(command) | _wrong_window(command) | _wrong_numbers(command)
    if not command.topic:
        wrong["topic"] = "Escriba el tema del evento."
    if (fault := link_fault(command.link)) is not None:
        wrong["link"] = fault
    if command.venue_divipola and divipola.get(command.venue_divipola) is None:
        wrong["venue_municipio"] = "Elija el municipio de la lista."
    seen: set[str] = set()
    for index, host in enumerate(command.hosts):
        key = fold(host.name) or host.name.casefold()
        if key in seen:
            wrong[f"hosts-{index}-name"] = "Esta entidad ya está en la lista: deje una sola fila por entidad."
        seen.add(key)
    for index, line in enumerate(command.programme):
        if line.hour and not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", line.hour):
            wrong[f"programme-{index}-hour"] = "Escriba la hora como 8:15 o 14:30."
    if wrong:
        raise InvalidInput(fields=wrong)
    return advice(command, today=today)


def _wrong_days(command: SaveEvent) -> dict[str, str]:
    wrong: dict[str, str] = {}
    seen: set[date] = set()
    for index, day in enumerate(command.days):
        if day.on_date in seen:
            wrong[f"days-{index}-on_date"] = "Este día ya está en otra fila."
        seen.add(day.on_date)
        if day.ends <= day.starts:
            wrong[f"days-{index}-ends"] = f"El final debe ser después del comienzo ({spanish.time_short(day.starts)})."
    return wrong


def _wrong_window(command: SaveEvent) -> dict[str, str]:
    opens, closes = command.registration_opens_at, command.registration_closes_at
    if opens and closes and closes <= opens:
        return {"registration_closes_at": "El cierre debe ser después de la apertura."}
    ends = [day.ends_at for day in command.days if day.ends > day.starts]
    if closes and ends and closes > max(ends):
        return {"registration_closes_at": "La inscripción debe cerrar a más tardar cuando termina el evento."}
    starts = [day.starts_at for day in command.days]
    if opens and not closes and starts and opens >= min(starts):
        return {"registration_opens_at": "La inscripción debe abrir antes de que comience el evento, o diga también cuándo cierra."}
    return {}


def _wrong_numbers(command: SaveEvent) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if command.number is not None and not 1 <= command.number <= 999:
        wrong["number"] = "El número va de 1 a 999."
    for name, capacity in (("capacity_virtual", command.capacity_virtual), ("capacity_onsite", command.capacity_onsite)):
        if capacity is not None and not 1 <= capacity <= LARGEST_CAPACITY:
            wrong[name] = "Los cupos van de 1 a 1.000.000; deje el campo vacío si no hay límite."
    if command.intensity_hours is not None and not Decimal("0.25") <= command.intensity_hours <= 999:
        wrong["intensity_hours"] = "La intensidad va de 0,25 a 999 horas."
    rule = command.presence
    if rule.kind is PresenceKind.MINUTES and not (rule.minutes and 1 <= rule.minutes <= 6000):
        wrong["presence_minutes"] = "Escriba cuántos minutos: de 1 a 6.000."
    if rule.kind is PresenceKind.SHARE and not (rule.percent and 1 <= rule.percent <= 100):
        wrong["presence_percent"] = "Escriba el porcentaje: de 1 a 100."
    return wrong


def link_fault(link: str) -> str | None:
    """What is wrong with a link de ingreso, or None. It is judged, never rewritten: it is shown byte for byte."""
    if not link:
        return None
    if len(link) > LONGEST_LINK:
        return f"El link tiene {len(link)} caracteres; el máximo es {LONGEST_LINK}."
    if re.search(r"[\s\x00-\x20\x7f-\x9f<>\"\\\u200b-\u200f\u2028-\u202e\u2066-\u2069]", link):
        return "El link tiene espacios o signos que no son de un link. Cópielo otra vez, completo."
    if not link.lower().startswith("https://"):
        return "El link debe comenzar por https://"
    try:
        host = urlsplit(link).hostname
    except ValueError:
        host = None
    return None if host else "Este link no tiene dirección. Cópielo otra vez, completo."


class Dated(Protocol):
    """What advice looks at: an event being typed or an event as it is kept."""

    @property
    def days(self) -> Sequence[Any]: ...
    @property
    def modality(self) -> Any: ...
    @property
    def link(self) -> str: ...
    @property
    def number(self) -> int | None: ...


def advice(event: Dated, *, today: date, same_number: str | None = None) -> list[Advice]:
    """What an organiser should know: holidays, days gone by, a number already given (`same_number` is that event's title), no link."""
    said: list[Advice] = []
    for index, day in enumerate(event.days):
        where = f"days-{index}-on_date"
        if (name := holiday_name(day.on_date)) is not None:
            said.append(Advice(where, f"El {spanish.date_full(day.on_date)} es festivo: {name}."))
        if day.on_date < today:
            said.append(Advice(where, f"El {spanish.date_long(day.on_date)} ya pasó."))
    if same_number is not None:
        said.append(Advice("number", f"En este ciclo ya hay otro evento con el número {event.number}: {same_number}."))
    if event.modality != Modality.ONSITE and not event.link:
        said.append(Advice("link", "Todavía no hay link de ingreso."))
    return said


def check_publishable(command: SaveEvent) -> None:
    """Raise InvalidInput when something is missing that people need before they can register."""
    wrong: dict[str, str] = {}
    if not command.days and not command.date_note:
        wrong["days"] = "Escriba al menos un día con sus horas, o diga en la nota de fecha por qué no se conoce."
    if not any(host.role is HostRole.HOST for host in command.hosts):
        wrong["hosts"] = "Escriba la entidad que organiza."
    if command.modality is not Modality.VIRTUAL and not command.venue_name and command.days:
        wrong["venue_name"] = "Escriba el lugar del encuentro."
    if wrong:
        raise InvalidInput("Falta algo antes de publicar.", fields=wrong)


class Window(StrEnum):
    """Whether people can register now; when full they are offered the waitlist."""

    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DRAFT = "draft"

    @property
    def accepts(self) -> bool:
        return self in (Window.OPEN, Window.FULL)


class Registrable(Protocol):
    """What the window depends on; EventView and EventCard both say it."""

    @property
    def state(self) -> EventState: ...
    @property
    def registration_opens_at(self) -> datetime | None: ...
    @property
    def registration_closes_at(self) -> datetime | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def is_full(self) -> bool: ...


def registration_window(event: Registrable, now: datetime) -> Window:
    """Open from publication (or the hour given) until the event starts (or the hour given); without a day it stays closed."""
    if event.state is not EventState.PUBLISHED:
        return Window.CANCELLED if event.state is EventState.CANCELLED else Window.DRAFT
    closes_at = event.registration_closes_at or event.starts_at
    if closes_at is None or now >= closes_at:
        return Window.CLOSED
    if event.registration_opens_at is not None and now < event.registration_opens_at:
        return Window.NOT_YET
    return Window.FULL if event.is_full else Window.OPEN
