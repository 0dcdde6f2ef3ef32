"""What a program decides about a registration for the organisers it works for: approve, refuse with a reason, let in beyond the rules."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from eventos.cycles.queries import EventRef
from eventos.kernel import clock
from eventos.kernel.http import actor
from eventos.kernel.operations import ApiDoor, Given
from eventos.kernel.schemas import record, text
from eventos.kernel.text import clean_lines
from eventos.kernel.vocabulary import ApiScope
from eventos.registration import exchange, queries_api, service
from eventos.registration.api.people import URL, write_one
from eventos.registration.models import Registration
from eventos.registration.service.decide import SHORTEST_REASON

door = ApiDoor("api_decisions", __name__, tag="Decisiones")
ONE = f"{URL}/<public_id>"
LONGEST_REASON = 500


def _why(about: str) -> dict[str, Any]:
    return record({"reason": text(LONGEST_REASON, least=SHORTEST_REASON, about=about)}, needed=["reason"])


@door.operation(
    "POST",
    f"{ONE}/approve",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Aprobar una solicitud",
    about="Le da cupo si queda; si no, `state` dice que está en la lista de espera. La persona lo sabe por correo.",
    answer=exchange.STANDING,
    body=record({}),
    refusals=(409,),
    example={},
)
def approve(_given: Given, slug: str, public_id: str) -> Any:
    return _decide(slug, public_id, lambda db, row: service.approve(db, row, by=actor(), now=clock.now()))


@door.operation(
    "POST",
    f"{ONE}/reject",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="No aprobar una solicitud",
    answer=exchange.STANDING,
    body=_why("La persona lo lee en su correo."),
    refusals=(409,),
    example={"reason": "Esta sesión es para enlaces de transparencia."},
)
def reject(given: Given, slug: str, public_id: str) -> Any:
    return _decide(slug, public_id, lambda db, row: service.reject(db, row, _reason(given), by=actor(), now=clock.now()))


@door.operation(
    "POST",
    f"{ONE}/let-in",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Dar cupo por encima de las reglas",
    about="Más allá del aforo, fuera de turno, con las inscripciones cerradas o después de no aprobarla. A quien inscribió un colega y "
    "no ha autorizado el uso de sus datos no se le puede dar.",
    answer=exchange.STANDING,
    body=_why("Queda en el registro de auditoría, con la llave."),
    refusals=(409,),
    example={"reason": "Reemplaza a quien iba a representar a su entidad."},
)
def let_in(given: Given, slug: str, public_id: str) -> Any:
    return _decide(slug, public_id, lambda db, row: service.let_in(db, row, _reason(given), by=actor(), now=clock.now()))


def _reason(given: Given) -> str:
    return clean_lines(given.body["reason"])


def _decide(slug: str, public_id: str, verb: Callable[[Session, Registration], object]) -> Any:
    def write(db: Session, event: EventRef) -> int:
        row = queries_api.registration_for_write(db, event.id, public_id)
        verb(db, row)
        return row.id

    return write_one(slug, 200, write)
