"""People registered for an event, and sheets that say who came: written set-wise, so that hundreds cost little."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, SeatPool
from eventos.kernel import clock, divipola, tokens
from eventos.kernel.text import fold, name_key
from eventos.people.models import Person
from eventos.registration.models import Import, ImportRow, Registration
from tests.cycles.factories import a_day, a_published_event

# Asistentes of the fifth session by municipality of Caldas: 101 of 25; Marulanda and Norcasia sent nobody.
CAME = {
    "Manizales": 16, "Villamaría": 8, "Chinchiná": 7, "La Dorada": 7, "Anserma": 6, "Riosucio": 6, "Aguadas": 5, "Salamina": 5, "Neira": 4,
    "Palestina": 4, "Pácora": 4, "Supía": 4, "Manzanares": 3, "Pensilvania": 3, "Samaná": 3, "Viterbo": 3, "Aranzazu": 2, "Belalcázar": 2,
    "Filadelfia": 2, "Marquetalia": 2, "La Merced": 1, "Marmato": 1, "Risaralda": 1, "San José": 1, "Victoria": 1,
}  # fmt: skip
ELSEWHERE = {"66001": 6, "63001": 4, "27615": 3}  # Pereira, Armenia and the Riosucio of Chocó


@dataclass(frozen=True)
class Guest:
    """Somebody on the list; `attended` is what the sheet says, None when it says nothing."""

    given: str
    family: str = "Ejemplo Pinares"
    divipola: str | None = None
    entity: str = "Alcaldía de Ejemplo"
    attended: bool | None = None
    state: str = "active"
    modality: str = "virtual"
    country: str = ""
    city: str = ""
    post: str = "Enlace de transparencia"


def a_held_event(db: Session, **changes: Any) -> Event:
    """The fifth session as it was: published, and its day is past."""
    return a_published_event(db, **{"days": (a_day(date(2021, 7, 29)),), "intensity_hours": Decimal(2), **changes})


def caldas(name: str) -> str:
    """The code of a municipality of Caldas."""
    return next(place.code for place in divipola.of_departamento("17") if place.name == name)


def the_114() -> list[Guest]:
    """123 registered, 114 of whom the sheet says that they came."""
    came = [(caldas(name), number) for name, number in CAME.items()] + list(ELSEWHERE.items())
    guests = [
        Guest(f"Persona {code} {n}", divipola=code, entity=f"Alcaldía {code}", attended=True)
        for code, number in came
        for n in range(number)
    ]
    absent = [Guest(f"Ausente {n}", divipola=caldas("Viterbo"), entity="Alcaldía 17877", attended=False) for n in range(9)]
    return guests + absent


def register(db: Session, event: Event, guests: Sequence[Guest]) -> list[str]:
    """Write guests down for an event through an entered sheet; gives the public ids of their registrations, in order."""
    if not guests:
        return []
    now = clock.now()
    people = [_person(guest, now) for guest in guests]
    numbers = list(db.execute(insert(Person).returning(Person.id, sort_by_parameter_order=True), people).scalars())
    pools = {pool.option: pool.id for pool in event.pools}
    rows = [_registration(guest, event, person, pools, now) for guest, person in zip(guests, numbers, strict=True)]
    made = db.execute(insert(Registration).returning(Registration.id, Registration.public_id, sort_by_parameter_order=True), rows).all()
    for option, pool in pools.items():
        taken = sum(1 for row in rows if row["seat_pool_id"] == pool and row["modality"] == option)
        db.execute(update(SeatPool).where(SeatPool.id == pool).values(taken=SeatPool.taken + taken))
    sheet(db, event, [(made[at].id, guest.attended) for at, guest in enumerate(guests)])
    return [row.public_id for row in made]


def sheet(db: Session, event: Event, lines: Iterable[tuple[int, bool | None]], *, state: str = "entered") -> None:
    """A sheet of (registration id, whether they came), entered unless `state` says otherwise."""
    now = clock.now()
    brought = Import(
        public_id=tokens.public_id(), event_id=event.id, file_sha256="0" * 64, filename="asistencia.csv", headers=["Nombre", "Asistió"],
        state=state, created_by="staff:1", created_at=now, entered_at=now if state == "entered" else None,
    )  # fmt: skip
    db.add(brought)
    db.flush()
    rows = [
        {"import_id": brought.id, "line": line, "verdict": "new", "raw": [], "problems": [], "registration_id": number, "attended": came}
        for line, (number, came) in enumerate(lines, 2)
    ]
    db.execute(insert(ImportRow), rows)


def _person(guest: Guest, now: Any) -> dict[str, Any]:
    address = f"{tokens.public_id().lower()}@personas.example"
    return {
        "public_id": tokens.public_id(), "document_type": "CC", "document_number": str(int(tokens.digest(address)[:12], 16))[:10],
        "given_names": guest.given, "family_names": guest.family, "name_key": name_key(guest.given, guest.family), "email": address,
        "email_key": address, "phone": "+573000000000", "created_at": now, "updated_at": now, "demo": False,
    }  # fmt: skip


def _registration(guest: Guest, event: Event, person: int, pools: dict[str, int], now: Any) -> dict[str, Any]:
    return {
        "public_id": tokens.public_id(), "event_id": event.id, "person_id": person, "state": guest.state, "modality": guest.modality,
        "seat_pool_id": pools[guest.modality] if guest.state == "active" else None, "entity_name": guest.entity,
        "entity_key": fold(guest.entity), "post": guest.post, "divipola": guest.divipola, "country": guest.country, "city": guest.city,
        "source": "import", "ticket_hash": tokens.random_token(), "ticket_sealed": b"x", "link_hash": tokens.random_token(),
        "link_sealed": b"x", "uid": tokens.random_token(), "registered_at": now, "updated_at": now,
        "waitlisted_at": now if guest.state == "waitlisted" else None, "cancelled_at": now if guest.state == "cancelled" else None,
    }  # fmt: skip
