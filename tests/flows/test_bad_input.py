"""Everything that can be sent is sent to every form and every page: never a 500, always Spanish, and what was typed stays.

The walk finds the forms by itself, so a new door is swept from the day it has one.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventos.app import create_app
from eventos.kernel.db import database
from eventos.kernel.settings import Settings
from tests.accounts.factories import open_form_token
from tests.flows.conftest import Visit
from tests.flows.town import HOST, Found, Snapshot, Town, build, officer, walk
from tests.support import once
from tests.support.databases import Databases
from tests.support.fixtures import Serve
from tests.support.visitor import PageForm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

TEXTS = {
    "control characters": "Hola\x00\x01\x08\x1b[31m\x7f\x85 mundo",
    "line breaks": "Hola\r\nBcc: otra@correo.example\r\n\r\nmundo",
    "bidi overrides": "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "nothing visible": "\u200b\u2060\ufeff \u00a0\u3164",
    "NUL": "\x00",
    "right to left": "عائشة بنت محمد",
    "emoji": "Ñoño 👩🏽\u200d🔬🇨🇴",
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}<%=7*7%>',
    "formula": '=HYPERLINK("https://pesca.example";"Clic")',
    "SQL": "' OR 1=1; DROP TABLE person; --",
    "path": "../../../../etc/passwd\x00.png",
    "link": "javascript:alert(1)",
    "combining": "Z" + "\u0301\u0489" * 300,
    "unassigned": "\U0010ffff\ufdd0\ue000",
    "long": "ñ" * 700,
    "one long word of digits": "9" * 900,
    "number that is none": "NaN",
    "huge number": "1e999",
    "negative": "-1",
    "other digits": "\u0663\u0664",
    "fraction": "1.5",
    "date that is none": "2026-02-30",
    "year far away": "99999-12-31",
    "year zero": "0000-01-01",
    "last moment": "9999-12-31",
    "first moment": "0001-01-01",
    "hour that is none": "25:61",
    "moment that is none": "2026-13-45T99:99",
    "last moment with its hour": "9999-12-31T23:59",
}
FILES = {
    "empty file": (b"", "lista.csv"),
    "only headings": b"Nombre,Correo\n",
    "not a table": bytes(range(256)) * 40,
    "NULs": b"\x00" * 5000,
    "broken workbook": b"PK\x03\x04" + b"\x00" * 300,
    "UTF-16": "Nombre;Correo\r\nÑandú;a@b.example\r\n".encode("utf-16"),
    "one endless line": b"a" * 400_000,
}
NAMES = ("../../etc/passwd", "C:\\x\\y.csv", "a\x00b.csv", "\u202evsc.exe", "", "x" * 300 + ".csv", "con saltos\r\nX-Cabecera: 1.csv")
ENGLISH = ("This field is required", "Not a valid", "Invalid ", "Field must be", "Bad Request", "Not Found", "Traceback", "CSRF")
QUERIES = ("pagina", "q", "next", "aviso", "ciclo", "municipio", "entidad", "modalidad", "estado", "texto", "orden", "token", "v")


Walked = tuple[dict[str, Found], dict[str, set[str]]]


@dataclass(frozen=True)
class Place:
    """A town that stands for the whole module, and what was found on the walks through it."""

    app: Flask
    town: Town
    snapshot: Snapshot
    walks: dict[str, Walked] = field(default_factory=dict)

    def walk(self, side: str) -> Walked:
        """The forms and the addresses of one side; nobody changes anything by walking, so once is enough."""
        if side not in self.walks:
            client, _token, starts = visitor_of(self.app, self.town, side)
            self.walks[side] = walk(self.app, client, starts)
        return self.walks[side]


@pytest.fixture(scope="module")
def built(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    url = databases.fresh("sqlite")
    told = {"EVENTOS_DATA_DIR": str(tmp_path_factory.mktemp("town")), "EVENTOS_DATABASE_URL": url}
    app = create_app(Settings.from_environ(told), ring=lambda: None)
    app.config["PROPAGATE_BUGS"] = False
    app.config["SESSION_COOKIE_SECURE"] = False
    once.share(app)
    town = build(app)
    yield Place(app, town, Snapshot(app, url))
    with app.app_context():
        database.engine.dispose()
    databases.discard(url)


@pytest.fixture
def place(built: Place) -> Place:
    """The town as it was built, whatever was sent to it before."""
    built.snapshot.restore()
    return built


def visitor_of(app: Flask, town: Town, side: str) -> tuple[FlaskClient, str, tuple[str, ...]]:
    """A client, the token its forms carry, and where it begins to walk."""
    if side == "office":
        client, token = officer(app, town)
        return client, token, town.office
    return app.test_client(), open_form_token(), town.public


def judge(answer: TestResponse, what: str) -> list[str]:
    """What is wrong with an answer; best nothing."""
    wrong = []
    if answer.status_code >= 500:
        wrong.append(f"{answer.status_code}: {what}")
    if answer.status_code >= 400 and answer.mimetype == "text/html":
        said = re.sub(r"<[^>]+>", " ", answer.text)
        wrong += [f"says {word!r}: {what}" for word in ENGLISH if word in said]
        if '<html lang="es' not in answer.text:
            wrong.append(f"not a page of ours: {what}")
    if answer.mimetype == "text/html" and "<script>alert(1)" in answer.text:
        wrong.append(f"markup came back raw: {what}")
    return wrong


def bodies(form: PageForm, token: str) -> Iterator[tuple[str, bytes, str]]:
    """Bodies no browser would send to this form, as (what, body, content type)."""
    urlencoded = "application/x-www-form-urlencoded"
    names = [name for name in form.names() if name != "csrf_token"]
    signed = f"csrf_token={quote(token)}&"
    broken = "%FF%FE%ED%A0%80%C0%AF%F5"
    yield "nothing at all", b"", urlencoded
    yield "only the token", signed.encode(), urlencoded
    yield "invalid UTF-8 and a lone surrogate", (signed + "&".join(f"{quote(name)}={broken}" for name in names)).encode(), urlencoded
    yield "every field twice", (signed + "&".join(f"{quote(name)}=uno&{quote(name)}=dos" for name in names)).encode(), urlencoded


def crude_bodies(form: PageForm, token: str) -> list[tuple[str, bytes, str]]:
    """Bodies that are no form, whichever form they are sent to: what reads them is the same for all."""
    urlencoded = "application/x-www-form-urlencoded"
    names = [name for name in form.names() if name != "csrf_token"]
    signed = f"csrf_token={quote(token)}&"
    return [
        ("broken UTF-8, not even encoded", signed.encode() + b"&".join(name.encode() + b"=\xff\xed\xa0\x80" for name in names), urlencoded),
        ("names that are no names", (signed + "%FF%FE%ED%A0%80%C0%AF%F5=1&%00=2&__class__=3&a[b]=4&=5&&&===").encode(), urlencoded),
        ("thousands of fields", (signed + "&".join(f"a{n}=1" for n in range(6000))).encode(), urlencoded),
        ("thousands of one field", (signed + "&".join(f"{quote((names or ['a'])[0])}=1" for _ in range(6000))).encode(), urlencoded),
        ("JSON", b'{"csrf_token": [1], "email": {"a": null}}', "application/json"),
        ("multipart without a boundary", b"x", "multipart/form-data"),
        ("multipart cut short", b'--x\r\nContent-Disposition: form-data; name="a"\r\n', "multipart/form-data; boundary=x"),
        ("a charset of its own", signed.encode("utf-16"), f"{urlencoded}; charset=utf-16"),
        ("10 MB", signed.encode() + b"given_names=" + b"a" * 10_000_000, urlencoded),
    ]


def attempts(found: Found, token: str, share: slice) -> Iterator[tuple[str, Callable[[FlaskClient], TestResponse]]]:
    """Everything to send to one form, as (what, how); of the texts and of the crudest bodies, its share."""
    form, path = found.form, found.action
    free = [name for name in form.names() if name != "csrf_token"]

    def plain(fields: list[tuple[str, str]]) -> Callable[[FlaskClient], TestResponse]:
        body = urlencode(fields, errors="replace")
        kind = "application/x-www-form-urlencoded"
        return lambda client: client.post(path, data=body, content_type=kind)

    for what, body, content_type in [*bodies(form, token), *crude_bodies(form, token)[share]]:
        yield what, lambda client, body=body, kind=content_type: client.post(path, data=body, content_type=kind)
    for what, text in list(TEXTS.items())[share]:
        yield f"{what} everywhere", plain([("csrf_token", token), *((name, text) for name in free)])
        typed = dict.fromkeys(form.names("text", "textarea", "search", "tel", "email", "number", "date", "time", "url"), text)
        yield f"{what} in what is typed", plain(form.fields(**{**typed, "csrf_token": token}))
    for name in form.names("file"):
        for what, content in FILES.items():
            data, filename = content if isinstance(content, tuple) else (content, "lista.csv")
            yield what, upload(found, token, name, data, filename)
        for filename in NAMES:
            yield f"file named {filename[:30]!r}", upload(found, token, name, b"Nombre,Correo\nAna Prueba,ana@correo.example\n", filename)
    if form.names("file"):
        yield "text where a file belongs", plain([("csrf_token", token), *((name, "x") for name in free)])
    else:
        yield "a file where text belongs", upload(found, token, free[0] if free else "a", b"\xff\xd8\xff", "a.jpg")


def upload(found: Found, token: str, name: str, content: bytes, filename: str) -> Callable[[FlaskClient], TestResponse]:
    def send(client: FlaskClient) -> TestResponse:
        fields = {key: value for key, value in found.form.fields(csrf_token=token) if key != name}
        return client.post(found.action, data={**fields, name: (io.BytesIO(content), filename)}, content_type="multipart/form-data")

    return send


@pytest.mark.parametrize("side", ["public", "office"])
def test_no_form_answers_nonsense_with_an_error_of_ours(place: Place, side: str, is_full: bool) -> None:
    """In full everything is sent to every form; otherwise each form gets a quarter of the texts and of the crudest bodies."""
    client, token, _starts = visitor_of(place.app, place.town, side)
    forms, _places = place.walk(side)
    assert len(forms) >= (6 if side == "public" else 15), sorted(forms)
    wrong = []
    for number, (kind, found) in enumerate(forms.items()):
        for what, send in attempts(found, token, slice(None) if is_full else slice(number % 4, None, 4)):
            answer = send(client)
            wrong += judge(answer, f"{what} → {kind}")
            if answer.status_code < 400:
                place.snapshot.restore()
                client, token, _starts = visitor_of(place.app, place.town, side)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("side", ["public", "office"])
def test_what_was_typed_stays_in_a_form_that_is_refused(place: Place, side: str) -> None:
    client, token, _starts = visitor_of(place.app, place.town, side)
    forms, _places = place.walk(side)
    lost, refused = [], 0
    for kind, found in forms.items():
        for name in found.form.names("text", "textarea"):
            typed = {control.name: "" for control in found.form.controls if control.kind in {"text", "textarea", "email", "tel", "search"}}
            fields = found.form.fields(**{**typed, name: "Palabras que quedan", "csrf_token": token})
            answer = client.post(found.action, data=urlencode(fields), content_type="application/x-www-form-urlencoded")
            if answer.status_code == 422:
                refused += 1
                if "Palabras que quedan" not in answer.text:
                    lost.append(f"{name} → {kind}")
            else:
                place.snapshot.restore()
                client, token, _starts = visitor_of(place.app, place.town, side)
    assert not lost, "\n" + "\n".join(lost)
    assert refused >= (5 if side == "public" else 8)


@pytest.mark.parametrize("side", ["public", "office"])
def test_no_page_answers_a_strange_address_with_an_error_of_ours(place: Place, side: str, is_full: bool) -> None:
    texts = [*TEXTS.items(), ("broken UTF-8", "\udcff\udced")]
    client, _token, _starts = visitor_of(place.app, place.town, side)
    _forms, places = place.walk(side)
    assert len(places) >= 10, sorted(places)
    wrong = []
    for number, (path, keys) in enumerate(places.items()):
        for what, text in texts if is_full else texts[number % 4 :: 4]:
            query = urlencode({key: text.encode("utf-8", "surrogateescape") for key in {*keys, *QUERIES}})
            wrong += judge(client.get(f"{path}?{query}"), f"{what} → {path}?…")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("side", ["public", "office"])
def test_no_route_trips_over_a_strange_name_in_its_address(place: Place, side: str, is_full: bool) -> None:
    """In full every name is put in every address; otherwise every other one."""
    client, token, _starts = visitor_of(place.app, place.town, side)
    strange = (
        "%00",
        "%ff%ed%a0%80",
        "%E2%80%AEx",
        "..%2f..%2fetc",
        "a" * 3000,
        "%0d%0aX-Cabecera:%201",
        "1e999",
        "-1",
        "%C3%B1" * 200,
        "' OR 1=1",
    )
    wrong = []
    for number, rule in enumerate(each for each in place.app.url_map.iter_rules() if each.arguments):
        for word in strange if is_full else strange[number % 2 :: 2]:
            path = re.sub(r"<[^>]+>", lambda _argument, word=word: word, rule.rule)
            if "GET" in (rule.methods or set()):
                wrong += judge(client.get(f"{HOST}{path}"), f"GET {rule.rule} with {word[:20]!r}")
            if "POST" in (rule.methods or set()):
                wrong += judge(client.post(f"{HOST}{path}", data={"csrf_token": token}), f"POST {rule.rule} with {word[:20]!r}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_route_that_writes_is_swept_or_refuses_a_stranger(place: Place) -> None:
    """Whatever the walk does not reach is at least sent an empty form, at an address of something that does not exist."""
    wrong = []
    for side in ("public", "office"):
        client, token, _starts = visitor_of(place.app, place.town, side)
        for rule in place.app.url_map.iter_rules():
            if "POST" in (rule.methods or set()):
                path = re.sub(r"<int[^>]*>", "999999", rule.rule)
                path = re.sub(r"<[^>]+>", "no-existe", path)
                answer = client.post(path, data={"csrf_token": token, "raro": "\x00"})
                wrong += judge(answer, f"{side}: {rule.rule}")
                if answer.status_code < 400:
                    place.snapshot.restore()
    assert not wrong, "\n" + "\n".join(wrong)


def test_ten_megabytes_are_refused_in_words_and_the_server_goes_on(serve: Serve, visit: Visit) -> None:
    """At a real server: the answer must reach whoever still sends."""
    visitor = visit(serve(worker=False).url)
    body = urlencode({"csrf_token": "x", "email": "a" * 10_000_000}).encode()
    for path in ("/mi-inscripcion", "/ingresar"):
        answer = visitor.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 413
        assert '<html lang="es' in answer.text
    assert visitor.get("/healthz").status == 200
