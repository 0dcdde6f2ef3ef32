"""What was agreed once, to the number: how often, how long and how large. A new limit needs its line here and its reason."""

import sys
from datetime import timedelta

import pytest
from flask import Flask

from eventos.accounts import models as accounts
from eventos.accounts import rules as accounts_rules
from eventos.adapters import papers, pictures, raster
from eventos.adapters.tables import guard
from eventos.certificates.codes import new_code
from eventos.checkin import models as checkin
from eventos.checkin import rules as checkin_rules
from eventos.kernel import http
from eventos.kernel.limits import Limit
from eventos.registration import rules as registration
from eventos.registration.asking import FILES_BODY

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUARTER = 15 * MINUTE

# A town hall or an auditorium is one address, so addresses get generous limits; people, recipients and secrets strict ones.
LIMITS = {
    "registration.address": (600, 10 * MINUTE), "registration.document": (20, HOUR), "registration.mails_hour": (10, HOUR),
    "registration.mails_day": (30, DAY), "registration.links_mail": (3, HOUR), "registration.links_address": (20, HOUR),
    "registration.trapped": (1000, DAY), "registration.my_events_mail": (3, HOUR), "registration.my_events_address": (20, HOUR),
    "registration.bad_tokens": (60, MINUTE), "registration.mail_change": (5, HOUR),
    "accounts.sign_in.account": (10, QUARTER), "accounts.sign_in.address": (30, QUARTER), "accounts.sign_in.instance": (300, QUARTER),
    "accounts.sign_in.minute": (5, MINUTE), "accounts.own_password": (10, QUARTER), "accounts.reset.mail": (3, HOUR),
    "accounts.reset.address": (20, HOUR), "accounts.bad_links": (60, MINUTE),
    "checkin.scans": (120, MINUTE), "checkin.searches": (30, MINUTE), "checkin.arrival": (600, 10 * MINUTE),
    "checkin.arrival_pass": (5, 10 * MINUTE), "certificates.verify": (30, MINUTE), "dialogue.ask": (10, DAY),
    "calls.answers": (60, 10 * MINUTE), "calls.invited": (40, DAY), "calls.tests": (20, HOUR), "mailings.samples": (20, HOUR),
    "api": (600, MINUTE), "api-bad-token": (60, MINUTE),
}  # fmt: skip
LIVES = [
    (http.FORM_TOKEN_LIFE, 4 * HOUR), (accounts.SESSION_IDLE, 2 * HOUR), (accounts.SESSION_LIFE, 12 * HOUR),
    (accounts_rules.LINK_LIFE["first_admin"], HOUR), (accounts_rules.LINK_LIFE["invitation"], 72 * HOUR),
    (accounts_rules.LINK_LIFE["reset"], HOUR), (registration.MAIL_CHANGE_LIFE, 48 * HOUR), (registration.RECEIPT_LIFE, HOUR / 2),
    (checkin.LINK_LIFE, DAY), (checkin.AFTER_THE_EVENT, DAY), (checkin_rules.UNDO_WITHIN, QUARTER),
    (checkin_rules.CLOCK_TOLERANCE, 5 * MINUTE),
]  # fmt: skip
MIB = 1024 * 1024
SIZES = [
    (http.PUBLIC_BODY, 64 * 1024), (guard.MAX_BYTES, 10 * MIB), (guard.MAX_ROWS, 50_000), (guard.MAX_COLUMNS, 200),
    (pictures.MAX_BYTES, 15 * MIB), (pictures.MAX_PIXELS, 50_000_000), (raster.MAX_PDF_BYTES, 50 * MIB), (raster.MAX_PAGES, 200),
    (raster.MAX_PAGE_PIXELS, 20_000_000), (papers.OFFICE_BYTES, 50 * MIB), (papers.TABLE_BYTES, 10 * MIB),
    (papers.MAX_MEMBERS, 2_000), (papers.MAX_INFLATED, 200 * MIB), (papers.MAX_RATIO, 100),
    (guard.MAX_MEMBERS, 2_000), (guard.MAX_INFLATED, 200 * MIB), (guard.MAX_RATIO, 100),
]  # fmt: skip


@pytest.mark.usefixtures("app")
def test_every_limit_is_the_one_agreed_on() -> None:
    modules = [module for name, module in sys.modules.items() if name.startswith("eventos.")]
    found = {each.name: (each.times, each.per) for module in modules for each in vars(module).values() if isinstance(each, Limit)}
    assert found == LIMITS


def test_what_opens_a_door_lives_as_long_as_agreed() -> None:
    assert [(now, agreed) for now, agreed in LIVES if now != agreed] == []


def test_what_is_handed_in_is_as_large_as_agreed() -> None:
    assert [(now, agreed) for now, agreed in SIZES if now != agreed] == []


def test_guessing_a_constancia_is_hopeless() -> None:
    """A million tries against a million codes of 16 signs out of 32, thirty a minute."""
    assert 10**6 * 10**6 / 32 ** len(new_code(bytes(10))) < 1e-12


def test_no_door_of_the_public_takes_more_than_a_form(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        entry = http.entry_of(app, rule.endpoint)
        assert entry is not None
        if entry.audience is http.Audience.API:  # with a key: an event as large as its form, a sheet as large as an upload
            assert entry.max_body in {http.PUBLIC_BODY, 512 * 1024, http.UPLOAD_BODY}, rule.rule
        elif rule.endpoint == "api_checkin.scans":  # a phone's, with a thousand scans
            assert entry.max_body == 1024 * 1024
        elif rule.rule.endswith(("/con-archivos", "/respuestas", "/i/<token>/confirmar")):  # an event's own questions may ask for files
            assert entry.max_body in {http.PUBLIC_BODY, FILES_BODY}, rule.rule
        elif entry.audience is not http.Audience.STAFF:
            assert entry.max_body <= http.PUBLIC_BODY, rule.rule
