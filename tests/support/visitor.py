"""A browser without scripts: reads the forms of a page, fills them in, and sends them over one kept-alive connection."""

import http.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

Fields = list[tuple[str, str]]


@dataclass
class Control:
    """One control of a form, as a browser would send it. `values` are the options of a select, radio or checkbox."""

    name: str
    kind: str
    value: str = ""
    is_sent: bool = True
    values: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """A form of a page: where it goes, and what it holds before anybody types."""

    action: str
    method: str
    multipart: bool
    controls: list[Control] = field(default_factory=list)

    def fields(self, **changes: str) -> Fields:
        """What a browser sends, with `changes` typed over it (a changed radio, select or checkbox is chosen)."""
        sent = [(control.name, changes.get(control.name, control.value)) for control in self.controls if self._sends(control, changes)]
        unique: Fields = []
        for pair in sent:
            if pair[0] not in changes or pair not in unique:
                unique.append(pair)
        return unique + [(name, value) for name, value in changes.items() if name not in {control.name for control in self.controls}]

    def names(self, *kinds: str) -> list[str]:
        """The names of its controls, once each, of these kinds or of all."""
        return list(dict.fromkeys(control.name for control in self.controls if not kinds or control.kind in kinds))

    @staticmethod
    def _sends(control: Control, changes: Mapping[str, str]) -> bool:
        return control.name in changes or (control.is_sent and control.kind != "submit")


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._loose: list[tuple[str, Control]] = []
        self._ids: dict[str, PageForm] = {}
        self._form: PageForm | None = None
        self._select: Control | None = None
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self.links.append(urljoin(self.base, said["href"]))
        elif tag == "form":
            action = urljoin(self.base, said.get("action") or self.base)
            self._form = PageForm(action, said.get("method", "get").upper(), said.get("enctype", "").startswith("multipart"))
            self._ids[said.get("id", "")] = self._form
            self.forms.append(self._form)
        elif tag == "option" and self._select is not None:
            self._select.values.append(said.get("value", ""))
            if "selected" in said or (len(self._select.values) == 1):
                self._select.value = said.get("value", "")
        elif tag in {"input", "select", "textarea", "button"} and said.get("name") and "disabled" not in said:
            self._control(tag, said)

    def _control(self, tag: str, said: dict[str, str]) -> None:
        kind = {"select": "select", "textarea": "textarea", "button": "submit"}.get(tag, said.get("type", "text"))
        control = Control(said["name"], kind, said.get("value", ""))
        if "readonly" in said:
            control.kind = "readonly"
        if kind in {"checkbox", "radio"}:
            control.value = said.get("value", "on")
            control.values, control.is_sent = [control.value], "checked" in said
        elif kind == "file":
            control.is_sent = False
        self._select = control if tag == "select" else self._select
        self._area = control if tag == "textarea" else None
        if "form" in said:
            self._loose.append((said["form"], control))
        elif self._form is not None:
            self._form.controls.append(control)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def close(self) -> None:
        super().close()
        for form_id, control in self._loose:
            if form_id in self._ids:
                self._ids[form_id].controls.append(control)


def read_page(html: str, base: str) -> tuple[list[PageForm], list[str]]:
    """The forms and the links of a page found at `base`."""
    reader = _Reader(base)
    reader.feed(html)
    reader.close()
    return reader.forms, reader.links


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Visitor:
    """One browser at one server; keeps its connection and its cookies."""

    def __init__(self, url: str, *, cookies: Mapping[str, str] | None = None, timeout: float = 30) -> None:
        self.url = url
        self.cookies = dict(cookies or {})
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self._connection.request(method, path, body, sent)
            got = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            self._connection.request(method, path, body, sent)
            got = self._connection.getresponse()
        answer = Answer(got.status, {name.title(): value for name, value in got.getheaders()}, got.read())
        for morsel in SimpleCookie(got.getheader("Set-Cookie") or "").values():
            self.cookies[morsel.key] = morsel.value
        return answer

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, fields: Iterable[tuple[str, str]]) -> Answer:
        body = urlencode(list(fields)).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def form(self, path: str, *, action: str = "") -> PageForm:
        """The form that posts, found at `path`; the one whose address contains `action` when there are several."""
        answer = self.get(path)
        forms, _links = read_page(answer.text, self.url + path)
        found = [form for form in forms if form.method == "POST" and action in form.action]
        assert found, f"{path} answered {answer.status} without a form: {answer.text[:1500]}"
        return found[0]

    def send(self, form: PageForm, **changes: str) -> Answer:
        return self.post(urlsplit(form.action).path, form.fields(**changes))

    def close(self) -> None:
        self._connection.close()
