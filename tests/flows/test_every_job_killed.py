"""`kill -9` of the worker on every kind of job there is, once before it does anything and once when all that is left is to write it down.

Each job is done in the end, nothing is lost, and nothing is there twice. A new kind of job needs its promise in `promise_one_of_each`.
It takes some seconds because it draws one of each document, twice.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.accounts import service as accounts
from eventos.adapters import storage
from eventos.calls import service as calls
from eventos.calls.models import Call
from eventos.calls.rules import Designee
from eventos.certificates import service as certificates
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.cycles import service as cycles
from eventos.cycles.models import Material
from eventos.cycles.service import materials
from eventos.cycles.service.materials import KeptFile, SaveMaterial
from eventos.desk.models import AttendanceSheet
from eventos.desk.service import ask_sheet
from eventos.kernel import clock, outbox
from eventos.kernel.audit import SYSTEM, Actor
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import MaterialKind, StaffRole
from eventos.mailings import service as mailings
from eventos.publicity import service as publicity
from eventos.publicity.models import Flyer
from eventos.registration import importing
from eventos.registration import service as registration
from eventos.registration.models import BulkRow, Import, ImportRow
from eventos.registration.service import bulk
from eventos.registration.service import importing as sheets
from eventos.registration.service.importing import Options
from eventos.reports import service as reports
from eventos.reports.models import Report
from tests.accounts.factories import a_staff
from tests.calls.factories import SIGNED, a_call, convene, letter, recipients, send
from tests.certificates.factories import a_closed_event
from tests.conftest import Opened
from tests.cycles.factories import a_day, a_published_event, event_command
from tests.cycles.papers import a_pdf
from tests.registration.factories import a_registration
from tests.registration.forms import a_question
from tests.support.crowd import sheet_of
from tests.support.databases import ROOT, environment
from tests.support.smtp import Mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

# A nursery of workers: each is forked, takes one job, and dies of SIGKILL where it is told; until there is none to take.
NURSERY = """
import os, signal, sys
from eventos.adapters import docx, papers, pdf
from eventos.app import create_app
from eventos.jobs import runner
from eventos.kernel import outbox

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

app = create_app(ring=lambda: None)  # nothing is connected yet: each worker opens the database for itself
if sys.argv[1] == "finish":
    pdf.render("<html lang='es'><title>Letras</title><p>Ñ</p>")  # the letters are looked for once
killed = 0
while True:
    worker = os.fork()
    if worker == 0:
        setattr(outbox, sys.argv[1], die)
        os._exit(0 if runner.run_due(app, limit=1) == 0 else 1)
    _, status = os.waitpid(worker, 0)
    if not os.WIFSIGNALED(status):
        break
    killed += 1
assert os.WEXITSTATUS(status) == 0, "a worker did a job and lived"
print(killed)
"""


def promise_one_of_each(db: Session) -> None:
    now = clock.now()
    held, _people = a_closed_event(db, came=1)
    certificates.issue_all(db, held.id, by=SYSTEM, now=now)
    certificates.ask_badges(db, held.id, by=SYSTEM, now=now)
    ask_sheet(db, held.id, {"day": "", "blank": 2, "empty": False}, rows=1, reason="Firmarla en la entrada.", by=SYSTEM, now=now)
    reports.ask(db, held.id, format="docx", by=SYSTEM, now=now)
    publicity.prepare(db, held.id, by=SYSTEM, now=now)
    mailings.send(db, held.id, "thanks", by=SYSTEM, now=now)
    words = {"kind": "confirmed", "subject": "{evento}", "body": "Hola, {nombre}"}
    outbox.enqueue(db, "mailings.sample", cycle_id=1, cycle_name="Ciclo", **words, to="prueba@oficina.example", to_name="Ana", mail_id="p1")
    stored = storage.shelf().put(a_pdf(2))
    slides = KeptFile(stored.sha256, stored.size, "Diapositivas.pdf", "application/pdf", MaterialKind.SLIDES, needs_work=True)
    materials.add_material(db, held.id, SaveMaterial("Diapositivas"), slides, by=SYSTEM, now=now)
    file = importing.take_file(sheet_of(3), "lista.csv")
    sheet = sheets.upload(db, file, Options(has_consents=True), event_id=held.id, by=SYSTEM, now=now)
    mapping = sheets.mapping_for(db, file.headers)
    sheets.begin_check(db, sheet.public_id, mapping, Options(has_consents=True), event_id=held.id)
    a_question(db, held)
    cycles.duplicate_event(db, held, by=SYSTEM, now=now)
    promise_mails(db)
    promise_calls(db)


def promise_calls(db: Session) -> None:
    """A call with a test, an entity that names somebody and hears that the event changed, what came back by mail, and its evidence."""
    now, event, staff = clock.now(), a_published_event(db, number=8), a_staff(db)
    convene(db, event.cycle_id, many=1)
    public_id = a_call(db, event)
    send(db, event, public_id)
    (row,) = recipients(db, event, public_id)
    calls.designate(db, letter(db, row), SIGNED, [Designee("Nora", "Ficticia", "nora@neira.example")], now=now)
    calls.ask_test(db, row.call_id, entity="Alcaldía", person="", mail_id="p2", by=Actor.staff(staff.id, staff.name))
    calls.ask_evidence(db, event.id, public_id, by=SYSTEM, now=now)
    outbox.enqueue(db, "calls.notice", recipient_id=row.id, number=1, is_off=False)
    for fact in ("mail.bounced", "mail.replied"):
        outbox.announce(db, fact, message_id="<nadie@lejos.example>", recipient="nadie@lejos.example", status="5.1.1", diagnostic="")
    cycles.duplicate_event(db, event, by=SYSTEM, now=now)


def promise_mails(db: Session) -> None:
    now = clock.now()
    event = a_published_event(db, number=6, capacity_virtual=2)
    someone, leaves, _waits = [a_registration(db, event, email=f"p{n}@neira.example", document_number=f"5000{n}") for n in range(3)]
    registration.cancel(db, leaves, by=SYSTEM, now=now)
    bulk.begin(db, event.id, bulk.Ask(bulk.Action.RESEND), [leaves.id] * (bulk.AT_ONCE + 1), by=SYSTEM, now=now)  # who left gets no mail
    registration.ask_my_events(db, "p0@neira.example", now=now, address="192.0.2.1")
    outbox.enqueue(db, "registration.expire", event_id=event.id)
    registration.resend_links(db, "p0@neira.example", now=now, address="192.0.2.1")
    registration.ask_mail_change(db, someone, "nueva@neira.example", "50000", by=SYSTEM, now=now)
    moved = event_command(number=6, capacity_virtual=4, days=(a_day(date(2030, 8, 1)),))
    cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=now)
    outbox.enqueue(db, "registration.reminder", registration_id=someone.id, reminder_id=1)
    outbox.enqueue(db, "registration.remind", reminder_id=1)  # of one that was taken back meanwhile
    off = a_published_event(db, number=7)
    a_registration(db, off, email="p9@neira.example")
    cycles.cancel(db, off, reason="Por lluvias.", by=SYSTEM, now=now)
    accounts.invite(db, email="nueva@oficina.example", name="Nora Prueba", role=StaffRole.READER, by=SYSTEM)


def kill_each(settings: Settings, moment: str) -> int:
    """Workers die at this function of the outbox, one for each job; gives how many died."""
    run = subprocess.run(
        [sys.executable, "-c", NURSERY, moment],
        cwd=ROOT,
        env=environment(data_dir=settings.data_dir, database_url=settings.database_url, log_level="ERROR"),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return int(run.stdout)


def let_the_leases_end(writing: Opened) -> None:
    with writing() as db:
        assert db.execute(select(func.count()).where(Job.done_at.is_not(None))).scalar_one() == 0
        db.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))


def test_a_worker_killed_on_any_kind_of_job_loses_and_doubles_nothing(
    settings: Settings, writing: Opened, looking: Opened, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    with writing() as db:
        promise_one_of_each(db)
    with looking() as db:
        promised = Counter(db.execute(select(Job.name)).scalars())
    assert set(promised) == set(outbox.handlers())
    assert kill_each(settings, "run") == promised.total(), "each was claimed, and nothing done"
    let_the_leases_end(writing)
    assert kill_each(settings, "finish") >= promised.total(), "each was done but for being written down"
    let_the_leases_end(writing)
    outbox_run()
    with looking() as db:
        assert db.execute(select(Job.name).where(Job.done_at.is_(None))).all() == []
        assert db.execute(select(func.min(Job.attempts)).where(Job.name.in_(promised))).scalar_one() >= 1
        made = {what.__name__: [tuple(row) for row in db.execute(select(*columns))] for what, columns in MADE.items()}
        rows = db.execute(select(func.count()).select_from(ImportRow)).scalar_one()
        letters = Counter(db.execute(select(MailRecord.kind)).scalars())
    states = {name: [row[0] for row in found] for name, found in made.items()}
    assert states == {name: [ENDED.get(name, "ready")] for name in made}
    assert all(storage.shelf().verify(key) for found in made.values() for row in found for key in keys_in(row[1:]))
    assert rows == 3
    assert letters == LETTERS
    assert len(mailbox.messages()) == LETTERS.total()


# 3 of the event that was held, 2 who stayed, 1 promoted, 2 told of the new day, 1 cancelled by hand and 1 with their event.
LETTERS = Counter(
    {
        "registration.confirm": 8, "registration.cancelled": 2, "registration.links": 1, "registration.mail_change": 1,
        "registration.mail_change_notice": 1, "accounts.invitation": 1,
        "registration.reminder": 1, "mailings.send": 1, "mailings.sample": 1,
        "calls.mail": 1, "calls.test": 1, "calls.invite": 1, "calls.notice": 1, "registration.my_events": 1,
    }
)  # fmt: skip
MADE = {
    Certificate: (Certificate.state, Certificate.file_sha256),
    BadgeSheet: (BadgeSheet.state, BadgeSheet.file_sha256),
    AttendanceSheet: (AttendanceSheet.state, AttendanceSheet.file_sha256),
    Flyer: (Flyer.state, Flyer.files),
    Material: (Material.state, Material.file_sha256, Material.page_images),
    Report: (Report.state, Report.file_sha256),
    Import: (Import.state,),
    BulkRow: (BulkRow.state,),
    Call: (Call.evidence_state, Call.evidence_sha256),
}

ENDED = {"Import": "checked", "BulkRow": "skipped"}


def keys_in(values: tuple[object, ...]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list):
            yield from value
