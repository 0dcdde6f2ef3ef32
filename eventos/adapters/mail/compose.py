"""Composing one message to one person, with the tree of parts that calendar clients expect."""

import re
import unicodedata
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from typing import Literal

from eventos.adapters.mail.headers import POLICY, mailbox, one_line, words

CalendarMethod = Literal["REQUEST", "CANCEL"]

_EXTRA_HEADERS = re.compile(r"(List|X)-[A-Za-z0-9-]+|In-Reply-To|References|Precedence|Feedback-ID")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=^_`{|}~-]+@[A-Za-z0-9.-]+>")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class InlineImage:
    """A PNG that the HTML shows as `<img src="cid:…">`. `alt` belongs in that tag too; here it names the file."""

    cid: str
    png: bytes
    alt: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that travels with the message, under a name that people read."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person, already worded. `message_id` comes with its angle brackets and is the same at every attempt."""

    to: str
    to_name: str
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str | None = None
    calendar: bytes | None = None
    calendar_method: CalendarMethod = "REQUEST"
    inline_images: tuple[InlineImage, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()  # ASCII, from the list family (List-Unsubscribe, …), replies or X-


def compose(mail: Mail, *, sender_name: str, sender_address: str, date: datetime) -> EmailMessage:
    """Build the message; with a calendar, the tree that Outlook, Gmail and Apple show as an invitation (RFC 6047):

    mixed{ alternative{ plain, related{ html, images } | html, calendar }, application/ics }; without one, the alternative alone, and
    with attachments mixed{ alternative, attachments }.
    Raises ValueError for control characters in any header, addresses that are not one plain address, a naive date, a calendar whose
    METHOD is not `calendar_method`, or a calendar without CRLF line ends.
    """
    if date.tzinfo is None:
        raise ValueError("a mail needs an aware date")
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise ValueError("a Message-ID has the form <id@host>")
    message = EmailMessage(policy=POLICY)
    message["From"] = mailbox(sender_name, sender_address)
    message["To"] = mailbox(mail.to_name, mail.to)
    if mail.reply_to is not None:
        message["Reply-To"] = mailbox("", mail.reply_to)
    message["Subject"] = words(mail.subject)
    message["Date"] = date
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    for name, value in mail.headers:
        if not _EXTRA_HEADERS.fullmatch(name) or "=?" in value or len(value) > 900:
            raise ValueError("an extra header is a short ASCII value of the list, reply or X- family")
        message[name] = value
    if mail.calendar is not None:
        _add_invitation(message, mail, mail.calendar)
    elif mail.attachments:
        message.make_mixed()
        _add_alternative(message, mail)
    else:
        message.make_alternative()
        _add_bodies(message, mail)
    _add_attachments(message, mail)
    return message


def _add_alternative(mixed: MIMEPart, mail: Mail) -> None:
    alternative = MIMEPart(policy=POLICY)
    alternative.make_alternative()
    _add_bodies(alternative, mail)
    mixed.attach(alternative)


def _add_attachments(mixed: MIMEPart, mail: Mail) -> None:
    for attachment in mail.attachments:
        mixed.attach(_attached(attachment))


def _attached(attachment: Attachment) -> MIMEPart:
    """A file in base64, its name in RFC 2231 when it is not ASCII; never shown inside the message."""
    part = MIMEPart(policy=POLICY)
    maintype, _, subtype = attachment.media_type.partition("/")
    part.set_content(
        attachment.content, maintype=maintype, subtype=subtype, disposition="attachment", filename=one_line(attachment.filename)
    )
    return part


def _add_invitation(message: MIMEPart, mail: Mail, calendar: bytes) -> None:
    methods = _METHOD.findall(calendar)
    if methods != [mail.calendar_method.encode()] or b"\n" in calendar.replace(b"\r\n", b""):
        raise ValueError("the calendar's METHOD and the mail's must agree, and its lines end in CRLF")
    alternative = MIMEPart(policy=POLICY)
    alternative.make_alternative()
    _add_bodies(alternative, mail)
    alternative.attach(_calendar_part(f"text/calendar; method={mail.calendar_method}; charset=UTF-8", calendar))
    attachment = _calendar_part('application/ics; name="invitacion.ics"', calendar)
    attachment["Content-Disposition"] = 'attachment; filename="invitacion.ics"'
    message.make_mixed()
    message.attach(alternative)
    message.attach(attachment)


def _add_bodies(alternative: MIMEPart, mail: Mail) -> None:
    """The two wordings, from poorest to richest; the calendar, richer still, follows after them (RFC 2046 §5.1.4)."""
    html = _text_part(mail.html, "html")
    alternative.attach(_text_part(mail.text, "plain"))
    if not mail.inline_images:
        alternative.attach(html)
        return
    related = MIMEPart(policy=POLICY)
    related.make_related()
    related.set_param("type", "text/html")
    related.attach(html)
    for image in mail.inline_images:
        picture = MIMEPart(policy=POLICY)
        name = (
            re.sub(r"[^A-Za-z0-9]+", "-", unicodedata.normalize("NFKD", image.alt).encode("ascii", "ignore").decode())
            .strip("-")
            .lower()[:40]
        )
        picture.set_content(image.png, maintype="image", subtype="png", disposition="inline", filename=f"{name or 'imagen'}.png")
        if not re.fullmatch(r"[A-Za-z0-9.@_-]+", image.cid):
            raise ValueError("a cid is letters, digits, dots, hyphens and @")
        picture["Content-ID"] = f"<{image.cid}>"
        related.attach(picture)
    alternative.attach(related)


def _text_part(text: str, subtype: str) -> MIMEPart:
    """Quoted-printable keeps long links whole: its line breaks are soft, and a server that wraps lines finds none to wrap."""
    part = MIMEPart(policy=POLICY)
    part.set_content(text, subtype=subtype, charset="utf-8", cte="quoted-printable")
    return part


def _calendar_part(content_type: str, calendar: bytes) -> MIMEPart:
    """The calendar in base64: `set_content` would turn its CRLF into LF, and some clients then refuse it."""
    part = MIMEPart(policy=POLICY)
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(calendar).decode("ascii"))
    return part
