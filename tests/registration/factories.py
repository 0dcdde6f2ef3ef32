"""Registrations to test with, made by the room's own services; everybody in them is invented."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import LinkKind, Source
from eventos.people.rules import Identity, Purpose
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.rules import Consented, Register, Workplace

_numbers = count(1)
_IDENTITY = {"document_type", "document_number", "given_names", "family_names", "email", "phone"}
_WORK = {"entity", "dependency", "post", "link_kind", "divipola", "country", "city"}


def an_identity(**changes: Any) -> Identity:
    """Somebody new at every call, unless what makes them who they are is given."""
    number = next(_numbers)
    identity = Identity(
        "CC", str(10_000_000 + number), "Elvira Demo", f"Cedral {number}", f"elvira{number}@riosucio.example", "+573000000000"
    )
    return replace(identity, **changes)


def register_command(*slugs: str, **changes: Any) -> Register:
    """A civil servant of the town hall of Riosucio, Caldas. Changes are fields of Identity, Workplace or Register."""
    identity = an_identity(**{name: changes.pop(name) for name in _IDENTITY & set(changes)})
    work = Workplace("Alcaldía de Riosucio", "Planeación", "Secretaria de Planeación", LinkKind.PLANTA.value, "17614")
    work = replace(work, **{name: changes.pop(name) for name in _WORK & set(changes)})
    return replace(Register(slugs, identity, work, Consented("Aviso de prueba.", (Purpose.EVENT,))), **changes)


def a_registration(db: Session, event: Event, *, now: datetime | None = None, **changes: Any) -> Registration:
    """Somebody registered for `event`, by the office (so the window does not matter) unless `source` says otherwise."""
    changes.setdefault("source", Source.STAFF)
    demo = changes.pop("demo", event.demo)
    (outcome,) = service.register(db, register_command(event.slug, **changes), now=now or clock.now(), by=SYSTEM, demo=demo)
    registration = db.get(Registration, outcome.registration_id)
    assert registration is not None
    return registration
