"""Every kind of mail, plain and HTML: what it must say whatever its cycle writes, readable in the dark and on a phone."""

import re
from html.parser import HTMLParser

import pytest
from flask import Flask

from eventos.entities.queries import OfficeView
from eventos.kernel.wordings import KINDS, Wording, default
from eventos.mailings import messages
from eventos.registration.messages import QR_CID

OFFICE = OfficeView(name="Oficina de Prueba", address="Calle 00 # 00-00", phone="606 000 0000", email="o@oficina.example", is_set=True)
OFFICE_LINES = ("Oficina de Prueba", "Calle 00 # 00-00")
# What each kind says besides date, hour, place, and who writes.
ALSO = {
    "waitlisted": ("Estado: En lista de espera",),
    "offered": ("Estado: Cupo ofrecido", "Plazo: ", "Aceptar el cupo"),
    "pending": ("Estado: Por aprobar",),
    "rejected": ("Estado: No aprobada", "Motivo: El auditorio no está disponible."),
    "invited": ("Estado: Falta su autorización", "Plazo: ", "Revisar mis datos y confirmar", "porque otra persona le inscribió"),
    "event_cancelled": ("Motivo: El auditorio no está disponible.", "retira el evento de su calendario"),
    "cancelled": ("retira el evento de su calendario",),
    "thanks": ("/constancia",),
}
TITLE = "Quinta asistencia técnica: Gobierno Abierto"
SEATED = {"confirmed", "repeat", "promoted", "approved", "changed", "reissued", "rescheduled", "postponed", "reminder"}


class Words(HTMLParser):
    """The words of a page, a cell after a cell with a colon between, and what it asks the network for."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.asked, self.hidden = "", [], 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.hidden += tag == "style"
        if tag in {"script", "iframe", "object", "form", "link"} or (tag == "img" and not (given.get("src") or "").startswith("cid:")):
            self.asked.append(tag)
        if tag == "td" and given.get("class") == "value":
            self.words = f"{self.words.rstrip()}: "

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words += data


def readings(html: str) -> Words:
    read = Words()
    read.feed(html)
    read.words = re.sub(r"\s+", " ", read.words)
    return read


@pytest.mark.parametrize("words", ["default", "empty of facts"])
def test_whatever_a_cycle_writes_each_kind_says_its_facts_twice(words: str, app: Flask) -> None:
    for key, kind in KINDS.items():
        wording = default(key) if words == "default" else Wording("Aviso", "Un texto que no dice nada.")
        with app.app_context():
            made = messages.sample(kind, wording, "Ciclo de Prueba", OFFICE)
        rich = readings(made.html)
        assert rich.asked == [], key
        assert "prefers-color-scheme: dark" in made.html
        assert 'name="viewport"' in made.html
        for told in (re.sub(r"\s+", " ", made.text), rich.words):
            when = ("Fecha: Por definir",) if key == "postponed" else ("Fecha: ", "Hora: 8:00 a. m.")
            for needed in (*when, "Lugar: Auditorio de Ejemplo", TITLE, *OFFICE_LINES, *ALSO.get(key, ())):
                assert needed in told.replace("\xa0", " ").replace("\u202f", " "), (key, needed, told)
            assert "Recibe este mensaje porque" in told, key
            assert "{" not in told, key
        has_code = any(image.cid == QR_CID for image in made.inline_images)
        assert (has_code, "/q/" in made.text) == (key in SEATED, key in SEATED), key
        assert made.calendar is None, "a sample puts nothing in anybody's calendar"
        if words == "default":
            assert made.subject.startswith(kind.heading), key
