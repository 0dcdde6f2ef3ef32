"""What the app of the door is made of: its modules under one version, the page without anybody that a phone keeps, its service worker and
the manifest that lets it be installed. None of them says anything of a person or of an event.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, make_response, url_for

from eventos.checkin.web.doors import app_files
from eventos.kernel.http import CSP

CAMERA_CSP = CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
CAMERA_POLICY = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
VENDORED = "noble-ed25519.js"
PARTS = (
    "css/tokens.css",
    "css/components.css",
    "css/forms.css",
    "css/door.css",
    "js/prefs.js",
    "js/site.js",
    "img/icons.svg",
    "img/favicon.svg",
)
READER = ("vendor/barcode-detector.js", "vendor/zxing_reader.wasm")
PAGES = ("camera.html", "_phone.html")
ICONS = ("img/puerta-192.png", "img/puerta-512.png", "img/puerta-512-maskable.png")


def modules() -> dict[str, Path]:
    """The app's modules by the name they are imported by."""
    static = Path(str(current_app.static_folder))
    return {file.name: file for file in sorted((static / "js/checkin").glob("*.js"))} | {VENDORED: static / "vendor" / VENDORED}


def version() -> str:
    """Changes when anything of the app does."""
    static, templates = Path(str(current_app.static_folder)), Path(str(current_app.template_folder)) / "checkin"
    pages = (templates / name for name in PAGES)
    return _digest((*modules().values(), *(static / name for name in (*PARTS, *READER)), *pages))


@lru_cache(maxsize=4)
def _digest(files: tuple[Path, ...]) -> str:
    return sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()[:16]


def app_url(name: str) -> str:
    """The address of one of the app's modules, in this version of it."""
    return url_for("door_app.module", release=version(), name=name)


def with_camera(page: Any, status: int = 200) -> Response:
    """A page that may use the camera and run WebAssembly."""
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = CAMERA_CSP
    answer.headers["Permissions-Policy"] = CAMERA_POLICY
    return answer


@app_files.get("/acreditacion/app/<release>/<name>")
def module(release: str, name: str) -> Response:
    """A module of the present version; of any other there is none, so that two versions never mix."""
    file = modules().get(name)
    if file is None or release != version():
        abort(404)
    return Response(file.read_bytes(), mimetype="text/javascript")
