"""Mail as an independent server receives it: the tree of parts, the calendar's bytes, and what no header can carry."""

import email
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from eventos.adapters import qr
from eventos.adapters.calendar import Invite, Slot, cancel, request
from eventos.adapters.mail import Attachment, InlineImage, Mail, compose, transport_from_url
from tests.support.smtp import Sink, parse

START = datetime(2027, 7, 29, 13, tzinfo=UTC)
NOW = datetime(2027, 7, 1, 15, 30, tzinfo=UTC)
SENDER = "eventos@oficina.example"
RECIPIENT = "ana.perez@entidad.example"
LINK = "https://eventos.entidad.example/i/" + "Ab3" * 80
TICKET = "https://eventos.entidad.example/q/abc123"
INVITE = Invite(
    uid="3f2a9c@eventos.entidad.example",
    sequence=0,
    slots=(Slot(starts_at=START, ends_at=START + timedelta(hours=2)),),
    summary="Quinta asistencia técnica",
    description="Participación, niñez; ñandú " * 12,
    location="Auditorio",
    url="https://eventos.entidad.example/eventos/quinta",
    organizer_name="Oficina de Gobierno Abierto",
    organizer_email=SENDER,
    conference_url=None,
    stamped_at=NOW,
    attendee_name="Ana Pérez",
    attendee_email=RECIPIENT,
)
PLAIN = Mail(
    to=RECIPIENT,
    to_name="Pérez Muñoz, Ana",
    subject="Inscripción confirmada: quinta asistencia técnica — participación y niñez",
    text=f"Su inscripción quedó confirmada.\nJueves, 29 de julio de 2027, 8:00 a. m.\n{LINK}\n",
    html=f'<p>Su inscripción quedó confirmada.</p><p><a href="{LINK}">Mi inscripción</a></p><img src="cid:qr" alt="Su código QR">',
    message_id="<registration.confirm.17@eventos.entidad.example>",
)
INVITATION = replace(
    PLAIN,
    calendar=request(INVITE),
    inline_images=(InlineImage(cid="qr", png=qr.png(TICKET, scale=4), alt="Su código QR"),),
    reply_to="oficina@oficina.example",
    headers=(("List-Unsubscribe", f"<{LINK}>"),),
)


def composed(mail: Mail = INVITATION) -> EmailMessage:
    return compose(mail, sender_name="Oficina de Gobierno Abierto", sender_address=SENDER, date=NOW)


def arrived(mail: Mail) -> EmailMessage:
    """The message as it reads after its journey as bytes."""
    return parse(composed(mail).as_bytes())


def tree(part: email.message.Message) -> object:
    kind = part.get_content_type()
    return (kind, [tree(child) for child in part.get_payload()]) if part.is_multipart() else kind


@pytest.fixture(scope="module")
def received() -> EmailMessage:
    """The invitation as an independent server got it, parsed from its bytes."""
    sink = Sink()
    sink.start()
    try:
        transport_from_url(sink.url).send(composed(), sender=SENDER, recipient=RECIPIENT)
    finally:
        sink.stop()
    (taken,) = sink.received
    assert (taken.sender, taken.recipients) == (SENDER, (RECIPIENT,))
    assert taken.content.isascii()
    assert max(len(line) for line in taken.content.split(b"\r\n")) < 998, "RFC 5321 §4.5.3.1.6"
    return taken.message


def test_invitation_arrives_with_the_tree_calendar_clients_expect(received: EmailMessage) -> None:
    related = ("multipart/related", ["text/html", "image/png"])
    alternative = ("multipart/alternative", ["text/plain", related, "text/calendar"])
    assert tree(received) == ("multipart/mixed", [alternative, "application/ics"])


def test_calendar_arrives_byte_for_byte_in_both_places(received: EmailMessage) -> None:
    (inline,) = [part for part in received.walk() if part.get_content_type() == "text/calendar"]
    (attached,) = received.iter_attachments()
    assert inline.get_payload(decode=True) == INVITATION.calendar
    assert attached.get_payload(decode=True) == INVITATION.calendar
    assert (inline.get_param("method"), inline.get_param("charset")) == ("REQUEST", "UTF-8")
    assert inline["Content-Transfer-Encoding"] == "base64"
    assert attached.get_filename() == "invitacion.ics"


def test_headers_arrive_as_written(received: EmailMessage) -> None:
    assert received["Subject"] == INVITATION.subject
    assert received["From"].addresses[0].addr_spec == SENDER
    assert received["From"].addresses[0].display_name == "Oficina de Gobierno Abierto"
    assert [(to.display_name, to.addr_spec) for to in received["To"].addresses] == [("Pérez Muñoz, Ana", RECIPIENT)]
    assert received["Reply-To"] == "oficina@oficina.example"
    assert received["Message-ID"] == INVITATION.message_id
    assert received["Date"].datetime == NOW
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Unsubscribe"] == f"<{LINK}>"
    assert received["MIME-Version"] == "1.0"


def test_long_links_and_accents_survive_in_both_wordings(received: EmailMessage) -> None:
    text, html = received.get_body(("plain",)), received.get_body(("html",))
    assert text.get_content().replace("\r\n", "\n") == INVITATION.text
    assert html.get_content().rstrip("\r\n") == INVITATION.html


def test_qr_in_the_mail_is_the_picture_the_html_points_at_and_reads(received: EmailMessage) -> None:
    (picture,) = [part for part in received.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<qr>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_filename() == "su-codigo-qr.png"
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.get_payload(decode=True))).convert("L"))
    assert found.text == TICKET


def test_mail_without_a_calendar_has_two_wordings_and_nothing_mixed() -> None:
    assert tree(composed(PLAIN)) == ("multipart/alternative", ["text/plain", "text/html"])


def test_annexes_stand_beside_the_two_wordings_under_the_name_people_read() -> None:
    book = Attachment(filename="matriz año 2030.xlsx", media_type="application/vnd.ms-excel", content=bytes(range(256)) * 40)
    arrived = parse(composed(replace(PLAIN, attachments=(book,))).as_bytes())
    alternative = ("multipart/alternative", ["text/plain", "text/html"])
    assert tree(arrived) == ("multipart/mixed", [alternative, "application/vnd.ms-excel"])
    [part] = arrived.iter_attachments()
    assert part.get_filename() == "matriz año 2030.xlsx"
    assert part.get_payload(decode=True) == book.content
    assert all(len(line) <= 998 for line in composed(replace(PLAIN, attachments=(book,))).as_bytes().split(b"\r\n"))


def test_the_name_of_an_annex_carries_no_header() -> None:
    hostile = Attachment(filename="a.pdf\r\nBcc: x@y.example", media_type="application/pdf", content=b"%PDF-")
    with pytest.raises(ValueError, match="line breaks"):
        composed(replace(PLAIN, attachments=(hostile,)))


def test_cancellation_carries_its_method_in_the_header_too() -> None:
    message = composed(replace(PLAIN, calendar=cancel(INVITE), calendar_method="CANCEL"))
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028"])
@pytest.mark.parametrize("field", ["to", "to_name", "subject", "message_id", "reply_to"])
def test_no_header_can_be_injected(field: str, line_break: str) -> None:
    for value in (f"a@b.example{line_break}Bcc: x@malo.example", f"a@b.example{line_break}"):
        with pytest.raises(ValueError):
            composed(replace(PLAIN, **{field: value}))


def test_no_header_can_be_injected_by_the_sender_or_extra_headers() -> None:
    for sender_name, sender_address in (("Oficina\nBcc: x@malo.example", SENDER), ("Oficina", f"{SENDER}\r\nBcc: x@malo.example")):
        with pytest.raises(ValueError):
            compose(PLAIN, sender_name=sender_name, sender_address=sender_address, date=NOW)
    for header in (
        ("X-A", "b\r\nBcc: x@malo.example"),
        ("Bcc", "x@malo.example"),
        ("X-A\r\nBcc", "x"),
        ("Content-Type", "text/x"),
        ("X-Ñ", "a"),
    ):
        with pytest.raises(ValueError):
            composed(replace(PLAIN, headers=(header,)))


def read_by_an_old_program(wire: bytes) -> tuple[str, str, str]:
    """Subject, name and address of the one person in To, by the standard library's older and stricter reader."""
    message = email.message_from_bytes(wire)
    ((name, address),) = getaddresses([message["To"].replace("\r\n", "")])
    subject, name = (str(make_header(decode_header(sent))) for sent in (message["Subject"].replace("\r\n", ""), name))
    return subject, name, address


ENCODED_BREAK = "=?utf-8?q?Ana=0D=0ABcc=3A_x=40malo=2Eexample?="


@pytest.mark.parametrize("text", [ENCODED_BREAK, f"Hola {ENCODED_BREAK} y", "=?utf-8?b?QQ0KQmNjOiB4QG1hbG8uZXhhbXBsZQ==?=", "=?x?="])
def test_encoded_words_that_somebody_typed_stay_what_they_are(text: str) -> None:
    wire = composed(replace(PLAIN, subject=text, to_name=text)).as_bytes()
    assert b"\nBcc" not in wire
    assert read_by_an_old_program(wire) == (text, text, RECIPIENT)
    for broken in ({"to": f"{ENCODED_BREAK}@entidad.example"}, {"headers": (("X-A", ENCODED_BREAK),)}):
        with pytest.raises(ValueError):
            composed(replace(PLAIN, **broken))


def test_any_words_arrive_in_headers_as_they_left() -> None:
    chance = random.Random(5)
    stock = [
        "Inscripción",
        "a",
        "niñez",
        "🌻",
        "—",
        "“Feria”",
        "&",
        "<b>",
        "שלום",
        "x" * 70,
        "ñ" * 60,
        "(1)",
        '"Ana"',
        "O'Neil,",
        "@",
        "_",
        "=?",
    ]
    stock += ["a  b", "=?"]
    for _ in range(300):
        text = " ".join(chance.choices(stock, k=chance.randint(1, 12)))
        wire = composed(replace(PLAIN, subject=text, to_name=text)).as_bytes()
        top = wire.split(b"\r\n\r\n")[0]
        assert max(len(line) for line in top.split(b"\r\n")) <= 78
        assert read_by_an_old_program(wire) == (text, text, RECIPIENT)


@pytest.mark.parametrize(
    "change",
    [
        {"to": "ana"},
        {"to": "@entidad.example"},
        {"to": "ana@"},
        {"to": "ana@entidad.example, otra@entidad.example"},
        {"to": "ana@entidad.example> <otra@malo.example"},
        {"to": "niña@entidad.example"},
        {"message_id": "sin-corchetes@entidad.example"},
        {"calendar": cancel(INVITE)},
        {"calendar": request(INVITE).replace(b"\r\n", b"\n")},
        {"inline_images": (InlineImage(cid="q r>", png=b"", alt=""),)},
    ],
)
def test_what_a_message_cannot_carry_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        composed(replace(PLAIN, **change))


def test_naive_date_is_refused() -> None:
    with pytest.raises(ValueError):
        compose(PLAIN, sender_name="Oficina", sender_address=SENDER, date=NOW.replace(tzinfo=None))


def test_domain_with_accents_travels_in_ascii() -> None:
    assert arrived(replace(PLAIN, to="ana@peñol.example"))["To"].addresses[0].addr_spec == "ana@xn--peol-hqa.example"
