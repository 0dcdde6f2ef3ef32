"""Staff for tests, and a browser that is signed in as one of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count

import pyotp
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.accounts import service
from eventos.accounts.models import Staff
from eventos.accounts.service import PasswordHash
from eventos.accounts.service.members import new_staff
from eventos.kernel import clock, http, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.vocabulary import StaffRole

PASSWORD = "cuatro palabras muy sueltas"
_numbers = count(1)


@cache
def password_hash(password: str = PASSWORD) -> PasswordHash:
    """Hashed once for the whole run: argon2 is slow on purpose."""
    return service.hash_password(password)


def a_staff(
    db: Session,
    *,
    role: StaffRole = StaffRole.ORGANISER,
    email: str | None = None,
    name: str = "Ana Prueba Ficticia",
    password: str | None = PASSWORD,
) -> Staff:
    """An account; without a password it is one that has not accepted its invitation."""
    hashed = password_hash(password) if password is not None else None
    return new_staff(db, email=email or f"persona{next(_numbers)}@oficina.example", name=name, role=role, password_hash=hashed)


@dataclass(frozen=True)
class SignedIn:
    """Who the client is, and the token its staff forms carry: `client.post(url, data={"csrf_token": who.csrf, …})`."""

    id: int
    public_id: str
    name: str
    email: str
    role: StaffRole
    cookie: str
    csrf: str


def signed_in(
    client: FlaskClient,
    writing: Callable[[], AbstractContextManager[Session]],
    role: StaffRole = StaffRole.ADMINISTRATOR,
    *,
    staff: Staff | None = None,
) -> SignedIn:
    """Sign the client in as somebody new with this role (or as `staff`), without the sign-in page and its slow hash."""
    with writing() as db:
        someone = staff or a_staff(db, role=role)
        cookie = service.start_session(db, someone.id, now=clock.now())
    client.set_cookie("eventos", cookie, domain="localhost")
    return SignedIn(
        someone.id, someone.public_id, someone.name, someone.email, someone.staff_role, cookie, staff_form_token(client, cookie)
    )


def staff_form_token(client: FlaskClient, cookie: str) -> str:
    """The hidden value that forms of staff pages carry in the session of this cookie."""
    with client.application.test_request_context():
        http.use_session_id(tokens.digest(cookie))
        return http._session_form_token()


def open_form_token() -> str:
    """The hidden value that forms for everybody carry."""
    return tokens.issue("form", {}, expires_at=clock.now() + timedelta(hours=1))


def by(staff: Staff) -> Actor:
    return Actor.staff(staff.id, staff.name)


def a_link(db: Session, staff: Staff, purpose: str) -> str:
    """The token of a fresh link, as the mail would carry it."""
    link = service.link_for_mail(db, staff.id, purpose)
    assert link is not None
    return link.token


def enable_totp(db: Session, staff: Staff, *, now: datetime | None = None) -> str:
    """Turn it on and answer the secret; the code of an hour ago is the one used up."""
    service.begin_totp(db, staff.id)
    secret = service.pending_totp(db, staff.id)
    assert secret is not None
    earlier = (now or clock.now()) - timedelta(hours=1)
    service.confirm_totp(db, staff.id, pyotp.TOTP(secret).at(earlier), by=by(staff), now=earlier)
    return secret
