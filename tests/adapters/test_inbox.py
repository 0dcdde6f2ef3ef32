"""Reading what came in by mail: each kind is told, hostile files are refused or read as nothing, and no sender passes for another."""

import time

import pytest

from eventos.adapters.mail import inbox
from eventos.kernel.errors import InvalidInput
from tests.inbox.letters import SERVER, TRUSTED, a_bounce, a_reply, an_answer, crlf

NESTED = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
OURS = "<registration-1@oficina.example>"


def test_a_bounce_names_the_recipient_the_status_and_our_message() -> None:
    letter = inbox.read(a_bounce(OURS, to="rebotes+abc@oficina.example"))
    assert (letter.kind, letter.refers_to, letter.recipients) == ("bounce", (OURS,), ("rebotes+abc@oficina.example",))
    (report,) = letter.reports
    assert (report.recipient, report.action, report.status) == ("elvira@riosucio.example", "failed", "5.1.1")
    assert "elvira" not in report.diagnostic
    assert "User unknown" in report.diagnostic


def test_a_bounce_that_returns_the_whole_mail_is_read_too() -> None:
    whole = a_bounce(OURS, to="x@oficina.example").replace(b"text/rfc822-headers", b"message/rfc822")
    assert inbox.read(whole).refers_to == (OURS,)


def test_an_answer_of_a_calendar_says_who_how_and_for_which_invite() -> None:
    letter = inbox.read(an_answer("3f2a@oficina.example", "TENTATIVE", sequence=4), authserv=SERVER)
    assert (letter.kind, letter.sender, letter.dmarc) == ("calendar", "ana@neira.example", "pass")
    assert letter.answer == inbox.CalendarAnswer("3f2a@oficina.example", "ana@neira.example", "tentative", 4)


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (TRUSTED, "pass"),
        (TRUSTED.replace("dmarc=pass", "dmarc=fail"), "fail"),
        (TRUSTED.replace("header.from=neira", "header.from=otra"), "fail"),
        (TRUSTED.replace(SERVER, "mx.lejos.example"), "unknown"),
        (f"{SERVER}; none", "fail"),
        (f'{SERVER}; spf=pass smtp.mailfrom="x; dmarc=pass"@neira.example', "fail"),
        (f"{SERVER}; spf=pass (dice; dmarc=pass header.from=neira.example)", "fail"),
        (f"{SERVER}; dmarc=fail; dmarc=pass header.from=neira.example", "fail"),
        (f"mx.lejos.example; dmarc=fail\nAuthentication-Results: {TRUSTED}", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_the_topmost_word_of_our_own_server_vouches_for_a_sender(results: str, verdict: str) -> None:
    assert inbox.read(an_answer("u@oficina.example", results=results), authserv=SERVER).dmarc == verdict
    assert inbox.read(an_answer("u@oficina.example", results=results)).dmarc == "unknown", "nobody said which server is ours"


@pytest.mark.parametrize(
    "sender",
    [
        '"ana@neira.example" <otra@lejos.example>',
        "otra@lejos.example\r\nFrom: ana@neira.example",
        "ana@neira.example, otra@lejos.example",
        "=?utf-8?q?ana=40neira.example?= <otra@lejos.example>",
    ],
)
def test_a_from_that_can_be_read_in_two_ways_is_not_the_person(sender: str) -> None:
    mail = an_answer("u@oficina.example", sender="SENDER", attendee="ana@neira.example").replace(b'"Ana Demo" <SENDER>', sender.encode())
    assert inbox.read(mail).sender in {"", "otra@lejos.example"}


@pytest.mark.parametrize(
    "change",
    [(b"METHOD:REPLY", b"METHOD:REQUEST"), (b"END:VEVENT", b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@y.example\r\nEND:VEVENT"),
     (b"END:VEVENT", b"UID:otro@oficina.example\r\nEND:VEVENT"), (b"mailto:", b"https:")],
)  # fmt: skip
def test_a_calendar_that_is_no_single_answer_says_nothing(change: tuple[bytes, bytes]) -> None:
    good = an_answer("u@oficina.example")
    assert inbox.read(good).kind == "calendar"
    assert inbox.read(good.replace(*change)).answer is None


def test_a_reply_and_an_automatic_note_are_told_apart() -> None:
    assert inbox.read(a_reply(OURS)).kind == "reply"
    assert inbox.read(a_reply(OURS, extra="Auto-Submitted: auto-replied\n")).kind == "automatic"
    assert inbox.read(a_reply(OURS)).subject == "Re: Inscripción"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a...", b"x" * (inbox.LARGEST + 1), crlf("From: a@b.example\n") + NESTED * 500],
    ids=["empty", "a picture", "too large", "nested"],
)
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        inbox.read(content)


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: =?utf-8?q?=0D=0ABcc: x@y.example?=",
        "Subject: =?nonsense?b?////?=",
        "To: " + "<" * 5000,
        "Content-Type: text/calendar; charset=nada",
        "Message-ID: <" + "a" * 5000 + ">",
        "From: \udcff",
        "Content-Type: multipart/report; boundary=",
    ],
)
def test_hostile_headers_are_read_as_text_or_as_nothing(headers: str) -> None:
    letter = inbox.read(b"From: ana@neira.example\r\n" + headers.encode("utf-8", "surrogateescape") + b"\r\n\r\nHola")
    assert letter.kind == "unknown"
    assert letter.subject.isprintable()


@pytest.mark.parametrize(
    "header",
    ["To: " + "(" * 50_000, "To: " + "a:" * 50_000, 'From: "' + '\\"' * 50_000, "Subject: " + "=?a?q?" * 50_000],
    ids=["comments in comments", "groups in groups", "a name without end", "words without end"],
)
def test_a_header_without_end_neither_stops_the_worker_nor_breaks_it(header: str) -> None:
    start = time.process_time()
    letter = inbox.read(crlf(f"Message-ID: <a@lejos.example>\n{header}\nDelivered-To: rebotes+abc@oficina.example\n\nx"))
    assert time.process_time() - start < 2
    assert letter.recipients == ("rebotes+abc@oficina.example",)
    assert letter.sender == ""
