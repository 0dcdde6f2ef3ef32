"""The slides and files of an event: for staff, for the public once the event is over, and for the worker that prepares them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay, Material
from eventos.kernel import private
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import EventState, MakingState, MaterialKind

SLIDES = ("application/pdf", "application/vnd.openxmlformats-officedocument.presentationml.presentation")


@dataclass(frozen=True)
class MaterialView:
    """A material. `page_images` are the SHA-256 of its pages as PNG, in order; `dated_on` is the date it bears itself."""

    id: int
    public_id: str
    event_id: int
    position: int
    kind: MaterialKind
    title: str
    filename: str
    media_type: str
    file_sha256: str
    size: int
    dated_on: date | None
    is_public: bool
    state: MakingState
    pages: int | None
    page_images: tuple[str, ...]
    error: str | None
    created_at: datetime

    @property
    def may_be_slides(self) -> bool:
        """Whether it is a PDF or a presentation: the office says whether its pages are slides or a document of its own."""
        return self.media_type in SLIDES


_COLUMNS = [getattr(Material, name) for name in MaterialView.__dataclass_fields__]


def materials_of(db: Session, event_id: int) -> list[MaterialView]:
    """The materials of an event in their order, hidden ones too: one statement."""
    rows = db.execute(select(*_COLUMNS).where(Material.event_id == event_id).order_by(Material.position, Material.id))
    return [_view(row) for row in rows]


def material(db: Session, event_id: int, public_id: str) -> MaterialView:
    """One material of this event. Raises NotFound, also for a material of another event."""
    return _one(db, select(*_COLUMNS).where(Material.event_id == event_id, Material.public_id == public_id))


def material_by_id(db: Session, material_id: int) -> MaterialView:
    """The same by its number, for the worker. Raises NotFound."""
    return _one(db, select(*_COLUMNS).where(Material.id == material_id))


def public_material(db: Session, slug: str, public_id: str, now: datetime) -> MaterialView:
    """A material anybody may download: ready, public, of an event that was published and is over. Raises NotFound."""
    ahead = select(EventDay.id).where(EventDay.event_id == Event.id, EventDay.ends_at > now).exists()
    return _one(
        db,
        select(*_COLUMNS)
        .join(Event, Material.event_id == Event.id)
        .where(
            Event.slug == slug,
            Event.state != EventState.DRAFT.value,
            Event.published_at.is_not(None),
            ~ahead,
            *private.open_to_all(Event.id),
        )
        .where(Material.public_id == public_id, Material.is_public, Material.state == MakingState.READY.value),
    )


def materials_place(db: Session, event_id: int) -> tuple[int, int]:
    """The last position taken among the materials of an event, and how many there are."""
    place, many = db.execute(select(func.coalesce(func.max(Material.position), 0), func.count()).where(Material.event_id == event_id)).one()
    return int(place), int(many)


def _one(db: Session, statement: "Select[tuple[object, ...]]") -> MaterialView:
    row = db.execute(statement).one_or_none()
    if row is None:
        raise NotFound("No encontramos ese material.")
    return _view(row)


def _view(row: object) -> MaterialView:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    values["kind"] = MaterialKind(values["kind"])
    values["state"] = MakingState(values["state"])
    values["page_images"] = tuple(values["page_images"] or ())
    return MaterialView(**values)
