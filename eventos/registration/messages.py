"""The words of every mail about a registration, apart from the sending: subject, text, HTML, QR and invite."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from eventos.adapters import calendar, mail, qr
from eventos.adapters.calendar import Invite, Slot
from eventos.adapters.mail import InlineImage, Mail
from eventos.cycles.queries import EventView
from eventos.entities.queries import OfficeView
from eventos.kernel import clock, links, spanish, wordings
from eventos.kernel.templating import plain
from eventos.kernel.text import mask_email
from eventos.kernel.vocabulary import LinkExposure, Modality, RegistrationState
from eventos.kernel.wordings import Kind
from eventos.registration.queries import RegistrationView
from eventos.registration.queries_mail import ConfirmationView
from eventos.registration.rules import can_change
from eventos.registration.service import tickets
from eventos.registration.worded import facts, kind_of, place_of, standing, worded

QR_CID = "codigo-qr@eventos"

# What the button says to who must answer.
_ASKS = {RegistrationState.OFFERED: "Aceptar el cupo", RegistrationState.UNCONFIRMED: "Revisar mis datos y confirmar"}
# Which mail says why somebody is out; who left by themselves is told apart by what they had.
_OUT = {"event": "event_cancelled", "request": "withdrawn", "declined": "declined", "expired": "expired", "review": "review"}


def confirmation(view: ConfirmationView, *, why: str, number: int, other_mail: str = "") -> list[Mail]:
    """How a registration stands: for who holds a seat the QR and the invite too, one mail for each further day of the event."""
    registration, event = view.registration, view.registration.event
    kind = kind_of(registration.state, "postponed" if why == "rescheduled" and event.postponed_at else why)
    slots = _slots(event) if registration.state is RegistrationState.ACTIVE else ()
    letter = _letter(view, kind, identifier=message_id(registration, why, number), other_mail=other_mail, invites=bool(slots))
    letter = replace(letter, calendar=calendar.request(_invite(registration, slots[:1])) if slots else None)
    further = [
        _day_mail(
            view, slot, position, calendar.request(_invite(registration, (slot,))), message_id(registration, why, number, day=position)
        )
        for position, slot in enumerate(slots[1:], start=2)
    ]
    return [letter, *further]


def reminder(view: ConfirmationView, *, identifier: str) -> Mail:
    """The same facts again before the event, without another invite: calendars have theirs."""
    return _letter(view, wordings.KINDS["reminder"], identifier=identifier)


def _letter(view: ConfirmationView, kind: Kind, *, identifier: str, other_mail: str = "", invites: bool = False) -> Mail:
    """How a registration stands, under the words of its cycle for this kind of mail."""
    registration = view.registration
    active = registration.state is RegistrationState.ACTIVE
    told = worded(view, kind)
    context = {
        **about(registration, view.office),
        "told": told,
        "heading": kind.heading,
        "other_mail": other_mail,
        "active": active,
        "invites": invites,
        "facts": [*facts(registration), *standing(registration)],
        "lacks": view.lacks if can_change(registration.event.state, registration.event.starts_at, clock.now()) else (),
        "asks": _ASKS.get(registration.state, "Ver mi inscripción"),
        "was_invited": registration.needs_consent or registration.state is RegistrationState.UNCONFIRMED,
        "may_return": registration.state is RegistrationState.CANCELLED,
    }
    return Mail(
        to=registration.email,
        to_name=registration.full_name,
        subject=told.subject,
        text=plain("mail/registration/confirmation.txt", **context),
        html=plain("mail/registration/confirmation.html", **context),
        message_id=identifier,
        reply_to=reply_to(view.office),
        inline_images=_pictures(registration) if active else (),
    )


def with_days_gone(view: ConfirmationView, letters: list[Mail], gone: Sequence[Sequence[Any]], *, number: int) -> list[Mail]:
    """The same letters, and the invites of lost days taken back; when no day is left, the letter itself takes the first one back."""
    registration = view.registration
    if not gone or registration.event.days or registration.state is not RegistrationState.ACTIVE:
        return [*letters, *days_gone(view, gone, number=number)]
    (position, start, end), *further = gone
    lost = _slot(position, datetime.fromisoformat(start), datetime.fromisoformat(end))
    letter = replace(letters[0], calendar=calendar.cancel(_invite(registration, (lost,))), calendar_method="CANCEL")
    return [letter, *letters[1:], *days_gone(view, further, number=number)]


def days_gone(view: ConfirmationView, gone: Sequence[Sequence[Any]], *, number: int) -> list[Mail]:
    """The event lost days: who holds a seat gets the invite of each one taken back. `gone`: (position, start, end) of each."""
    registration = view.registration
    if registration.state is not RegistrationState.ACTIVE:
        return []
    context = about(registration, view.office)
    slots = [(position, _slot(position, datetime.fromisoformat(start), datetime.fromisoformat(end))) for position, start, end in gone]
    return [
        Mail(
            to=registration.email,
            to_name=registration.full_name,
            subject=_subject("Un día menos", registration.event),
            text=plain("mail/registration/day_gone.txt", **context),
            html=plain("mail/registration/day_gone.html", **context),
            message_id=message_id(registration, "gone", number, day=position),
            reply_to=reply_to(view.office),
            calendar=calendar.cancel(_invite(registration, (slot,))),
            calendar_method="CANCEL",
        )
        for position, slot in slots
    ]


def cancelled(view: ConfirmationView, *, why: str, number: int, held: bool = True, reason: str = "") -> list[Mail]:
    """A registration or its whole event is off: the invites of who held a seat are taken back, day by day. `why`: see notify.cancelled."""
    registration, event = view.registration, view.registration.event
    kind = wordings.KINDS[_OUT.get(why) or ("cancelled" if held else "left")]
    told = worded(view, kind)
    slots = (_slots(event) if held else ()) or (None,)
    context = {
        **about(registration, view.office),
        "told": told,
        "heading": kind.heading,
        "by_event": why == "event",
        "reason": event.cancel_reason if why == "event" else reason,
        "reviewed": why == "review",
    }
    context["takes_back"] = slots[0] is not None
    mails = []
    for position, slot in enumerate(slots, start=1):
        letter = Mail(
            to=registration.email,
            to_name=registration.full_name,
            subject=told.subject,
            text=plain("mail/registration/cancelled.txt", **context),
            html=plain("mail/registration/cancelled.html", **context),
            message_id=message_id(registration, f"cancelled-{why}", number, day=position),
            reply_to=reply_to(view.office),
        )
        if slot is not None:
            letter = replace(letter, calendar=calendar.cancel(_invite(registration, (slot,))), calendar_method="CANCEL")
        mails.append(letter)
    return mails


def personal_links(views: list[RegistrationView], office: OfficeView, *, number: int) -> Mail:
    """The personal links of one person, for who lost the mail."""
    person = views[0]
    entries = [
        {"title": each.event.title, "when": each.event.when, "state": each.state.label, "url": links.my_registration(tickets.link_of(each))}
        for each in views
    ]
    context = {"office": office, "demo_banner": office.demo, "name": person.given_names, "entries": entries}
    return Mail(
        to=person.email,
        to_name=person.full_name,
        subject="Sus inscripciones y sus vínculos personales",
        text=plain("mail/registration/links.txt", **context),
        html=plain("mail/registration/links.html", **context),
        message_id=f"<registration-links-{person.person_id}-{number}@{links.host()}>",
        reply_to=reply_to(office),
    )


def mail_change(view: ConfirmationView, *, email: str, token: str, number: int) -> Mail:
    """To the new address: the link that confirms it, good for 48 hours. It names nobody, in case the address was mistyped."""
    context = {"office": view.office, "demo_banner": view.registration.demo, "url": links.absolute(f"/correo/{token}")}
    return Mail(
        to=email,
        to_name="",
        subject="Confirme su nuevo correo",
        text=plain("mail/registration/mail_change.txt", **context),
        html=plain("mail/registration/mail_change.html", **context),
        message_id=message_id(view.registration, "mail-change", number),
        reply_to=reply_to(view.office),
    )


def mail_change_notice(view: ConfirmationView, *, email: str, number: int) -> Mail:
    """To the address on file: that somebody asked to change it, and what to do if it was somebody else."""
    context = {**about(view.registration, view.office), "new_mail": mask_email(email)}
    return Mail(
        to=view.registration.email,
        to_name=view.registration.full_name,
        subject="Pidieron cambiar el correo de su inscripción",
        text=plain("mail/registration/mail_change_notice.txt", **context),
        html=plain("mail/registration/mail_change_notice.html", **context),
        message_id=message_id(view.registration, "mail-change-notice", number),
        reply_to=reply_to(view.office),
    )


def invite_file(registration: RegistrationView) -> bytes:
    """The person's own invite with every day, to download from their page. Raises ValueError when the event has no days."""
    return calendar.request(_invite(registration, _slots(registration.event)))


def message_id(registration: RegistrationView, kind: str, number: int, *, day: int = 1) -> str:
    """The same at every attempt, so that a repeat after a crash is recognised as one message."""
    name = f"{kind}-{number}" if day == 1 else f"{kind}-{number}-{day}"
    return f"<registration-{registration.public_id}-{name}@{links.host()}>"


def _day_mail(view: ConfirmationView, slot: Slot, position: int, invite: bytes, identifier: str) -> Mail:
    registration = view.registration
    day = f"{spanish.date_full(clock.local(slot.starts_at).date())}, {spanish.time_range(slot.starts_at, slot.ends_at)}"
    context = {**about(registration, view.office), "day": day, "position": position}
    return Mail(
        to=registration.email,
        to_name=registration.full_name,
        subject=f"Día {position}: {registration.event.title}, {spanish.date_long(clock.local(slot.starts_at).date())}",
        text=plain("mail/registration/day.txt", **context),
        html=plain("mail/registration/day.html", **context),
        message_id=identifier,
        reply_to=reply_to(view.office),
        calendar=invite,
    )


def _subject(opening: str, event: EventView) -> str:
    date = spanish.days_sentence(event.dates) or event.date_note
    return f"{opening}: {event.title}{f', {date}' if date else ''}"


def reply_to(office: OfficeView) -> str | None:
    return office.email or None


def about(registration: RegistrationView, office: OfficeView) -> dict[str, Any]:
    """What every mail about a registration may say."""
    event = registration.event
    link = event.link if event.link_exposure is not LinkExposure.PERSONAL and _enters_online(registration) else ""
    return {
        "office": office,
        "demo_banner": registration.demo or event.demo,
        "registration": registration,
        "event": event,
        "name": registration.given_names,
        "facts": facts(registration),
        "link": link,
        "online": _enters_online(registration),
        "my_url": links.my_registration(tickets.link_of(registration)),
        "ticket_url": links.ticket(tickets.ticket_of(registration)),
        "qr_cid": QR_CID,
    }


def _enters_online(registration: RegistrationView) -> bool:
    return registration.modality is Modality.VIRTUAL and bool(registration.event.link)


def _pictures(registration: RegistrationView) -> tuple[InlineImage, ...]:
    code = qr.png(links.ticket(tickets.ticket_of(registration)), scale=6)
    return (InlineImage(cid=QR_CID, png=code, alt="Código QR de su inscripción"),)


def _slots(event: EventView) -> tuple[Slot, ...]:
    """The days of an event. The first keeps the plain UID, so that an event that grows to two days does not leave an orphan behind."""
    return tuple(_slot(position, day.starts_at, day.ends_at) for position, day in enumerate(event.days, start=1))


def _slot(position: int, starts_at: datetime, ends_at: datetime) -> Slot:
    return Slot(starts_at=starts_at, ends_at=ends_at, suffix="" if position == 1 else str(position))


def _invite(registration: RegistrationView, slots: tuple[Slot, ...]) -> Invite:
    event = registration.event
    name, address = mail.sender()
    my_url = links.my_registration(tickets.link_of(registration))
    shows_link = _enters_online(registration) and event.link_exposure is not LinkExposure.PERSONAL
    said = [event.summary, f"Su vínculo personal: {my_url}"]
    if shows_link:
        said.append(f"Link de ingreso: {event.link}")
    return Invite(
        uid=registration.uid,
        sequence=registration.invite_sequence,
        slots=slots,
        summary=event.title,
        description="\n\n".join(part for part in said if part),
        location=place_of(registration),
        url=my_url,
        organizer_name=name,
        organizer_email=address,
        conference_url=event.link if shows_link and event.link.isascii() else None,
        stamped_at=clock.now(),
        attendee_name=registration.full_name,
        attendee_email=registration.email,
    )
