"""Who somebody says they are, and the notice under which they hand over their data: what is told, for what, with which rights."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from eventos.kernel.text import name_key, normalise_email
from eventos.kernel.vocabulary import Word


class Purpose(Word):
    """What personal data may be used for. The first is what registering needs; the others are choices of their own."""

    EVENT = "event", "inscribirme, registrar mi asistencia y dejar constancia de ella"
    INVITATIONS = "invitations", "recibir invitaciones a otros eventos"
    SENSITIVE = "sensitive", "adaptar el evento según mis respuestas sensibles"


PURPOSES = tuple(Purpose)


@dataclass(frozen=True)
class Identity:
    """A person as they (or a sheet) told it: clean texts, the document in normal form or absent."""

    document_type: str | None
    document_number: str | None
    given_names: str
    family_names: str
    email: str = ""
    phone: str = ""

    @cached_property
    def name_key(self) -> str:
        return name_key(self.given_names, self.family_names)

    @cached_property
    def email_key(self) -> str:
        return normalise_email(self.email)


class Controller(Protocol):
    """Who answers for the data (Ley 1581 de 2012, art. 3): the office, as entities describes it."""

    @property
    def name(self) -> str: ...
    @property
    def entity(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def data_email(self) -> str: ...


@dataclass(frozen=True)
class Notice:
    """The habeas-data notice: a summary and the paragraphs of the whole. `text` is what a consent refers to, by its hash."""

    controller: str
    contact: str
    paragraphs: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        return (
            f"{self.controller} usará sus datos para inscribirlo, registrar su asistencia y dejar constancia de ella. "
            "Puede conocerlos, corregirlos o pedir que se eliminen."
        )

    @property
    def text(self) -> str:
        said = [self.summary, *(f"{title}: {words}" for title, words in self.paragraphs)]
        choices = [f"Autorizo el tratamiento de mis datos para {Purpose.EVENT.label}.", f"Quiero {Purpose.INVITATIONS.label} (opcional)."]
        return "\n\n".join([*said, *choices])


def notice(office: Controller) -> Notice:
    """The notice of this office (Ley 1581 de 2012, art. 12; Decreto 1377 de 2013, arts. 14 and 15)."""
    controller = ", ".join(part for part in (office.name, office.entity) if part)
    contact = office.data_email or office.email
    reach = [office.address, f"teléfono {office.phone}" if office.phone else "", contact]
    where = ", ".join(part for part in reach if part)
    return Notice(
        controller=office.name,
        contact=contact,
        paragraphs=(
            ("Responsable", f"{controller}{f', {where}' if where else ''}."),
            (
                "Para qué",
                "Inscribirlo, reconocerlo el día del evento, registrar su asistencia, dejar constancia de ella y rendir el informe. "
                "Solo si usted lo marca, también para invitarlo a otros eventos.",
            ),
            (
                "Qué es opcional",
                "El celular, la dependencia y las invitaciones. Lo demás se necesita para inscribirlo y registrar su asistencia.",
            ),
            (
                "Sus derechos",
                "Conocer, actualizar y rectificar sus datos, pedir prueba de esta autorización, saber qué uso se les dio, revocarla, "
                "pedir que se supriman y presentar quejas ante la Superintendencia de Industria y Comercio (Ley 1581 de 2012, artículo 8).",
            ),
            (
                "Cómo ejercerlos",
                f"Escriba a {contact}. " if contact else "Acérquese a la oficina. ",
            ),
            (
                "Cuánto tiempo",
                "Los datos se conservan según la tabla de retención documental de la entidad. No se publican listas de personas.",
            ),
        ),
    )
