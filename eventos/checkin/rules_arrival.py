"""What the door says to somebody who confirms their own arrival: the same verdicts, in words for them and not for staff."""

from eventos.checkin.rules import Verdict

_HELP = "Acérquese a la puerta y allí le ayudan."
_WORDS = {
    Verdict.ACCEPTED: ("Llegada confirmada", "Quedó registrado que usted está aquí. No tiene que hacer nada más."),
    Verdict.REPEATED: ("Su llegada ya estaba registrada", "No tiene que hacer nada más."),
    Verdict.CANCELLED: ("Su inscripción está cancelada", f"Si vino a asistir, vuelva a inscribirse. {_HELP}"),
    Verdict.WAITLISTED: ("Todavía no tiene cupo confirmado", _HELP),
    Verdict.NEEDS_ANSWER: ("Le falta responder una pregunta", "Responda en «Mi inscripción» y confirme otra vez."),
    Verdict.OTHER_DAY: ("Hoy no es un día de este evento", _HELP),
}


def arrival_words(verdict: Verdict, why: str, *, is_on: bool = True, may_answer: bool = True) -> tuple[str, str]:
    """(what happened, what to do). `why` is what staff would read, which says the hour of a door that is not open.

    `is_on` False: the event itself was called off, so nothing is wrong with their registration. `may_answer`: their page still takes
    answers, which it does until the event begins.
    """
    if verdict is Verdict.CANCELLED and not is_on:
        return "Este evento fue cancelado", _HELP
    if verdict is Verdict.NEEDS_ANSWER and not may_answer:
        return _WORDS[verdict][0], "Acérquese a la puerta: allí se la preguntan y puede entrar."
    if verdict is Verdict.TOO_EARLY:
        return "Todavía no es hora", why
    if verdict is Verdict.TOO_LATE:
        return "La puerta ya cerró", why
    return _WORDS.get(verdict, ("No se pudo confirmar", _HELP))
