"""The wordings under which people were written down before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.people.models import ConsentText


def notice_shown(db: Session, text_hash: str) -> str | None:
    """A wording of the notice that somebody consented to, by its SHA-256."""
    return db.execute(select(ConsentText.body).where(ConsentText.hash == text_hash)).scalar_one_or_none()
