"""What registering somebody on the spot needs to know: how an event is attended, who is expected, under which wordings people consented."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import CycleMunicipio, Event
from eventos.kernel.vocabulary import Modality
from eventos.people.models import ConsentText


@dataclass(frozen=True)
class Expected:
    """How an event is attended, and the municipalities (DIVIPOLA) its cycle expects."""

    modality: Modality
    places: tuple[str, ...]


def expected_at(db: Session, event_ids: Sequence[int]) -> dict[int, Expected]:
    """The same of several events, with one statement."""
    rows = db.execute(
        select(Event.id, Event.modality, CycleMunicipio.divipola)
        .outerjoin(CycleMunicipio, CycleMunicipio.cycle_id == Event.cycle_id)
        .where(Event.id.in_(event_ids))
        .order_by(Event.id, CycleMunicipio.divipola)
    ).all()
    places: dict[int, list[str]] = {row.id: [] for row in rows}
    for row in rows:
        if row.divipola is not None:
            places[row.id].append(row.divipola)
    return {row.id: Expected(Modality(row.modality), tuple(places[row.id])) for row in rows}


def notice_shown(db: Session, text_hash: str) -> str | None:
    """A wording of the notice that somebody consented to, by its SHA-256."""
    return db.execute(select(ConsentText.body).where(ConsentText.hash == text_hash)).scalar_one_or_none()
