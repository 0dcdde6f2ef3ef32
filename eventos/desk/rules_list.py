"""How the list of registrations is asked for: filters, order and columns, as its address says them. Unknown words narrow nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eventos.kernel import divipola
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import Modality, RegistrationState, Source, Word
from eventos.registration.rules_questions import CLOSED, NO, YES, Question, QuestionKind

LONGEST = 100
ROWS, MORE_ROWS = 50, ("100", "200")


class Column(Word):
    """What a list may show beside the name; the value is what the address says."""

    ENTITY = "entidad", "Entidad"
    DEPENDENCY = "dependencia", "Dependencia"
    POST = "cargo", "Cargo"
    LINK = "vinculacion", "Vinculación"
    PLACE = "lugar", "Lugar"
    MAIL = "correo", "Correo"
    MODALITY = "modalidad", "Modalidad"
    STATE = "estado", "Estado"
    SOURCE = "origen", "Origen"
    REGISTERED = "fecha", "Fecha de inscripción"
    REPLY = "respuesta", "Respuesta del calendario"
    GROUP = "grupo", "Grupo"


class Reply(Word):
    """What a calendar answered to the invite (RFC 5545, PARTSTAT)."""

    ACCEPTED = "accepted", "Aceptó"
    TENTATIVE = "tentative", "Quizá"
    DECLINED = "declined", "No irá"


USUAL = (Column.ENTITY, Column.PLACE, Column.MODALITY, Column.STATE)
IN_FILES = tuple(column for column in Column if column not in (Column.REPLY, Column.GROUP))
SORTABLE = {
    "nombre": "Nombre",
    "entidad": "Entidad",
    "lugar": "Lugar",
    "modalidad": "Modalidad",
    "estado": "Estado",
    "origen": "Origen",
    "fecha": "Fecha de inscripción",
}


@dataclass(frozen=True)
class Chosen:
    """A list as somebody wants it. `answers`: the option chosen in a question, by the question's field name (`q-…`)."""

    texto: str = ""
    estado: str = ""
    modalidad: str = ""
    municipio: str = ""
    entidad: str = ""
    origen: str = ""
    respuesta: str = ""
    grupo: str = ""
    rebote: str = ""
    falta: str = ""
    orden: str = ""
    filas: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    columnas: tuple[str, ...] = field(default=())

    @property
    def narrowing(self) -> dict[str, str]:
        """The filters that say something, by their names in the address."""
        names = ("texto", "estado", "modalidad", "municipio", "entidad", "origen", "respuesta", "grupo", "rebote", "falta")
        return {name: value for name in names if (value := getattr(self, name))} | dict(self.answers)

    @property
    def address(self) -> dict[str, Any]:
        """Everything, as the arguments of an address."""
        plain = {name: value for name in ("orden", "filas") if (value := getattr(self, name))}
        return self.narrowing | plain | ({"columnas": list(self.columnas)} if self.columnas else {})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same, as the hidden fields of a form."""
        return [(name, one) for name, value in self.address.items() for one in (value if isinstance(value, list) else [value])]

    @property
    def rows(self) -> int:
        """How many rows a page of it has."""
        return int(self.filas) if self.filas else ROWS

    def sorted_by(self, name: str) -> "Chosen":
        """The list by this column; asked again, the other way round."""
        return replace(self, orden=f"-{name}" if self.orden == name else name)

    def without_columns(self) -> "Chosen":
        return replace(self, columnas=())


def chosen_from(given: Mapping[str, Sequence[str]], questions: Sequence[Question] = ()) -> Chosen:
    """What an address (or a saved view) asks for. `given` has every value of each name."""
    said = {name: clean(values[0])[:LONGEST] for name, values in given.items() if values}
    answered = [(one.name, value) for one in questions if (value := said.get(one.name, "")) in dict(options_of(one)) and value]
    known = {str(column) for column in Column} | {one.name for one in questions if not one.said.sensitive}
    order = said.get("orden", "")
    return Chosen(
        texto=said.get("texto", ""),
        estado=_one_of(said.get("estado", ""), RegistrationState),
        modalidad=_one_of(said.get("modalidad", ""), Modality),
        municipio=said.get("municipio", "") if divipola.get(said.get("municipio", "")) else "",
        entidad=said.get("entidad", ""),
        origen=_one_of(said.get("origen", ""), Source),
        respuesta=_one_of(said.get("respuesta", ""), Reply),
        grupo=said.get("grupo", ""),
        rebote="si" if said.get("rebote") == "si" else "",
        falta="si" if said.get("falta") == "si" else "",
        orden=order if order.removeprefix("-") in SORTABLE else "",
        filas=said.get("filas", "") if said.get("filas", "") in MORE_ROWS else "",
        answers=tuple(answered),
        columnas=tuple(dict.fromkeys(name for name in given.get("columnas", ()) if name in known)),
    )


def _one_of(value: str, words: type[Word]) -> str:
    return value if value in set(words) else ""


def options_of(question: Question) -> list[tuple[str, str]]:
    """The answers a list can be narrowed to: those of closed questions that are not sensitive."""
    if question.said.sensitive or question.kind not in CLOSED:
        return []
    if question.kind is QuestionKind.YES_NO:
        return [(YES, "Sí"), (NO, "No")]
    return [(option.id, option.label) for option in question.said.options]


def headings(columns: Sequence[str], questions: Sequence[Question]) -> list[str]:
    """The words over these columns."""
    asked = {one.name: one.label for one in questions}
    return [asked[name] if name in asked else Column(name).label for name in columns]
