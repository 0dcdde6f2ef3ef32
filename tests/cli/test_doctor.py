"""What `doctor` says of the data folder and of the letters that documents are printed with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from eventos.adapters import pdf
from eventos.cli import doctor
from eventos.cli.doctor import Check
from eventos.kernel.settings import Settings


def told(app: Flask, settings: Settings, subject: str) -> Check:
    with app.app_context():
        return next(check for check in doctor.examine(settings) if check.subject == subject)


@pytest.fixture
def another_static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program whose letters are somewhere else, read anew."""
    fonts = tmp_path / "static" / "fonts"
    fonts.mkdir(parents=True)
    monkeypatch.setattr(pdf, "ROOT", tmp_path)
    for kept in (pdf._fonts, pdf._sheet):
        kept.cache_clear()
    yield fonts
    for kept in (pdf._fonts, pdf._sheet):
        kept.cache_clear()


def test_an_open_data_folder_is_told_with_the_order_that_closes_it(app: Flask, settings: Settings) -> None:
    assert told(app, settings, "Carpeta de datos").is_well
    settings.data_dir.chmod(0o755)
    check = told(app, settings, "Carpeta de datos")
    assert (check.is_well, check.optional, check.mark) == (False, True, "aviso")
    assert check.words.endswith(f"permisos 755. Otras cuentas de esta máquina pueden leerla: chmod -R go= {settings.data_dir}")


def test_keys_that_others_read_are_told_and_what_losing_them_means(app: Flask, settings: Settings) -> None:
    assert told(app, settings, "Llaves").is_well
    (settings.data_dir / "llaves.json").chmod(0o644)
    check = told(app, settings, "Llaves")
    assert (check.is_well, check.optional) == (False, False)
    assert f"chmod 600 {settings.data_dir / 'llaves.json'}" in check.words
    assert "los QR y vínculos personales ya enviados dejan de abrir" in check.words


def test_the_letters_are_those_that_a_document_really_takes(app: Flask, settings: Settings) -> None:
    check = told(app, settings, "Letras")
    assert check.is_well, check.words
    assert {"WorkSans", "DejaVuSans"} <= pdf.families_drawn()


def test_a_program_without_its_letters_is_told(app: Flask, settings: Settings, another_static: Path) -> None:
    assert not list(another_static.iterdir())
    check = told(app, settings, "Letras")
    assert (check.is_well, check.optional) == (False, False)
    assert "los PDF no llevan Work Sans ni Montserrat" in check.words
