"""Whoever is written down at the door, as JSON: judged by the form that the page uses, under the notice that was read to them."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from eventos.checkin.forms import WalkInForm
from eventos.checkin.queries import DoorEvent
from eventos.checkin.queries.walk_ins import expected_at, notice_shown
from eventos.entities.queries import office_view
from eventos.kernel import divipola, tokens
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import Modality
from eventos.people.rules import notice as notice_of
from eventos.registration.rules import Consented, Register

_CALLED = {"municipio_code": "municipio", "municipio_choice": "municipio"}
_OTHER_NOTICE = "El aviso de datos personales es otro. Actualice el teléfono y léalo otra vez."


def to_register(db: Session, event: DoorEvent, told: dict[str, Any], *, nonce: str, place_needed: bool = True) -> Register:
    """The command of judged JSON. `place_needed` False: a municipality that cannot be read is left open, for who wrote it is not there any
    longer to be asked. Raises InvalidInput.
    """
    typed: MultiDict[str, str] = MultiDict({name: value for name, value in told.items() if name not in ("consent", "divipola")})
    place = divipola.get(told.get("divipola") or "")
    if place is not None:
        typed["municipio"], typed["municipio_code"] = place.label, place.code
    elif told.get("country") or told.get("city"):
        typed["abroad"] = "y"
    typed["consent"], typed["nonce"] = "y", nonce
    form = WalkInForm(typed)
    wrong: dict[str, str] = {}
    if not form.validate():
        for name, reasons in form.errors.items():
            if name is not None and reasons:
                wrong.setdefault(_CALLED.get(name, name), " ".join(str(reason) for reason in reasons))
        if candidates := [choice.label for choice in form.municipio_choice]:
            wrong["municipio"] += f" ({'; '.join(str(label.text) for label in candidates)})"
    if not place_needed:
        wrong.pop("municipio", None)
    notice = notice_of(office_view(db))
    text = notice.text if told["consent"] == tokens.digest(notice.text) else notice_shown(db, told["consent"])
    if text is None:
        wrong["consent"] = _OTHER_NOTICE
    if wrong:
        raise InvalidInput(fields=wrong)
    onsite = expected_at(db, [event.id])[event.id].modality is not Modality.VIRTUAL
    return replace(form.walk_in(event.slug, notice, onsite=onsite), consent=Consented(text or notice.text))
