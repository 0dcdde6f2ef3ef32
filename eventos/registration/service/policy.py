"""Keeps how an event admits people, and the invitation of a private one."""

from datetime import datetime

from sqlalchemy.orm import Session

from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput
from eventos.registration.models import AdmissionPolicy
from eventos.registration.rules import LARGEST_GROUP, LONGEST_OFFER, Policy

_INVITATION = "event-invitation"


def save_policy(db: Session, event_id: int, policy: Policy, *, by: Actor, now: datetime) -> tuple[str, ...]:
    """Write down how an event admits people; one that becomes private gets its invitation. Answers what changed. Raises InvalidInput."""
    wrong: dict[str, str] = {}
    if policy.offer_hours is not None and not 1 <= policy.offer_hours <= LONGEST_OFFER:
        wrong["offer_hours"] = f"Escriba entre 1 y {LONGEST_OFFER} horas, o deje el campo vacío."
    if not 1 <= policy.group_limit <= LARGEST_GROUP:
        wrong["group_limit"] = f"Escriba entre 1 y {LARGEST_GROUP} personas."
    if wrong:
        raise InvalidInput(fields=wrong)
    row = _row(db, event_id, now)
    changed = tuple(name for name in Policy.__dataclass_fields__ if getattr(row, name) != getattr(policy, name))
    for name in changed:
        setattr(row, name, getattr(policy, name))
    if row.is_private and row.invitation_hash is None:
        _invite(row)
    if changed:
        row.updated_at = now
        db.flush()
        audit.record(db, by, "registration.save_policy", "event", event_id, **{name: getattr(policy, name) for name in changed})
    return changed


def renew_invitation(db: Session, event_id: int, *, by: Actor, now: datetime) -> None:
    """Make a new invitation for a private event; the one that was shared stops working. An event that is not private has none."""
    row = _row(db, event_id, now)
    if row.is_private:
        _invite(row)
        row.updated_at = now
        db.flush()
        audit.record(db, by, "registration.renew_invitation", "event", event_id)


def invitation_token(sealed: bytes) -> str:
    """The token of an invitation, to be shown again."""
    return tokens.unseal(_INVITATION, sealed).decode()


def _row(db: Session, event_id: int, now: datetime) -> AdmissionPolicy:
    row = db.get(AdmissionPolicy, event_id, with_for_update=True)
    if row is None:
        row = AdmissionPolicy(event_id=event_id, moderated=False, is_private=False, admits_late=False, group_limit=1, updated_at=now)
        db.add(row)
        db.flush()
    return row


def _invite(row: AdmissionPolicy) -> None:
    token = tokens.random_token()
    row.invitation_hash, row.invitation_sealed = tokens.digest(token), tokens.seal(_INVITATION, token.encode())
