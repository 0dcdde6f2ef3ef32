"""The words of an informe, in the house's order: from an event, its count and the texts written for it, to what the document says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eventos.cycles.rules import PresenceRule
from eventos.kernel import spanish
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import CountKind, EventKind, HostRole, Modality
from eventos.reports import annexes
from eventos.reports.prose import allies_sentence, civil_sentence, norms_sentence

if TYPE_CHECKING:
    from eventos.attendance.queries import Count, Figure
    from eventos.cycles.queries import EventView
    from eventos.entities.queries import OfficeView
    from eventos.reports.queries import Acta, CalledView, FileView, FlyerView, Gathered, QuestionView, SlidesView, WordsView

# Which fields the templates pour: what was frozen for other templates is frozen again before it is printed.
CONTENT_VERSION = 3
UNKNOWN_COUNT = "No se conserva el número de asistentes."

_FEMININE_KINDS = {EventKind.ASISTENCIA_TECNICA, EventKind.SESION, EventKind.REUNION}


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
    """Everything an informe is made of; `event` says what the informe says where it has words of its own."""

    event: EventView
    office: OfficeView
    count: Count
    sections: Sequence[Section] = ()
    words: WordsView | None = None
    acta: Acta | None = None
    flyer: FlyerView | None = None
    slides: Sequence[SlidesView] = ()
    files: Sequence[FileView] = ()
    questions: Sequence[QuestionView] = ()
    calls: Sequence[CalledView] = ()

    @classmethod
    def of(cls, found: Gathered) -> Material:
        event, words = found.event, found.words
        own = {name: said for name in ("context", "objective", "prepared_by") if (said := getattr(words, name))}
        own_sections = [Section(each.kind, each.title, each.content) for each in found.sections]
        event = replace(event, **own)
        shown = (found.acta, found.flyer, found.slides, found.files, found.questions, found.calls)
        return cls(event, found.office, found.count, own_sections, words, *shown)


def content(material: Material, *, attended: Sequence[int]) -> dict[str, Any]:
    """What a report freezes, as JSON: the words of the document, its figures, and the registrations behind the count."""
    count = material.count
    return {
        "version": CONTENT_VERSION,
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
            "acta": _acta(material.acta),
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
        "flyer": annexes.flyer(material.flyer, event),
        "link": event.link,
        "link_note": annexes.link_note(event),
        "slides": annexes.slides(material.slides, first=2 if material.flyer else 1),
        "figure": figure(event, count),
        "coverage_sentence": coverage_sentence(event, count),
        "participation_sentence": participation_sentence(event, count),
        "acta_sentence": annexes.acta_sentence(material.acta) if event.count_kind is not CountKind.UNKNOWN else "",
        "acta_hash": material.acta.list_hash if material.acta and event.count_kind is not CountKind.UNKNOWN else "",
        "rule_sentence": rule_sentence(event, count, material.acta),
        "municipality_table": municipalities,
        "questions": annexes.questions(material.questions),
        "extra_sections": [
            *annexes.call_sections(material.calls),
            *({"title": each.title, "paragraphs": list(each.paragraphs)} for each in texts),
        ],
        "annex_tables": [
            *(
                {"caption": f"Tabla {number}. {each.title}", "headers": list(each.headers), "rows": [list(row) for row in each.rows]}
                for number, each in enumerate(tables, first)
            ),
            *annexes.call_tables(material.calls, first=first + len(tables)),
        ],
        "annex_files": annexes.files(material.slides, material.files, event),
        "prepared_by": event.prepared_by or "Sin firma: falta decir quién lo elaboró.",
        "reviewed_by": material.words.reviewed_by if material.words else "",
        "approved_by": material.words.approved_by if material.words else "",
        "missing": missing(material),
        "demo_note": event.demo_note,
    }


def _acta(acta: Acta | None) -> dict[str, Any] | None:
    if acta is None:
        return None
    return {"version": acta.version, "closed_by": acta.closed_by, "closed_at": acta.closed_at.isoformat(), "list_hash": acta.list_hash}


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


# --- the count -------------------------------------------------------------------------------------------------------------------


def figure(event: EventView, count: Count) -> str:
    """The number in large letters: exact, approximate ("≈ 30"), or "" when it is not known or nobody was counted."""
    if event.count_kind is CountKind.UNKNOWN or not count.attended:
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


def rule_sentence(event: EventView, count: Count, acta: Acta | None = None) -> str:
    """The rule behind the count (the acta's, when it is closed), who is left out, and on what evidence it stands (trap 6)."""
    if event.count_kind is CountKind.UNKNOWN or not count.attended:
        return ""
    told = [PresenceRule.of(acta.rule if acta else event.presence_rule).words(), "No se cuentan expositores ni organizadores."]
    if acta is not None:
        return " ".join(told)
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
        ("Pieza publicitaria", bool(material.flyer) or _has_section(material.sections, "pieza")),
        ("Link de ingreso", bool(event.link) or event.modality is Modality.ONSITE),
        ("Diapositivas", bool(material.slides) or _has_section(material.sections, "diapositiva")),
        ("Número de asistentes", event.count_kind is not CountKind.UNKNOWN),
        ("Lista de asistentes", event.count_kind is CountKind.UNKNOWN or bool(count.attended)),
        ("Acta de asistencia: el listado está sin cerrar", event.count_kind is CountKind.UNKNOWN or material.acta is not None),
        ("Convocatoria", bool(material.calls) or _has_section(material.sections, "convocatoria")),
        ("Preguntas", bool(material.questions) or _has_section(material.sections, "pregunta")),
        ("Elaborado por", bool(event.prepared_by)),
    ]
    lacking = [part for part, is_there in told if not is_there]
    return [*lacking, cut] if (cut := annexes.cut_slides(material.slides)) else lacking


def _has_section(sections: Sequence[Section], word: str) -> bool:
    return any(word in fold(section.title) for section in sections)
