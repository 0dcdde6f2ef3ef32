"""What an organiser should do next, computed from facts; and how an event stands in a list. Data in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from eventos.kernel import clock, spanish
from eventos.kernel.vocabulary import EventState, LinkExposure, Modality

if TYPE_CHECKING:
    from eventos.cycles.queries import EventCard, EventView
    from eventos.desk.queries import Figures

Badge = tuple[str, str, str]


@dataclass(frozen=True)
class Task:
    """Something to do: how it looks, what it is, and the button's words and address (endpoint and its arguments)."""

    tone: str
    icon: str
    title: str
    text: str
    label: str
    endpoint: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """All that the tasks depend on. `figures` has every card's, by its id; `gaps` says what each draft lacks, by the event's address."""

    has_office: bool
    has_cycle: bool
    administers: bool
    cards: "Sequence[EventCard]"
    figures: "dict[int, Figures]"
    gaps: dict[str, list[str]]
    failed_jobs: int
    backup_is_stale: bool = False


def greeting(now: datetime, name: str) -> str:
    """ "Buenos días, Marina", by the hour in Bogotá."""
    hour = clock.local(now).hour
    part = "Buenos días" if hour < 12 else "Buenas tardes" if hour < 19 else "Buenas noches"
    first = name.split()[0] if name.split() else ""
    return f"{part}, {first}" if first else part


def standing(card: "EventCard", figures: "Figures", now: datetime) -> Badge:
    """How an event stands for those who prepare it."""
    if card.state is EventState.DRAFT:
        return "idle", "Borrador", "edit"
    if card.state is EventState.CANCELLED:
        return "error", "Cancelado", "cross"
    if card.starts_at is not None and card.ends_at is not None and now < card.ends_at:
        is_today = clock.local(card.starts_at).date() <= clock.local(now).date()
        return ("info", "Hoy" if card.days < 2 else "En curso", "clock") if is_today else ("success", "Publicado", "check")
    if card.postponed_at is not None and card.starts_at is None:
        return "warning", "Aplazado", "clock"
    return ("idle", "Realizado", "check") if figures.has_attendance or not card.starts_at else ("warning", "Falta la asistencia", "alert")


def when_line(card: "EventCard", today: date) -> str:
    """ "Ayer, virtual", "Jueves, 29 de julio de 2021, presencial": the day as one says it today."""
    if card.first_day is None:
        said = card.date_note or "Sin fecha"
    else:
        near = {-1: "Ayer", 0: "Hoy", 1: "Mañana"}.get((card.first_day - today).days)
        said = near or spanish.date_full(card.first_day)
    return f"{said[:1].upper()}{said[1:]}, {card.modality.label.lower()}"


def gaps(event: "EventView") -> list[str]:
    """What an event lacks before people should see it, in words for a sentence ("el link de ingreso")."""
    lacking = {
        "los días y las horas": not event.days and not event.date_note,
        "la entidad que organiza": not event.roles,
        "el lugar": event.modality is not Modality.VIRTUAL and not event.venue_name,
        "el link de ingreso": event.modality is not Modality.ONSITE and not event.link,
        "la descripción": not event.description and not event.summary,
        "el programa": not event.programme,
        "quién expone": not event.speakers,
    }
    return [words for words, is_lacking in lacking.items() if is_lacking]


def seats(event: "EventView") -> str:
    """The seats of each modality: "200", "Virtual: sin límite. Presencial: 40"."""
    said = [(pool.option.label, "sin límite" if pool.capacity is None else spanish.number(pool.capacity)) for pool in event.pools]
    if len(said) == 1:
        return said[0][1][:1].upper() + said[0][1][1:]
    return ". ".join(f"{label}: {words}" for label, words in said)


def exposure_words(exposure: LinkExposure) -> str:
    """Who gets to see the link de ingreso."""
    return {
        LinkExposure.PUBLIC: "Cualquiera lo ve en la página pública.",
        LinkExposure.REGISTERED: "Llega a cada persona inscrita en su correo de confirmación.",
        LinkExposure.PERSONAL: "No se publica: cada persona entra por su propio vínculo.",
    }[exposure]


def tasks(facts: Facts, now: datetime) -> list[Task]:
    """What to do, the most urgent first."""
    today = clock.local(now).date()
    found: list[Task] = []
    if facts.administers and not facts.has_office:
        words = "Aparecen en las páginas, en el aviso de datos personales y en los informes."
        found.append(Task("warning", "edit", "Escriba los datos de la oficina", words, "Escribir los datos", "entities.office"))
    if not facts.has_cycle:
        words = "Un ciclo reúne eventos numerados y dice qué municipios espera."
        found.append(Task("info", "plus", "Cree el primer ciclo", words, "Crear el ciclo", "cycles.new_cycle"))
    elif not facts.cards:
        words = "Con tema, días y organizador ya puede publicarse."
        found.append(Task("info", "plus", "Cree el primer evento", words, "Crear el evento", "cycles.new"))
    published = [card for card in facts.cards if card.state is EventState.PUBLISHED and card.starts_at and card.ends_at]
    found += [_today(card, facts) for card in published if _is_on(card, today) and now < _end(card)]
    found += [_requests(card, facts) for card in published if now < _end(card) and _figures(card, facts).pending]
    if facts.failed_jobs:
        count = spanish.plural(facts.failed_jobs, "correo o trabajo que no salió", "correos o trabajos que no salieron")
        words = "Cada uno dice qué pasó. Puede intentarlos de nuevo."
        found.append(Task("error", "mail", f"Revise {count}", words, "Revisar", "desk.mails", {"estado": "fallidos"}))
    if facts.administers and facts.backup_is_stale:
        words = "Pasaron más de siete días sin copiar los datos en otra parte."
        found.append(Task("warning", "alert", "Haga una copia de respaldo", words, "Ver cómo", "desk.copies"))
    found += [_call(card, facts) for card in published if now < _end(card) and _figures(card, facts).unreached]
    gone = [card for card in reversed(published) if now >= _end(card)]
    found += [_attendance(card, facts, today) for card in gone if _figures(card, facts).active and not _figures(card, facts).has_attendance]
    put_off = [card for card in facts.cards if card.state is EventState.PUBLISHED and card.postponed_at is not None and not card.starts_at]
    found += [_put_off(card, facts) for card in put_off]
    drafts = [card for card in facts.cards if card.state is EventState.DRAFT]
    found += [_draft(card, facts.gaps.get(card.slug, []), today) for card in drafts]
    found += [_report(card) for card in gone if _figures(card, facts).has_attendance and not _figures(card, facts).has_report]
    return found


def todays_tasks(facts: Facts, now: datetime) -> list[Task]:
    """For those who only look, or stand at the door: what happens today."""
    today = clock.local(now).date()
    published = [card for card in facts.cards if card.state is EventState.PUBLISHED and card.starts_at and card.ends_at]
    return [_today(card, facts) for card in published if _is_on(card, today) and now < _end(card)]


def _figures(card: "EventCard", facts: Facts) -> "Figures":
    return facts.figures[card.id]


def _end(card: "EventCard") -> datetime:
    if card.ends_at is None:
        raise ValueError("only an event with days ends")
    return card.ends_at


def _is_on(card: "EventCard", today: date) -> bool:
    return card.starts_at is not None and clock.local(card.starts_at).date() <= today <= clock.local(_end(card)).date()


def _today(card: "EventCard", facts: Facts) -> Task:
    hours = (
        spanish.time_range(card.starts_at, _end(card)) if card.starts_at and card.days < 2 else f"Hasta el {spanish.date_long(_end(card))}"
    )
    count = spanish.plural(_figures(card, facts).active, "persona inscrita", "personas inscritas")
    text = f"{hours}, {card.modality.label.lower()}. {count[:1].upper()}{count[1:]}."
    return Task("info", "clock", f"Hoy: {_lower(card.short_title)}", text, "Abrir el evento", "desk.event", {"slug": card.slug})


def _requests(card: "EventCard", facts: Facts) -> Task:
    count = spanish.plural(_figures(card, facts).pending, "solicitud espera", "solicitudes esperan")
    text = f"{count[:1].upper()}{count[1:]} su decisión. Ninguna ocupa un cupo hasta que la apruebe."
    return Task(
        "warning", "users", f"Decida las solicitudes de {_the(card)}", text, "Ver las solicitudes", "admission.page", {"slug": card.slug}
    )


def _attendance(card: "EventCard", facts: Facts, today: date) -> Task:
    count = spanish.plural(_figures(card, facts).active, "persona se inscribió", "personas se inscribieron")
    text = f"{when_line(card, today)}. {count}. Importe la lista con la asistencia o márquela a mano."
    title = f"Registre la asistencia de {_the(card)}"
    return Task("warning", "users", title, text, "Registrar la asistencia", "attendance.overview", {"slug": card.slug})


def _call(card: "EventCard", facts: Facts) -> Task:
    many = _figures(card, facts).unreached
    title = f"Corrija {'un correo que no llegó' if many == 1 else f'{many} correos que no llegaron'}"
    text = f"Convocatoria de {_the(card)}: arregle el buzón de la entidad y envíela otra vez."
    return Task("error", "mail", title, text, "Corregir", "calls.index", {"slug": card.slug})


def _put_off(card: "EventCard", facts: Facts) -> Task:
    count = spanish.plural(_figures(card, facts).active, "persona inscrita espera", "personas inscritas esperan")
    text = f"Está aplazado, y {count} la nueva fecha."
    return Task("info", "clock", f"Dé una fecha a {_the(card)}", text, "Escribir los días", "cycles.edit", {"slug": card.slug})


def _draft(card: "EventCard", lacking: list[str], today: date) -> Task:
    when = f" {_in_days(card.first_day, today)}" if card.first_day else ""
    if not lacking:
        text = f"Está completo.{when}"
        return Task("info", "check", f"Publique {_the(card)}", text, "Revisar y publicar", "desk.event", {"slug": card.slug})
    verb = "Falta" if len(lacking) == 1 else "Faltan"
    text = f"{verb} {spanish.join_and(lacking)}.{when}"
    return Task("warning", "edit", f"Complete el borrador de {_the(card)}", text, "Completar", "cycles.edit", {"slug": card.slug})


def _report(card: "EventCard") -> Task:
    text = "La asistencia ya está registrada."
    return Task("info", "file", f"Genere el informe de {_the(card)}", text, "Ir al informe", "reports.overview", {"slug": card.slug})


def _in_days(day: date, today: date) -> str:
    left = (day - today).days
    if left < 0:
        return "Su fecha ya pasó."
    return "Es hoy." if left == 0 else "Es mañana." if left == 1 else f"Es en {spanish.plural(left, 'día', 'días')}."


def _the(card: "EventCard") -> str:
    """ "la quinta asistencia técnica"; an event without a noun of its own is quoted."""
    noun = card.short_title
    if noun == card.topic:
        return f"«{noun}»"
    article = "el" if noun.split()[-1].lower() in {"foro", "evento"} else "la"
    return f"{article} {_lower(noun)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
