"""The words of an informe, in the house's order: from an event, its count and the texts written for it, to what the document says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eventos.cycles.rules import PresenceRule
from eventos.kernel import spanish
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, HostRole, Modality

if TYPE_CHECKING:
    from eventos.attendance.queries import Count, Figure
    from eventos.cycles.queries import EventView, HostView
    from eventos.entities.queries import OfficeView

UNKNOWN_COUNT = "No se conserva el número de asistentes."

_FEMININE_KINDS = {EventKind.ASISTENCIA_TECNICA, EventKind.SESION, EventKind.REUNION}
# How the first word of an entity or a norm takes its article; other names are told without one.
_LA = (
    "administracion agencia alcaldia asamblea asociacion auditoria autoridad camara circular comision constitucion contraloria corporacion "
    "corte defensoria direccion directiva escuela federacion fundacion funcion gobernacion junta ley mesa oficina ordenanza organizacion "
    "personeria presidencia procuraduria rama red registraduria resolucion secretaria sentencia sociedad subsecretaria superintendencia "
    "unidad universidad veeduria vicepresidencia"
)
_EL = (
    "acuerdo archivo articulo banco centro codigo colectivo comite concejo congreso consejo consultorio decreto departamento documento "
    "fondo grupo hospital instituto laboratorio ministerio municipio observatorio programa proyecto senado servicio sistema tribunal"
)
_ARTICLES = dict.fromkeys(_LA.split(), "la") | dict.fromkeys(_EL.split(), "el")


@dataclass(frozen=True)
class Section:
    """A text or a table of the organiser's own: {"paragraphs": […]} or {"headers": […], "rows": [[…]]}."""

    kind: str
    title: str
    content: Mapping[str, Any]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(self.content.get("paragraphs", ()))

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(self.content.get("headers", ()))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(row) for row in self.content.get("rows", ()))


@dataclass(frozen=True)
class Material:
    """Everything an informe is made of."""

    event: EventView
    office: OfficeView
    count: Count
    sections: Sequence[Section] = ()


def content(material: Material, *, attended: Sequence[int]) -> dict[str, Any]:
    """What a report freezes, as JSON: the words of the document, its figures, and the registrations behind the count."""
    count = material.count
    return {
        "version": 1,
        "context": context(material),
        "figures": {
            "count_kind": material.event.count_kind.value,
            "registered": count.registered,
            "attended": count.attended,
            "marked": count.marked,
            "listed": count.listed,
            "expected": len(count.expected),
            "present": len(count.present),
            "inside": count.inside,
            "other_departamentos": count.other_departamentos.attended,
            "abroad": count.abroad.attended,
            "unknown": count.unknown.attended,
        },
        "attended": list(attended),
        "author": material.event.prepared_by or material.office.name,
    }


def context(material: Material) -> dict[str, Any]:
    """The values of the Word template's fields, plain text all of them."""
    event, office, count = material.event, material.office, material.count
    texts = [section for section in material.sections if section.kind == "text"]
    tables = [section for section in material.sections if section.kind == "table"]
    municipalities = municipality_table(event, count)
    first = 2 if municipalities else 1
    return {
        "box": _box(office),
        "header_lines": [(office.parent or office.entity).upper(), f"INFORME {event.heading}", office.name.upper()],
        "date": date_words(event),
        "title": title(event),
        "context_paragraphs": paragraphs(event.context),
        "allies_sentence": allies_sentence(event.roles),
        "civil_sentence": civil_sentence(event.roles),
        "objective": event.objective,
        "norms_sentence": norms_sentence(event.norms),
        "link": event.link,
        "figure": figure(event, count),
        "coverage_sentence": coverage_sentence(event, count),
        "participation_sentence": participation_sentence(event, count),
        "rule_sentence": rule_sentence(event, count),
        "municipality_table": municipalities,
        "extra_sections": [{"title": each.title, "paragraphs": list(each.paragraphs)} for each in texts],
        "annex_tables": [
            {"caption": f"Tabla {number}. {each.title}", "headers": list(each.headers), "rows": [list(row) for row in each.rows]}
            for number, each in enumerate(tables, first)
        ],
        "prepared_by": event.prepared_by or "Sin firma: falta decir quién lo elaboró.",
        "missing": missing(material),
        "demo_note": event.demo_note,
    }


def title(event: EventView) -> str:
    """ "Informe quinta asistencia técnica"."""
    return f"Informe {_lower_first(event)}"


def _lower_first(event: EventView) -> str:
    if event.short_title == event.topic:
        return f"«{event.topic}»"
    return event.short_title[:1].lower() + event.short_title[1:]


def _named(event: EventView) -> str:
    """ "la quinta asistencia técnica", "el tercer foro", "«Data Jam»"."""
    if event.short_title == event.topic:
        return _lower_first(event)
    return f"{'la' if event.kind in _FEMININE_KINDS else 'el'} {_lower_first(event)}"


def _box(office: OfficeView) -> dict[str, str] | None:
    values = {"process": office.process, "code": office.format_code, "version": office.format_version, "date": office.format_date}
    return values if any(values.values()) else None


def date_words(event: EventView) -> str:
    """The days, or what is known of the date; "" when nothing is (one model informe has no date of its own)."""
    return spanish.days_sentence(event.dates) if event.days else event.date_note


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


# --- entities and norms ----------------------------------------------------------------------------------------------------------


def with_article(name: str, *, after: str = "") -> str:
    """ "la Gobernación de Caldas", "el Ministerio…"; `after` "de" contracts: "del Ministerio…". Other names stand alone."""
    article = _ARTICLES.get((fold(name).split() or [""])[0], "")
    words = f"{article} {name}" if article else name
    if not after:
        return words
    return f"del {name}" if after == "de" and article == "el" else f"{after} {words}"


def _names(hosts: Sequence[HostView], *, after: str = "") -> str:
    return spanish.join_and([with_article(host.name, after=after) for host in hosts])


def allies_sentence(roles: Sequence[HostView]) -> str:
    """Who organised and with whom, as prose; "" when nobody is named."""
    public = [role for role in roles if role.kind is not EntityKind.CIVIL_SOCIETY]
    hosts = [role for role in roles if role.role is HostRole.HOST]
    co_hosts = [role for role in roles if role.role is HostRole.CO_HOST]
    partners = [role for role in public if role.role is HostRole.PARTNER]
    sponsors = [role for role in public if role.role is HostRole.SPONSOR]
    told = []
    if hosts:
        told.append(f"{'Organizó' if len(hosts) == 1 else 'Organizaron'} {_names(hosts)}.")
    if co_hosts:
        told.append(f"{'Coorganizó' if len(co_hosts) == 1 else 'Coorganizaron'} {_names(co_hosts)}.")
    if partners:
        told.append(f"Se realizó en alianza con {_names(partners)}.")
    if sponsors:
        told.append(f"Contó con el apoyo {_names(sponsors, after='de')}.")
    return " ".join(told)


def civil_sentence(roles: Sequence[HostView]) -> str:
    """The organisations of civil society allied to the event; "" when there is none."""
    civil = [role for role in roles if role.kind is EntityKind.CIVIL_SOCIETY and role.role in (HostRole.PARTNER, HostRole.SPONSOR)]
    return f"Por la sociedad civil {'participó' if len(civil) == 1 else 'participaron'} {_names(civil)}." if civil else ""


def norms_sentence(norms: Sequence[str]) -> str:
    """ "En cumplimiento de la Ley 1712 de 2014 y de la Ley 1757 de 2015."."""
    return f"En cumplimiento {spanish.join_and([with_article(norm.rstrip('.'), after='de') for norm in norms])}." if norms else ""


# --- the count -------------------------------------------------------------------------------------------------------------------


def figure(event: EventView, count: Count) -> str:
    """The number in large letters: exact, approximate ("≈ 30"), or "" when it is not known."""
    if event.count_kind is CountKind.UNKNOWN:
        return ""
    return f"{'≈ ' if event.count_kind is CountKind.APPROXIMATE else ''}{spanish.number(count.attended)}"


def participation_sentence(event: EventView, count: Count) -> str:
    """The house's sentence: "La participación en la quinta asistencia técnica fue de 114 funcionarios de diferentes municipios del
    departamento de Caldas y otros departamentos."."""
    if event.count_kind is CountKind.UNKNOWN:
        return UNKNOWN_COUNT
    if not count.attended:
        return f"No se registraron asistentes en {_named(event)}."
    number = spanish.plural(count.attended, "funcionario", "funcionarios")
    roughly = "aproximadamente " if event.count_kind is CountKind.APPROXIMATE else ""
    return f"La participación en {_named(event)} fue de {roughly}{number}{_from_where(count)}."


def _from_where(count: Count) -> str:
    home = _home_part(count)
    others = [home] if home else []
    if count.other_departamentos.attended:
        others.append("otros departamentos" if home and not count.abroad.attended else "de otros departamentos")
    if count.abroad.attended:
        others.append("de fuera de Colombia")
    return f" {spanish.join_and(others)}" if others else ""


def _home_part(count: Count) -> str:
    present = [place.name for place in count.present]
    several = len(present) + (2 if count.other_municipios.attended else 0)
    if several == 0:
        return ""
    if several == 1:
        return f"del municipio de {present[0]}"
    if len(count.home) == 1:
        return f"de diferentes municipios del departamento de {count.home[0]}"
    return f"de diferentes municipios de {count.home_words if count.expected else 'Colombia'}"


def coverage_sentence(event: EventView, count: Count) -> str:
    """What stands beside the number: "funcionarios de 25 de los 27 municipios de Caldas (101) y de otros departamentos (13). Faltaron…"."""
    if event.count_kind is CountKind.UNKNOWN or not count.attended:
        return ""
    parts = [_inside(count)] if count.inside else []
    parts += [f"{words} ({spanish.number(part.attended)})" for words, part in _apart(count) if part.attended]
    noun = "funcionario" if count.attended == 1 else "funcionarios"
    return " ".join(part for part in (f"{noun} {spanish.join_and(parts)}.", missing_sentence(count)) if part)


def _inside(count: Count) -> str:
    present, expected = len(count.present), len(count.expected)
    if not expected:
        return f"de {spanish.plural(present, 'municipio', 'municipios')} ({spanish.number(count.inside)})"
    if present == expected:
        return f"de los {expected} municipios de {count.home_words} ({spanish.number(count.inside)})"
    return f"de {present} de los {expected} municipios de {count.home_words} ({spanish.number(count.inside)})"


def _apart(count: Count) -> list[tuple[str, Figure]]:
    return [
        ("de otros municipios del departamento", count.other_municipios),
        ("de otros departamentos", count.other_departamentos),
        ("de fuera de Colombia", count.abroad),
        ("sin municipio conocido", count.unknown),
    ]


def missing_sentence(count: Count) -> str:
    """ "Faltaron Marulanda y Norcasia."; "" when every expected municipality came, or none did."""
    names = [place.name for place in sorted(count.missing, key=lambda place: fold(place.name))]
    if not names or len(names) == len(count.expected):
        return ""
    return f"{'Faltó' if len(names) == 1 else 'Faltaron'} {spanish.join_and(names)}."


def rule_sentence(event: EventView, count: Count) -> str:
    """The rule behind the count, who is left out, and on what evidence it stands (trap 6: a total without its list)."""
    if event.count_kind is CountKind.UNKNOWN or not count.attended:
        return ""
    told = [PresenceRule.of(event.presence_rule).words(), "No se cuentan expositores ni organizadores."]
    listed = f"{'consta' if count.listed == 1 else 'constan'} en la lista importada"
    marked = f"{'fue marcado' if count.marked == 1 else 'fueron marcados'} por la oficina"
    if count.attended > 1 and count.listed and count.marked:
        told.append(
            f"De los {spanish.number(count.attended)}, {spanish.number(count.listed)} {listed} y {spanish.number(count.marked)} {marked}."
        )
    elif count.attended > 1:
        told.append(f"Los {spanish.number(count.attended)} {listed if count.listed else marked}.")
    return " ".join(told)


def municipality_table(event: EventView, count: Count) -> dict[str, Any] | None:
    """Asistentes by municipality, the expected ones with their zeroes, and what stands apart; None when nothing was counted."""
    if event.count_kind is CountKind.UNKNOWN or not count.attended:
        return None
    shown = count.municipalities if count.expected else count.present
    rows = [{"name": place.name, "subregion": place.note, "count": spanish.number(place.attended)} for place in shown]
    total = f"Municipios de {count.home_words}: {len(count.present)} de {len(count.expected)}" if count.expected else "Municipios"
    totals = [(total, count.inside), *((each.name, each.attended) for each in count.apart if each.attended)]
    totals.append(("Total de asistentes", count.attended))
    return {
        "caption": "Tabla 1. Asistentes por municipio",
        "headers": ["Municipio", "Subregión", "Asistentes"],
        "rows": rows,
        "total_rows": [{"name": name, "count": spanish.number(number)} for name, number in totals],
    }


# --- what is not there -----------------------------------------------------------------------------------------------------------


def missing(material: Material) -> list[str]:
    """The parts of the house's order that this informe does not have, said before it is made and printed in it."""
    event, count = material.event, material.count
    told = [
        ("Fecha del evento", bool(event.days or event.date_note)),
        ("Contexto", bool(event.context)),
        ("Entidades aliadas", any(role.role in (HostRole.PARTNER, HostRole.SPONSOR, HostRole.CO_HOST) for role in event.roles)),
        ("Objetivo", bool(event.objective)),
        ("Normas que atiende", bool(event.norms)),
        ("Pieza publicitaria", _has_section(material.sections, "pieza")),
        ("Link de ingreso", bool(event.link) or event.modality is Modality.ONSITE),
        ("Diapositivas", _has_section(material.sections, "diapositiva")),
        ("Número de asistentes", event.count_kind is not CountKind.UNKNOWN),
        ("Lista de asistentes", event.count_kind is CountKind.UNKNOWN or bool(count.attended)),
        ("Preguntas", _has_section(material.sections, "pregunta")),
        ("Elaborado por", bool(event.prepared_by)),
    ]
    return [part for part, is_there in told if not is_there]


def _has_section(sections: Sequence[Section], word: str) -> bool:
    return any(word in fold(section.title) for section in sections)
