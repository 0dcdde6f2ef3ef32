"""The thread of a call as a PDF, and its table as an annex of the informe."""

from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy.orm import Session

from eventos.calls import evidence, queries, service
from eventos.calls.rules import Signed
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.reports import rules as reports
from eventos.reports import service as informes
from tests.calls.conftest import Desk, Run
from tests.calls.factories import DEADLINE, SIGNED, a_call, convene, letter, recipients, rows_of, send
from tests.cycles.factories import a_published_event
from tests.support.statements import counted

BEFORE = DEADLINE - timedelta(days=5)


def answered(db: Session) -> tuple[Event, str]:
    """A call to four entities: one confirmed, one late, one declined, one silent."""
    event = a_published_event(db)
    convene(db, event.cycle_id, many=4)
    public_id = a_call(db, event)
    send(db, event, public_id, now=BEFORE)
    rows = recipients(db, event, public_id)
    for row in rows:
        own = service.message_id(row.public_id, 1, "eventos.example")
        service.mark_sent(db, row.id, number=1, kind="call", message_id=own, mailbox=row.mailbox, now=BEFORE)
    service.confirm(db, letter(db, rows[0]), SIGNED, now=BEFORE)
    service.confirm(db, letter(db, rows[1]), Signed("Tarde Prueba", "Alcaldesa"), now=DEADLINE + timedelta(hours=2))
    service.decline(db, letter(db, rows[2]), SIGNED, "Hay empalme & cambio <hoy>", now=BEFORE)
    return event, public_id


def test_the_document_holds_what_was_sent_its_hash_and_every_answer(db: Session) -> None:
    event, public_id = answered(db)
    paper = evidence.gathered(db, queries.call(db, event.id, public_id), now=DEADLINE + timedelta(days=1))
    html = evidence.html(paper)
    for words in (
        paper.matter.call.content_sha256,
        "Ramiro Prueba",
        "(fuera de plazo)",
        "Hay empalme &amp; cambio &lt;hoy&gt;",
        "4 entidades convocadas",
    ):
        assert words in html, words
    assert html.count("Se envió la convocatoria") == 4
    assert "/convocatoria/{vínculo de cada entidad}" in html  # nobody's own link is printed
    assert sum(paper.tally.by.values()) == 4


def test_staff_ask_for_the_document_and_a_worker_prints_it(desk: Desk, links: list[str], outbox_run: Run) -> None:
    assert desk.client.get(f"{desk.url}/constancia.pdf").status_code == 404
    desk.post(f"{desk.url}/constancia")
    assert "Estamos preparando la constancia" in desk.client.get(desk.url).text
    outbox_run()
    answer = desk.client.get(f"{desk.url}/constancia.pdf")
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
    assert "Alcaldía de Aguadas" in text
    assert links[0] not in text


def test_a_draft_has_nothing_to_print(desk: Desk) -> None:
    assert desk.post(f"{desk.url}/constancia").status_code == 409


@pytest.mark.both_databases
def test_the_informe_tells_the_call_and_annexes_its_table(db: Session) -> None:
    event, public_id = answered(db)
    material = informes.material(db, event.id)
    assert "Convocatoria" not in reports.missing(material)
    told = reports.context(material)
    section = next(each for each in told["extra_sections"] if each["title"] == "Convocatoria")
    words = " ".join(section["paragraphs"])
    silent = next(row.entity for row in rows_of(db, event, public_id) if row.answered_at is None)
    assert "a 4 entidades, con plazo hasta el 20 de julio de 2030." in words
    assert "Confirmaron recibido 3 de 4." in words
    assert "1 respuesta llegó fuera de plazo." in words
    assert f"Sin respuesta: {silent}." in words
    table = told["annex_tables"][-1]
    assert table["caption"].endswith("Respuesta a la convocatoria")
    assert len(table["rows"]) == 4


def test_an_event_without_call_says_that_it_is_missing(db: Session) -> None:
    material = informes.material(db, a_published_event(db).id)
    assert "Convocatoria" in reports.missing(material)
    assert not [each for each in reports.context(material)["extra_sections"] if "Convocatoria" in each["title"]]


def test_a_draft_call_is_no_call_for_the_informe(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=2)
    a_call(db, event)
    assert "Convocatoria" in reports.missing(informes.material(db, event.id))


def test_the_document_costs_few_statements_however_many_entities(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id, many=27)
    public_id = a_call(db, event)
    send(db, event, public_id, now=BEFORE)
    call = queries.call(db, event.id, public_id)
    with counted() as statements:
        evidence.gathered(db, call, now=clock.now())
    assert len(statements) <= 9, str(statements)
