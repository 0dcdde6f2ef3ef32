"""What phones read: 1 to 1,000 scans at once, each answered in its place; and undoing one of them."""

from datetime import datetime
from typing import Any

from eventos.checkin import exchange, exchange_people, service
from eventos.checkin.api.doors import URL, compact, door, here, here_and_event
from eventos.checkin.api.unsealed import Read, read_all
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.service import Answer
from eventos.kernel import clock
from eventos.kernel.db import transaction
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.operations import Given, at

SCANS_BODY = 1024 * 1024


@door.operation(
    "POST",
    "/checkin/scans",
    summary="Lo que un teléfono leyó",
    about="Cada lectura recibe su respuesta, en el mismo orden. Un `nonce` ya respondido recibe la misma respuesta y no hace nada más.",
    answer=exchange.ANSWERS,
    body=exchange.SCANS,
    refusals=(404,),
    example=exchange.EXAMPLE_SCANS,
    shows=exchange.EXAMPLE_ANSWERS,
    max_body=SCANS_BODY,
)
def scans(given: Given) -> Any:
    me = here()
    event = me.event(given.body["event"])
    reads = read_all(given.body["scans"])
    service.keep_pace(me)
    now = clock.now()
    answers: dict[str, Answer] = {}
    if seen := [read.scan for read in reads if read.walk_in is None]:
        with transaction() as db:
            answers = {answer.nonce: answer for answer in service.record_scans(db, me, event, seen, now=now)}
    for read in reads:
        if read.walk_in is not None:  # Each by itself: many at once would hold the database too long.
            answers[read.scan.nonce] = _walk_in(me, event, read, read.walk_in, now)
    return compact({"now": at(now), "answers": [exchange.shown(answers[read.scan.nonce]) for read in reads]})


def _walk_in(me: DeviceView, event: DoorEvent, read: Read, person: dict[str, Any], now: datetime) -> Answer:
    """Write somebody down who was let in without a signal; what cannot be done is kept for staff, with the reason."""
    try:
        with transaction() as db:
            command = exchange_people.to_register(db, event, person, nonce=read.scan.nonce, place_needed=False)
            return service.walk_in(db, me, event, command, read.scan, now=now)
    except (InvalidInput, RuleViolation) as refusal:
        why = " ".join(refusal.fields.values()) if isinstance(refusal, InvalidInput) and refusal.fields else refusal.message
        with transaction() as db:
            return service.keep_refused(db, me, event, read.scan, person, why=why, now=now)


@door.operation(
    "POST",
    f"{URL}/undo",
    summary="Deshacer un ingreso",
    about="Solo el teléfono que lo leyó, en los 15 minutos siguientes. La lectura queda, con su anulación.",
    answer=exchange.ANSWER,
    body=exchange.UNDO,
    refusals=(409,),
    example={"nonce": "b1946ac92492d234"},
)
def undo(given: Given, slug: str) -> Any:
    me, event = here_and_event(slug)
    with transaction() as db:
        answer = service.undo(db, me, event, given.body["nonce"], now=clock.now())
    return exchange.shown(answer)
