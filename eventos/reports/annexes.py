"""What an informe shows beside its prose, in words: the pieza, the slides, the acta and the questions. Pure, as rules are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eventos.kernel import clock, spanish

if TYPE_CHECKING:
    from eventos.cycles.queries import EventView
    from eventos.reports.queries import Acta, FlyerView, QuestionView, SlidesView

# What fits in a document people still open: beyond it the caption says how many there were.
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


def slides(sets: Sequence[SlidesView], *, first: int) -> list[dict[str, Any]]:
    """The pages of each set, as many as fit, numbered after the pieza."""
    told: list[dict[str, Any]] = []
    left = MOST_SLIDES
    for number, each in enumerate(sets, first):
        shown = each.pages[:left]
        left -= len(shown)
        many = spanish.plural(len(each.pages), "diapositiva", "diapositivas")
        said = many if len(shown) == len(each.pages) else f"{len(shown)} de las {many}; las demás están en los materiales del evento"
        told.append(
            {
                "caption": f"Figura {number}. {each.title}: {said}.",
                "pages": [
                    {"sha256": key, "alt": f"{each.title}, diapositiva {at} de {len(each.pages)}"} for at, key in enumerate(shown, 1)
                ],
            }
        )
    return told


def acta_sentence(acta: Acta | None) -> str:
    """ "Según el acta de asistencia versión 1, cerrada por Marina Ficticia el 29 de julio de 2021, 5:00 p. m."; else that it is open."""
    if acta is None:
        return OPEN_LIST
    here = clock.local(acta.closed_at)
    when = f"{spanish.date_long(here.date())}, {spanish.time_short(here)}"
    told = f"Según el acta de asistencia versión {acta.version}, cerrada por {acta.closed_by} el {when}"
    return told if told.endswith(".") else f"{told}."


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
