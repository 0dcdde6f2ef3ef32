"""What the public pages say of an event: whether one can register, where it is, how many seats are left. Data in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol

from eventos.cycles.rules import Registrable, Window, registration_window
from eventos.kernel import clock, spanish
from eventos.kernel.platforms import platform
from eventos.kernel.vocabulary import EventState, LinkExposure, Modality
from eventos.registration.rules import window_of

if TYPE_CHECKING:
    from eventos.cycles.queries import EventView, PoolView


class Announced(Registrable, Protocol):
    """What the entrance depends on; EventView and EventCard both say it."""

    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def postponed_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Entrance:
    """Whether somebody can register now: a badge (tone, words, icon), the button's words or None, and a sentence or None."""

    tone: str
    words: str
    icon: str
    action: str | None = None
    sentence: str | None = None
    is_over: bool = False

    @property
    def badge(self) -> tuple[str, str, str]:
        return self.tone, self.words, self.icon


@dataclass(frozen=True)
class Fact:
    """A line of the card beside an event: an icon, what matters, and the rest of it."""

    icon: str
    strong: str
    rest: str | None = None


def entrance(event: Announced, now: datetime, *, late: bool = False) -> Entrance:
    """What the badge and the button of an event say at this moment. `late`: it admits people until its end."""
    window = window_of(event, now, late=late)
    if window is Window.CANCELLED:
        return Entrance("error", "Cancelado", "cross", sentence="Este evento fue cancelado.", is_over=True)
    if window is Window.DRAFT:
        return Entrance("idle", "Borrador", "edit", sentence="Este evento todavía no está publicado.")
    if event.postponed_at is not None and event.ends_at is None:
        told = "Este evento se aplazó. Avisaremos la nueva fecha a quienes ya están inscritos."
        return Entrance("warning", "Aplazado", "clock", sentence=told)
    if event.ends_at is None or now >= event.ends_at:
        return Entrance("idle", "Ya se realizó", "check", sentence="Este evento ya se realizó.", is_over=True)
    if window is Window.OPEN:
        return Entrance("success", "Inscripciones abiertas", "check", "Inscribirme")
    if window is Window.FULL:
        full = "Todos los cupos están ocupados. Si alguien cancela, el cupo pasa a la primera persona de la lista de espera."
        return Entrance("warning", "Cupos llenos", "alert", "Entrar a la lista de espera", full)
    if window is Window.NOT_YET and event.registration_opens_at is not None:
        opens = spanish.sentence(f"Las inscripciones abren el {_day_and_hour(event.registration_opens_at)}")
        return Entrance("info", "Inscripciones próximamente", "clock", sentence=opens)
    if event.starts_at is not None and now >= event.starts_at:
        return Entrance("info", "En curso", "clock", sentence="El evento está en curso y las inscripciones ya cerraron.")
    return Entrance("idle", "Inscripciones cerradas", "lock", sentence="Las inscripciones ya cerraron.")


def facts(event: "EventView", now: datetime) -> list[Fact]:
    """When, where and how many seats, as the card beside the event says it."""
    return [*_when(event), *_where(event, now), *_seats(event, now)]


def _when(event: "EventView") -> list[Fact]:
    if not event.days:
        return [Fact("calendar", event.date_note or "Fecha por confirmar")]
    return [
        Fact("calendar", _capital(spanish.date_full(day.on_date)), f"{spanish.time_range(day.starts_at, day.ends_at)} (GMT−05:00)")
        for day in event.days
    ]


def _where(event: "EventView", now: datetime) -> list[Fact]:
    said = []
    if event.modality is not Modality.VIRTUAL:
        place = ", ".join(part for part in (event.venue_address, _municipio(event)) if part)
        said.append(Fact("pin", event.venue_name or "Lugar por confirmar", place or None))
    if event.modality is not Modality.ONSITE:
        name = platform(event.link)
        by = f", por {name}" if name else ""
        said.append(Fact("video", f"Virtual{by}" if event.modality is Modality.VIRTUAL else f"También virtual{by}", _way_in(event, now)))
    return said


def _municipio(event: "EventView") -> str:
    return event.place.removeprefix(event.venue_name).removeprefix(", ").removeprefix(event.venue_address).removeprefix(", ")


def _way_in(event: "EventView", now: datetime) -> str | None:
    is_ahead = event.state is not EventState.CANCELLED and event.ends_at is not None and now < event.ends_at
    if not is_ahead or event.link_exposure is LinkExposure.PUBLIC:
        return None
    if event.link_exposure is LinkExposure.PERSONAL:
        return "Recibirá un vínculo personal de ingreso"
    return "El link de ingreso llega en el correo de confirmación"


def _seats(event: "EventView", now: datetime) -> list[Fact]:
    window = registration_window(event, now)
    if not window.accepts:
        return []
    closes_at = event.registration_closes_at or event.starts_at
    until = f"Inscripciones hasta el {_day_and_hour(closes_at)}" if closes_at else None
    limited = [pool for pool in event.pools if pool.capacity is not None]
    if not limited:
        return [Fact("users", until)] if until else []
    if len(event.pools) == 1:
        return [Fact("users", _left(limited), until)]
    lines = [
        f"{pool.option.label}: {_left([pool]).lower() if pool.capacity is not None else 'sin límite de cupos'}" for pool in event.pools
    ]
    return [Fact("users", f"{lines[0]}. {lines[1]}", until)]


def _left(pools: "Sequence[PoolView]") -> str:
    pool = pools[0]
    if pool.left == 0:
        return "No quedan cupos: hay lista de espera"
    verb = "Queda" if pool.left == 1 else "Quedan"
    return f"{verb} {spanish.plural(pool.left or 0, 'cupo', 'cupos')} de {spanish.number(pool.capacity or 0)}"


def programme(view: "EventView") -> list[dict[str, Any]]:
    """The programme by days: one block without a heading, or one for each date that its lines name."""
    blocks: dict[date | None, list[dict[str, str]]] = {}
    for line in view.programme:
        moment = spanish.time_short(time.fromisoformat(line.hour)) if line.hour else ""
        item = {"at": line.hour, "time": moment, "title": line.topic, "who": line.speaker}
        blocks.setdefault(line.on_date, []).append(item)
    return [{"day": day if len(blocks) > 1 else None, "lines": lines} for day, lines in blocks.items()]


def initials(name: str) -> str:
    """ "Aurora Ejemplo Guadual" → "AE"."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in words[:2])


def _day_and_hour(moment: datetime) -> str:
    here = clock.local(moment)
    return f"{spanish.date_long(here.date())}, {spanish.time_short(here)}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
