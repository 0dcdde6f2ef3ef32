"""The form of an event: one page, everything kept when something is wrong, rows for days, entities, programme and speakers."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from eventos.cycles.forms.fields import (
    DayField,
    DecimalField,
    HourField,
    MomentField,
    Read,
    RowForm,
    Rows,
    VerbatimField,
    WholeField,
    read_hour,
)
from eventos.cycles.queries import CycleRow, EventView
from eventos.cycles.rules import (
    Advice,
    DayGiven,
    HostGiven,
    PresenceKind,
    PresenceRule,
    ProgrammeGiven,
    SaveEvent,
    SpeakerGiven,
    advice,
    link_fault,
)
from eventos.kernel import clock, divipola
from eventos.kernel.text import fold
from eventos.kernel.titles import numbered
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, HostRole, LinkExposure, Modality, SpeakerRole
from eventos.kernel.webforms import BaseForm, Max, Needed, TextBlock, TextLine, choices

LISTS = ("days", "hosts", "programme", "speakers")
NO_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
PRESENCE = [
    (PresenceKind.EVIDENCE.value, "Basta una evidencia (lectura, ingreso, lista o decisión)"),
    (PresenceKind.MINUTES.value, "Un mínimo de minutos"),
    (PresenceKind.SHARE.value, "Un porcentaje de la programación"),
]


class DayForm(RowForm):
    on_date = DayField("Fecha", [Read("Escriba la fecha.")], render_kw={"autocomplete": "off"})
    starts = HourField("Comienza", [Read("Escriba la hora de comienzo.")])
    ends = HourField("Termina", [Read("Escriba la hora de final.")])

    def validate_ends(self, field: HourField) -> None:
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError("El final debe ser después del comienzo.")


class HostForm(RowForm):
    name = TextLine(
        "Entidad", [Needed("Escriba el nombre de la entidad."), Max(200)], render_kw={"list": "entidades", "autocomplete": "off"}
    )
    role = SelectField("Participa como", choices=choices(*HostRole.choices()), default=HostRole.HOST.value)
    kind = SelectField("Clase de entidad", choices=choices(*EntityKind.choices()), default=EntityKind.PUBLIC.value)


class ProgrammeForm(RowForm):
    on_date = DayField("Día", render_kw={"autocomplete": "off"})
    hour = HourField("Hora")
    topic = TextLine("Tema", [Needed("Escriba el tema de esta parte."), Max(300)])
    speaker = TextLine("Quién", [Max(200)])


class SpeakerForm(RowForm):
    name = TextLine("Nombre", [Needed("Escriba el nombre."), Max(160)], render_kw={"autocomplete": "off"})
    role = SelectField("Papel", choices=choices(*SpeakerRole.choices()), default=SpeakerRole.EXPOSITOR.value)
    post = TextLine("Cargo", [Max(200)])
    entity = TextLine("Entidad", [Max(200)], render_kw={"list": "entidades", "autocomplete": "off"})


class EventForm(BaseForm):
    version = HiddenField()
    cycle = SelectField("Ciclo")
    kind = SelectField("Clase de evento", choices=choices(*EventKind.choices()), default=EventKind.ASISTENCIA_TECNICA.value)
    number = WholeField("Número en el ciclo", render_kw=NO_NUMBER)
    topic = TextLine("Tema", [Needed("Escriba el tema del evento."), Max(200)])
    summary = TextBlock("Resumen", [Max(400)])
    description = TextBlock("Descripción", [Max(10_000)])
    objective = TextBlock("Objetivo", [Max(4_000)])
    norms = TextBlock("Normas", [Max(4_000)])
    context = TextBlock("Contexto para el informe", [Max(10_000)])
    days = Rows(DayForm, "Días", most=31)
    date_note = TextLine("Nota de fecha", [Max(200)])
    modality = RadioField("Modalidad", choices=choices(*Modality.choices()), default=Modality.VIRTUAL.value)
    venue_name = TextLine("Lugar", [Max(200)])
    venue_address = TextLine("Dirección", [Max(200)])
    venue_municipio = TextLine("Municipio", [Max(120)], render_kw={"autocomplete": "off"})
    venue_code = HiddenField()
    capacity_virtual = WholeField("Cupos virtuales", render_kw=NO_NUMBER)
    capacity_onsite = WholeField("Cupos presenciales", render_kw=NO_NUMBER)
    link = VerbatimField("Link de ingreso", render_kw={"spellcheck": "false", "autocomplete": "off"})
    link_exposure = RadioField("Quién ve el link", choices=choices(*LinkExposure.choices()), default=LinkExposure.PERSONAL.value)
    hosts = Rows(HostForm, "Entidades", most=60)
    programme = Rows(ProgrammeForm, "Programación", most=80)
    speakers = Rows(SpeakerForm, "Expositores y moderadores", most=60)
    intensity_hours = DecimalField("Intensidad en horas", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    registration_opens_at = MomentField("La inscripción abre")
    registration_closes_at = MomentField("La inscripción cierra")
    presence_kind = RadioField("Para contar como asistente", choices=choices(*PRESENCE), default=PresenceKind.EVIDENCE.value)
    presence_minutes = WholeField("Minutos", render_kw=NO_NUMBER)
    presence_percent = WholeField("Porcentaje", render_kw=NO_NUMBER)
    prepared_by = TextLine("Elaborado por", [Max(200)])
    count_kind = SelectField("El conteo de asistentes es", choices=choices(*CountKind.choices()), default=CountKind.EXACT.value)

    def __init__(self, formdata: Any = None, *, cycles: Iterable[CycleRow] | None = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        if cycles is None:
            del self.cycle
        else:
            self.cycle.choices = choices(*((each.slug, each.name) for each in cycles))

    def offer_rows(self) -> None:
        """An empty row where a list has none, so that there is something to fill in."""
        for name in LISTS:
            if not self[name].entries:
                self[name].offer_blank()

    def add_row(self, name: str) -> None:
        """What the button "Agregar otra fila" asks for without scripts."""
        if name in LISTS:
            self[name].offer_blank()

    def validate_link(self, field: VerbatimField) -> None:
        if (fault := link_fault(field.data or "")) is not None:
            raise ValidationError(fault)

    def validate_venue_municipio(self, field: TextLine) -> None:
        if not field.data:
            self.venue_code.data = ""
            return
        picked = divipola.get(self.venue_code.data or "")
        if picked is not None and fold(picked.label) == fold(field.data):
            return
        match = divipola.resolve(field.data)
        if match.municipio is not None and match.is_exact:
            self.venue_code.data = match.municipio.code
            return
        self.venue_code.data = ""
        offers = "; ".join(place.label for place in match.candidates[:4])
        raise ValidationError(
            f"Escriba también el departamento. ¿Quiso decir {offers}?"
            if offers
            else "No conocemos ese municipio. Escríbalo como «Riosucio, Caldas»."
        )

    @property
    def preview(self) -> str:
        """How the number reads: "QUINTA ASISTENCIA TÉCNICA"."""
        number = self.number.data if self.number.data is not None and 1 <= self.number.data <= 999 else None
        try:
            return numbered(EventKind(self.kind.data), number).upper()
        except ValueError:
            return ""

    def to_command(self) -> SaveEvent:
        return SaveEvent(
            kind=EventKind(self.kind.data),
            modality=Modality(self.modality.data),
            link_exposure=LinkExposure(self.link_exposure.data),
            count_kind=CountKind(self.count_kind.data),
            norms=tuple(line for line in (self.norms.data or "").split("\n") if line),
            venue_divipola=self.venue_code.data or None,
            days=tuple(DayGiven(row.on_date.data, row.starts.data, row.ends.data) for _at, row in self.days.said()),
            hosts=tuple(HostGiven(row.name.data, HostRole(row.role.data), EntityKind(row.kind.data)) for _at, row in self.hosts.said()),
            programme=tuple(
                ProgrammeGiven(row.topic.data, f"{row.hour.data:%H:%M}" if row.hour.data else "", row.speaker.data or "", row.on_date.data)
                for _at, row in self.programme.said()
            ),
            speakers=tuple(
                SpeakerGiven(row.name.data, SpeakerRole(row.role.data), row.post.data or "", row.entity.data or "")
                for _at, row in self.speakers.said()
            ),
            presence=PresenceRule(PresenceKind(self.presence_kind.data), self.presence_minutes.data, self.presence_percent.data),
            **self._plain_values(),
        )

    def _plain_values(self) -> dict[str, Any]:
        return {name: self[name].data or "" for name in _TEXTS} | {name: self[name].data for name in _VALUES}

    def refuse(self, fields: dict[str, str], message: str | None = None) -> None:
        """Put a refusal beside its field, also inside the rows ("days-0-ends" is the first day that says something)."""
        rest: dict[str, str] = {}
        for name, reason in fields.items():
            place = self._inside(name)
            if place is None:
                rest[name] = reason
            else:
                place.errors = [*place.errors, reason]
        if rest or not fields:
            super().refuse(rest, message)

    def advice_by_field(self, said: Iterable[Advice]) -> dict[str, list[str]]:
        """Advice by the id of the field it stands beside."""
        found: dict[str, list[str]] = {}
        for each in said:
            place = self._inside(each.field)
            found.setdefault(place.id if place is not None else each.field, []).append(each.message)
        return found

    def advise(self) -> dict[str, list[str]]:
        """What can already be said of the days, while something else is still wrong."""
        days = [(index, row) for index, row in self.days.said() if row.on_date.data is not None]
        seen = SaveEvent(topic="", link=self.link.data or "-", days=tuple(_seen(row) for _index, row in days))
        found: dict[str, list[str]] = {}
        for each in advice(seen, today=clock.today()):
            _list, at, _column = each.field.split("-", 2)
            found.setdefault(days[int(at)][1].on_date.id, []).append(each.message)
        return found

    def differing(self, saved: "EventForm") -> list[str]:
        """The labels of what is typed here otherwise than it is saved."""
        return [
            field.label.text
            for field in self
            if field.name in saved and field.type != "HiddenField" and _plain(field) != _plain(saved[field.name])
        ]

    def _inside(self, name: str) -> Any:
        list_name, _, rest = name.partition("-")
        at, _, column = rest.partition("-")
        if list_name not in LISTS or not at.isdigit():
            return None
        said = self[list_name].said()
        return said[int(at)][1][column] if int(at) < len(said) else None


_TEXTS = ("topic", "summary", "description", "objective", "context", "date_note", "venue_name", "venue_address", "link", "prepared_by")
_VALUES = ("number", "capacity_virtual", "capacity_onsite", "intensity_hours", "registration_opens_at", "registration_closes_at")


def _seen(row: Any) -> DayGiven:
    return DayGiven(row.on_date.data, row.starts.data or time(), row.ends.data or time())


def _plain(field: Any) -> Any:
    return [row.data for _at, row in field.said()] if isinstance(field, Rows) else field.data or None


def event_data(view: EventView) -> dict[str, Any]:
    """An event as the form shows it."""
    place = divipola.get(view.venue_divipola) if view.venue_divipola else None
    rule = PresenceRule.of(view.presence_rule)
    virtual, onsite = view.pool(Modality.VIRTUAL), view.pool(Modality.ONSITE)
    return {name: getattr(view, name) for name in (*_TEXTS, *(value for value in _VALUES if not value.startswith("capacity")))} | {
        "version": str(view.version),
        "kind": view.kind.value,
        "norms": "\n".join(view.norms),
        "days": [
            {"on_date": day.on_date, "starts": clock.local(day.starts_at).time(), "ends": clock.local(day.ends_at).time()}
            for day in view.days
        ],
        "modality": view.modality.value,
        "venue_municipio": place.label if place else "",
        "venue_code": view.venue_divipola or "",
        "capacity_virtual": virtual.capacity if virtual else None,
        "capacity_onsite": onsite.capacity if onsite else None,
        "link_exposure": view.link_exposure.value,
        "hosts": [{"name": host.name, "role": host.role.value, "kind": host.kind.value} for host in view.roles],
        "programme": [
            {"on_date": line.on_date, "hour": _hour(line.hour), "topic": line.topic, "speaker": line.speaker} for line in view.programme
        ],
        "speakers": [{"name": each.name, "role": each.role.value, "post": each.post, "entity": each.entity} for each in view.speakers],
        "presence_kind": rule.kind.value,
        "presence_minutes": rule.minutes,
        "presence_percent": rule.percent,
        "count_kind": view.count_kind.value,
    }


def _hour(told: str) -> Any:
    return read_hour(told) if told else None
