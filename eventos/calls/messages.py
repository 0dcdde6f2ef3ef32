"""The words of a call as each entity gets it, of its reminders, and of the invitation to somebody it designated."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from eventos.adapters import mail
from eventos.adapters.mail import Attachment, InlineImage, Mail
from eventos.calls.queries import CallView, DesigneeView, LetterView, MatterView
from eventos.calls.rules import FlyerUse
from eventos.calls.service import message_id, token_of
from eventos.calls.standing import Whom
from eventos.calls.wording import LINKS
from eventos.cycles.queries import EventView
from eventos.entities.queries import OfficeView
from eventos.kernel import clock, filling, links, tokens
from eventos.kernel.templating import moment, plain
from eventos.kernel.vocabulary import Modality
from eventos.registration.service.policy import invitation_token

FLYER_CID = "pieza@eventos"
SAMPLE = "ejemplo"
PUT_OFF_AT_MOST = timedelta(days=180)  # how long after the day it had an invitation still opens the form
_SOMEBODY = OfficeView(name="la oficina")  # a subject is shown to staff without asking who they are
# How each line of the thread is told.
KINDS = {
    "sent": "Se dio la orden de envío",
    "call": "Se envió la convocatoria",
    "reminder": "Se envió un recordatorio",
    "failed": "El servidor no aceptó el correo",
    "bounced": "El correo fue devuelto",
    "reply": "Llegó una respuesta por correo",
    "confirmed": "Confirmó recibido",
    "declined": "Dijo que nadie asistirá",
    "designated": "Designó asistentes",
    "withdrawn": "Retiró a una persona designada",
    "invited": "Se invitó a una persona designada",
    "changed": "Se avisó que el evento cambió",
    "called_off": "Se avisó que el evento se canceló",
    "unconfirmed": "Se deshizo la confirmación anotada",
    "extended": "Se amplió el plazo",
    "needless": "No se envió el correo: la entidad ya había hecho lo que pedía",
}
_LEADS = {
    "unconfirmed": "Le recordamos esta convocatoria: todavía no hemos recibido su confirmación.",
    "unregistered": "Le recordamos esta convocatoria: todavía no hay inscritos de su entidad.",
}


@dataclass(frozen=True)
class Shown:
    """A call as one entity reads it."""

    subject: str
    text: str
    paragraphs: filling.Paragraphs
    confirm_url: str


def receipt_url(token: str) -> str:
    return links.absolute(f"/convocatoria/{token}")


def register_url(matter: MatterView, *, is_sample: bool) -> str:
    """Where people of an entity register; the form of a private event has no address but that of its invitation."""
    if matter.invitation is None:
        return links.absolute(f"/eventos/{matter.event.slug}/inscripcion")
    return links.absolute(f"/privado/{SAMPLE if is_sample else invitation_token(matter.invitation)}/inscripcion")


def shown(matter: MatterView, *, entity: str, person: str, token: str = SAMPLE, is_sample: bool = True) -> Shown:
    """The subject and text of a call with its fields filled in for one entity. A sample opens nothing: its links are invented."""
    call, event, url = matter.call, matter.event, receipt_url(token)
    values = {
        "entidad": entity,
        "persona": person or "Señores",
        "evento": event.title,
        "fecha": "fecha por confirmar" if event.postponed_at else event.when or "fecha por confirmar",
        "lugar": event.place or ("virtual" if event.modality is Modality.VIRTUAL else "lugar por confirmar"),
        "plazo": moment(call.deadline_at),
        "confirmar": url,
        "inscripcion": register_url(matter, is_sample=is_sample),
        "oficina": matter.office.name,
    }
    subject = " ".join(filling.fill(call.subject, values).split())
    return Shown(subject, filling.fill(call.body, values), filling.paragraphs(call.body, values, links=LINKS), url)


def heading(call: CallView, event: EventView) -> str:
    """The subject of a call as staff read it, said to no entity in particular."""
    return shown(MatterView(call, event, _SOMEBODY), entity="cada entidad", person="").subject


def shown_to(view: LetterView) -> Shown:
    """The call as the entity of this copy reads it."""
    recipient = view.recipient
    token = token_of(recipient.token_sealed)
    return shown(view.matter, entity=recipient.entity, person=recipient.liaison_name, token=token, is_sample=False)


def letter(view: LetterView, *, kind: str, number: int, files: dict[str, bytes]) -> Mail:
    """The mail to one entity. `files`: the contents of its annexes and of the pieza by SHA-256."""
    recipient, told = view.recipient, shown_to(view)
    own = message_id(recipient.public_id, number, links.host())
    first = message_id(recipient.public_id, 1, links.host())
    return _mail(view.matter, told, to=recipient.mailbox, name=recipient.entity, own=own, first=first, kind=kind, files=files)


def sample_letter(matter: MatterView, *, entity: str, person: str, to: str, to_name: str, mail_id: str, files: dict[str, bytes]) -> Mail:
    """The same, to somebody of the office, with a link that confirms nothing."""
    own = f"<prueba.{mail_id}@{links.host()}>"
    told = shown(matter, entity=entity, person=person)
    return _mail(matter, told, to=to, name=to_name, own=own, first=own, kind="test", files=files)


def preview_letter(matter: MatterView, *, entity: str, person: str, to: str, whom: Whom, files: dict[str, bytes]) -> Mail:
    """The mail to one entity, to be looked at: nothing is missing but the secret of its link."""
    told, own = shown(matter, entity=entity, person=person), f"<vista@{links.host()}>"
    return _mail(matter, told, to=to, name=entity, own=own, first=own, kind=whom.kind, files=files)


def _mail(matter: MatterView, told: Shown, *, to: str, name: str, own: str, first: str, kind: str, files: dict[str, bytes]) -> Mail:
    call, event, office = matter.call, matter.event, matter.office
    picture = files.get(picture_of(call))
    context: dict[str, Any] = {
        "told": told,
        "lead": _LEADS.get(kind, ""),
        "facts": _facts(call, event),
        "event": event,
        "event_url": links.event(event.slug) if matter.invitation is None else "",
        "flyer_cid": FLYER_CID if picture else "",
        "flyer_alt": f"Pieza publicitaria: {event.title}",
        "flyer_url": _flyer_url(matter, told) if call.flyer != FlyerUse.NONE.value else "",
        "annexes": [each["filename"] for each in call.attachments],
        "is_test": kind == "test",
        "office": office,
        "demo_banner": event.demo,
    }
    prefix = "[Prueba] " if kind == "test" else "Recordatorio: " if _LEADS.get(kind) else ""
    answers_to = office.email or mail.sender()[1]
    return Mail(
        to=to,
        to_name=name,
        subject=f"{prefix}{told.subject}",
        text=plain("mail/calls/call.txt", **context),
        html=plain("mail/calls/call.html", **context),
        message_id=own,
        reply_to=office.email or None,
        inline_images=(InlineImage(cid=FLYER_CID, png=picture, alt="pieza publicitaria"),) if picture else (),
        attachments=tuple(
            Attachment(filename=each["filename"], media_type=each["media_type"], content=files[each["sha256"]])
            for each in call.attachments
            if each["sha256"] in files
        ),
        headers=(
            *((("In-Reply-To", first), ("References", first)) if own != first else ()),
            *((("List-Unsubscribe", f"<mailto:{answers_to}?subject=No%20convocar>"),) if answers_to.isascii() else ()),
        ),
    )


def _flyer_url(matter: MatterView, told: Shown) -> str:
    """The pieza in PDF: on the public page of the event, or behind the entity's own link when the event has none."""
    if matter.invitation is None:
        return links.absolute(f"/eventos/{matter.event.slug}/pieza.pdf")
    return f"{told.confirm_url}/pieza.pdf"


def _facts(call: CallView, event: EventView) -> list[tuple[str, str]]:
    return [
        ("Evento", event.title),
        ("Fecha y hora", event.when[:1].upper() + event.when[1:]),
        ("Modalidad", event.modality.label),
        ("Lugar", event.place),
        ("Plazo para responder", moment(call.deadline_at)),
    ]


def notice(view: LetterView, *, number: int, is_off: bool) -> Mail:
    """The event changed, or was called off: one mail to each entity that got its call. `number` is the change of the event it is about."""
    event, recipient = view.event, view.recipient
    is_put_off = event.postponed_at is not None and not is_off
    opening = "Evento cancelado" if is_off else "Evento aplazado" if is_put_off else "Cambió el evento"
    context = {
        "opening": opening,
        "entity": recipient.entity,
        "is_off": is_off,
        "is_put_off": is_put_off,
        "reason": event.cancel_reason,
        "facts": _facts(view.call, event)[: 1 if is_off else 4],
        "url": receipt_url(token_of(recipient.token_sealed)),
        "office": view.office,
        "demo_banner": event.demo,
    }
    first = message_id(recipient.public_id, 1, links.host())
    return Mail(
        to=recipient.mailbox,
        to_name=recipient.entity,
        subject=f"{opening}: {event.title}",
        text=plain("mail/calls/notice.txt", **context),
        html=plain("mail/calls/notice.html", **context),
        message_id=f"<convocatoria.{recipient.public_id}.evento-{number}@{links.host()}>",
        reply_to=view.office.email or None,
        headers=(("In-Reply-To", first), ("References", first)),
    )


def picture_of(call: CallView) -> str:
    """The SHA-256 of the pieza that is seen inside the mail; "" when none is."""
    return call.flyer_files.get("wide", "") if call.flyer == FlyerUse.SHOWN.value else ""


def wanted_files(call: CallView) -> list[str]:
    """The SHA-256 of every file that goes with a call."""
    return [*filter(None, [picture_of(call)]), *(each["sha256"] for each in call.attachments)]


def invitation(named: DesigneeView, view: LetterView) -> Mail:
    """To somebody an entity designated: what it is about, and the form with what was already told of them."""
    event = view.event
    context = {
        "name": named.full_name,
        "entity": view.recipient.entity,
        "signed_by": view.recipient.confirmed_by,
        "facts": _facts(view.call, event)[:4],
        "url": f"{links.absolute(f'/eventos/{event.slug}/inscripcion')}?datos={prefill(named, view)}",
        "event": event,
        "office": view.office,
        "demo_banner": event.demo,
    }
    return Mail(
        to=named.email,
        to_name=named.full_name,
        subject=f"Invitación a inscribirse: {event.title}",
        text=plain("mail/calls/invite.txt", **context),
        html=plain("mail/calls/invite.html", **context),
        message_id=f"<designado.{named.public_id}@{links.host()}>",
        reply_to=view.office.email or None,
    )


def prefill(named: DesigneeView, view: LetterView) -> str:
    """What an entity told of somebody, sealed, for the registration form to open with while it is open: events are put off."""
    until = (view.event.ends_at or clock.now()) + PUT_OFF_AT_MOST
    told = {
        "given_names": named.given_names,
        "family_names": named.family_names,
        "email": named.email,
        "post": named.post,
        "entity": view.recipient.entity,
        "document_type": named.document_type or "",
        "document_number": named.document_number or "",
    }
    return tokens.issue("prefill", {"e": view.event.id, "d": {key: value for key, value in told.items() if value}}, expires_at=until)
