"""The verbs of the room: convene, write a call, send it, and take what comes back."""

from eventos.calls.service.answer import ANSWERS, confirm, decline, designate, withdraw
from eventos.calls.service.by_hand import extend_deadline, record_confirmation, undo_confirmation
from eventos.calls.service.compose import ask_evidence, ask_test, attach, detach, discard_call, evidence_failed, evidence_ready, save_call
from eventos.calls.service.convened import Brought, bring, convene_expected, remove_convened, restore_convened, save_convened
from eventos.calls.service.send import (
    mark_failed,
    mark_invited,
    mark_needless,
    mark_noticed,
    mark_sent,
    mark_uninvited,
    message_id,
    misleading,
    note_bounce,
    note_reply,
    send_call,
    tell_change,
    token_of,
)

__all__ = [
    "ANSWERS",
    "Brought",
    "ask_evidence",
    "ask_test",
    "attach",
    "bring",
    "confirm",
    "convene_expected",
    "decline",
    "designate",
    "detach",
    "discard_call",
    "evidence_failed",
    "evidence_ready",
    "extend_deadline",
    "mark_failed",
    "mark_invited",
    "mark_needless",
    "mark_noticed",
    "mark_sent",
    "mark_uninvited",
    "message_id",
    "misleading",
    "note_bounce",
    "note_reply",
    "record_confirmation",
    "remove_convened",
    "restore_convened",
    "save_call",
    "save_convened",
    "send_call",
    "tell_change",
    "token_of",
    "undo_confirmation",
    "withdraw",
]
