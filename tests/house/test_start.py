"""A start that cannot be meant is refused in a sentence that names the setting, by every verb, before anything is served."""

from pathlib import Path

import pytest

from eventos.app import create_app
from eventos.kernel.settings import BadSettings, Settings
from eventos.kernel.tokens import KEY_FILE


def start(data_dir: Path, **settings: str) -> None:
    create_app(Settings.from_environ({"EVENTOS_DATA_DIR": str(data_dir), **settings}), ring=lambda: None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTOS_MAIL_URL", "smtp://"),
        ("EVENTOS_MAIL_URL", "smtps://correo.example:puerto"),
        ("EVENTOS_MAIL_URL", "smtp://correo.example:25"),
        ("EVENTOS_MAIL_URL", "smtps://usuario@correo.example"),
        ("EVENTOS_MAIL_FROM", "@"),
        ("EVENTOS_MAIL_FROM", "uno@dos@oficina.example"),
        ("EVENTOS_MAIL_FROM", "ñandú@oficina.example"),
    ],
)
def test_mail_that_could_never_leave_is_refused_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        start(tmp_path, **{name: value})


def test_a_password_is_not_repeated_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refusal:
        start(tmp_path, EVENTOS_MAIL_URL="smtp://yo:palabra-secreta@correo.example:25")
    assert "palabra-secreta" not in str(refusal.value)


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archivo").touch()
    with pytest.raises(BadSettings, match="EVENTOS_DATA_DIR"):
        start(tmp_path / "archivo")


def test_damaged_keys_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text('{"lla', encoding="utf-8")
    with pytest.raises(BadSettings, match="copia de seguridad"):
        start(tmp_path)
    assert (tmp_path / KEY_FILE).read_text(encoding="utf-8") == '{"lla'


def test_a_queue_without_a_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archivo").touch()
    settings = {"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_QUEUE_URL": f"sqlite:///{tmp_path}/archivo/cola"}
    with pytest.raises(BadSettings, match="EVENTOS_QUEUE_URL"):
        create_app(Settings.from_environ(settings))
