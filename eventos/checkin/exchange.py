"""How the door travels as JSON: what a phone sends and is answered, as schemas that both judge and describe."""

from datetime import UTC, datetime
from typing import Any

from eventos.checkin.queries import Attendee
from eventos.checkin.rules import MOST_AT_ONCE, SHORTEST_SEARCH, Flag, SeenScan, Verdict
from eventos.checkin.service import Answer
from eventos.kernel.operations import answer, at
from eventos.kernel.schemas import FIRST_YEAR, LAST_YEAR, Schema, answered, by_name, moment, one_of, record, rows, text, yes_or_no
from eventos.kernel.sealing import LONGEST_SEALED
from eventos.kernel.vocabulary import DocumentType, EventState, Modality, RegistrationState

TOLD = [verdict for verdict in Verdict if verdict is not Verdict.ANNULLED]
NONCE = text(60, least=8, pattern="^[0-9A-Za-z_-]+$", about="Un texto al azar: la misma lectura lleva siempre el mismo.")
ROOM = text(40, about="La `key` de la sala; vacío es la puerta del evento.")
_WORD: Schema = {"type": "string"}
_ANSWERS = by_name(
    {"type": ["string", "array"], "maxLength": 4000, "items": text(200), "maxItems": 60},
    60,
    about="Lo que se respondió en la puerta, por la `key` de la pregunta.",
)

PERSON: dict[str, Schema] = {
    "document_type": one_of(DocumentType),
    "document_number": text(30, least=1),
    "given_names": text(80, least=1),
    "family_names": text(80, least=1),
    "email": text(200, about="Opcional: allí llegan el código y la constancia."),
    "entity": text(160, least=1),
    "post": text(120),
    "municipio": text(100, about="El municipio donde trabaja, como lo dice la persona."),
    "divipola": text(5, about="Su código DIVIPOLA, si se conoce: cuenta más que el nombre."),
    "country": text(60, about="Solo fuera de Colombia, con `city`."),
    "city": text(80),
    "consent": text(64, least=64, about="El `sha256` del aviso que se le leyó, y que autorizó (`consent` en GET /checkin/device)."),
}
_NEEDED = ("document_type", "document_number", "given_names", "family_names", "entity", "consent")
WALK_IN = record(PERSON, needed=_NEEDED, about="Alguien a quien se inscribe en la puerta.")
# What may stand sealed instead of in clear; its shape is judged when it is opened.
SEALABLE: dict[str, Schema] = {
    "code": text(500, least=1, about="Lo que se leyó, entero; basta la parte alfanumérica más larga."),
    "registration": text(40, least=1, about="La persona que se marcó por su nombre (POST …/search), con `reason`."),
    "walk_in": WALK_IN,
    "answers": _ANSWERS,
    "reason": text(200, about="Por qué se marcó a mano."),
}
SEALED = record(SEALABLE)
SCAN = record(
    {
        "nonce": NONCE,
        **SEALABLE,
        "sealed": text(
            LONGEST_SEALED,
            least=1,
            pattern="^[0-9A-Za-z_-]+$",
            about="`code`, `registration`, `walk_in`, `answers` y `reason`, cifrados con `keys.seal`: así esperan en el teléfono.",
        ),
        "room": ROOM,
        "direction": one_of(("in", "out")),
        "scanned_at": moment(
            "Cuándo se leyó, ya corregido con la diferencia que el teléfono midió con el servidor. Sin él, es ahora.", any_year=True
        ),
        "offline": yes_or_no("Se leyó sin señal."),
        "told": one_of(TOLD, about="Lo que el teléfono dijo por su cuenta, sin señal."),
    },
    needed=["nonce"],
)  # fmt: skip
SCANS = record(
    {
        "event": text(200, least=1, about="El `slug` del evento."),
        "scans": rows(SCAN, MOST_AT_ONCE, least=1, about=f"De 1 a {MOST_AT_ONCE} lecturas."),
    },
    needed=["event", "scans"],
)
UNDO = record({"nonce": NONCE}, needed=["nonce"])
SEARCH = record(
    {"text": text(80, least=SHORTEST_SEARCH, about="Tres letras o cifras, al menos."), "room": ROOM},
    needed=["text"],
)
ONE_WALK_IN = record({"nonce": NONCE, "room": ROOM, **PERSON}, needed=["nonce", *_NEEDED])

EXAMPLE_SCANS = {
    "event": "octava-asistencia-tecnica",
    "scans": [
        {"nonce": "b1946ac92492d234", "code": "https://eventos.entidad.example/q/3kTMd0bA1"},
        {
            "nonce": "7c6a180b36896a0a",
            "sealed": "BGxh0sQ3pVd0t7x2KfYb",
            "offline": True,
            "told": "accepted",
            "scanned_at": "2030-07-25T07:58:02-05:00",
        },
    ],
}
EXAMPLE_ANSWERS = {
    "now": "2030-07-25T08:04:31-05:00",
    "answers": [
        {
            "nonce": "b1946ac92492d234",
            "verdict": "accepted",
            "tone": "accepted",
            "word": "Adelante",
            "name": "Elvira Demo Cedral",
            "work": ["Alcaldía de Riosucio"],
            "document": "CC ···777",
            "can_undo": True,
        },
        {
            "nonce": "7c6a180b36896a0a",
            "verdict": "unknown",
            "tone": "refused",
            "word": "Desconocido",
            "why": "No se pudo abrir lo que guardó el teléfono. Si la persona está, búsquela por su nombre.",
            "flags": ["sealed"],
        },
    ],
}
EXAMPLE_MANIFEST = {
    "cursor": "ifsCsyfi81qHP4PJ3hg6",
    "more": False,
    "now": "2030-07-25T08:04:31-05:00",
    "rows": [["9zYIG-kAN418UgMlXrkq5Q", "3uFEFC10GfN8IvRMsSuYbBKoFTqpdQca87Tl7jqxltmA"]],
    "revoked": ["vnvbO-iKT8xl_U0fJPpACA"],
    "movements": [["9zYIG-kAN418UgMlXrkq5Q", "", "in", 1911215071, 0], ["jUM9ohtpZXfscIXF8OcQKQ", "", "none", 0, 0]],
    "doors": ["Puerta norte"],
}
EXAMPLE_WALK_IN = {
    "nonce": "6cb75f652a9b5279",
    "document_type": "CC",
    "document_number": "41000777",
    "given_names": "Elvira Demo",
    "family_names": "Cedral",
    "entity": "Alcaldía de Riosucio",
    "municipio": "Riosucio, Caldas",
    "consent": "0" * 64,
}

# --- what is answered ------------------------------------------------------------------------------------------------------------

_QUESTION = answered(
    {
        "key": _WORD,
        "label": _WORD,
        "kind": _WORD,
        "help": _WORD,
        "required": yes_or_no(),
        "options": {"type": "array", "items": answered({"id": _WORD, "label": _WORD})},
    }
)
ANSWER = answer(
    "ScanAnswer",
    record(
        {
            "nonce": _WORD,
            "verdict": one_of(Verdict),
            "tone": one_of(("accepted", "repeated", "refused"), about="Verde, ámbar o rojo."),
            "word": {"type": "string", "description": "La palabra que se muestra."},
            "name": _WORD,
            "work": {"type": "array", "items": _WORD},
            "document": {"type": "string", "description": "El documento, enmascarado."},
            "why": {"type": "string", "description": "Por qué, y qué hacer."},
            "can_undo": yes_or_no(),
            "flags": {"type": "array", "items": one_of(Flag)},
            "first_at": moment("Cuándo se había leído primero."),
            "questions": {"type": "array", "items": _WORD, "description": "Las `key` de lo que falta responder para entrar."},
        },
        needed=("nonce", "verdict", "tone", "word"),
        about="Lo vacío no se dice.",
    ),
)
_ONE_ANSWER = {"$ref": f"#/components/schemas/{ANSWER}"}
ANSWERS = answer("ScanAnswers", answered({"now": moment(), "answers": {"type": "array", "items": _ONE_ANSWER}}))
FOUND = answer(
    "DoorSearch",
    answered(
        {
            "items": {
                "type": "array",
                "items": record(
                    {
                        "registration": _WORD,
                        "name": _WORD,
                        "work": {"type": "array", "items": _WORD},
                        "document": _WORD,
                        "state": one_of(RegistrationState),
                        "entered_at": moment(),
                    },
                    needed=("registration", "name", "work", "document", "state"),
                ),
            }
        }
    ),
)
_RULE = {
    "type": "object",
    "description": "La regla de la sala: `once`, `entries`, `exits`, `opens`, `closes`, `days`, `asks`, `offline_search`…",
}
_KEYS = answered(
    {
        "ticket": {"type": "array", "items": _WORD, "description": "Llaves públicas Ed25519 de los códigos, primero la más nueva."},
        "seal": answered(
            {"kid": _WORD, "public": {"type": "string", "description": "Un punto P-256 sin comprimir: 65 bytes en base64url."}}
        ),
    }
)
DEVICE = answer(
    "DoorDevice",
    answered(
        {
            "device": answered({"name": _WORD}),
            "now": moment(),
            "keys": _KEYS,
            "events": {
                "type": "array",
                "items": answered(
                    {
                        "id": {"type": "integer", "description": "El número del evento que llevan los códigos."},
                        **dict.fromkeys(("slug", "title", "short_title", "venue"), _WORD),
                        "state": one_of(EventState),
                        "demo": yes_or_no(),
                        "days": {"type": "array", "items": answered({"starts_at": moment(), "ends_at": moment()})},
                        "rooms": {"type": "array", "items": answered({"key": _WORD, "name": _WORD, "rule": _RULE})},
                        "questions": {"type": "array", "items": _QUESTION},
                        "consent": answered({"sha256": _WORD, "summary": _WORD, "text": _WORD}),
                        "form": answered(
                            {
                                "modality": one_of(Modality),
                                "places": {"type": "array", "items": _WORD},
                                "entities": {"type": "array", "items": _WORD},
                            }
                        ),
                    }
                ),
            },
        }
    ),
)  # fmt: skip
MANIFEST = answer(
    "DoorManifest",
    answered(
        {
            "cursor": {"type": "string", "description": "Para pedir lo que siga; vale para este evento."},
            "more": yes_or_no("Hay más ahora mismo: pídalo con el cursor."),
            "now": moment(),
            "rows": {
                "type": "array",
                "description": "Pares `[k, v]`: `k`, los primeros 16 bytes del SHA-256 del código; `v`, su fila, que solo ese código abre.",
                "items": {"type": "array", "items": _WORD, "minItems": 2, "maxItems": 2},
            },
            "revoked": {"type": "array", "items": _WORD, "description": "Las `k` de códigos reemplazados por otros."},
            "movements": {
                "type": "array",
                "description": "`[k, sala, \"in\"|\"out\"|\"none\", segundos, puerta]`: lo que está en pie de cada `k` que se nombra; "
                "reemplaza lo que se tenía de ella. Con `none` no le queda nada. `puerta` es un lugar de `doors`.",
                "items": {"type": "array", "minItems": 5, "maxItems": 5},
            },
            "doors": {"type": "array", "items": _WORD},
        }
    ),
)  # fmt: skip

NAMES = answer(
    "DoorNames",
    answered(
        {
            "cursor": _WORD,
            "more": yes_or_no(),
            "now": moment(),
            "rows": {
                "type": "array",
                "description": "`[registration, k, nombre, entidad, estado]`: `registration` sirve para marcar; `k`, la del manifiesto.",
                "items": {"type": "array", "items": _WORD, "minItems": 5, "maxItems": 5},
            },
        }
    ),
)


def seen(told: dict[str, Any], *, flags: tuple[Flag, ...] = ()) -> SeenScan:
    """A scan as the service takes it; what was sealed stands in clear by now."""
    same = {
        name: told[name] for name in ("code", "registration", "room", "direction", "offline", "told", "reason", "answers") if name in told
    }
    scanned_at = _by_a_clock(told["scanned_at"]) if "scanned_at" in told else None
    return SeenScan(told["nonce"], scanned_at=scanned_at, flags=flags, **same)


def _by_a_clock(told: str) -> datetime:
    """What a phone's clock said. One that was reset says 1970: its readings are flagged, never refused, so years beyond reason are ends."""
    at = datetime.fromisoformat(told)
    return (
        at.astimezone(UTC)
        if FIRST_YEAR <= at.year <= LAST_YEAR
        else datetime(FIRST_YEAR if at.year < FIRST_YEAR else LAST_YEAR, 1, 1, tzinfo=UTC)
    )


def shown(answer: Answer) -> dict[str, Any]:
    """What a phone is answered, in few bytes."""
    told = {
        "nonce": answer.nonce,
        "verdict": answer.verdict.value,
        "tone": answer.tone,
        "word": answer.word,
        "name": answer.name,
        "work": list(answer.work),
        "document": answer.document,
        "why": answer.why,
        "can_undo": answer.can_undo,
        "flags": [flag.value for flag in answer.flags],
        "first_at": at(answer.first_at),
        "questions": list(answer.questions),
    }
    return {name: value for name, value in told.items() if value}


def found(attendee: Attendee) -> dict[str, Any]:
    """Somebody who was searched for."""
    told = {
        "registration": attendee.public_id,
        "name": attendee.name,
        "work": list(attendee.work),
        "document": attendee.document,
        "state": attendee.state.value,
    }
    entered = min((one.at for one in attendee.entered), default=None)
    return told | ({"entered_at": at(entered)} if entered else {})
