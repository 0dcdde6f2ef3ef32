"""While a long list enters and hundreds of mails go out, whoever registers or reads a page still gets an answer in less than a second."""

import statistics
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import Job
from eventos.registration import importing
from eventos.registration.models import Registration
from eventos.registration.service.importing import Options
from tests.cycles.factories import a_cycle, a_published_event
from tests.flows.conftest import Visit
from tests.flows.guests import answers
from tests.flows.stage import opened, until
from tests.support.crowd import sheet_of
from tests.support.fixtures import Serve
from tests.support.smtp import Sink

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


def timed(waits: list[float], act, status: int) -> None:
    began = time.monotonic()
    answer = act()
    waits.append(time.monotonic() - began)
    assert answer.status == status, answer.text[:500]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_pages_and_registrations_answer_while_a_list_enters_and_mails_leave(
    serve: Serve, visit: Visit, sink: Sink, tmp_path: Path, database_url: str, is_full: bool, record_property
) -> None:
    rows, mails = (5000, 500) if is_full else (600, 60)
    data_dir = tmp_path / "var"
    with opened(data_dir, database_url):
        with transaction() as db:
            cycle = a_cycle(db)
            ahead, brought, written = (a_published_event(db, cycle=cycle, number=number).slug for number in (5, 6, 7))
        server = serve(mail_url=sink.url)
        visitor = visit(server.url)
        form = visitor.form(f"/eventos/{ahead}/inscripcion")
        visitor.send(form, **answers(0))
        consents = Options(has_consents=True)

        def bring() -> None:
            with opened(data_dir, database_url):
                promised = Options(has_consents=True, send_mails=True)
                importing.run(written, sheet_of(mails, start=900_000), "correos.csv", by=SYSTEM, options=promised)
                importing.run(brought, sheet_of(rows), "lista.csv", by=SYSTEM, options=consents)

        waits, number = Waits(), 0
        work = threading.Thread(target=bring)
        work.start()
        while work.is_alive() or number < 20:
            number += 1
            timed(waits.page, lambda: visitor.get(f"/eventos/{ahead}"), 200)
            timed(waits.registration, partial(visitor.send, form, **answers(number)), 303)
        work.join()
        record_property("waits", str(waits))
        assert max(waits.page) < LONGEST_WAIT, str(waits)
        assert max(waits.registration) < LONGEST_WAIT, str(waits)

        def all_sent() -> bool:
            with reading() as db:
                return db.execute(select(func.count()).where(Job.done_at.is_(None))).scalar_one() == 0

        until(all_sent, "every mail sent", timeout=120)
        with reading() as db:
            assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == rows + mails + number + 1
        assert len({received.recipients for received in sink.received}) >= mails + number
