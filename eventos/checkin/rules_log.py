"""The log of readings as staff narrow it: what may be asked, read from an address, and how each flag reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eventos.checkin.rules import Flag, Verdict
from eventos.checkin.rules_words import WORDS
from eventos.kernel import clock
from eventos.kernel.text import clean

REFUSED = "rechazadas"
TO_LOOK_AT = "revisar"
MANUAL, OFFLINE = "a-mano", "sin-senal"
REFUSALS = tuple(verdict for verdict in Verdict if verdict not in (Verdict.ACCEPTED, Verdict.REPEATED, Verdict.ANNULLED))
VERDICTS = ((REFUSED, "Todas las rechazadas"), *((verdict.value, word) for verdict, word in WORDS.items()))
FLAGS = {
    Flag.CLOCK: "El reloj del teléfono estaba mal",
    Flag.FORCED: "Entró sin señal aunque la puerta la rechazaba",
    Flag.DOUBLE: "Dos puertas dejaron entrar el mismo código",
    Flag.TOLD: "Sin señal se le dijo que no, y podía entrar",
    Flag.PHONE: "Varias personas confirmaron en un mismo teléfono",
    Flag.SEALED: "No se pudo abrir lo que guardó el teléfono",
}
MARKS = (
    (TO_LOOK_AT, "Para revisar, por cualquier motivo"),
    *((flag.value, words) for flag, words in FLAGS.items()),
    (MANUAL, "Marcadas a mano"),
    (OFFLINE, "Leídas sin señal"),
)


@dataclass(frozen=True)
class Asked:
    """What the log is narrowed to, by the names of the address.

    `puerta` is a device's public id, `sala` a room as addresses call it.
    """

    texto: str = ""
    veredicto: str = ""
    puerta: str = ""
    sala: str = ""
    marca: str = ""
    desde: str = ""
    hasta: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What was asked for, for an address and for the audit."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts asked for; () for all."""
        words = REFUSALS if self.veredicto == REFUSED else (self.veredicto,) if self.veredicto else ()
        return tuple(str(word) for word in words)

    @property
    def flag(self) -> str:
        """The one flag asked for, or ""."""
        return self.marca if self.marca in set(Flag) else ""

    @property
    def since(self) -> datetime | None:
        return moment(self.desde)

    @property
    def until(self) -> datetime | None:
        return moment(self.hasta)


def asked_from(given: Mapping[str, str]) -> Asked:
    """What an address asks for; a word that is none of ours asks for nothing."""
    told = {name: clean(given.get(name, ""))[:100] for name in Asked.__dataclass_fields__}
    if told["veredicto"] not in dict(VERDICTS):
        told["veredicto"] = ""
    if told["marca"] not in dict(MARKS):
        told["marca"] = ""
    for name in ("desde", "hasta"):
        if moment(told[name]) is None:
            told[name] = ""
    return Asked(**told)


def flag_words(flagged: str) -> list[str]:
    """The sentences of the flags of a reading."""
    return [FLAGS[Flag(flag)] for flag in flagged.split()]


def moment(told: str) -> datetime | None:
    """What a field of date and hour says, in Bogotá."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment.replace(tzinfo=clock.BOGOTA) if moment.tzinfo is None and moment.year > 1 else None
