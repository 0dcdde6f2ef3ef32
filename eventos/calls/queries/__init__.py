"""Who is convened, the calls of an event and their boards, and each entity's copy."""

from eventos.calls.queries.board import BoardRow, CallView, board, call, call_by_id, call_for_write, calls_of, with_flyer
from eventos.calls.queries.convened import ConvenedView, convened, convened_for_write, convened_of, entities_of, how_many
from eventos.calls.queries.letters import (
    DesigneeView,
    EntryView,
    LetterView,
    RecipientView,
    designee,
    designees,
    letter_view,
    mailed,
    reached,
    receipt_view,
    recipient,
    recipient_for_write,
    thread,
)

__all__ = [
    "BoardRow",
    "CallView",
    "ConvenedView",
    "DesigneeView",
    "EntryView",
    "LetterView",
    "RecipientView",
    "board",
    "call",
    "call_by_id",
    "call_for_write",
    "calls_of",
    "convened",
    "convened_for_write",
    "convened_of",
    "designee",
    "designees",
    "entities_of",
    "how_many",
    "letter_view",
    "mailed",
    "reached",
    "receipt_view",
    "recipient",
    "recipient_for_write",
    "thread",
    "with_flyer",
]
