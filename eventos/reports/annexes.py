"""What an informe shows beside its prose, in words: pieza, link, slides, acta, calls, questions and annexed files. Pure, as rules are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eventos.kernel import clock, spanish
from eventos.kernel.vocabulary import Modality

if TYPE_CHECKING:
    from eventos.calls.queries import BoardRow
    from eventos.cycles.queries import EventView
    from eventos.reports.queries import Acta, CalledView, FileView, FlyerView, QuestionView, SlidesView

# What fits in a document people still open: beyond it the caption says how many there were, and the whole file is an annex.
MOST_SLIDES = 48
OPEN_LIST = "El listado de asistencia está sin cerrar: la cifra puede cambiar."


def flyer(published: FlyerView | None, event: EventView) -> dict[str, Any] | None:
    """The pieza as it was published; its words for whoever does not see it say what the event says."""
    if published is None:
        return None
    day = clock.local(published.published_at).date()
    when = f"{spanish.days_sentence(event.dates)}, " if event.days else ""
    hours = f"{spanish.time_range(event.starts_at, event.ends_at)}, " if len(event.days) == 1 and event.starts_at and event.ends_at else ""
    return {
        "picture": {"sha256": published.sha256, "alt": f"Pieza publicitaria: {event.title}, {when}{hours}{event.modality.label.lower()}"},
        "caption": f"Figura 1. Pieza publicada el {spanish.date_long(day)}, versión {published.version}.",
    }


def link_note(event: EventView) -> str:
    """What stands in the place of a link that is not there: an event on site had none; of a virtual one nobody wrote it down."""
    if event.link:
        return ""
    return (
        "El evento fue presencial: no tuvo link de ingreso." if event.modality is Modality.ONSITE else "No se conserva el link de ingreso."
    )


def slides(sets: Sequence[SlidesView], *, first: int) -> list[dict[str, Any]]:
    """The pages of each set, as many as fit, numbered after the pieza; a set that is cut says in which annex it is whole."""
    told: list[dict[str, Any]] = []
    left, annex = MOST_SLIDES, 0
    for number, each in enumerate(sets, first):
        shown = each.pages[:left]
        left -= len(shown)
        said = spanish.plural(len(each.pages), "diapositiva", "diapositivas")
        if len(shown) < len(each.pages):
            annex += 1
            said = f"{len(shown)} de {said}; todas están en el anexo {annex}" if shown else f"{said}, en el anexo {annex}"
        told.append(
            {
                "caption": f"Figura {number}. {each.title}: {said}.",
                "pages": [
                    {"sha256": key, "alt": f"{each.title}, diapositiva {at} de {len(each.pages)}"} for at, key in enumerate(shown, 1)
                ],
            }
        )
    return told


def cut_slides(sets: Sequence[SlidesView]) -> str:
    """That not every slide is shown, and how many are; "" when all of them fit."""
    every = sum(len(each.pages) for each in sets)
    return f"Diapositivas: se muestran {MOST_SLIDES} de {every}; los archivos completos son anexos" if every > MOST_SLIDES else ""


def files(sets: Sequence[SlidesView], others: Sequence[FileView], event: EventView) -> list[dict[str, str]]:
    """The files that go with the informe, by name, own date and SHA-256: first the slides that did not fit, then the others."""
    cut, left = [], MOST_SLIDES
    for each in sets:
        if len(each.pages) > left:
            cut.append(each.file)
        left = max(0, left - len(each.pages))
    return [{"said": _file(number, each, event), "sha256": each.sha256} for number, each in enumerate([*cut, *others], 1)]


def _file(number: int, file: FileView, event: EventView) -> str:
    """ "Anexo 1. Nota de voz, archivo nota.pdf, con fecha propia: 5 de abril de 2021, anterior al evento." (a file keeps its own date)."""
    told = f"Anexo {number}. {file.title}, archivo {file.filename}"
    if file.dated_on is None:
        return f"{told}."
    older = ", anterior al evento" if event.dates and file.dated_on < min(event.dates) else ""
    return f"{told}, con fecha propia: {spanish.date_long(file.dated_on)}{older}."


def acta_sentence(acta: Acta | None) -> str:
    """ "Según el acta de asistencia versión 1, cerrada por Marina Ficticia el 29 de julio de 2021, 5:00 p. m."; else that it is open."""
    if acta is None:
        return OPEN_LIST
    here = clock.local(acta.closed_at)
    when = f"{spanish.date_long(here.date())}, {spanish.time_short(here)}"
    told = f"Según el acta de asistencia versión {acta.version}, cerrada por {acta.closed_by} el {when}"
    return told if told.endswith(".") else f"{told}."


def call_sections(calls: Sequence[CalledView]) -> list[dict[str, Any]]:
    """How the event was called, in prose: to how many, when, what they answered, and who did not."""
    return [
        {"title": "Convocatoria" if len(calls) == 1 else f"Convocatoria {number}", "paragraphs": _call(each)}
        for number, each in enumerate(calls, 1)
    ]


def _call(call: CalledView) -> list[str]:
    sent = [row for row in call.rows if row.sent_at is not None]
    told = f"El {_day(call.sent_at)} se envió la convocatoria a {spanish.plural(len(sent), 'entidad', 'entidades')}"
    told += f", con plazo hasta el {_day(call.deadline_at)}." if call.deadline_at else "."
    answered = [row for row in call.rows if row.answered_at is not None]
    late = sum(row.is_late for row in answered)
    declined = [row for row in answered if row.declined_at is not None]
    said = [f"{'Confirmó' if len(answered) == 1 else 'Confirmaron'} recibido {len(answered)} de {len(call.rows)}."]
    if late:
        said.append(f"{spanish.plural(late, 'respuesta llegó', 'respuestas llegaron')} fuera de plazo.")
    if declined:
        said.append(f"Avisaron que nadie asistiría: {spanish.join_and([row.entity for row in declined])}.")
    if silent := [row.entity for row in call.rows if row.answered_at is None]:
        said.append(f"Sin respuesta: {spanish.join_and(silent)}.")
    return [told, " ".join(said), f"Huella de lo enviado (SHA-256): {call.content_sha256}."]


def call_tables(calls: Sequence[CalledView], *, first: int) -> list[dict[str, Any]]:
    """Every entity of each convocatoria, numbered after the other tables."""
    headers = ["Entidad", "Enviada", "Estado", "Respondió", "Inscritos"]
    return [
        {"caption": f"Tabla {number}. Respuesta a la convocatoria", "headers": headers, "rows": [_call_row(row) for row in each.rows]}
        for number, each in enumerate(calls, first)
    ]


def _call_row(row: BoardRow) -> list[str]:
    answered = _day(row.answered_at) + (", fuera de plazo" if row.is_late else "") if row.answered_at else ""
    return [row.entity, _day(row.sent_at) if row.sent_at else "", row.standing.label, answered, spanish.number(row.registered)]


def _day(moment: datetime) -> str:
    return spanish.date_long(clock.local(moment).date())


def questions(asked: Sequence[QuestionView]) -> dict[str, Any] | None:
    """How many were asked and answered, and each with who asked and who answered; None when nothing was asked."""
    if not asked:
        return None
    answered = [each for each in asked if each.state == "answered"]
    pending = len(asked) - len(answered)
    received = f"Se {'recibió' if len(asked) == 1 else 'recibieron'} {spanish.plural(len(asked), 'pregunta', 'preguntas')}"
    told = [f"{len(answered)} {'respondida' if len(answered) == 1 else 'respondidas'}"] if answered else []
    told += [f"{pending} {'pendiente' if pending == 1 else 'pendientes'}"] if pending else []
    return {
        "summary": f"{received}: {spanish.join_and(told)}.",
        "items": [_question(number, each) for number, each in enumerate(asked, 1)],
    }


def _question(number: int, asked: QuestionView) -> dict[str, str]:
    moment = "antes del evento" if asked.moment == "before" else "en la sesión"
    who = f"{asked.asked_by}, {moment}" if asked.asked_by else moment[:1].upper() + moment[1:]
    answer = asked.answer if asked.state == "answered" else "Pendiente de respuesta."
    return {
        "body": f"{number}. {asked.body}",
        "asked": f"{who}.",
        "answer": answer or "Respondida en la sesión.",
        "answered": f"Respondió {asked.answered_by}." if asked.answered_by and asked.state == "answered" else "",
    }
