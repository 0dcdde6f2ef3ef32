"""A desk to work at."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cycles.desk import Desk
from tests.cycles.factories import a_cycle, a_member

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def desk(app: Flask, writing: Opened) -> Desk:
    """An organiser of one cycle, signed in."""
    with writing() as db:
        return Desk(app, a_member(db, cycles=(a_cycle(db),)))
