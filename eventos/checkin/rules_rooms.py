"""The rooms of an event as staff set them: what may be asked of a rule, and how it reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from eventos.checkin.rules import Entries, Hours, Once, Rule
from eventos.kernel import clock, spanish

LONGEST_MARGIN = 24 * 60  # minutes before and after each day
MOST_ROOMS = 30
OWN = "entrada"  # how the event's own door (key "") is called in addresses


@dataclass(frozen=True)
class SaveRoom:
    """A room as staff want it. `seen`: when what they changed was last saved ("" for a new one), so that nobody writes over a colleague."""

    name: str
    rule: Rule = field(default_factory=Rule)
    seen: str = ""


def faults(rule: Rule, days: Sequence[Hours], questions: Sequence[str]) -> dict[str, str]:
    """What cannot be asked of a room, by the field it is told at."""
    wrong = {}
    for name in ("opens", "closes"):
        if not 0 <= getattr(rule, name) <= LONGEST_MARGIN:
            wrong[name] = f"Escriba minutos entre 0 y {LONGEST_MARGIN}."
    if unknown := set(rule.days) - {clock.local(day.starts_at).date().isoformat() for day in days}:
        wrong["days"] = f"El evento no tiene esos días: {', '.join(sorted(unknown))}."
    if set(rule.asks) - set(questions):
        wrong["asks"] = "Elija preguntas de la lista."
    if rule.entries is Entries.AFTER_EXIT and not rule.exits:
        wrong["entries"] = "Para volver a entrar después de salir, marque también que se leen las salidas."
    return wrong


def words(rule: Rule) -> list[str]:
    """A rule in short sentences, only what somebody would want to know before the doors open."""
    said = [rule.once.label if rule.once is Once.EVENT else "Una vez cada día"]
    if rule.entries is not Entries.ONE:
        said.append(rule.entries.label)
    if rule.exits:
        said.append("Se leen las salidas")
    said.append(f"Abre {_margin(rule.opens)} antes y cierra {_margin(rule.closes)} después")
    if rule.days:
        said.append(f"Solo {spanish.plural(len(rule.days), 'día', 'días')}")
    if rule.asks:
        said.append(f"Pide {spanish.plural(len(rule.asks), 'respuesta', 'respuestas')}")
    if rule.self_checkin:
        said.append("Cada quien confirma en su teléfono")
    if rule.offline_search:
        said.append("Búsqueda sin señal")
    return said


def _margin(minutes: int) -> str:
    hours, rest = divmod(int(timedelta(minutes=minutes).total_seconds() // 60), 60)
    parts = [spanish.plural(hours, "hora", "horas")] * bool(hours) + [spanish.plural(rest, "minuto", "minutos")] * bool(rest)
    return " y ".join(parts) or "0 minutos"
