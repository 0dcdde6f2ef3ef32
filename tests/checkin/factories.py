"""Devices and scans to test with, made by the room's own services."""

from datetime import datetime
from itertools import count

from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin import queries, service
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import SeenScan
from eventos.cycles.models import Event
from eventos.kernel import http, links, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import StaffRole
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.accounts.factories import a_staff
from tests.cycles.factories import ANOTHER_YEAR

_numbers = count(1)
OPEN = datetime.fromisoformat(f"{ANOTHER_YEAR}T08:05:00-05:00")


def a_bearer(db: Session, *events: Event, name: str = "Puerta principal", staff: Staff | None = None, now: datetime = OPEN) -> str:
    """The token of a phone enrolled for these events."""
    maker = staff or a_staff(db, role=StaffRole.ADMINISTRATOR)
    slugs = [event.slug for event in events]
    _, link = service.make_device(db, name=name, cycle_id=events[0].cycle_id, slugs=slugs, staff_id=maker.id, by=SYSTEM, now=now)
    return service.enrol(db, link, now=now)


def a_device(db: Session, *events: Event, name: str = "Puerta principal", now: datetime = OPEN) -> DeviceView:
    bearer = a_bearer(db, *events, name=name, now=now)
    device = queries.device_by_token(db, tokens.digest(bearer), now=now)
    assert device is not None
    return device


def door_of(device: DeviceView, event: Event) -> DoorEvent:
    return device.event(event.slug)


def code_of(registration: Registration) -> str:
    """What the QR of a registration says."""
    return links.ticket(tickets.ticket_of(registration))


def a_scan(registration: Registration | None = None, *, code: str | None = None, nonce: str | None = None, **changes: object) -> SeenScan:
    text = code if code is not None else code_of(registration) if registration is not None else ""
    return SeenScan(nonce or f"lectura-{next(_numbers)}", code=text, **changes)  # type: ignore[arg-type]


def carry(client: FlaskClient, bearer: str) -> str:
    """Put a phone's cookie into a browser; gives the token that its forms carry."""
    client.set_cookie("eventos-puerta", bearer, domain="localhost", path="/")
    with client.application.test_request_context():
        http.use_session_id(f"device:{tokens.digest(bearer)}")
        return http._session_form_token()


def a_crowd(db: Session, event: Event, many: int, *, now: datetime = OPEN) -> list[str]:
    """So many people registered for an event, written at once; gives what their codes say."""
    made = [tickets.make(event.id) for _ in range(many)]
    people = [
        {
            "public_id": tokens.public_id(),
            "document_type": "CC",
            "document_number": str(70_000_000 + next(_numbers)),
            "given_names": "María Fernanda",
            "family_names": f"Guadual Cedral {place}",
            "name_key": f"guadual {place}",
            "email": "",
            "email_key": "",
            "created_at": now,
            "updated_at": now,
        }
        for place in range(many)
    ]
    numbers = db.execute(insert(Person).returning(Person.id, sort_by_parameter_order=True), people).scalars()
    pool = event.pools[0]
    rows = [
        {
            **vars(secrets),
            "event_id": event.id,
            "person_id": number,
            "state": "active",
            "modality": pool.option,
            "seat_pool_id": pool.id,
            "entity_name": "Secretaría de Planeación Departamental",
            "dependency": "Gobierno Abierto",
            "source": "import",
            "registered_at": now,
            "updated_at": now,
        }
        for secrets, number in zip(made, numbers, strict=True)
    ]
    db.execute(insert(Registration), rows)
    return [tokens.unseal("registration-ticket", secrets.ticket_sealed).decode() for secrets in made]
