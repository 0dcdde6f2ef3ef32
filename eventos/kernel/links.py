"""Absolute links for mails, QR codes and documents, from the public URL alone: never from a request's Host header."""

_public_url = "http://127.0.0.1:8000"


def configure(public_url: str) -> None:
    global _public_url
    _public_url = public_url.rstrip("/")


def base() -> str:
    return _public_url


def absolute(path: str) -> str:
    return f"{_public_url}/{path.lstrip('/')}"


def event(slug: str) -> str:
    return absolute(f"/eventos/{slug}")


def ticket(token: str) -> str:
    """What the QR says; at most 160 ASCII characters."""
    return absolute(f"/q/{token}")


def my_registration(token: str) -> str:
    return absolute(f"/i/{token}")


def host() -> str:
    return _public_url.split("://", 1)[1].split("/", 1)[0].split(":", 1)[0]
