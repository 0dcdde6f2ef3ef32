"""How an event travels as JSON: what the API takes and answers, and the command that it becomes. The form's limits hold here too."""

from dataclasses import asdict
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from eventos.cycles.queries import EventView
from eventos.cycles.rules import (
    LARGEST_CAPACITY,
    LONGEST_LINK,
    DayGiven,
    HostGiven,
    PresenceKind,
    PresenceRule,
    ProgrammeGiven,
    SaveEvent,
    SpeakerGiven,
    Window,
    registration_window,
)
from eventos.kernel import clock, links
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import answer, at, link, page_of
from eventos.kernel.schemas import Schema, answered, day, hour, moment, one_of, or_null, record, rows, text, whole
from eventos.kernel.text import clean, clean_lines
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, EventState, HostRole, LinkExposure, Modality, SpeakerRole

_LINES = ("summary", "description", "objective", "context")
_TEXTS = ("date_note", "venue_name", "venue_address", "prepared_by")
_SEATS = or_null(whole(1, LARGEST_CAPACITY, about="Cupos; null si no hay límite."))
_PRESENCE = record(
    {
        "kind": one_of(PresenceKind, about="Qué cuenta como asistir: una evidencia, unos minutos o un porcentaje."),
        "minutes": or_null(whole(1, 6000)),
        "percent": or_null(whole(1, 100)),
    },
    needed=["kind"],
)
_HOURS = ("on_date", "starts", "ends")
_DAY = record({"on_date": day(), "starts": hour(), "ends": hour()}, needed=_HOURS, about="Un día, con horas de Bogotá.")
_HOST = record({"name": text(200, least=1), "role": one_of(HostRole), "kind": one_of(EntityKind)}, needed=["name"])
_LINE = record({"topic": text(300, least=1), "hour": text(5), "speaker": text(200), "on_date": or_null(day())}, needed=["topic"])
_SPEAKER = record({"name": text(160, least=1), "role": one_of(SpeakerRole), "post": text(200), "entity": text(200)}, needed=["name"])

# What an organiser writes; the same names are answered.
WRITTEN: dict[str, Schema] = {
    "kind": one_of(EventKind),
    "number": or_null(whole(1, 999, about="El número en su ciclo: se escribe, no se calcula.")),
    "topic": text(200, least=1),
    "summary": text(400),
    "description": text(10_000),
    "objective": text(4_000),
    "context": text(10_000, about="Contexto para el informe."),
    "norms": rows(text(400), 40),
    "days": rows(_DAY, 31),
    "date_note": text(200),
    "modality": one_of(Modality),
    "venue_name": text(200),
    "venue_address": text(200),
    "venue_divipola": or_null(text(5, about="Código DIVIPOLA del municipio, como 17001.")),
    "capacity_virtual": _SEATS,
    "capacity_onsite": _SEATS,
    "link": text(LONGEST_LINK, about="El link de ingreso, tal cual: se guarda byte por byte."),
    "link_exposure": one_of(LinkExposure),
    "hosts": rows(_HOST, 60),
    "programme": rows(_LINE, 80),
    "speakers": rows(_SPEAKER, 60),
    "intensity_hours": or_null({"type": "number", "minimum": 0.25, "maximum": 999}),
    "registration_opens_at": or_null(moment()),
    "registration_closes_at": or_null(moment()),
    "presence": _PRESENCE,
    "prepared_by": text(200),
    "count_kind": one_of(CountKind),
}
CREATE = record({"cycle": text(200, least=1, about="El `slug` del ciclo."), **WRITTEN}, needed=["cycle", "topic"])
CHANGE = record({"version": whole(1, 2**31 - 1, about="La versión que se leyó."), **WRITTEN}, needed=["version"])

_POOL = answered({"capacity": or_null({"type": "integer"}), "taken": {"type": "integer"}})
EVENT = answer(
    "Event",
    answered(
        {
            "slug": {"type": "string"},
            "url": {"type": "string"},
            "title": {"type": "string"},
            "state": one_of(EventState),
            "version": {"type": "integer"},
            "cycle": answered({"slug": {"type": "string"}, "name": {"type": "string"}}),
            **{name: schema for name, schema in WRITTEN.items() if name not in ("days", "link", "presence", "intensity_hours")},
            "days": {
                "type": "array",
                "items": answered({"on_date": day(), "starts": hour(), "ends": hour(), "starts_at": moment(), "ends_at": moment()}),
            },
            "link": or_null({"type": "string", "description": "Solo cuando el link es público; si no, null."}),
            "presence": _PRESENCE,
            "intensity_hours": {"type": ["number", "null"]},
            "seats": answered({"virtual": {**_POOL, "type": ["object", "null"]}, "presencial": {**_POOL, "type": ["object", "null"]}}),
            "window": one_of(Window, about="Si hoy se puede inscribir alguien."),
            "published_at": or_null(moment()),
            "cancelled_at": or_null(moment()),
            "cancel_reason": {"type": "string"},
            "links": answered({"self": {"type": "string"}, "registrations": {"type": "string"}}),
        }
    ),
)
EVENTS = page_of("Events", "Event")


def shown(view: EventView, now: datetime) -> dict[str, Any]:
    """An event as the API answers it. Its link is not told here unless it is public (trap 7 of the domain)."""
    told = {name: value for name, value in written(view).items() if name in WRITTEN}
    kept = zip(told["days"], view.days, strict=True)
    days = [{**of_day, "starts_at": at(each.starts_at), "ends_at": at(each.ends_at)} for of_day, each in kept]
    return {
        **told,
        "slug": view.slug,
        "url": links.event(view.slug),
        "title": view.title,
        "state": view.state.value,
        "version": view.version,
        "cycle": {"slug": view.cycle_slug, "name": view.cycle_name},
        "days": days,
        "link": view.link if view.link_exposure is LinkExposure.PUBLIC else None,
        "seats": {modality.value: _seats(view, modality) for modality in (Modality.VIRTUAL, Modality.ONSITE)},
        "window": registration_window(view, now).value,
        "published_at": at(view.published_at),
        "cancelled_at": at(view.cancelled_at),
        "cancel_reason": view.cancel_reason,
        "links": {"self": link(f"/events/{view.slug}"), "registrations": link(f"/events/{view.slug}/registrations")},
    }


def _seats(view: EventView, modality: Modality) -> dict[str, Any] | None:
    pool = view.pool(modality)
    return {"capacity": pool.capacity, "taken": pool.taken} if pool else None


def written(view: EventView) -> dict[str, Any]:
    """What an organiser wrote of an event, in the shape the API takes."""
    rule = PresenceRule.of(view.presence_rule)
    virtual, onsite = view.pool(Modality.VIRTUAL), view.pool(Modality.ONSITE)
    return {name: getattr(view, name) for name in ("number", "topic", "link", *_LINES, *_TEXTS)} | {
        "kind": view.kind.value,
        "modality": view.modality.value,
        "link_exposure": view.link_exposure.value,
        "count_kind": view.count_kind.value,
        "venue_divipola": view.venue_divipola,
        "norms": list(view.norms),
        "days": [{"on_date": each.on_date.isoformat(), "starts": _hour(each.starts_at), "ends": _hour(each.ends_at)} for each in view.days],
        "capacity_virtual": virtual.capacity if virtual else None,
        "capacity_onsite": onsite.capacity if onsite else None,
        "hosts": [{"name": host.name, "role": host.role.value, "kind": host.kind.value} for host in view.roles],
        "programme": [
            {"topic": line.topic, "hour": line.hour, "speaker": line.speaker, "on_date": line.on_date.isoformat() if line.on_date else None}
            for line in view.programme
        ],
        "speakers": [{"name": each.name, "role": each.role.value, "post": each.post, "entity": each.entity} for each in view.speakers],
        "intensity_hours": float(view.intensity_hours) if view.intensity_hours is not None else None,
        "registration_opens_at": at(view.registration_opens_at),
        "registration_closes_at": at(view.registration_closes_at),
        "presence": {key: value for key, value in asdict(rule).items() if value is not None} | {"kind": rule.kind.value},
    }


def _hour(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"


def to_command(told: dict[str, Any]) -> SaveEvent:
    """The event that judged JSON asks for; what is not told is as an empty form has it. Raises InvalidInput."""
    wrong: dict[str, str] = {}
    for name, column in (("hosts", "name"), ("programme", "topic"), ("speakers", "name")):
        for index, row in enumerate(told.get(name, ())):
            if not clean(row[column]):
                wrong[f"{name}.{index}.{column}"] = "No puede estar vacío."
    hours = told.get("intensity_hours")
    if hours is not None and Decimal(str(hours)) != round(Decimal(str(hours)), 2):
        wrong["intensity_hours"] = "Escriba un número con dos decimales como máximo."
    if wrong:
        raise InvalidInput(fields=wrong)
    presence = told.get("presence", {})
    return SaveEvent(
        topic=clean(told["topic"]),
        kind=EventKind(told.get("kind", EventKind.ASISTENCIA_TECNICA)),
        number=told.get("number"),
        norms=tuple(line for line in (clean(each) for each in told.get("norms", ())) if line),
        days=tuple(
            DayGiven(date.fromisoformat(row["on_date"]), time.fromisoformat(row["starts"]), time.fromisoformat(row["ends"]))
            for row in told.get("days", ())
        ),
        modality=Modality(told.get("modality", Modality.VIRTUAL)),
        venue_divipola=told.get("venue_divipola") or None,
        capacity_virtual=told.get("capacity_virtual"),
        capacity_onsite=told.get("capacity_onsite"),
        link=told.get("link", "").strip(),
        link_exposure=LinkExposure(told.get("link_exposure", LinkExposure.PERSONAL)),
        hosts=tuple(
            HostGiven(clean(row["name"]), HostRole(row.get("role", HostRole.HOST)), EntityKind(row.get("kind", EntityKind.PUBLIC)))
            for row in told.get("hosts", ())
        ),
        programme=tuple(
            ProgrammeGiven(clean(row["topic"]), clean(row.get("hour", "")), clean(row.get("speaker", "")), _day(row.get("on_date")))
            for row in told.get("programme", ())
        ),
        speakers=tuple(
            SpeakerGiven(
                clean(row["name"]),
                SpeakerRole(row.get("role", SpeakerRole.EXPOSITOR)),
                clean(row.get("post", "")),
                clean(row.get("entity", "")),
            )
            for row in told.get("speakers", ())
        ),
        intensity_hours=Decimal(str(hours)) if hours is not None else None,
        registration_opens_at=_moment(told.get("registration_opens_at")),
        registration_closes_at=_moment(told.get("registration_closes_at")),
        presence=PresenceRule(PresenceKind(presence.get("kind", "evidence")), presence.get("minutes"), presence.get("percent")),
        count_kind=CountKind(told.get("count_kind", CountKind.EXACT)),
        **{name: clean_lines(told.get(name, "")) for name in _LINES},
        **{name: clean(told.get(name, "")) for name in _TEXTS},
    )


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def told_here(refusal: InvalidInput) -> InvalidInput:
    """The same refusal, with its fields called as the API calls them ("days-0-ends" is "days.0.ends")."""
    names = {"venue_municipio": "venue_divipola", "presence_minutes": "presence.minutes", "presence_percent": "presence.percent"}
    fields = {names.get(name, name.replace("-", ".")): reason for name, reason in refusal.fields.items()}
    return InvalidInput(refusal.message, fields=fields, detail=refusal.detail)
