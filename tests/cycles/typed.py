"""What an organiser types for an event, and how a test reads the page that answers."""

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Cycle
from tests.cycles.factories import LINK

Opened = Callable[[], AbstractContextManager[Session]]
NEW = "/escritorio/eventos/nuevo"
TYPED: dict[str, Any] = {
    "cycle": "ciclo-de-asistencias-tecnicas",
    "kind": "asistencia_tecnica",
    "number": "5",
    "topic": "Gobierno Abierto",
    "norms": "Ley 1712 de 2014\r\nLey 1757 de 2015",
    "days-0-on_date": "jueves 25 de julio de 2030",
    "days-0-starts": "08:00",
    "days-0-ends": "10:00",
    "modality": "virtual",
    "link": f"\r\n  {LINK} \r\n",
    "link_exposure": "personal",
    "hosts-0-name": "Oficina de Gobierno Abierto",
    "hosts-0-role": "host",
    "hosts-0-kind": "public",
    "programme-0-hour": "8:15",
    "programme-0-topic": "Apertura",
    "programme-0-speaker": "Dirección",
    "speakers-0-name": "Zoila Prueba",
    "speakers-0-role": "moderador",
    "speakers-0-post": "Asesora",
    "speakers-0-entity": "Oficina de Gobierno Abierto",
    "intensity_hours": "2,5",
    "capacity_virtual": "1.200",
    "presence_kind": "share",
    "presence_percent": "60",
    "count_kind": "exact",
    "prepared_by": "Equipo de Gobierno Abierto",
}


def the_cycle(db: Session) -> Cycle:
    return db.execute(select(Cycle).order_by(Cycle.id)).scalars().first()  # type: ignore[return-value]


def said_beside(page: str, field: str) -> str:
    """The error beside a field, as it reads."""
    found = re.search(rf'id="{field}-error".*?</span></span>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[0].split(">", 1)[1])) if found else ""


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form, untouched."""
    form = page[page.index('<form class="stack event-form"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        chosen = attributes.get("type") not in {"radio", "checkbox"} or re.search(r"\schecked", tag)
        if "name" in attributes and attributes["name"] != "csrf_token" and chosen:
            sent[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, content in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(content)
    for name, content in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option([^>]*)value="([^"]*)"', content)
        sent[name] = next((value for before, value in options if "selected" in before), options[0][1])
    return sent
