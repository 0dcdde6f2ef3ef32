"""After seven days without a backup the desk of whoever administers says so, and a page tells how to make one."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from eventos.kernel import backups, clock
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import signed_in
from tests.conftest import Opened

WORDS = "Haga una copia de respaldo"


@pytest.mark.parametrize(("role", "told"), [(StaffRole.ADMINISTRATOR, True), (StaffRole.ORGANISER, False), (StaffRole.READER, False)])
def test_a_week_without_a_backup_is_told_to_whoever_administers(
    client: FlaskClient, writing: Opened, settings: Settings, role: StaffRole, told: bool
) -> None:
    signed_in(client, writing, role)
    assert WORDS not in client.get("/escritorio").text
    backups.remember(settings.data_dir, made_at=clock.now() - timedelta(days=8), folder=Path("/copias/lunes"))
    assert (WORDS in client.get("/escritorio").text) is told
    backups.remember(settings.data_dir, made_at=clock.now() - timedelta(days=6), folder=Path("/copias/lunes"))
    assert WORDS not in client.get("/escritorio").text


def test_the_page_of_backups_says_when_and_how(client: FlaskClient, writing: Opened, settings: Settings) -> None:
    signed_in(client, writing, StaffRole.ADMINISTRATOR)
    page = client.get("/escritorio/copias").text
    assert "Todavía no se ha hecho ninguna copia" in page
    assert "python -m eventos respaldo CARPETA" in page
    assert "dejan de abrir" in page
    backups.remember(settings.data_dir, made_at=clock.now() - timedelta(days=8), folder=Path("/copias/lunes"))
    page = client.get("/escritorio/copias").text
    assert "/copias/lunes" in page
    assert "más de siete días" in page


def test_only_whoever_administers_opens_it(client: FlaskClient, writing: Opened) -> None:
    signed_in(client, writing, StaffRole.ORGANISER)
    assert client.get("/escritorio/copias").status_code == 403


@pytest.mark.parametrize("content", ["", "[]", '{"hecho": "ayer"}', "\x00", '{"hecho": null}'])
def test_a_spoilt_mark_is_no_backup(tmp_path: Path, content: str) -> None:
    (tmp_path / backups.MARK_FILE).write_text(content)
    assert backups.standing(tmp_path, clock.now()) == backups.Standing(None, "", True)
