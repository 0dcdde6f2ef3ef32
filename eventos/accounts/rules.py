"""What accounts decide without looking anywhere: which passwords, addresses, one-time codes and ways back are acceptable."""

import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyotp

from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import clean, names_refuse_links, normalise_email

SEEN_EVERY = timedelta(minutes=5)
LINK_LIFE = {"first_admin": timedelta(minutes=60), "invitation": timedelta(hours=72), "reset": timedelta(minutes=60)}

PASSWORD_SHORTEST = 12
PASSWORD_LONGEST = 256
NAME_LONGEST = 120
EMAIL_LONGEST = 254
API_TOKEN_DAYS = 365
API_TOKEN_PREFIX = "evt_"  # noqa: S105 - what a leaked key is recognised by
LONGEST_DELAY = 60  # seconds

HOME = "/escritorio"
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[^\s@.]+(\.[^\s@.]+)+")
_STEP = 30  # seconds, RFC 6238 §4


class SignInFailed(RuleViolation):
    """One sentence for an unknown account, a wrong password, a wrong code and a deactivated account. `wait` is in seconds."""

    code = "sign_in_failed"
    message = "El correo, la contraseña o el código no coinciden."

    def __init__(self, *, wait: int = 0) -> None:
        super().__init__(f"{self.message} Espere {seconds(wait)} antes de volver a intentarlo." if wait else None)
        self.wait = wait


class LastAdministrator(RuleViolation):
    code = "last_administrator"
    message = "Es la única cuenta activa que administra: nombre primero a otra persona."


class NotOnOneself(RuleViolation):
    code = "not_on_oneself"
    message = "No puede hacer esto con su propia cuenta: pídalo a otra persona que administre."


def seconds(number: int) -> str:
    return "1 segundo" if number == 1 else f"{number} segundos"


def normal_password(password: str) -> str:
    """The form in which a password is hashed, so that two keyboards agree on an accent (NIST SP 800-63B §3.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, email: str = "") -> str:
    """The password, normalised. Raises InvalidInput when it is short, long, common, or the account's own address."""
    password = normal_password(password)
    if len(password) < PASSWORD_SHORTEST:
        raise InvalidInput(fields={"password": f"Use al menos {PASSWORD_SHORTEST} caracteres; una frase corta sirve."})
    if len(password) > PASSWORD_LONGEST:
        raise InvalidInput(fields={"password": f"Use como máximo {PASSWORD_LONGEST} caracteres."})
    plain = _plain(password)
    if plain in common_passwords() or len(set(plain)) < 4:
        raise InvalidInput(fields={"password": "Esa contraseña es muy conocida. Elija otra, por ejemplo cuatro palabras sueltas."})
    if email and plain in {_plain(email), _plain(email.partition("@")[0])}:
        raise InvalidInput(fields={"password": "La contraseña no puede ser su correo."})
    return password


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that many people would think of first: composed from everyday words, years and keyboard rows."""
    lines = (Path(__file__).parent / "data" / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line) for line in lines)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def check_name(name: str) -> str:
    """A person's name, cleaned. Raises InvalidInput when it is empty, too long or an advertisement."""
    name = clean(name)
    if not name:
        raise InvalidInput(fields={"name": "Escriba el nombre."})
    if len(name) > NAME_LONGEST:
        raise InvalidInput(fields={"name": f"Escriba como máximo {NAME_LONGEST} caracteres."})
    if names_refuse_links(name):
        raise InvalidInput(fields={"name": "El nombre no puede llevar direcciones de correo ni de internet."})
    return name


def check_email(address: str) -> str:
    """One plain address, as typed but for spaces. Raises InvalidInput."""
    address = clean(address)
    if len(address) > EMAIL_LONGEST or not _EMAIL.fullmatch(address):
        raise InvalidInput(fields={"email": "Escriba un correo completo, por ejemplo nombre@entidad.gov.co."})
    return address


def email_key(address: str) -> str:
    return normalise_email(address)


def delay(failures: int, *, free: int) -> int:
    """How many seconds lie between two tries after so many failures: none at first, then 1, 2, 4 … up to a minute; never for ever."""
    beyond = failures - free
    return 0 if beyond < 0 else min(LONGEST_DELAY, 2 ** min(beyond, 6))


def totp_step(secret: str, code: str, *, now: datetime) -> int | None:
    """The 30-second step whose code this is: the present one or a neighbour (RFC 6238 §5.2, §6). None for a wrong code."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    generator = pyotp.TOTP(secret)
    present = int(now.timestamp()) // _STEP
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(generator.generate_otp(step), code):
            return step
    return None


def totp_uri(secret: str, *, account: str) -> str:
    """What the QR of an authenticator says (Key URI format). Long addresses are cut: a QR carries 160 characters."""
    label = account if len(account) <= 60 and account.isascii() else account.partition("@")[0].encode("ascii", "ignore").decode()[:40]
    return pyotp.TOTP(secret).provisioning_uri(name=label or "cuenta", issuer_name="Eventos")


def own_path(target: str | None) -> str:
    """A path of this site to go back to, or the desk for anything a browser could read as another site's."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return HOME
    if "\\" in target or any(not "!" <= char <= "~" for char in target) or len(target) > 2000:
        return HOME
    return target
