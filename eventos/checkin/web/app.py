"""What the app of the door is made of: its modules under one version, the page without anybody that a phone keeps, its service worker and
the manifest that lets it be installed. None of them says anything of a person or of an event.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from flask import Response, abort, current_app, make_response, render_template, url_for

from eventos.checkin.forms import REASONS, CodeForm
from eventos.checkin.queries import DeviceView, DoorCount
from eventos.checkin.web.doors import app_files
from eventos.kernel.http import CSP
from eventos.kernel.vocabulary import DocumentType

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
PLAIN = ("js/access.js", "js/once.js")  # imported by name
READER = ("vendor/barcode-detector.js", "vendor/zxing_reader.wasm")
PAGES = ("camera.html", "_phone.html")
ICONS = (("img/puerta-192.png", 192, "any"), ("img/puerta-512.png", 512, "any"), ("img/puerta-512-maskable.png", 512, "maskable"))
# name, label, whether it may be left out, attributes
WALK_IN_FIELDS: tuple[tuple[str, str, bool, dict[str, str]], ...] = (
    ("document_number", "Número", False, {"maxlength": "30", "inputmode": "numeric"}),
    ("given_names", "Nombres", False, {"maxlength": "80"}),
    ("family_names", "Apellidos", False, {"maxlength": "80"}),
    ("municipio", "Municipio", False, {"maxlength": "100", "list": "w-lugares"}),
    ("entity", "Entidad", False, {"maxlength": "160", "list": "w-entidades"}),
    ("post", "Cargo", True, {"maxlength": "120"}),
    ("email", "Correo electrónico", True, {"maxlength": "200", "type": "email"}),
)
NOBODY = {"slug": "evento", "short_title": "Puerta", "venue": "", "demo": False}  # the app writes over it


def modules() -> dict[str, Path]:
    """The app's modules by the name they are imported by."""
    static = Path(str(current_app.static_folder))
    return {file.name: file for file in sorted((static / "js/checkin").glob("*.js"))} | {VENDORED: static / "vendor" / VENDORED}


def version() -> str:
    """Changes when anything of the app does."""
    static, templates = Path(str(current_app.static_folder)), Path(str(current_app.template_folder)) / "checkin"
    pages = (templates / name for name in PAGES)
    files = (*modules().values(), *(static / name for name in (*PARTS, *PLAIN, *READER)), *pages)
    return _digest(tuple((file, file.stat().st_mtime_ns) for file in files))


def _static(name: str) -> str:
    """The address of a static file with its version, as the templates write it."""
    address: str = cast("Callable[[str], str]", current_app.jinja_env.globals["static_url"])(name)
    return address


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[Path, int], ...]) -> str:
    return sha256(b"".join(file.name.encode() + file.read_bytes() for file, _changed in files)).hexdigest()[:16]


def app_url(name: str) -> str:
    """The address of one of the app's modules, in this version of it."""
    return url_for("door_app.module", release=version(), name=name)


def app_page(device: DeviceView | None, event: Any, form: CodeForm | None, count: DoorCount | None = None, status: int = 200) -> Response:
    """The page that the app takes over: the only one that may use the camera and run WebAssembly."""
    shown = {"count": count} if count is not None else {}
    page = render_template(
        "checkin/camera.html",
        device=device,
        event=event,
        form=form,
        door_module=app_url,
        document_types=DocumentType.choices(),
        walk_in_fields=WALK_IN_FIELDS,
        reasons=REASONS,
        **shown,
    )
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


@app_files.get("/acreditacion/app/<release>/pagina")
def shell(release: str) -> Response:
    """The app without anybody in it: what the phone shows of itself without a signal."""
    if release != version():
        abort(404)
    return app_page(None, NOBODY, None)


@app_files.get("/acreditacion/sw.js")
def worker() -> Response:
    """The service worker: what it keeps, and under which version."""
    release = version()
    own = [app_url(name) for name in modules()]
    fonts = sorted(Path(str(current_app.static_folder), "fonts").glob("*.woff2"))
    plain = [url_for("static", filename=name) for name in (*PLAIN, *(f"fonts/{font.name}" for font in fonts))]
    files = [*own, *plain, *(_static(name) for name in (*PARTS, *READER))]
    told = {"version": release, "shell": url_for("door_app.shell", release=release), "files": files}
    answer = Response(f'import {{ start }} from "{app_url("worker.js")}";\nstart({json.dumps(told)});\n', mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/acreditacion"
    return answer


@app_files.get("/acreditacion/app.webmanifest")
def webmanifest() -> Response:
    """What lets the door be put among the phone's apps."""
    told = {
        "id": "/acreditacion",
        "name": "Puerta: acreditación de eventos",
        "short_name": "Puerta",
        "lang": "es-CO",
        "start_url": "/acreditacion",
        "scope": "/acreditacion",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#0c1520",
        "theme_color": "#0c1520",
        "icons": [
            {"src": _static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose} for name, size, purpose in ICONS
        ],
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")
