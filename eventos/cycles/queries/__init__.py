"""What others ask about cycles and events: whole views, cards for lists, and the scope of a staff member."""

from eventos.cycles.queries.cards import Agenda, CycleRow, EventCard, agenda, cycles_for, events_for, events_of_cycle
from eventos.cycles.queries.materials import (
    MaterialView,
    material,
    material_by_id,
    materials_of,
    materials_place,
    public_material,
)
from eventos.cycles.queries.pages import EventFilters, events_page
from eventos.cycles.queries.scope import (
    CycleView,
    EventRef,
    cycle_for_write,
    cycle_in_scope,
    event_for_write,
    event_in_scope,
    same_number,
    staff_to_choose,
)
from eventos.cycles.queries.views import (
    DayView,
    EventView,
    HostView,
    PoolView,
    ProgrammeView,
    SpeakerView,
    event_view,
    event_view_by_id,
    event_views,
    event_views_by_id,
)
from eventos.cycles.queries.wordings import WordingVersion, wording_versions, wordings_of

__all__ = [
    "Agenda",
    "CycleRow",
    "CycleView",
    "DayView",
    "EventCard",
    "EventFilters",
    "EventRef",
    "EventView",
    "HostView",
    "MaterialView",
    "PoolView",
    "ProgrammeView",
    "SpeakerView",
    "WordingVersion",
    "agenda",
    "cycle_for_write",
    "cycle_in_scope",
    "cycles_for",
    "event_for_write",
    "event_in_scope",
    "event_view",
    "event_view_by_id",
    "event_views",
    "event_views_by_id",
    "events_for",
    "events_of_cycle",
    "events_page",
    "material",
    "material_by_id",
    "materials_of",
    "materials_place",
    "public_material",
    "same_number",
    "staff_to_choose",
    "wording_versions",
    "wordings_of",
]
