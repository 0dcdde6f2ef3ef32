"""A backup restored somewhere else is the same installation, to the byte; what is half or altered is refused before anything is touched."""

import errno
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select, text

from eventos import demo
from eventos.adapters import storage
from eventos.app import create_app
from eventos.cli import backup, doctor, dumps
from eventos.jobs import runner
from eventos.kernel import backups, clock
from eventos.kernel.db import database, reading
from eventos.kernel.errors import EventosError
from eventos.kernel.settings import Settings
from eventos.registration.models import Registration
from eventos.registration.service.tickets import link_of, ticket_of
from tests.support.databases import ROOT, Databases, environment, run_eventos


@pytest.fixture
def lived_in(app: Flask, settings: Settings) -> Settings:
    """The demonstration, a mail and a file kept."""
    with app.app_context():
        list(demo.load(printed=False))
        storage.shelf().put("Un informe: niñez y participación".encode())
    runner.run_all(app)
    letters = settings.data_dir / "correo"
    letters.mkdir(mode=0o700, exist_ok=True)
    (letters / "20261122T100000000000Z-abc.eml").write_text("Subject: Inscripción confirmada\n\nHola.")
    return settings


@contextmanager
def somewhere_else(databases: Databases, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The settings of another, empty installation on the same kind of database."""
    is_postgres = settings.database_url.startswith("postgres")
    url = databases.server.create() if is_postgres else f"sqlite:///{tmp_path / 'otra' / 'eventos.sqlite3'}"
    yield replace(settings, data_dir=tmp_path / "otra", database_url=url)
    if is_postgres:
        databases.discard(url)


def rows(settings: Settings) -> dict[str, int]:
    """How many rows each table has."""
    with dumps.engine_of(settings) as engine, engine.connect() as connection:
        names = inspect(engine).get_table_names()
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_backup_restored_elsewhere_is_the_same_to_the_byte(lived_in: Settings, databases: Databases, tmp_path: Path) -> None:
    done = backup.save(lived_in, tmp_path / "copias" / "lunes")
    with somewhere_else(databases, lived_in, tmp_path) as other:
        assert backup.restore(other, done.folder).files == done.files
        assert rows(other) == rows(lived_in)
        assert sum(rows(other).values()) > 700
        for part in ("archivos", "correo"):
            assert contents(other.data_dir / part) == contents(lived_in.data_dir / part) != {}
        assert (other.data_dir / "llaves.json").read_bytes() == (lived_in.data_dir / "llaves.json").read_bytes()
        app = create_app(other, ring=lambda: None)
        with app.app_context():
            with reading() as db:
                somebody = db.execute(select(Registration).order_by(Registration.id.desc()).limit(1)).scalar_one()
                ticket, link = ticket_of(somebody), link_of(somebody)
                assert db.execute(select(func.count()).select_from(Registration)).scalar_one() > 150
            visitor = app.test_client()
            assert visitor.get(f"/q/{ticket}").status_code == 200
            assert visitor.get(f"/i/{link}").status_code == 200
            database.engine.dispose()


def test_only_the_owner_reads_a_backup_and_its_moment_is_remembered(lived_in: Settings, tmp_path: Path) -> None:
    done = backup.save(lived_in, tmp_path / "copia")
    paths = [done.folder, *done.folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    assert sorted(path.name for path in done.folder.iterdir()) == ["archivos", "base.sqlite3", "correo", "llaves.json", "manifest.json"]
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert (manifest["version"], len(manifest["heads"])) == ("0.1.0", 1)
    found = backups.standing(lived_in.data_dir, clock.now())
    assert (found.folder, found.is_stale) == (str(done.folder), False)


@pytest.mark.parametrize("altered", ["base.sqlite3", "llaves.json", "archivos", "correo"])
def test_one_corrupted_byte_is_refused_and_nothing_is_touched(
    lived_in: Settings, databases: Databases, tmp_path: Path, altered: str
) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    victim = next(path for path in sorted(folder.rglob("*")) if path.is_file() and path.relative_to(folder).parts[0] == altered)
    spoilt = bytearray(victim.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    victim.write_bytes(spoilt)
    with somewhere_else(databases, lived_in, tmp_path) as other:
        with pytest.raises(EventosError, match="cambió desde que se hizo la copia"):
            backup.restore(other, folder)
        assert not other.data_dir.exists()


def spoil(folder: Path, how: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    match how:
        case "no manifest":
            (folder / "manifest.json").unlink()
            return
        case "a file is gone":
            (folder / "llaves.json").unlink()
        case "a path that leads out":
            manifest["files"]["correo/../../../fuera.txt"] = manifest["files"]["llaves.json"]
        case "a link":
            (folder / "llaves.json").rename(folder / "otra.json")
            (folder / "llaves.json").symlink_to(folder / "otra.json")
        case "a newer program":
            manifest["heads"] = ["9999"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("how", ["no manifest", "a file is gone", "a path that leads out", "a link", "a newer program"])
def test_what_is_no_whole_backup_is_refused(lived_in: Settings, databases: Databases, tmp_path: Path, how: str) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    spoil(folder, how)
    with somewhere_else(databases, lived_in, tmp_path) as other, pytest.raises(EventosError):
        backup.restore(other, folder)
    assert not (tmp_path / "otra").exists()


@pytest.mark.both_databases
def test_an_installation_in_use_is_never_overwritten(lived_in: Settings, databases: Databases, tmp_path: Path) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    before = rows(lived_in)
    with pytest.raises(EventosError, match="no está vacía"):
        backup.restore(lived_in, folder)
    assert rows(lived_in) == before
    with somewhere_else(databases, lived_in, tmp_path) as other:
        (other.data_dir / "correo").mkdir(parents=True)
        (other.data_dir / "correo" / "de-otro.eml").write_text("ajeno")
        with pytest.raises(EventosError, match="no está vacía"):
            backup.restore(other, folder)


@pytest.mark.both_databases
def test_a_fresh_installation_that_was_only_migrated_takes_a_backup(
    lived_in: Settings, databases: Databases, tmp_path: Path, backend: str
) -> None:
    """Also when its keys were made already: they opened nothing, and are kept aside."""
    folder = backup.save(lived_in, tmp_path / "copia").folder
    url = databases.fresh(backend)
    fresh = replace(lived_in, data_dir=tmp_path / "nueva", database_url=url)
    create_app(fresh, ring=lambda: None)
    backup.restore(fresh, folder)
    assert rows(fresh) == rows(lived_in)
    assert (fresh.data_dir / "llaves-anteriores.json").exists()
    databases.discard(url)


def test_a_restore_that_was_stopped_is_begun_again(lived_in: Settings, databases: Databases, tmp_path: Path, monkeypatch: Any) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    with somewhere_else(databases, lived_in, tmp_path) as other:
        with monkeypatch.context() as broken:
            broken.setattr(dumps, "load", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                backup.restore(other, folder)
        assert backup.restore(other, folder).files > 1
        assert rows(other) == rows(lived_in)


@pytest.mark.parametrize("place", ["var/copia", "ocupada", "archivo/copia"])
def test_a_backup_goes_only_where_it_can_stand_alone(lived_in: Settings, tmp_path: Path, place: str) -> None:
    (tmp_path / "ocupada").mkdir()
    (tmp_path / "ocupada" / "algo").write_text("ajeno")
    (tmp_path / "archivo").write_text("no es una carpeta")
    with pytest.raises(EventosError):
        backup.save(lived_in, tmp_path / place)
    assert (tmp_path / "ocupada" / "algo").read_text() == "ajeno"
    assert not list(tmp_path.glob(".*.parte"))


DYING = """
import os, signal
from pathlib import Path
from eventos.cli import backup
from eventos.kernel.settings import Settings
backup._keys = lambda _settings: os.kill(os.getpid(), signal.SIGKILL)
backup.save(Settings.from_environ(), Path(%r))
"""


def test_a_backup_killed_half_way_leaves_no_half_backup(lived_in: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "copia"
    given = environment(data_dir=lived_in.data_dir, database_url=lived_in.database_url)
    died = subprocess.run([sys.executable, "-c", DYING % str(folder)], cwd=ROOT, env=given, capture_output=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]
    assert not folder.exists()
    assert backups.standing(lived_in.data_dir, clock.now()).made_at is None
    assert len(list(tmp_path.glob(".copia.*.parte"))) == 1
    backup.verify(backup.save(lived_in, folder).folder)
    assert not list(tmp_path.glob(".copia.*.parte"))


@pytest.mark.slow
def test_the_command_line_saves_and_restores(lived_in: Settings, tmp_path: Path) -> None:
    here = {"data_dir": lived_in.data_dir, "database_url": lived_in.database_url}
    said = run_eventos("respaldo", str(tmp_path / "copia"), **here).stdout
    assert "Copia completa" in said
    other = {"data_dir": tmp_path / "otra"}
    assert "Se restauraron" in run_eventos("restaurar", str(tmp_path / "copia"), **other).stdout
    with pytest.raises(RuntimeError, match="no está vacía"):
        run_eventos("restaurar", str(tmp_path / "copia"), **other)


def test_seven_days_without_a_backup_are_told(lived_in: Settings, app: Flask, tmp_path: Path) -> None:
    folder, now = lived_in.data_dir, clock.now()
    assert not backups.standing(folder, now).is_stale
    assert backups.standing(folder, now + timedelta(days=8)).is_stale
    backup.save(lived_in, tmp_path / "copia")
    assert not backups.standing(folder, now + timedelta(days=6)).is_stale
    assert backups.standing(folder, clock.now() + timedelta(days=7, seconds=1)).is_stale
    with app.app_context():
        said = {check.subject: check for check in doctor.examine(lived_in)}
    assert said["Copia de respaldo"].is_well
    assert str(tmp_path / "copia") in said["Copia de respaldo"].words


def test_a_database_password_never_stands_on_a_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\necho "$@" >> "$REGISTRO"; [ "$PGPASSWORD" = "s3cr3t@" ] || exit 1\n'
        'for each; do case $each in --file=*) : > "${each#--file=}";; esac; done\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("REGISTRO", str(tmp_path / "registro"))
    settings = Settings(data_dir=tmp_path, database_url="postgresql://quien:s3cr3t%40@servidor.example/base")
    dumps.dump(settings, tmp_path / "base.dump")
    said = (tmp_path / "registro").read_text()
    assert "postgresql://quien@servidor.example/base" in said
    assert "s3cr3t" not in said


def test_a_database_kept_by_postgresql_is_not_restored_on_sqlite(tmp_path: Path) -> None:
    engine = create_engine("sqlite://")
    assert dumps.name_of(Settings()) == "base.sqlite3"
    assert dumps.name_of(Settings(database_url="postgresql://x/y")) == "base.dump"
    engine.dispose()


def limited(verb: str, folder: Path, settings: Settings, *, kilobytes: int) -> subprocess.CompletedProcess[str]:
    """The verb, in a shell that lets no file grow beyond so much: what a disk without room does, for anybody to try."""
    command = ["bash", "-c", f'ulimit -f {kilobytes}; exec "$0" -m eventos "$@"', sys.executable, verb, str(folder)]
    given = environment(data_dir=settings.data_dir, database_url=settings.database_url)
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_told_in_words_and_leaves_no_half_copy(
    lived_in: Settings, databases: Databases, tmp_path: Path
) -> None:
    said = limited("respaldo", tmp_path / "copia", lived_in, kilobytes=100)
    assert (said.returncode, said.stderr) == (1, "No se pudo copiar la base de datos: el disco no dejó leer o escribir.\n")
    assert not list(tmp_path.glob("*copia*"))
    folder = backup.save(lived_in, tmp_path / "copia").folder
    with somewhere_else(databases, lived_in, tmp_path) as other:
        said = limited("restaurar", folder, other, kilobytes=100)
        assert (said.returncode, "un archivo pasa del tamaño que ese disco admite" in said.stderr) == (1, True), said.stderr
        assert "Traceback" not in said.stderr
        backup.restore(other, folder)
        assert rows(other) == rows(lived_in)


def test_what_the_system_says_is_said_in_spanish() -> None:
    assert dumps.in_words(OSError(errno.ENOSPC, "No space left on device")) == "no queda espacio en el disco"
    assert dumps.in_words(PermissionError(errno.EACCES, "Permission denied")) == "no hay permiso para escribir allí"
    assert dumps.in_words(OSError(errno.ELOOP, "Too many levels")) == "Too many levels"


def test_a_damaged_database_is_not_copied(lived_in: Settings, tmp_path: Path) -> None:
    base = tmp_path / "dañada.sqlite3"
    backup.save(lived_in, tmp_path / "buena")
    content = bytearray((tmp_path / "buena" / "base.sqlite3").read_bytes())
    content[8192:40960] = bytes(32768)
    base.write_bytes(content)
    with pytest.raises(EventosError, match="está dañada: no se pudo copiar"):
        backup.save(replace(lived_in, database_url=f"sqlite:///{base}"), tmp_path / "copia")
    assert not (tmp_path / "copia").exists()


def test_other_keys_are_refused_before_anything_is_written(lived_in: Settings, databases: Databases, tmp_path: Path) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    kept = json.loads((folder / "llaves.json").read_text())["llaves"]
    with somewhere_else(databases, lived_in, tmp_path) as other:
        with pytest.raises(EventosError, match="no son las de la copia"):
            backup.restore(replace(other, secret_keys=("otra" * 12,)), folder)
        assert not other.data_dir.exists()
        backup.restore(replace(other, secret_keys=("otra" * 12, *kept)), folder)
        assert not (other.data_dir / "llaves.json").exists()


@pytest.mark.slow
def test_what_is_restored_is_its_owners_alone_whatever_the_shell_says(lived_in: Settings, tmp_path: Path) -> None:
    folder = backup.save(lived_in, tmp_path / "copia").folder
    command = ["bash", "-c", 'umask 022; exec "$0" -m eventos "$@"', sys.executable, "restaurar", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment(data_dir=tmp_path / "otra"), capture_output=True, timeout=60, check=True)
    restored = [tmp_path / "otra", *(tmp_path / "otra").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in restored if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in restored if path.is_file()} == {0o600}
