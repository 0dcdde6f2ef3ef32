"""What is asked about keys to the API: who a key belongs to, and the lists of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import ApiToken, Staff
from eventos.kernel import tokens
from eventos.kernel.vocabulary import ApiScope, StaffRole

# Whoever stops organising takes their keys with them.
OWNERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)


@dataclass(frozen=True)
class CallerView:
    """The key that asks, with `id` and `role` of whoever made it: what they may see today is what it sees."""

    id: int
    role: StaffRole
    token_id: int
    token_name: str
    scopes: frozenset[str]
    last_used_at: datetime | None


@dataclass(frozen=True)
class TokenRow:
    """A key in a list."""

    public_id: str
    name: str
    scopes: tuple[ApiScope, ...]
    owner: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "active"


def caller_by_token(db: Session, token: str, *, now: datetime) -> CallerView | None:
    """Who a key belongs to; None when it is revoked or over, or its owner no longer organises."""
    row = db.execute(
        select(Staff.id, Staff.role, ApiToken.id.label("token_id"), ApiToken.name, ApiToken.scopes, ApiToken.last_used_at)
        .join(ApiToken, ApiToken.staff_id == Staff.id)
        .where(ApiToken.token_hash.in_([tokens.digest(token)]), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .where(Staff.deactivated_at.is_(None), Staff.role.in_([role.value for role in OWNERS]))
    ).one_or_none()
    if row is None:
        return None
    return CallerView(row.id, StaffRole(row.role), row.token_id, row.name, frozenset(row.scopes), row.last_used_at)


def tokens_of(db: Session, staff_id: int | None, *, limit: int = 200) -> list[TokenRow]:
    """The keys of one staff member, or of all: those not revoked first, the latest first. One statement."""
    wanted = select(ApiToken, Staff.name).join(Staff, ApiToken.staff_id == Staff.id)
    if staff_id is not None:
        wanted = wanted.where(ApiToken.staff_id == staff_id)
    rows = db.execute(wanted.order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc()).limit(limit))
    return [
        TokenRow(
            public_id=token.public_id,
            name=token.name,
            scopes=tuple(ApiScope(scope) for scope in token.scopes),
            owner=owner,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
        )
        for token, owner in rows
    ]
