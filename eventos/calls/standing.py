"""Where each convened entity stands in a call, and the numbers of its board, which always add up. Pure, as rules are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventos.kernel.vocabulary import Word


class Standing(Word):
    """One of these for every entity, and only one; what the entity answered weighs more than how the mail fared."""

    NOT_SENT = "not_sent", "Sin enviar"
    QUEUED = "queued", "En cola"
    SENT = "sent", "Enviada, sin respuesta"
    FAILED = "failed", "No se pudo enviar"
    BOUNCED = "bounced", "Devuelta"
    CONFIRMED = "confirmed", "Confirmó recibido"
    DECLINED = "declined", "No asistirá"


class Whom(Word):
    """To whom a mail of a call goes."""

    ALL = "all", "A todas las convocadas"
    UNSENT = "unsent", "A quienes aún no se ha enviado"
    UNCONFIRMED = "unconfirmed", "A quienes no han confirmado"
    UNREGISTERED = "unregistered", "A quienes no tienen inscritos"
    BOUNCED = "bounced", "A las devueltas y las que no salieron"

    @property
    def is_reminder(self) -> bool:
        return self in {Whom.UNCONFIRMED, Whom.UNREGISTERED}

    @property
    def kind(self) -> str:
        """The kind of mail that goes to this group: those that say why they come again are named for it."""
        return self.value if self.is_reminder or self is Whom.BOUNCED else "call"


class Row(Protocol):
    """What the rules need to know of an entity in a call."""

    @property
    def standing(self) -> Standing: ...
    @property
    def mailbox(self) -> str: ...
    @property
    def is_removed(self) -> bool: ...
    @property
    def registered(self) -> int: ...
    @property
    def answered_at(self) -> datetime | None: ...


def standing(delivery: str | None, *, confirmed_at: datetime | None = None, declined_at: datetime | None = None) -> Standing:
    """`delivery` is that of the last mail (queued, sent, failed, bounced), None when none was promised."""
    if declined_at is not None:
        return Standing.DECLINED
    if confirmed_at is not None:
        return Standing.CONFIRMED
    return Standing(delivery) if delivery else Standing.NOT_SENT


def is_late(answered_at: datetime | None, deadline_at: datetime | None) -> bool:
    """An answer after the deadline is taken, and marked."""
    return answered_at is not None and deadline_at is not None and answered_at > deadline_at


def is_overdue(stands: Standing, deadline_at: datetime | None, now: datetime) -> bool:
    """It was told, the deadline is over, and it has not answered."""
    return stands is Standing.SENT and deadline_at is not None and now > deadline_at


@dataclass(frozen=True)
class Tally:
    """The numbers of a board. `by` holds every standing, and adds up to `convened`; the rest are counted apart and overlap them."""

    by: dict[Standing, int]
    with_registered: int
    registered: int
    late: int
    overdue: int
    without_mailbox: int

    @property
    def convened(self) -> int:
        return sum(self.by.values())

    @property
    def troubled(self) -> int:
        return self.by[Standing.FAILED] + self.by[Standing.BOUNCED]


def tally(rows: Iterable[Row], *, deadline_at: datetime | None, now: datetime) -> Tally:
    """Count the rows of a board, each once."""
    by = dict.fromkeys(Standing, 0)
    with_registered = registered = late = overdue = without_mailbox = 0
    for row in rows:
        by[row.standing] += 1
        registered += row.registered
        with_registered += row.registered > 0
        late += is_late(row.answered_at, deadline_at)
        overdue += is_overdue(row.standing, deadline_at, now)
        without_mailbox += not row.mailbox
    return Tally(by, with_registered, registered, late, overdue, without_mailbox)


_WANTED: dict[Whom, frozenset[Standing]] = {
    Whom.ALL: frozenset(Standing) - {Standing.DECLINED, Standing.QUEUED},
    Whom.UNSENT: frozenset({Standing.NOT_SENT}),
    Whom.UNCONFIRMED: frozenset({Standing.SENT}),
    Whom.UNREGISTERED: frozenset({Standing.SENT, Standing.CONFIRMED}),
    Whom.BOUNCED: frozenset({Standing.FAILED, Standing.BOUNCED}),
}


def is_needless(kind: str, stands: Standing, *, registered: int) -> bool:
    """Whether a mail that was promised has nothing to say any more: between the order and the sending, the entity did what it asks for."""
    if stands is Standing.DECLINED:
        return True
    if kind == "unregistered":
        return registered > 0
    return kind in {"unconfirmed", "bounced"} and stands is Standing.CONFIRMED


def is_chosen(whom: Whom, row: Row) -> bool:
    """Whether a mail to `whom` goes to this entity. Without a mailbox, or no longer convened, it goes nowhere."""
    if row.is_removed or not row.mailbox or row.standing not in _WANTED[whom]:
        return False
    return whom is not Whom.UNREGISTERED or row.registered == 0
