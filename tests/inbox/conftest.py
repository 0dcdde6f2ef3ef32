"""An office whose server takes mail in, somebody who was sent a mail, and a minute that passes."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from eventos.inbox.models import InboundMail
from eventos.jobs import runner
from eventos.kernel.settings import Settings
from eventos.registration.models import Registration
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.inbox.letters import SERVER, drop
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox

Run = Callable[[], int]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An office whose server takes bounces apart and says who it is."""
    return replace(settings, mail_bounce="rebotes@oficina.example", mail_authserv=SERVER)


@pytest.fixture
def sent(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> tuple[Registration, EmailMessage]:
    """Ana is registered, and her confirmation went out."""
    with writing() as db:
        registration = a_registration(db, a_published_event(db, capacity_virtual=1), email="ana@neira.example")
    outbox_run()
    (message,) = mailbox.to("ana@neira.example")
    return registration, message


@pytest.fixture
def collected(app: Flask, settings: Settings, looking: Opened) -> Callable[..., list[InboundMail]]:
    """Leave these mails in the folder and have a minute pass; answers what is written down."""

    def collect(*letters: bytes) -> list[InboundMail]:
        for number, letter in enumerate(letters):
            drop(settings.inbox_path, f"{number}.eml", letter)
        runner.sweep(app)
        with looking() as db:
            return list(db.scalars(select(InboundMail).order_by(InboundMail.id)))

    return collect
