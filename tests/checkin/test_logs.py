"""Nothing of the door reaches the log: codes, names, documents, what was searched for, the link and the bearer of a phone."""

import logging
import re

import pytest

from eventos.checkin import service
from eventos.kernel import logs
from eventos.kernel.audit import SYSTEM
from tests.accounts.factories import open_form_token
from tests.checkin.factories import OPEN, code_of
from tests.checkin.stage import Stage, one_scan
from tests.conftest import Opened

TYPED = {
    "document_type": "CC", "document_number": "71234987", "given_names": "Guacamaya", "family_names": "Yarumo Siete",
    "email": "canario.uno@secreto.example", "municipio": "Riosucio (Caldas)", "entity": "Alcaldía de Frailejón", "consent": "y",
}  # fmt: skip


def test_nobody_at_the_door_is_named_in_the_log(stage: Stage, writing: Opened, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    codes = [code_of(one) for one in stage.people]
    with writing() as db:
        slugs = [stage.event.slug]
        _device, link = service.make_device(
            db, name="Otra", cycle_id=stage.event.cycle_id, slugs=slugs, staff_id=stage.staff.id, by=SYSTEM, now=OPEN
        )
    assert stage.typed(codes[0]).status_code == 200
    assert stage.sent(one_scan(codes[1], "lectura-0002")).status_code == 200
    assert stage.sent(one_scan("canario-inventado", "lectura-0003")).status_code == 200
    assert stage.post("buscar", text="guadual").status_code == 200
    stage.post("marcar", registration=stage.people[2].public_id, nonce="lectura-0004", reason="Canario sin código")
    stage.post("inscribir", nonce="lectura-0005", **TYPED)
    assert stage.client.get(f"/acreditacion/vincular/{link}").status_code == 200
    assert stage.client.post(f"/acreditacion/vincular/{link}", data={"csrf_token": open_form_token()}).status_code == 303
    lines = [logs.JsonLines().format(record) for record in caplog.records]
    assert sum('"/acreditacion/' in line or '/checkin/scans"' in line for line in lines) >= 8, "the log says what was asked"
    secrets = [link, stage.bearer, stage.csrf, "canario-inventado", "guadual", "Canario", *codes]
    secrets += [re.sub(r".*/", "", code) for code in codes]
    people = [value for one in stage.people for value in (one.person.document_number, one.person.email, one.person.given_names)]
    assert [word for word in (*secrets, *people, *TYPED.values()) if word and len(word) > 2 and any(word in line for line in lines)] == []
