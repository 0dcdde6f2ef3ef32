"""How a registration travels as JSON, and how what a program sends is judged: by the same form that people fill in."""

from typing import Any

from werkzeug.datastructures import MultiDict

from eventos.kernel import divipola
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import answer, at, link, page_of
from eventos.kernel.schemas import Schema, answered, moment, one_of, or_null, record, text
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import DocumentType, LinkKind, Modality, RegistrationState, Source
from eventos.kernel.webforms import BaseForm
from eventos.people.rules import Notice
from eventos.registration.forms import ChangeForm, RegistrationForm
from eventos.registration.queries import RegistrationRow
from eventos.registration.queries_api import Standing
from eventos.registration.rules import ChangeRegistration, Register

SEATS = (Modality.VIRTUAL, Modality.ONSITE)
_WHO: dict[str, Schema] = {"given_names": text(80, least=1), "family_names": text(80, least=1), "phone": text(40)}
_WHERE: dict[str, Schema] = {
    "entity": text(160, least=1),
    "dependency": text(120),
    "post": text(120, least=1),
    "link_kind": one_of(LinkKind),
    "divipola": or_null(text(5, about="Código DIVIPOLA del municipio donde trabaja, como 17614. Fuera de Colombia, null.")),
    "country": text(60, about="Solo fuera de Colombia, con `city`."),
    "city": text(80),
}
_HOW = one_of(SEATS, about="Solo cuenta en eventos híbridos.")
CONSENT = record(
    {
        "authorised": {"type": "boolean", "const": True, "description": "La persona autorizó el tratamiento de sus datos."},
        "notice": text(64, least=64, about="El `sha256` del aviso que se le mostró (GET /notice)."),
        "invitations": {"type": "boolean", "description": "También autorizó que la inviten a otros eventos."},
    },
    needed=["authorised", "notice"],
)
REGISTER = record(
    {
        "document_type": one_of(DocumentType),
        "document_number": text(30, least=1),
        "email": text(200, least=1),
        **_WHO,
        **_WHERE,
        "modality": _HOW,
        "consent": CONSENT,
    },
    needed=["document_type", "document_number", "given_names", "family_names", "email", "entity", "post", "link_kind", "consent"],
)
CHANGE = record({**_WHO, **_WHERE, "modality": _HOW})

NOTICE = answer("Notice", answered({"sha256": {"type": "string"}, "summary": {"type": "string"}, "text": {"type": "string"}}))
_LINKS = answered({"self": {"type": "string"}})
STANDING = answer(
    "Standing",
    answered({"public_id": {"type": "string"}, "state": one_of(RegistrationState), "modality": one_of(Modality), "links": _LINKS}),
)
REGISTRATION = answer(
    "Registration",
    answered(
        {
            "public_id": {"type": "string"},
            "state": one_of(RegistrationState),
            "modality": one_of(Modality),
            "source": one_of(Source),
            "registered_at": moment(),
            "waitlisted_at": or_null(moment()),
            "person": answered(
                {
                    "document_type": {"type": ["string", "null"]},
                    "document_number": {"type": ["string", "null"]},
                    **{name: {"type": "string"} for name in ("given_names", "family_names", "email", "phone")},
                }
            ),
            "workplace": answered(
                {
                    **{name: {"type": "string"} for name in ("entity", "dependency", "post", "link_kind", "country", "city")},
                    "divipola": {"type": ["string", "null"]},
                }
            ),
            "links": _LINKS,
        }
    ),
)
REGISTRATIONS = page_of("Registrations", "Registration")

# What the form calls otherwise.
_CALLED = {"municipio": "divipola", "municipio_code": "divipola", "municipio_choice": "divipola", "consent": "consent.authorised"}


def shown(row: RegistrationRow, slug: str) -> dict[str, Any]:
    """A registration with its person, for those who may read them."""
    where = {name: getattr(row, name) for name in ("dependency", "post", "link_kind", "country", "city", "divipola")}
    who = ("document_type", "document_number", "given_names", "family_names", "email", "phone")
    return {
        "public_id": row.public_id,
        "state": row.state.value,
        "modality": row.modality.value,
        "source": row.source,
        "registered_at": at(row.registered_at),
        "waitlisted_at": at(row.waitlisted_at),
        "person": {name: getattr(row, name) for name in who},
        "workplace": {"entity": row.entity_name, **where},
        "links": {"self": _self(slug, row.public_id)},
    }


def standing(found: Standing, slug: str) -> dict[str, Any]:
    """How a registration stands, without its person."""
    links = {"self": _self(slug, found.public_id)}
    return {"public_id": found.public_id, "state": found.state.value, "modality": found.modality.value, "links": links}


def _self(slug: str, public_id: str) -> str:
    return link(f"/events/{slug}/registrations/{public_id}")


def written(row: RegistrationRow) -> dict[str, Any]:
    """What may be changed of a registration, in the shape the API takes."""
    same = {name: getattr(row, name) for name in (*_WHO, "dependency", "post", "link_kind", "divipola", "country", "city")}
    return same | {"entity": row.entity_name, "modality": row.modality.value}


def to_register(told: dict[str, Any], slug: str, notice: Notice, digest: str, offered: Modality) -> Register:
    """The command of judged JSON. Raises InvalidInput, also when the notice that was shown is not the one of today."""
    form = RegistrationForm(_typed(told) | {"consent": "y", **({"invitations": "y"} if told["consent"].get("invitations") else {})})
    form.offer_seats(offered)
    wrong = _wrong(form, told)
    if told["consent"]["notice"] != digest:
        wrong["consent.notice"] = "El aviso de datos personales es otro. Léalo con GET /notice y muéstrelo otra vez."
    if wrong:
        raise InvalidInput(fields=wrong)
    return form.to_command(slug, notice)


def to_change(told: dict[str, Any], offered: Modality) -> ChangeRegistration:
    """The change of judged JSON. Raises InvalidInput."""
    form = ChangeForm(_typed(told))
    form.offer_seats(offered)
    if wrong := _wrong(form, told):
        raise InvalidInput(fields=wrong)
    return form.to_command()


def _typed(told: dict[str, Any]) -> MultiDict[str, str]:
    """What somebody would have typed into the form."""
    typed = {name: value for name, value in told.items() if isinstance(value, str) and name != "divipola"}
    place = divipola.get(told.get("divipola") or "")
    if place is not None:
        typed |= {"municipio": place.label, "municipio_code": place.code}
    elif not told.get("divipola") and (told.get("country") or told.get("city")):
        typed["abroad"] = "y"
    return MultiDict(typed)


def _wrong(form: BaseForm, told: dict[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if told.get("divipola") and (told.get("country") or told.get("city")):
        wrong["divipola"] = "Escriba un municipio, o país y ciudad: no las dos cosas."
    elif told.get("divipola") and divipola.get(told["divipola"]) is None:
        wrong["divipola"] = "No existe un municipio con ese código DIVIPOLA."
    if not form.validate():
        for name, reasons in form.errors.items():
            if name is not None and reasons:
                wrong.setdefault(_CALLED.get(name, name), " ".join(str(reason) for reason in reasons))
        if form.form_errors:
            wrong.setdefault("", " ".join(str(reason) for reason in form.form_errors))
    return wrong


def filename_of(told: str, media_type: str) -> str:
    """How an uploaded sheet is called in its list."""
    return clean(told) or ("lista.csv" if media_type == "text/csv" else "lista.xlsx")
