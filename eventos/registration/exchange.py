"""How a registration travels as JSON, and how what a program sends is judged: by the same form that people fill in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from eventos.entities.queries import OfficeView
from eventos.kernel import divipola, tokens
from eventos.kernel.errors import InvalidInput
from eventos.kernel.operations import answer, at, link, page_of
from eventos.kernel.schemas import Schema, answered, moment, one_of, or_null, record, text
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import DocumentType, LinkKind, Modality, RegistrationState, Source
from eventos.kernel.webforms import BaseForm
from eventos.people.rules import notice as notice_of
from eventos.registration import asking
from eventos.registration.exchange_answers import ANSWERS, GIVEN, given, typed_answers
from eventos.registration.forms import ChangeForm, RegistrationForm
from eventos.registration.forms_questions import consent_name, filled
from eventos.registration.queries import RegistrationRow
from eventos.registration.queries_api import Standing
from eventos.registration.queries_questions import Questionnaire
from eventos.registration.rules import ChangeRegistration, Register
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind

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
        "sensitive": {"type": "boolean", "description": "Autorizó que se guarden sus respuestas a preguntas sensibles."},
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
        "answers": ANSWERS,
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
_TOLD: dict[str, Schema] = {
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
REGISTRATION = answer("Registration", answered(_TOLD))
WHOLE = answer("WholeRegistration", answered(_TOLD | {"answers": GIVEN}))
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


def shown_whole(row: RegistrationRow, slug: str, answers: Sequence[Given]) -> dict[str, Any]:
    """The same with what they answered."""
    return shown(row, slug) | {"answers": given(path_of(slug, row.public_id), answers)}


def standing(found: Standing, slug: str) -> dict[str, Any]:
    """How a registration stands, without its person."""
    links = {"self": _self(slug, found.public_id)}
    return {"public_id": found.public_id, "state": found.state.value, "modality": found.modality.value, "links": links}


def path_of(slug: str, public_id: str) -> str:
    """Where a registration is, below /api/v1."""
    return f"/events/{slug}/registrations/{public_id}"


def _self(slug: str, public_id: str) -> str:
    return link(path_of(slug, public_id))


def written(row: RegistrationRow) -> dict[str, Any]:
    """What may be changed of a registration, in the shape the API takes."""
    same = {name: getattr(row, name) for name in (*_WHO, "dependency", "post", "link_kind", "divipola", "country", "city")}
    return same | {"entity": row.entity_name, "modality": row.modality.value}


def to_register(told: dict[str, Any], slug: str, office: OfficeView, sheet: Questionnaire | None, offered: Modality) -> Register:
    """The command of judged JSON. Raises InvalidInput, also when the notice that was shown is not the one of today."""
    notice, consent = notice_of(office), told["consent"]
    typed, wrong = typed_answers(told.get("answers", {}), sheet)
    for key, value in _typed(told).items():
        typed.add(key, value)
    for name, is_given in (("consent", True), ("invitations", consent.get("invitations"))):
        if is_given:
            typed.add(name, "y")
    if sheet is not None and consent.get("sensitive"):
        typed.add(consent_name(sheet), "y")
    form = asking.form_class(RegistrationForm, [sheet] if sheet else [], office, own=slug)(typed)
    form.offer_seats(offered)
    wrong = _wrong(form, told) | wrong
    if consent["notice"] != tokens.digest(notice.text):
        wrong["consent.notice"] = "El aviso de datos personales es otro. Léalo con GET /notice y muéstrelo otra vez."
    if wrong:
        raise InvalidInput(fields=wrong)
    return replace(form.to_command(slug, notice), answers=asking.told(form))


def to_answers(
    told: dict[str, Any], sheet: Questionnaire, office: OfficeView, before: dict[str, Any], held: frozenset[tuple[str, str]]
) -> Told:
    """What is told over what was answered, as staff complete it: sensitive answers are the person's alone. Raises InvalidInput."""
    typed: MultiDict[str, str] = MultiDict()
    for name, value in filled(sheet, before).items():
        typed.setlist(name, value if isinstance(value, list) else [value])
    new, wrong = typed_answers({key: value for key, value in told.items() if value is not None}, sheet)
    asked = {question.key: question for question in sheet.questions}
    for key, value in told.items():
        question = asked.get(key)
        if question is None:
            wrong[f"answers.{key[:60]}"] = "Este evento no pregunta eso."
            continue
        typed.poplist(question.name)
        typed.poplist(f"{question.name}-code")
        if question.said.sensitive:
            wrong[f"answers.{key}"] = "Las respuestas sensibles las da y las cambia solo la persona, en «Mi inscripción»."
        elif value is None and question.said.required:
            wrong[f"answers.{key}"] = "Esta pregunta es obligatoria: cambie la respuesta, no la borre."
        elif value is None and question.kind is QuestionKind.FILE:
            typed.add(f"{question.name}-drop", "y")
    for name in new:
        typed.setlist(name, new.getlist(name))
    form = asking.form_class(BaseForm, [sheet], office, own=sheet.slug, held=held, before=before, for_staff=True)(typed)
    if wrong := _wrong(form, {}) | wrong:
        raise InvalidInput(fields=wrong)
    return asking.told(form)[sheet.slug]


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
                wrong.setdefault(_called(name), " ".join(str(reason) for reason in reasons))
        if form.form_errors:
            wrong.setdefault("", " ".join(str(reason) for reason in form.form_errors))
    return wrong


def _called(name: str) -> str:
    """How the API calls a field of the form."""
    if name.startswith("sensibles-"):
        return "consent.sensitive"
    return f"answers.{name[2:].removesuffix('-code')}" if name.startswith("q-") else _CALLED.get(name, name)


def filename_of(told: str, media_type: str) -> str:
    """How an uploaded sheet is called in its list."""
    return clean(told) or ("lista.csv" if media_type == "text/csv" else "lista.xlsx")
