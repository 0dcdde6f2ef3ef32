"""Everything a pieza says has its room: the day on one line, and nothing printed over something else, however much there is to say."""

import hashlib
from typing import Any

import pypdfium2
import pytest

from eventos.publicity import messages
from eventos.publicity.rules import SHEET, SQUARE, Format
from tests.cycles.papers import a_picture

LOGO = a_picture("PNG")
HOSTS = [
    [
        "En alianza con",
        "Secretaría de Transparencia de la Presidencia de la República, Ministerio de Tecnologías de la Información y las Comunicaciones, "
        "Veeduría Ficticia del Eje y Corporación Ejemplo Ciudadano",
    ],
    ["Apoya", "Departamento Administrativo de la Función Pública"],
]
PLACE = ["Auditorio de la Biblioteca Ejemplo, Calle 00 n.º 00-00, Manizales, Caldas", "También virtual, por Microsoft Teams"]


def said(**changes: Any) -> dict[str, Any]:
    return {
        "entity": "Gobernación de Caldas",
        "office": "Oficina de Gobierno Abierto",
        "kicker": "Decimotercera asistencia técnica",
        "title": "Transparencia activa, acceso a la información pública y rendición de cuentas: experiencias y lecciones",
        "audience": "Para los 27 municipios de Caldas",
        "day": {"number": "24", "weekday": "Miércoles", "month": "septiembre de 2026", "words": ""},
        "hours": ["8:00 a. m. a 11:30 a. m."],
        "where": ["Virtual, por Microsoft Teams"],
        "hosts": [],
        "logos": [],
        "url": "https://eventos.caldas.example/eventos/decimotercera-asistencia-tecnica",
        **changes,
    }


def heights(paper: bytes, *wanted: str) -> list[tuple[float, float]]:
    """The (bottom, top) of each of these words on the page, in points from its foot."""
    document = pypdfium2.PdfDocument(paper)
    page = document[0]
    text = page.get_textpage()
    found = []
    for words in wanted:
        search = text.search(words, match_case=True)
        at, many = search.get_next() or (0, 0)
        search.close()
        boxes = [text.get_charbox(number, loose=True) for number in range(at, at + many)]
        found.append((min(box[1] for box in boxes), max(box[3] for box in boxes)))
    for opened in (text, page, document):
        opened.close()
    return found


@pytest.mark.parametrize("form", [SHEET, SQUARE], ids=lambda form: form.name)
@pytest.mark.parametrize("month", ["septiembre de 2026", "mayo de 2026"])
def test_the_month_stands_beside_its_day(form: Format, month: str) -> None:
    day = {"number": "24", "weekday": "Miércoles", "month": month, "words": ""}
    number, beside = heights(messages.page(said(day=day), form, {}), "24", month)
    assert number[0] < beside[0] < number[1]


@pytest.mark.parametrize("form", [SHEET, SQUARE], ids=lambda form: form.name)
@pytest.mark.parametrize("many", [0, 5])
def test_the_place_ends_above_the_names_of_the_allies(form: Format, many: int) -> None:
    logos = {hashlib.sha256(LOGO).hexdigest(): LOGO}
    shown = [{"name": f"Entidad {n}", "sha256": key, "width": 400, "height": 200} for n in range(many) for key in logos]
    place, allies = heights(messages.page(said(where=PLACE, hosts=HOSTS, logos=shown), form, logos), "Microsoft Teams", "En alianza con")
    assert place[0] > allies[1]
