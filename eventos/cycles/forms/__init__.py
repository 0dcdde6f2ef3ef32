"""What an organiser fills in: the event on one page, the cycle, the reason of a cancellation."""

from eventos.cycles.forms.cycle import CancelForm, CycleForm
from eventos.cycles.forms.event import EventForm, event_data
from eventos.cycles.forms.material import MaterialForm

__all__ = ["CancelForm", "CycleForm", "EventForm", "MaterialForm", "event_data"]
