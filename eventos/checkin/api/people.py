"""Who comes without a code: looked for by name or document, or written down on the spot."""

from typing import Any

from eventos.checkin import exchange, exchange_people, queries, service
from eventos.checkin.api.doors import URL, door, here_and_event
from eventos.checkin.rules import SHORTEST_SEARCH, Once, Rule, SeenScan, day_of
from eventos.checkin.service import PER_DEVICE_SEARCHES
from eventos.kernel import clock, limits
from eventos.kernel.db import transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import Given
from eventos.kernel.text import fold


@door.operation(
    "POST",
    f"{URL}/search",
    summary="Buscar a una persona",
    about="Por nombre, documento o entidad. Salen ocho como máximo, y la búsqueda queda en la auditoría, sin lo que se escribió.",
    answer=exchange.FOUND,
    body=exchange.SEARCH,
    example={"text": "elvira ced", "room": ""},
)
def search(given: Given, slug: str) -> Any:
    me, event = here_and_event(slug)
    if len(fold(given.body["text"]).replace(" ", "")) < SHORTEST_SEARCH:
        raise InvalidInput(fields={"text": "Escriba al menos tres letras o números."})
    room = event.room(given.body.get("room", ""))
    rule = Rule.of(room.rule)
    day = day_of(event.days, clock.now(), rule) if rule.once is Once.DAY else ""
    with transaction() as db:
        limits.spend(db, (PER_DEVICE_SEARCHES, str(me.id)))
        found = queries.search(db, event.id, given.body["text"], day=day, room=room.key)
        service.note_search(db, me, event, found=len(found))
    return {"items": [exchange.found(each) for each in found]}


@door.operation(
    "POST",
    f"{URL}/walk-ins",
    summary="Inscribir a alguien en la puerta",
    about="Con las reglas del formulario. Quien ya estaba inscrito simplemente entra. El mismo `nonce` lo hace una sola vez.",
    answer=exchange.ANSWER,
    body=exchange.ONE_WALK_IN,
    refusals=(409,),
    example=exchange.EXAMPLE_WALK_IN,
)
def walk_in(given: Given, slug: str) -> Any:
    me, event = here_and_event(slug)
    nonce, room = given.body["nonce"], given.body.get("room", "")
    person = {name: value for name, value in given.body.items() if name not in ("nonce", "room")}
    service.keep_pace(me)
    with transaction() as db:
        command = exchange_people.to_register(db, event, person, nonce=nonce)
        answer = service.walk_in(db, me, event, command, SeenScan(nonce, room=room), now=clock.now())
    return exchange.shown(answer)
