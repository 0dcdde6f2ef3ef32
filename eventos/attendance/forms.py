"""The forms of the roster: what to list, what was decided and why, and the reason for a file with documents."""

from typing import Any

from wtforms import Form, HiddenField, RadioField, SearchField, SelectField
from wtforms.validators import ValidationError

from eventos.attendance.acta import Others, Part
from eventos.attendance.queries import NO_ENTITY, OF_THE_CYCLE, Count, RosterFilter, Status
from eventos.attendance.rules import LONGEST_REASON, SHORTEST_REASON, CloseRoster, Decide
from eventos.kernel import divipola
from eventos.kernel.text import clean, fold
from eventos.kernel.webforms import BaseForm, Max, TextLine, choices

MARKS = {"si": True, "no": False, "quitar": None}
TAKEN_BACK = "Se quitó la marca anterior."


def chosen_from(args: Any) -> RosterFilter:
    """The filter an address carries, cleaned; what cannot be meant is left out."""
    said = {name: clean(args.get(name, ""))[:120] for name in ("municipio", "entidad", "modalidad", "estado", "texto")}
    if said["estado"] not in set(Status):
        said["estado"] = ""
    return RosterFilter(**said)


class FilterForm(Form):
    """The fields above the list; sent by GET, so every list has an address."""

    texto = SearchField("Buscar", render_kw={"placeholder": "Nombre, entidad o municipio", "maxlength": 120})
    estado = SelectField("Estado", choices=choices(("", "Todos los inscritos"), *Status.choices()))
    municipio = SelectField("Municipio", validate_choice=False)
    entidad = SelectField("Entidad", validate_choice=False)
    modalidad = SelectField("Modalidad", validate_choice=False)

    @classmethod
    def of(cls, chosen: RosterFilter, count: Count) -> "FilterForm":
        """The form with the choices this event has; a choice it has not, but an address asks for, is shown too."""
        form = cls(data={name: getattr(chosen, name) for name in ("texto", "estado", "municipio", "entidad", "modalidad")})
        by_name = sorted(count.municipalities, key=lambda each: fold(each.name))
        places = [(OF_THE_CYCLE, "Los del ciclo")] if count.expected else []
        places += [(each.key, each.name) for each in by_name] + [(each.key, each.name) for each in count.apart if each.registered]
        entities = sorted(((each.key, each.name) for each in count.entities), key=lambda pair: (pair[0] == NO_ENTITY, pair[0]))
        form.municipio.choices = _with("Todos", places, chosen.municipio)
        form.entidad.choices = _with("Todas", entities, chosen.entidad)
        form.modalidad.choices = _with("Todas", [(each.key, each.name) for each in count.modalities], chosen.modalidad)
        return form


def _with(everything: str, known: list[tuple[str, str]], value: str) -> Any:
    if value and value not in {key for key, _ in known}:
        place = divipola.get(value)
        known = [*known, (value, place.label if place else value)]
    return choices(("", everything), *known)


class DecideForm(BaseForm):
    """A mark with its reason; taking one back explains itself."""

    mark = RadioField("Qué decide", choices=choices(("si", "Asistió"), ("no", "No asistió"), ("quitar", "Quitar la marca")))
    reason = TextLine("Motivo", [Max(LONGEST_REASON)], render_kw={"autocomplete": "off"})

    def validate_mark(self, field: Any) -> None:
        if field.data not in MARKS:
            raise ValidationError("Elija si asistió o no, o si quita la marca.")

    def validate_reason(self, field: Any) -> None:
        if self.mark.data in ("si", "no") and len(field.data or "") < SHORTEST_REASON:
            raise ValidationError("Escriba el motivo: queda en el historial con su nombre.")

    def to_command(self, registrations: list[str]) -> Decide:
        attended = MARKS[self.mark.data]
        reason = self.reason.data or ""
        return Decide(tuple(registrations), attended, reason if attended is not None or len(reason) >= SHORTEST_REASON else TAKEN_BACK)


class PrivateExportForm(BaseForm):
    """Why somebody needs the file with documents and phones (it is written down)."""

    format = RadioField("Formato", choices=choices(("xlsx", "Excel (XLSX)"), ("csv", "CSV")), default="xlsx")
    reason = TextLine("Para qué necesita los documentos y teléfonos", [Max(LONGEST_REASON)], render_kw={"autocomplete": "off"})

    def validate_reason(self, field: Any) -> None:
        if len(field.data or "") < SHORTEST_REASON:
            raise ValidationError("Escriba para qué los necesita: queda en el registro con su nombre.")


class CloseForm(BaseForm):
    """Close the acta, or correct the version the page showed."""

    version = HiddenField()
    others = RadioField("Expositores y organizadores", choices=choices(*Others.choices()), default=Others.APART.value)
    reason = TextLine("Por qué se corrige", [Max(LONGEST_REASON)], render_kw={"autocomplete": "off"})

    def validate_version(self, field: Any) -> None:
        if not (field.data or "").isdigit():
            raise ValidationError("Abra otra vez esta página.")

    def to_command(self) -> CloseRoster:
        return CloseRoster(int(self.version.data or 0), Others(self.others.data), self.reason.data or "")


class PartForm(BaseForm):
    """What part somebody took in the event."""

    part = RadioField("Parte en el evento", choices=choices(*Part.choices()), default=Part.ATTENDEE.value)
