"""Reading a mail that came in, whoever wrote it: what kind it is and what it claims. It decides nothing and believes nothing.

RFC 3464 for delivery reports, RFC 5546 §3.2.3 for answers to an invite, RFC 8601 for what our own server found out about the sender.
The headers are read with the library's oldest policy: the newer one raises on malformed ones (seen with Python 3.11).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from typing import Literal

from eventos.kernel.errors import InvalidInput

Kind = Literal["bounce", "calendar", "reply", "automatic", "unknown"]

LARGEST = 5 * 1024 * 1024
MOST_PARTS = 60
_LARGEST_CALENDAR = 256 * 1024
_LONGEST = 8 * 1024  # characters of one header that are read: some of what reads them takes the square of their length
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,190}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_NESTING = re.compile(rb"(?im)^content-type:\s*(?:multipart|message)/")


@dataclass(frozen=True)
class Report:
    """What a delivery report says of one recipient (RFC 3464 §2.3)."""

    recipient: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True)
class CalendarAnswer:
    """What a METHOD:REPLY says: for which UID, by whom, and how (PARTSTAT, lower case)."""

    uid: str
    attendee: str
    answer: str
    sequence: int | None


@dataclass(frozen=True)
class Arrived:
    """A mail as it claims to be. `sender` is "" unless there is exactly one; `recipients` are all addresses it says it was sent to."""

    kind: Kind
    message_id: str
    sender: str
    subject: str
    recipients: tuple[str, ...]
    refers_to: tuple[str, ...]
    dmarc: Literal["pass", "fail", "unknown"]
    reports: tuple[Report, ...] = ()
    answer: CalendarAnswer | None = None


def read(content: bytes, *, authserv: str = "") -> Arrived:
    """Read one `.eml` file. `authserv` is how our own server calls itself in Authentication-Results. Raises InvalidInput."""
    if len(content) > LARGEST:
        raise InvalidInput(fields={"file": "El correo pesa más de 5 MB: no parece un rebote ni una respuesta."})
    if len(_NESTING.findall(content)) > MOST_PARTS:
        raise InvalidInput(fields={"file": "El correo tiene demasiadas partes."})
    message = BytesParser(policy=compat32).parsebytes(content)
    if not message.get("From") and not message.get("Received") and not message.get("Message-ID"):
        raise InvalidInput(fields={"file": "El archivo no es un correo: guárdelo como .eml desde su programa de correo."})
    reports, original = _reports(message)
    answer = _answer(message)
    refers = (original,) if original else _ids(message, "In-Reply-To", "References")
    kind: Kind = "unknown"
    if reports:
        kind = "bounce"
    elif answer is not None:
        kind = "calendar"
    elif _is_automatic(message):
        kind = "automatic"
    elif refers:
        kind = "reply"
    sender = _sender(message)
    return Arrived(
        kind=kind,
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        sender=sender,
        subject=_words(_text(message, "Subject"))[:200],
        recipients=_addresses(message, "Delivered-To", "X-Original-To", "Envelope-To", "To"),
        refers_to=refers,
        dmarc=_dmarc(message, authserv, sender),
        reports=reports,
        answer=answer,
    )


# --- headers ---------------------------------------------------------------------------------------------------------------------


def _all(message: Message, name: str) -> list[str]:
    return [str(value)[:_LONGEST] for value in message.get_all(name, [])]


def _text(message: Message, name: str) -> str:
    return next(iter(_all(message, name)), "")


def _words(raw: str) -> str:
    """Encoded words as text, in one line without control characters."""
    try:
        pieces = [part.decode(charset or "latin-1", "replace") if isinstance(part, bytes) else part for part, charset in decode_header(raw)]
    except (ValueError, LookupError):
        pieces = [raw]
    return " ".join("".join(char if char.isprintable() else " " for char in "".join(pieces)).split())


def _ids(message: Message, *names: str) -> tuple[str, ...]:
    found = [each for name in names for value in _all(message, name) for each in _ID.findall(value)]
    return tuple(dict.fromkeys(found))[:50]


def _addresses(message: Message, *names: str) -> tuple[str, ...]:
    """Every address in these headers, in lower case; quoted names and comments are thrown away.

    The library's own reader of addresses calls itself for each nested parenthesis and group, without an end.
    """
    values = [_bare(value) for name in names for value in _all(message, name)]
    found = [address.lower() for value in values[:50] for address in _ADDRESS.findall(value)]
    return tuple(dict.fromkeys(found))[:50]


def _sender(message: Message) -> str:
    """The address in From, when there is one From with one address: anything else could be read in two ways."""
    values = _all(message, "From")
    if len(values) != 1 or len(values[0]) == _LONGEST:
        return ""
    # What stands between quotes is a name, also when it looks like an address.
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", values[0])
    found = re.findall(_ADDRESS, bare)
    return found[0].lower() if len(found) == 1 else ""


def _is_automatic(message: Message) -> bool:
    """Out-of-office notes and the like (RFC 3834): nobody read our mail yet."""
    marked = _text(message, "Auto-Submitted").strip().lower()
    return (marked not in {"", "no"}) or bool(_text(message, "X-Autoreply")) or _text(message, "Precedence").lower() == "auto_reply"


def _dmarc(message: Message, authserv: str, sender: str) -> Literal["pass", "fail", "unknown"]:
    """What our own server says of the sender: only the topmost field counts, because the ones below travelled with the mail."""
    fields = _all(message, "Authentication-Results")
    if not authserv or not fields:
        return "unknown"
    server, *results = [" ".join(part.split()) for part in _bare(fields[0]).split(";")]
    if server.partition(" ")[0].lower() != authserv.lower():
        return "unknown"
    verdicts = [part.lower() for part in results if part.lower().startswith("dmarc=")]
    if len(verdicts) != 1 or verdicts[0].split()[0] != "dmarc=pass":
        return "fail"
    said = re.search(r"\bheader\.from=(\S+)", verdicts[0])
    return "pass" if sender and (said is None or said[1] == sender.rpartition("@")[2]) else "fail"


def _bare(value: str) -> str:
    """A structured header without its comments and quoted strings, where a stranger's words may stand."""
    kept, depth, quoted, escaped = [], 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")" and depth:
            depth -= 1
        elif not quoted and not depth:
            kept.append(char)
    return "".join(kept)


# --- delivery reports ------------------------------------------------------------------------------------------------------------


def _parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count > MOST_PARTS * 3:
            return
        yield part


def _inside(message: Message) -> list[Message]:
    """The parts right inside a message, two hundred at most."""
    inside = message.get_payload()
    return [part for part in inside[:200] if isinstance(part, Message)] if isinstance(inside, list) else []


def _reports(message: Message) -> tuple[tuple[Report, ...], str]:
    """What a multipart/report says of each recipient, and the Message-ID of the mail it is about."""
    if message.get_content_type() != "multipart/report":
        return (), ""
    reports: list[Report] = []
    original = ""
    for part in _inside(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            reports += [_report(block) for block in _inside(part) if block.get("Final-Recipient")]
        elif kind == "message/rfc822":
            original = next((each for whole in _inside(part) for each in _ids(whole, "Message-ID")), "")
        elif kind == "text/rfc822-headers":
            headers = HeaderParser(policy=compat32).parsestr(_decoded(part))
            original = next(iter(_ids(headers, "Message-ID")), "")
    return tuple(reports), original


def _report(block: Message) -> Report:
    recipient = _text(block, "Original-Recipient") or _text(block, "Final-Recipient")
    address = re.search(_ADDRESS, recipient.partition(";")[2] or recipient)
    status = re.search(_STATUS, _text(block, "Status"))
    told = _text(block, "Diagnostic-Code")
    diagnostic = _words((told.partition(";")[2] or told)[:1000])
    return Report(
        recipient=address[0].lower() if address else "",
        action=_text(block, "Action").strip().lower()[:20],
        status=status[0] if status else "",
        diagnostic=re.sub(r"\S+@\S+", "···", diagnostic)[:300],
    )


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


# --- answers to an invite --------------------------------------------------------------------------------------------------------


def _answer(message: Message) -> CalendarAnswer | None:
    for part in _parts(message):
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            found = _reply(_decoded(part)[:_LARGEST_CALENDAR])
            if found is not None:
                return found
    return None


def _reply(calendar: str) -> CalendarAnswer | None:
    """The one answer of a METHOD:REPLY; None for any other calendar, and for one that names several people or events."""
    lines = re.sub(r"\r?\n[ \t]", "", calendar).splitlines()
    properties = [each for line in lines if (each := _property(line)) is not None]
    found: dict[str, list[tuple[str, str]]] = {}
    for name, parameters, value in properties:
        found.setdefault(name, []).append((parameters, value))
    if [value.strip().upper() for _parameters, value in found.get("METHOD", [])] != ["REPLY"]:
        return None
    if len(found.get("UID", [])) != 1 or len(found.get("ATTENDEE", [])) != 1:
        return None
    parameters, attendee = found["ATTENDEE"][0]
    answer = re.search(r";PARTSTAT=\"?([A-Za-z-]+)", parameters, re.IGNORECASE)
    address = re.fullmatch(rf"mailto:({_ADDRESS.pattern})", attendee.strip(), re.IGNORECASE)
    sequence = found.get("SEQUENCE", [("", "")])[0][1].strip()
    if answer is None or address is None:
        return None
    return CalendarAnswer(
        uid=found["UID"][0][1].strip()[:200],
        attendee=address[1].lower(),
        answer=answer[1].lower(),
        sequence=int(sequence) if re.fullmatch(r"\d{1,9}", sequence, re.ASCII) else None,
    )


def _property(line: str) -> tuple[str, str, str] | None:
    """(NAME, ";parameters", value) of a content line; the first colon outside quotes ends the parameters."""
    quoted = False
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            name, mark, parameters = line[:at].partition(";")
            return name.strip().upper(), mark + parameters, line[at + 1 :]
    return None
