"""Send a call: freeze its words, write down who gets it, promise one mail to each; then what became of every mail."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from eventos.calls import queries, rules
from eventos.calls.models import Call, CallDesignee, CallEntry, CallRecipient
from eventos.calls.queries import BoardRow
from eventos.calls.rules import FlyerUse, NothingToSend, Ready
from eventos.calls.standing import Whom, is_chosen
from eventos.cycles.models import Event
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.publicity.queries import published_flyer
from eventos.publicity.rules import OTHER
from eventos.publicity.service import stale_words

PURPOSE = "call-receipt"


def send_call(db: Session, event_id: int, public_id: str, whom: Whom, *, seen_version: int, by: Actor, now: datetime) -> int:
    """Promise a mail of the call to each entity of `whom`; gives how many. Raises NotFound, CallChanged, NothingToSend, RuleViolation.

    The first sending freezes the words, the pieza and the annexes. `seen_version` is the version of the page that asked: a second click
    finds another one and sends nothing.
    """
    row = queries.call_for_write(db, event_id, public_id)
    event = event_view_by_id(db, event_id)
    flyer = published_flyer(db, event_id) if row.flyer != FlyerUse.NONE.value and row.sent_at is None else None
    has_flyer = flyer is not None or bool(row.flyer_files)
    ready = Ready(
        event.state,
        event.ends_at,
        row.extended_to or row.deadline_at,
        FlyerUse(row.flyer),
        has_flyer,
        row.version,
        seen_version,
        is_postponed=event.postponed_at is not None,
        stale=tuple(misleading(db, event)) if flyer is not None else (),
    )
    rules.check_send(ready, whom, now=now)
    chosen = [each for each in queries.board(db, queries.call_by_id(db, row.id)) if is_chosen(whom, each)]
    if not chosen:
        raise NothingToSend
    if row.sent_at is None:
        if flyer is not None:
            row.flyer_version, row.flyer_files = flyer.version, dict(flyer.files)
        row.state, row.sent_at, row.sent_by = "sent", now, by.name or by.ref
        row.content_sha256 = rules.content_hash(_said(row), row.attachments)
    row.updated_at = now
    db.flush()
    _promise(db, row.id, chosen, whom)
    db.add(CallEntry(call_id=row.id, kind="sent", at=now, by=by.name or by.ref, detail={"whom": whom.value, "mails": len(chosen)}))
    audit.record(db, by, "calls.send", "event", event_id, call=row.id, whom=whom.value, mails=len(chosen))
    return len(chosen)


def misleading(db: Session, event: EventView, *, version: int | None = None) -> list[str]:
    """What the published pieza, or the version that a call froze, shows that would send somebody to another day, hour or place."""
    return [words for words in stale_words(db, event, version=version) if words != OTHER]


def _said(row: Call) -> dict[str, Any]:
    """What the hash of a call covers, annexes apart."""
    deadline = row.deadline_at.isoformat() if row.deadline_at else None
    return {"subject": row.subject, "body": row.body, "deadline": deadline, "flyer": row.flyer, "files": dict(row.flyer_files or {})}


def _promise(db: Session, call_id: int, chosen: list[BoardRow], whom: Whom) -> None:
    """A copy for who had none, one mail more for the rest, and a job for each: a few statements, however many they are."""
    fresh = [_copy(call_id, each) for each in chosen if each.recipient_id is None]
    ids: dict[int, tuple[int, int]] = {}
    if fresh:
        for convened_id, number in db.execute(insert(CallRecipient).returning(CallRecipient.convened_id, CallRecipient.id), fresh):
            ids[convened_id] = (number, 1)
    for each in chosen:
        if each.recipient_id is not None:
            again = {"mails": each.mails + 1, "state": "queued", "failure": "", "mailbox": each.mailbox}
            db.execute(update(CallRecipient).where(CallRecipient.id == each.recipient_id).values(again))
            ids[each.convened_id] = (each.recipient_id, each.mails + 1)
    kind = whom.kind
    outbox.enqueue_many(
        db,
        "calls.mail",
        [(f"calls.mail:{number}:{mails}", {"recipient_id": number, "number": mails, "kind": kind}) for number, mails in ids.values()],
    )


def _copy(call_id: int, row: BoardRow) -> dict[str, Any]:
    token = tokens.random_token()
    return {
        "public_id": tokens.public_id(),
        "call_id": call_id,
        "convened_id": row.convened_id,
        "entity_name": row.entity,
        "mailbox": row.mailbox,
        "token_hash": tokens.digest(token),
        "token_sealed": tokens.seal(PURPOSE, token.encode()),
        "state": "queued",
        "mails": 1,
    }


def token_of(sealed: bytes) -> str:
    """The secret of a receipt, to write it into a mail."""
    return tokens.unseal(PURPOSE, sealed).decode()


def message_id(public_id: str, number: int, host: str) -> str:
    """The same at every attempt of the same mail."""
    return f"<convocatoria.{public_id}.{number}@{host}>"


# --- what became of each mail ----------------------------------------------------------------------------------------------------


def mark_sent(db: Session, recipient_id: int, *, number: int, kind: str, message_id: str, mailbox: str, now: datetime) -> None:
    """The transport took it. Told twice, it is written once."""
    row = queries.recipient_for_write(db, recipient_id)
    if row.mails == number and row.state == "queued":
        row.state, row.failure = "sent", ""
    row.sent_at = row.sent_at or now
    db.flush()
    told = "call" if kind in {"call", "bounced"} else "reminder"
    _tell(db, row.call_id, told, now, recipient_id=row.id, message_id=message_id, key=message_id, mailbox=mailbox, why=kind)


def mark_needless(db: Session, recipient_id: int, *, number: int, now: datetime) -> None:
    """The entity did what the mail asks for before it left: nothing goes out, and the mail before stands as the last one."""
    row = queries.recipient_for_write(db, recipient_id)
    if row.mails == number and row.state == "queued":
        row.state = "sent"
    db.flush()
    _tell(db, row.call_id, "needless", now, recipient_id=row.id, key=f"needless:{row.id}:{number}")


def mark_failed(db: Session, recipient_id: int, *, number: int, reason: str, now: datetime) -> None:
    """The server will not take it, at once (SMTP 5xx): the board says so."""
    row = queries.recipient_for_write(db, recipient_id)
    if row.mails == number:
        row.state, row.failure = "failed", reason
    db.flush()
    _tell(db, row.call_id, "failed", now, recipient_id=row.id, key=f"failed:{row.id}:{number}", reason=reason, mailbox=row.mailbox)


def tell_change(db: Session, event_id: int, *, is_off: bool) -> int:
    """Promise each entity that got a call one mail about this change of the event; gives how many."""
    number = db.execute(select(Event.sequence).where(Event.id == event_id)).scalar_one()
    ids = queries.reached(db, event_id)
    told = {"number": number, "is_off": is_off}
    outbox.enqueue_many(db, "calls.notice", [(f"calls.notice:{each}:{number}", {"recipient_id": each, **told}) for each in ids])
    return len(ids)


def mark_noticed(db: Session, recipient_id: int, *, is_off: bool, message_id: str, now: datetime) -> None:
    """An entity was told that the event changed, or is off."""
    row = queries.recipient_for_write(db, recipient_id)
    kind = "called_off" if is_off else "changed"
    _tell(db, row.call_id, kind, now, recipient_id=row.id, message_id=message_id, key=message_id, mailbox=row.mailbox)


def mark_invited(db: Session, designee_id: int, *, message_id: str, now: datetime) -> None:
    """The mail to somebody designated left."""
    row = db.get_one(CallDesignee, designee_id)
    call_id = db.get_one(CallRecipient, row.recipient_id).call_id
    row.invited_at, row.failure = row.invited_at or now, ""
    db.flush()
    _tell(db, call_id, "invited", now, recipient_id=row.recipient_id, designee_id=row.id, message_id=message_id, key=message_id)


def mark_uninvited(db: Session, designee_id: int, *, reason: str) -> None:
    """The mail to somebody designated will not be taken."""
    row = db.get_one(CallDesignee, designee_id)
    row.failure = reason
    db.flush()


def note_bounce(db: Session, message_id: str, reason: str, now: datetime) -> bool:
    """A mail of ours came back. False when it is no mail of a call; told twice, it is written once."""
    mailed = queries.mailed(db, message_id)
    if mailed is None or mailed.recipient_id is None:
        return False
    row = queries.recipient_for_write(db, mailed.recipient_id)
    if mailed.designee_id is not None:
        mark_uninvited(db, mailed.designee_id, reason=reason)
    elif message_id.startswith(f"<convocatoria.{row.public_id}.{row.mails}@"):
        row.state, row.failure = "bounced", reason
    db.flush()
    _tell(db, row.call_id, "bounced", now, recipient_id=row.id, message_id=message_id, key=f"bounced:{message_id}", reason=reason)
    return True


def note_reply(db: Session, message_id: str, now: datetime, *, sender: str = "", reply_id: str = "") -> bool:
    """Somebody answered a mail of ours by mail: it is written in the thread, and confirms nothing. False when it is no mail of a call."""
    mailed = queries.mailed(db, message_id)
    if mailed is None:
        return False
    key = f"reply:{reply_id or message_id}"
    _tell(db, mailed.call_id, "reply", now, recipient_id=mailed.recipient_id, message_id=message_id, key=key, sender=sender)
    return True


def _tell(
    db: Session,
    call_id: int,
    kind: str,
    now: datetime,
    *,
    recipient_id: int | None,
    key: str,
    message_id: str | None = None,
    designee_id: int | None = None,
    **detail: str,
) -> None:
    """Write a line of the thread, once for each key."""
    row: dict[str, Any] = {"call_id": call_id, "recipient_id": recipient_id, "designee_id": designee_id, "kind": kind, "at": now, "by": ""}
    row |= {"message_id": message_id, "key": key, "detail": detail}
    db.execute(upsert(db)(CallEntry).values(row).on_conflict_do_nothing(index_elements=["key"]))
