"""The form of a room and its rule."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, ValidationError

from eventos.checkin.rules import Entries, Once, Rule
from eventos.checkin.rules_rooms import LONGEST_MARGIN, SaveRoom
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices
from eventos.registration.forms import MarkedList

_DIGITS = {"inputmode": "numeric"}


class RoomForm(BaseForm):
    """A room: its name, who enters and when, and what is asked at its door. Times are minutes."""

    name = TextLine("Nombre de la sala o de la puerta", [Needed("Escriba un nombre, por ejemplo «Auditorio»."), Max(60)])
    once = RadioField("Cuántas veces cuenta una persona", choices=choices(*Once.choices()), default=Once.DAY.value)
    entries = RadioField("Si se lee otra vez el mismo código", choices=choices(*Entries.choices()), default=Entries.ONE.value)
    exits = BooleanField("Leer también las salidas")
    opens = TextLine(
        "Minutos antes de empezar", [Needed("Escriba los minutos."), Max(4)], default="180", render_kw={"inputmode": "numeric"}
    )
    closes = TextLine(
        "Minutos después de terminar", [Needed("Escriba los minutos."), Max(4)], default="120", render_kw={"inputmode": "numeric"}
    )
    days = MarkedList("Días en que abre", choices=[], validate_choice=False)
    asks = MarkedList("Preguntas que hay que responder para entrar", choices=[], validate_choice=False)
    self_checkin = BooleanField("Cada quien confirma su llegada en su teléfono")
    offline_search = BooleanField("Buscar por nombre también sin señal")
    seen = HiddenField("", [Max(60)])

    def validate_opens(self, field: Any) -> None:
        _minutes(field)

    def validate_closes(self, field: Any) -> None:
        _minutes(field)

    @classmethod
    def of(cls, name: str, rule: Rule, seen: str) -> "RoomForm":
        kept = rule.kept()
        return cls(data={"name": name, **kept, "opens": str(rule.opens), "closes": str(rule.closes), "seen": seen})

    def offer(self, days: Sequence[tuple[str, str]], questions: Sequence[tuple[str, str]]) -> None:
        """What there is to mark."""
        self.days.choices, self.asks.choices = choices(*days), choices(*questions)

    def to_command(self, days: Sequence[str]) -> SaveRoom:
        """`days`: those of the event; all of them marked is the same as none."""
        marked = tuple(self.days.data or ())
        rule = Rule(
            once=Once(self.once.data),
            entries=Entries(self.entries.data),
            exits=bool(self.exits.data),
            opens=int(self.opens.data or 0),
            closes=int(self.closes.data or 0),
            days=() if set(marked) >= set(days) else marked,
            asks=tuple(self.asks.data or ()),
            self_checkin=bool(self.self_checkin.data),
            offline_search=bool(self.offline_search.data),
        )
        return SaveRoom(self.name.data or "", rule, self.seen.data or "")


def _minutes(field: Any) -> None:
    told = field.data or ""
    if not (told.isascii() and told.isdigit() and int(told) <= LONGEST_MARGIN):
        raise ValidationError(f"Escriba minutos entre 0 y {LONGEST_MARGIN}.")
