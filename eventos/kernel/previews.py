"""A mail to look at inside one of our own pages: in a frame that runs nothing, asks for nothing and leads nowhere."""

from base64 import b64encode
from collections.abc import Mapping

from flask import Response, make_response

from eventos.kernel.http import CSP

CSP_PREVIEW = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
CSP_AROUND = f"{CSP}; frame-src 'self'"
_NOWHERE = '<head><base target="_blank">'  # a sandbox opens no window, so a link that is followed leads nowhere


def framed(page: str, *, images: Mapping[str, bytes] | None = None, status: int = 200) -> Response:
    """The page of a mail as a frame may show it; `images` are the PNGs that travel inside it, by their Content-ID."""
    for cid, png in (images or {}).items():
        page = page.replace(f"cid:{cid}", f"data:image/png;base64,{b64encode(png).decode()}")
    answer = make_response(page.replace("<head>", _NOWHERE, 1), status)
    answer.headers["Content-Security-Policy"] = CSP_PREVIEW
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def around(page: str, *, status: int = 200) -> Response:
    """The page of ours that holds the frame."""
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = CSP_AROUND
    return answer
