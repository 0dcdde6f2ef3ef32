"""The cycle: its name, the municipalities it expects, who works in it; and the reason of a cancelled event."""

from typing import Any

from wtforms import SelectChoice, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from eventos.cycles.queries import CycleView
from eventos.cycles.rules import SaveCycle
from eventos.kernel import divipola
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import StaffRole
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine, choices

MOST_LISTED = 400


class Boxes(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CycleForm(BaseForm):
    name = TextLine("Nombre del ciclo", [Needed("Escriba el nombre del ciclo."), Max(160)])
    description = TextBlock("Descripción", [Max(2000)])
    departamento = SelectField("Departamento")
    expected = Boxes("Municipios esperados")
    staff = Boxes("Quiénes trabajan en este ciclo", coerce=int)

    def __init__(self, formdata: Any = None, *, people: list[tuple[int, str, StaffRole]] | None = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.departamento.choices = choices(("", "Elija uno"), *((each.code, each.name) for each in divipola.departamentos()))
        self.staff.choices = [SelectChoice(number, f"{name} ({role.label.lower()})") for number, name, role in people or ()]
        self._list_municipios()

    @classmethod
    def of(cls, cycle: CycleView, people: list[tuple[int, str, StaffRole]]) -> "CycleForm":
        departamento = cycle.expected[0][:2] if cycle.expected else ""
        data = {"name": cycle.name, "description": cycle.description, "departamento": departamento, "expected": list(cycle.expected)}
        return cls(data=data | {"staff": [number for number, _name in cycle.staff]}, people=people)

    def fill(self) -> None:
        """Bring every municipality of the chosen departamento, ticked, beside those already ticked."""
        whole = [place.code for place in divipola.of_departamento(self.departamento.data or "")]
        self.expected.data = sorted({*(self.expected.data or []), *whole})
        self._list_municipios()

    def _list_municipios(self) -> None:
        ticked = [code for code in self.expected.data or [] if divipola.get(code)]
        known = {place.code for place in divipola.of_departamento(self.departamento.data or "")}
        listed = sorted({*ticked[:MOST_LISTED], *known})
        places = sorted(
            (divipola.get(code) for code in listed), key=lambda place: (fold(place.departamento), fold(place.name)) if place else ("", "")
        )
        many = len({code[:2] for code in listed}) > 1
        self.expected.choices = choices(*((place.code, place.label if many else place.name) for place in places if place))

    def to_command(self, *, staff_ids: tuple[int, ...]) -> SaveCycle:
        return SaveCycle(
            name=self.name.data,
            description=self.description.data or "",
            expected=tuple(self.expected.data or ()),
            staff_ids=staff_ids,
        )


class CancelForm(BaseForm):
    reason = TextBlock("Motivo", [Needed("Escriba el motivo: lo leerán las personas inscritas."), Max(600)])
