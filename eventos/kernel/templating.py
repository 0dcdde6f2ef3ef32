"""What templates can say in Spanish: dates, hours, numbers and plurals, the same on pages, in mails and in documents."""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from eventos.kernel import clock, divipola, links, spanish, text
from eventos.kernel.settings import ROOT
from eventos.kernel.vocabulary import EventState, HostRole, LinkExposure, LinkKind, Modality, RegistrationState, SpeakerRole, StaffRole


def moment(value: datetime | None) -> str:
    """ "29 de julio de 2021, 8:00 a. m." in Bogotá."""
    if value is None:
        return ""
    here = clock.local(value)
    return f"{spanish.date_long(here.date())}, {spanish.time_short(here)}"


def hour(value: datetime) -> str:
    return spanish.time_short(clock.local(value))


def file_size(size: int) -> str:
    """ "3,4 MB", "812 kB": how heavy a file is, in the words of people."""
    if size < 1024 * 1024:
        return f"{spanish.number(max(1, round(size / 1024)))} kB"
    return f"{spanish.number(round(size / (1024 * 1024), 1))} MB"


def municipio_label(code: str | None) -> str:
    """ "Riosucio, Caldas" for a DIVIPOLA code."""
    found = divipola.get(code) if code else None
    return found.label if found else ""


FILTERS: dict[str, Any] = {
    "date_full": spanish.date_full,
    "date_long": spanish.date_long,
    "moment": moment,
    "hour": hour,
    "file_size": file_size,
    "number": spanish.number,
    "plural": spanish.plural,
    "municipio": municipio_label,
    "mask_document": lambda pair: text.mask_document(*pair),
    "mask_email": text.mask_email,
    "mask_phone": text.mask_phone,
    "show_phone": text.show_phone,
    "join_and": spanish.join_and,
    "sentence": spanish.sentence,
    "capfirst": lambda words: words[:1].upper() + words[1:],
}
GLOBALS: dict[str, Any] = {
    "Modality": Modality,
    "EventState": EventState,
    "HostRole": HostRole,
    "LinkExposure": LinkExposure,
    "LinkKind": LinkKind,
    "RegistrationState": RegistrationState,
    "SpeakerRole": SpeakerRole,
    "StaffRole": StaffRole,
    "links": links,
    "today": clock.today,
}

_environments: dict[Path, Environment] = {}


def plain(template: str, **context: Any) -> str:
    """Render a mail or document template without Flask: HTML escapes, text does not; an unknown name is an error."""
    folder = ROOT / "templates"
    if folder not in _environments:
        environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(FILTERS)
        environment.globals.update(GLOBALS)
        _environments[folder] = environment
    return _environments[folder].get_template(template).render(**context)
