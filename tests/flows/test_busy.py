"""While a long list enters and hundreds of mails go out, whoever registers or reads a page still gets an answer in less than a second."""

import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eventos.accounts import service as accounts
from eventos.cycles.queries import event_view
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.kernel.vocabulary import StaffRole
from eventos.registration import importing
from eventos.registration.models import Import, Registration
from eventos.registration.service import importing as service
from eventos.registration.service.importing import Options
from tests.accounts.factories import a_staff
from tests.cycles.factories import a_cycle, a_published_event
from tests.flows.conftest import Visit
from tests.flows.guests import answers
from tests.flows.stage import opened, until
from tests.support.crowd import sheet_of
from tests.support.fixtures import Serve
from tests.support.smtp import Sink
from tests.support.visitor import Answer, Visitor

LONGEST_WAIT = 1.0


@dataclass
class Waits:
    """How long each answer took, in seconds, by what was asked."""

    page: list[float] = field(default_factory=list)
    registration: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        told = {"page": self.page, "registration": self.registration}
        return "; ".join(
            f"{name}: {len(waits)} answers, median {statistics.median(waits):.3f} s, longest {max(waits):.3f} s"
            for name, waits in told.items()
        )


def timed(waits: list[float], act: Callable[[], Answer], status: int) -> None:
    began = time.monotonic()
    answer = act()
    waits.append(time.monotonic() - began)
    assert answer.status == status, answer.text[:500]


def bring(office: Visitor, slug: str, sheet: bytes, *, send_mails: bool) -> None:
    """An import as in life: the worker checks it, and the web process enters it when the organiser confirms."""
    file = importing.take_file(sheet, "lista.csv")
    options = Options(has_consents=True, send_mails=send_mails)
    with transaction() as db:
        event = event_view(db, slug)
        made = service.upload(db, file, options, event_id=event.id, by=SYSTEM, now=clock.now())
        service.begin_check(db, made.public_id, service.mapping_for(db, file.headers), options, event_id=event.id)
        number, public_id = made.id, made.public_id

    def is_checked() -> bool:
        with reading() as db:
            return db.execute(select(Import.state).where(Import.id == number)).scalar_one() == "checked"

    until(is_checked, "the list checked", timeout=120)
    form = office.form(f"/escritorio/eventos/{slug}/importar/{public_id}", action="confirmar")
    assert office.send(form).status in {302, 303}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_pages_and_registrations_answer_while_a_list_enters_and_mails_leave(
    serve: Serve, visit: Visit, sink: Sink, tmp_path: Path, database_url: str, is_full: bool
) -> None:
    rows, mails = (5000, 500) if is_full else (600, 60)
    with opened(tmp_path / "var", database_url) as app:
        with transaction() as db:
            cycle = a_cycle(db)
            ahead, brought, written = (a_published_event(db, cycle=cycle, number=number).slug for number in (5, 6, 7))
            cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
        server = serve(mail_url=sink.url)
        visitor, office = visit(server.url), visit(server.url)
        office.cookies["eventos"] = cookie
        form = visitor.form(f"/eventos/{ahead}/inscripcion")
        visitor.send(form, **answers(0))

        def work() -> None:
            with app.app_context():
                bring(office, written, sheet_of(mails, start=900_000), send_mails=True)
                bring(office, brought, sheet_of(rows), send_mails=False)

        def sent() -> bool:
            with reading() as db:
                return db.execute(select(func.count()).where(Job.done_at.is_(None))).scalar_one() == 0

        waits, number = Waits(), 0
        with ThreadPoolExecutor(1) as background:
            working = background.submit(work)
            while not working.done() or number < 20:
                number += 1
                timed(waits.page, lambda: visitor.get(f"/eventos/{ahead}"), 200)
                timed(waits.registration, partial(visitor.send, form, **answers(number)), 303)
                time.sleep(0.1)  # one address may register 600 times in ten minutes
            working.result()
        sys.stdout.write(f"{waits}\n")  # `pytest -rP` shows it
        assert max(waits.page) < LONGEST_WAIT, str(waits)
        assert max(waits.registration) < LONGEST_WAIT, str(waits)
        until(sent, "every mail sent", timeout=120)
        with reading() as db:
            assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == rows + mails + number + 1
        assert len({received.recipients for received in sink.received}) >= mails + number
