"""An event as machines read it: structured data for search engines, and an entry for anybody's calendar."""

from typing import Any

from eventos.adapters import calendar, mail
from eventos.cycles.queries import EventView
from eventos.kernel import clock, links
from eventos.kernel.platforms import platform
from eventos.kernel.vocabulary import EventState, LinkExposure, Modality


def structured(view: EventView) -> dict[str, Any] | None:
    """The event as search engines read it (schema.org Event); it needs a date."""
    if not view.days or view.starts_at is None or view.ends_at is None:
        return None
    modes = {Modality.VIRTUAL: "Online", Modality.ONSITE: "Offline", Modality.HYBRID: "Mixed"}
    places: list[dict[str, Any]] = []
    if view.modality is not Modality.ONSITE:
        places.append({"@type": "VirtualLocation", "url": links.event(view.slug)})
    if view.modality is not Modality.VIRTUAL:
        places.append({"@type": "Place", "name": view.venue_name, "address": view.place})
    status = "EventCancelled" if view.state is EventState.CANCELLED else "EventScheduled"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": view.title,
        "description": view.summary or view.title,
        "url": links.event(view.slug),
        "startDate": clock.local(view.starts_at).isoformat(),
        "endDate": clock.local(view.ends_at).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{modes[view.modality]}EventAttendanceMode",
        "location": places if len(places) > 1 else places[0],
        "isAccessibleForFree": True,
        "inLanguage": "es-CO",
        "organizer": [{"@type": "Organization", "name": host.name} for host in view.hosts()],
    }


def occasion(view: EventView, *, is_private: bool = False) -> calendar.PublicEvent:
    """The event for a calendar. A private one names no page: its own answers nobody, and the invitation does not travel in a file."""
    public_link = view.link if view.link_exposure is LinkExposure.PUBLIC and view.link.isascii() else ""
    name, address = mail.sender()
    where = [view.place] if view.place else []
    if view.modality is not Modality.ONSITE:
        where.append(f"Virtual, por {platform(view.link)}" if platform(view.link) else "Virtual")
    said = [
        view.summary,
        "" if is_private else f"Información e inscripciones: {links.event(view.slug)}",
        f"Link de ingreso: {public_link}" if public_link else "",
    ]
    return calendar.PublicEvent(
        uid=f"{view.slug}@{links.host()}",
        sequence=view.sequence,
        # The first day keeps the bare UID, so a calendar that has it replaces it when the event moves or grows.
        slots=tuple(
            calendar.Slot(starts_at=day.starts_at, ends_at=day.ends_at, suffix=str(number) if number > 1 else "")
            for number, day in enumerate(view.days, 1)
        ),
        summary=view.title,
        description="\n\n".join(part for part in said if part),
        location="; ".join(where),
        url=None if is_private else links.event(view.slug),
        organizer_name=name,
        organizer_email=address,
        conference_url=public_link or None,
        stamped_at=view.updated_at,
        status="CANCELLED" if view.state is EventState.CANCELLED else "CONFIRMED",
    )


def picture(view: EventView, version: int) -> dict[str, Any]:
    """The published pieza as pages that share the event show it (Open Graph): its address, its size, and what it says in words."""
    return {
        "address": links.absolute(f"/eventos/{view.slug}/pieza.png?v={version}"),
        "width": 1200,
        "height": 630,
        "alt": f"Pieza publicitaria de {view.title}: {view.when}",
    }
