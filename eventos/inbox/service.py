"""Take a mail in once, judge it, and tell who it concerns; staff decide about what is doubtful."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.inbox import queries, rules
from eventos.inbox.models import InboundDecision, InboundMail
from eventos.inbox.rules import AlreadyDecided, Letter, Verdict
from eventos.kernel import audit, correspondence, return_path, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.text import mask_email
from eventos.registration.service.reply import note_reply


@dataclass(frozen=True)
class Taken:
    """What became of a file. `is_repeat`: it was here already, and changed nothing."""

    verdict: str
    is_repeat: bool


def take_in(db: Session, letter: Letter, *, sha256: str, via: str, checks_senders: bool, by: Actor, now: datetime) -> Taken:
    """Judge a mail and write it down; the same file twice counts once. `checks_senders`: our server vouches for senders."""
    verdict, facts = _judge(db, letter, checks_senders=checks_senders)
    row = {
        "public_id": tokens.public_id(),
        "sha256": sha256,
        "kind": letter.kind,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "via": via,
        "sender": mask_email(letter.sender) if letter.sender else "",
        "received_at": now,
        **facts,
    }
    insert = upsert(db)(InboundMail).values(row).on_conflict_do_nothing(index_elements=["sha256"]).returning(InboundMail.id)
    inbound_id = db.execute(insert).scalar_one_or_none()
    if inbound_id is None:
        return Taken(verdict.verdict, is_repeat=True)
    if verdict.verdict == "applied":
        _apply(db, letter.kind, facts, now=now, sender=letter.sender, own_id=letter.message_id)
    if by.staff_id is not None:
        audit.record(db, by, "inbox.upload", "inbound_mail", inbound_id, verdict=verdict.verdict)
    return Taken(verdict.verdict, is_repeat=False)


def decide(db: Session, mail: queries.InboundRow, *, accepted: bool, by: Actor, now: datetime) -> None:
    """Somebody read a doubtful mail: it is believed, or it is not. Raises AlreadyDecided."""
    if mail.verdict != "doubtful":
        raise AlreadyDecided
    row = {"inbound_id": mail.id, "accepted": accepted, "decided_by": by.ref, "decided_at": now}
    insert = upsert(db)(InboundDecision).values(row).on_conflict_do_nothing(index_elements=["inbound_id"])
    if db.execute(insert.returning(InboundDecision.inbound_id)).scalar_one_or_none() is None:
        raise AlreadyDecided
    if accepted:
        facts = {"about_message_id": mail.about_message_id, "registration_id": mail.registration_id, "says": mail.says}
        _apply(db, mail.kind, facts, now=now)
    audit.record(db, by, "inbox.decide", "inbound_mail", mail.id, accepted=accepted)


def _judge(db: Session, letter: Letter, *, checks_senders: bool) -> tuple[Verdict, dict[str, Any]]:
    """The verdict, and the columns that say what the mail is about."""
    facts: dict[str, Any] = {"about_message_id": "", "event_id": None, "registration_id": None, "says": {}}
    if letter.kind == "calendar" and letter.answer is not None:
        invited = queries.invited_by(db, letter.answer.uid)
        facts["says"] = {"answer": letter.answer.answer}
        if invited is not None:
            facts |= {"event_id": invited.event_id, "registration_id": invited.registration_id}
        return rules.judge_answer(letter, letter.answer, invited, checks_senders=checks_senders), facts
    if letter.kind not in {"bounce", "reply", "automatic"}:
        return rules.FOREIGN, facts
    sent = queries.sent_among(db, letter.refers_to)
    if sent is not None:
        facts |= {"about_message_id": sent.message_id, "event_id": sent.event_id, "registration_id": sent.registration_id}
    if letter.kind == "automatic":
        return Verdict("noted", "Nadie la escribió: es una respuesta automática.") if sent else rules.FOREIGN, facts
    if letter.kind == "reply":
        return rules.judge_reply(is_known=sent is not None), facts
    report = letter.reports[0]
    facts["says"] = {"recipient": mask_email(report.recipient), "status": report.status, "diagnostic": report.diagnostic}
    came_home = sent is not None and return_path.is_ours(letter.recipients, sent.message_id)
    return rules.judge_bounce(is_known=sent is not None, came_home=came_home), facts


def _apply(db: Session, kind: str, facts: dict[str, Any], *, now: datetime, sender: str = "", own_id: str = "") -> None:
    says, about = facts["says"], facts["about_message_id"]
    if kind == "calendar":
        note_reply(db, facts["registration_id"], says["answer"], now=now)
    elif kind == "bounce":
        correspondence.came_back(db, message_id=about, recipient=says["recipient"], status=says["status"], diagnostic=says["diagnostic"])
    elif kind == "reply":
        correspondence.was_answered(db, message_id=about, recipient=sender, diagnostic=own_id)
