"""Mails as the outside writes them: bounces of RFC 3464, answers of calendars, replies; good ones and forged ones."""

import random
from pathlib import Path

SERVER = "mx.oficina.example"
TRUSTED = f"{SERVER}; spf=pass smtp.mailfrom=neira.example; dmarc=pass (p=REJECT) header.from=neira.example"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def a_bounce(message_id: str, *, to: str, recipient: str = "elvira@riosucio.example", status: str = "5.1.1", extra: str = "") -> bytes:
    return crlf(f"""From: MAILER-DAEMON@mx.riosucio.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-{status}@mx.riosucio.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
{extra}
--b
Content-Type: text/plain

No se pudo entregar.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.riosucio.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: User unknown

--b
Content-Type: text/rfc822-headers

From: eventos@oficina.example
Message-ID: {message_id}

--b--
""")


def an_answer(
    uid: str, answer: str = "DECLINED", *, sender: str = "ana@neira.example", attendee: str = "", results: str = TRUSTED, sequence: int = 0
) -> bytes:
    header = f"Authentication-Results: {results}\n" if results else ""
    return crlf(f"""{header}From: "Ana Demo" <{sender}>
To: eventos@oficina.example
Subject: Respuesta
Message-ID: <answer-{answer}-{sequence}@neira.example>
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=UTF-8

BEGIN:VCALENDAR
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:{uid}
SEQUENCE:{sequence}
ATTENDEE;CN="Ana: Demo";PARTSTAT={answer}:mailto:
 {attendee or sender}
END:VEVENT
END:VCALENDAR
""")


def a_reply(message_id: str, *, sender: str = "ana@neira.example", extra: str = "") -> bytes:
    return crlf(f"""From: Ana <{sender}>
To: eventos@oficina.example
Subject: Re: =?utf-8?q?Inscripci=C3=B3n?=
Message-ID: <reply-1@neira.example>
In-Reply-To: {message_id}
{extra}
Muchas gracias.
""")


def drop(folder: Path, name: str, content: bytes) -> Path:
    """Leave a file in the folder as if it had been there a while."""
    import os

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def spoil(letter: bytes, chance: random.Random) -> bytes:
    """A letter as a broken disk, a broken program or somebody who means harm would leave it."""
    ugly = (
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"=?utf-8?b?////?=",
        b"=?raro?q?=00?=",
        b"\r\n",
        b":",
        b'"',
        b";charset=raro",
        b"%" * 300,
    )
    spoilt = bytearray(letter)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(spoilt) + 1)
        match chance.randrange(4):
            case 0:
                spoilt[at:at] = chance.choice(ugly)
            case 1:
                del spoilt[at : at + chance.randint(1, 60)]
            case 2:
                spoilt[at:at] = spoilt[: chance.randint(1, 200)]
            case _:
                spoilt[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(spoilt)
