"""Where mail arrives in tests: the folder of .eml files, and a sink that speaks SMTP."""

import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port


def parse(raw: bytes) -> EmailMessage:
    """A message as a modern mail program sees it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def recipients(message: EmailMessage) -> set[str]:
    """The addresses in To, in lower case."""
    return {address.addr_spec.lower() for address in message["To"].addresses}


class Mailbox:
    """The folder that mail is written to when no server is configured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def raw(self) -> list[bytes]:
        """Every message as it was written, oldest first."""
        files = sorted(self.folder.rglob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [file.read_bytes() for file in files]

    def messages(self) -> list[EmailMessage]:
        return [parse(raw) for raw in self.raw()]

    def to(self, address: str) -> list[EmailMessage]:
        """What one person received."""
        return [message for message in self.messages() if address.lower() in recipients(message)]

    def wait_for(self, address: str, *, number: int = 1, timeout: float = 20) -> list[EmailMessage]:
        """What one person received, once it is at least `number` messages."""
        deadline = time.monotonic() + timeout
        while len(found := self.to(address)) < number:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} of {number} messages for {address} after {timeout} s")
            time.sleep(0.05)
        return found


@dataclass(frozen=True)
class Received:
    """One message the sink took, with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return parse(self.content)


class Sink:
    """An SMTP server on a free loopback port. `refusals[address] = "550 5.1.1 No existe"` makes it refuse a recipient."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refusals: dict[str, str] = {}
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """What EVENTOS_MAIL_URL says to send here."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    # The names and arguments of the two methods below are aiosmtpd's.

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[Any]) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return "250 OK"
