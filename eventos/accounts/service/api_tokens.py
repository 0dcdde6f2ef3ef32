"""Keys to the API: made, used, revoked. The key itself is shown once, to whoever made it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.accounts import rules
from eventos.accounts.models import ApiToken
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.vocabulary import ApiScope


def make_api_token(db: Session, *, staff_id: int, name: str, scopes: Sequence[ApiScope], days: int, by: Actor, now: datetime) -> str:
    """Make a key in the name of a staff member and answer it; it is kept nowhere. Raises InvalidInput."""
    wrong: dict[str, str] = {}
    if not scopes:
        wrong["scopes"] = "Marque al menos un alcance."
    if not 1 <= days <= rules.API_TOKEN_DAYS:
        wrong["days"] = f"La vigencia va de 1 a {rules.API_TOKEN_DAYS} días."
    if wrong:
        raise InvalidInput(fields=wrong)
    secret = rules.API_TOKEN_PREFIX + tokens.random_token()
    token = ApiToken(
        public_id=tokens.public_id(),
        token_hash=tokens.digest(secret),
        name=name,
        scopes=[scope.value for scope in ApiScope if scope in scopes],
        staff_id=staff_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.add(token)
    db.flush()
    audit.record(db, by, "accounts.make_api_token", "api_token", token.id, scopes=token.scopes, days=days)
    return secret


def revoke_api_token(db: Session, public_id: str, *, staff_id: int | None, by: Actor, now: datetime) -> None:
    """End a key at once; one that ended already stays as it was. `staff_id` keeps to one's own. Raises NotFound."""
    wanted = select(ApiToken).where(ApiToken.public_id == public_id)
    if staff_id is not None:
        wanted = wanted.where(ApiToken.staff_id == staff_id)
    token = db.execute(wanted.with_for_update()).scalar_one_or_none()
    if token is None:
        raise NotFound("No encontramos esa llave.")
    if token.revoked_at is None:
        token.revoked_at = now
        db.flush()
        audit.record(db, by, "accounts.revoke_api_token", "api_token", token.id)


def see_api_token(db: Session, token_id: int, *, now: datetime) -> None:
    """Note that a key is in use."""
    db.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))
