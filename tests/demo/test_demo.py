"""The demonstration: what its fifth session left behind; loading it twice adds nothing, a reset takes all of it and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos import demo
from eventos.attendance.models import Roster
from eventos.cycles.models import Event, Material
from eventos.demo.reset import remove
from eventos.kernel.db import Base, reading
from eventos.publicity.models import Flyer
from eventos.reports import queries
from tests.attendance.factories import Guest, register
from tests.cycles.factories import a_published_event

Opened = Callable[[], AbstractContextManager[Session]]
# What remains when the demonstration goes: what was done, and what is learnt about sheets.
REMEMBERED = {"audit_entry", "job", "consent_text", "mail_record", "registrant_import_mapping"}


def rows(db: Session) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name not in REMEMBERED]
    return {table.name: number for table in tables if (number := db.execute(select(func.count()).select_from(table)).scalar_one())}


@pytest.mark.slow
def test_the_fifth_session_has_its_pieza_slides_questions_and_acta(app: Flask) -> None:
    with app.app_context():
        list(demo.load())
        with reading() as db:
            fifth = db.execute(select(Event).where(Event.number == 5)).scalar_one()
            found = queries.gathered(db, fifth.id)
            before = rows(db)
        assert found.acta is not None
        assert (found.acta.version, len(found.acta.attended), found.count.attended) == (1, 114, 114)
        assert found.flyer is not None
        assert found.flyer.published_at.year == 2021
        assert [len(each.pages) for each in found.slides] == [4]
        assert [each.state for each in found.questions] == ["answered", "answered", "pending"]
        list(demo.load())
        with reading() as db:
            assert rows(db) == before


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_reset_takes_the_demonstration_and_nothing_else(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        mine = a_published_event(db, number=7)
        register(db, mine, [Guest("Una", attended=True)])
    with looking() as db:
        before = rows(db)
    with app.app_context():
        list(demo.load(printed=False))
        with writing() as db:
            remove(db)
    with looking() as db:
        assert rows(db) == before
        assert db.execute(select(func.count()).select_from(Roster)).scalar_one() == 0


@pytest.mark.slow
def test_loading_again_after_a_reset_makes_it_whole(app: Flask) -> None:
    with app.app_context():
        list(demo.load(printed=False))
        said = list(demo.load(reset=True))
        assert said[0] == "Se quitó la demostración anterior (4 eventos)."
        with reading() as db:
            assert db.execute(select(func.count()).select_from(Flyer).where(Flyer.published_at.is_not(None))).scalar_one() == 1
            assert db.execute(select(Material.state)).scalars().all() == ["ready"]
