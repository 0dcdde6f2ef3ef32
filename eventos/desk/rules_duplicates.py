"""Whether two people on file look like one, and which of their registrations of the same event stands. Data in, verdict out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventos.kernel.vocabulary import RegistrationState


@dataclass(frozen=True)
class OnFile:
    """Somebody as they are on file, with where their registrations say they work and come from."""

    id: int
    public_id: str
    given_names: str
    family_names: str
    name_key: str
    document_type: str | None
    document_number: str | None
    email: str
    email_key: str
    phone: str
    created_at: datetime
    entities: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()


def alike(one: OnFile, other: OnFile) -> list[str]:
    """Why two people may be the same, in words; none when nothing says so.

    Two documents of the same type that differ are two people, whatever else agrees: nobody is proposed against their own document.
    """
    both = bool(one.document_number and other.document_number)
    same_number = both and one.document_number == other.document_number
    if both and not same_number and one.document_type == other.document_type and one.name_key != other.name_key:
        return []
    found = []
    if same_number:
        found.append("El mismo número con otro tipo de documento")
    if one.email_key and one.email_key == other.email_key and shares_a_name(one.name_key, other.name_key):
        found.append("El mismo correo y un nombre parecido")
    if one.name_key == other.name_key and one.entities & other.entities:
        found.append("El mismo nombre en la misma entidad")
    elif one.name_key == other.name_key and one.places & other.places:
        found.append("El mismo nombre en el mismo municipio")
    if one.phone and one.phone == other.phone and shares_a_name(one.name_key, other.name_key):
        found.append("El mismo celular y un nombre parecido")
    return found


def shares_a_name(one: str, other: str) -> bool:
    """Two words in common, or all of the shorter name ("Elvira Cedral", "Elvira María Cedral Toro")."""
    first, second = set(one.split()), set(other.split())
    common = first & second
    return len(common) >= 2 or (bool(common) and common in (first, second))


@dataclass(frozen=True)
class Standing:
    """A registration of one of two people: how it stands, whether something says that they came, and since when it is there."""

    id: int
    public_id: str
    event_id: int
    event_title: str
    person_id: int
    state: RegistrationState
    has_evidence: bool
    registered_at: datetime


@dataclass(frozen=True)
class Clash:
    """Both are registered for one event. `aside` is what is cancelled, None when both stay (each has evidence, or only one is open)."""

    stands: Standing
    other: Standing
    aside: Standing | None

    @property
    def words(self) -> str:
        if self.aside is not None:
            return "La otra se cancela y su cupo queda libre."
        if self.stands.has_evidence and self.other.has_evidence:
            return "Las dos tienen registro de asistencia: quedan como están y la persona cuenta una sola vez."
        return "La otra ya no ocupa cupo: queda como está."


def clashes(registrations: Sequence[Standing]) -> list[Clash]:
    """The events both are registered for, with which registration stands: the one with evidence, else the active, else the first."""
    by_event: dict[int, list[Standing]] = {}
    for one in registrations:
        by_event.setdefault(one.event_id, []).append(one)
    found = []
    for several in by_event.values():
        if len({one.person_id for one in several}) < 2 or not any(one.state.is_open for one in several):
            continue
        stands, *others = sorted(several, key=_place)
        for other in others:
            stays = not other.state.is_open or (stands.has_evidence and other.has_evidence)
            found.append(Clash(stands, other, None if stays else other))
    return found


def _place(one: Standing) -> tuple[bool, bool, bool, datetime, int]:
    return (not one.has_evidence, one.state is not RegistrationState.ACTIVE, not one.state.is_open, one.registered_at, one.id)
