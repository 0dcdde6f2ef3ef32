"""`respaldo` and `restaurar`: database, files, mails and keys in one folder, each with its SHA-256; whole or not at all."""

import configparser
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from eventos import migrations
from eventos.cli import dumps
from eventos.kernel import backups, clock
from eventos.kernel.errors import EventosError
from eventos.kernel.settings import ROOT, Settings
from eventos.kernel.tokens import KEY_FILE, load_keys

MANIFEST = "manifest.json"
FORMAT = 1
FILES, MAILS = "archivos", "correo"
# What a manifest may name: nothing that leads out of the folder, whoever wrote it.
_NAMED = re.compile(r"archivos/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}|correo/[^/\0]{1,255}|base\.sqlite3|base\.dump|llaves\.json")


@dataclass(frozen=True)
class Done:
    """What was copied, for the sentence at the end."""

    folder: Path
    files: int
    size: int


# --- out -------------------------------------------------------------------------------------------------------------------------


def save(settings: Settings, folder: Path) -> Done:
    """Copy everything that cannot be made again into a new folder, while the service runs. Raises EventosError."""
    folder = folder.expanduser().resolve()
    if folder.is_relative_to(settings.data_dir):
        raise EventosError("Elija una carpeta fuera de la de los datos: quien pierde una, perdería también la copia.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EventosError(f"La carpeta {folder} ya tiene algo. Elija una nueva.")
    _sweep(folder)
    # Its name carries the process: one that was killed leaves a hidden folder, which the next backup of that name takes away.
    temporary = folder.parent / f".{folder.name}.{os.getpid()}.parte"
    try:
        temporary.mkdir(parents=True, mode=0o700)
        made = _fill(settings, temporary)
        temporary.rename(folder)
        _sync(folder.parent)
    except OSError as fault:
        raise EventosError(f"No se pudo escribir la copia en {folder}: {dumps.in_words(fault)}.") from fault
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    backups.remember(settings.data_dir, made_at=clock.now(), folder=folder)
    return Done(folder, len(made), sum(each["size"] for each in made.values()))


def _fill(settings: Settings, folder: Path) -> dict[str, dict[str, Any]]:
    """The database first: every file it names was kept before, and files are never changed or taken away."""
    base = folder / dumps.name_of(settings)
    dumps.dump(settings, base)
    with dumps.engine_of(settings) as engine, engine.connect() as connection:
        heads = list(MigrationContext.configure(connection).get_current_heads())
    entries = {base.name: _entry(base)}
    for name, source in _sources(settings):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        entries[name] = _copy(source, target)
        if name.startswith(FILES) and entries[name]["sha256"] != target.name:
            raise EventosError(f"El archivo {target.name} cambió desde que se guardó: revise el disco. La copia no se hizo.")
    keys = folder / KEY_FILE
    _write(keys, _keys(settings))
    entries[KEY_FILE] = _entry(keys)
    manifest = {"format": FORMAT, "made_at": clock.now().isoformat(), "version": _version(), "heads": heads, "files": entries}
    _write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
    for directory in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        _sync(directory)
    return entries


def _sources(settings: Settings) -> Iterator[tuple[str, Path]]:
    root = settings.data_dir / FILES
    for path in sorted(root.glob("??/??/*")):
        if _NAMED.fullmatch(name := f"{FILES}/{path.relative_to(root).as_posix()}"):
            yield name, path
    for path in sorted(_mails(settings).glob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"{MAILS}/{path.name}", path


def _mails(settings: Settings) -> Path:
    """The folder that mail is written to when there is no server; one without mails otherwise."""
    parts = urlsplit(settings.mail_transport_url)
    return Path(parts.path) if parts.scheme == "file" else settings.data_dir / MAILS


def _keys(settings: Settings) -> str:
    """The keys of the folder, or those of EVENTOS_SECRET_KEYS in the same form: without them a copy opens no ticket."""
    path = settings.data_dir / KEY_FILE
    if not settings.secret_keys:
        load_keys(settings.data_dir, ())
        return path.read_text(encoding="utf-8")
    return json.dumps({"llaves": list(settings.secret_keys), "creadas": clock.now().isoformat()})


def _version() -> str:
    """The program's, from the file that names it."""
    told = configparser.ConfigParser(interpolation=None)
    told.read(ROOT / "setup.cfg", encoding="utf-8")
    return told.get("metadata", "version", fallback="")


def _sweep(folder: Path) -> None:
    """Take away what a killed backup of this name left half-way."""
    for left in folder.parent.glob(f".{folder.name}.*.parte") if folder.parent.is_dir() else ():
        number = left.name.split(".")[-2]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(left, ignore_errors=True)


# --- in --------------------------------------------------------------------------------------------------------------------------


def restore(settings: Settings, folder: Path) -> Done:
    """Put a backup into an empty installation and bring its tables up to date; every byte is checked before anything is touched.

    Stopped half-way it is begun again: what it finds of the same backup is no obstacle. Raises EventosError.
    """
    folder = folder.expanduser().resolve()
    entries = verify(folder)
    base = dumps.name_of(settings)
    if base not in entries:
        raise EventosError("La copia es de otra clase de base de datos: restaure SQLite sobre SQLite y PostgreSQL sobre PostgreSQL.")
    with dumps.engine_of(settings) as engine:
        dumps.refuse_unless_fresh(engine)
    _refuse_strangers(settings, entries)
    _refuse_other_keys(settings, folder / KEY_FILE)
    try:
        for name, _ in sorted(entries.items()):
            if (target := _target(settings, name)) is not None:
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _place(folder / name, target)
        _restore_keys(settings, folder / KEY_FILE)
        dumps.load(settings, folder / base)
    except OSError as fault:
        raise EventosError(
            f"No se pudo escribir en {settings.data_dir}: {dumps.in_words(fault)}. Remédielo y vuelva a ejecutar la misma orden."
        ) from fault
    with dumps.engine_of(settings) as engine:
        migrations.upgrade(engine)
    return Done(folder, len(entries), sum(each["size"] for each in entries.values()))


def verify(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of a backup whose every file is what it was when it was made. Raises EventosError naming the first that is not."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries, heads = dict(manifest["files"]), list(manifest["heads"])
        known = manifest["format"] == FORMAT and all(isinstance(each, dict) for each in entries.values())
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise EventosError(f"En {folder} no hay una copia completa: falta {MANIFEST} o no se puede leer.") from fault
    revisions = {revision.revision for revision in ScriptDirectory.from_config(migrations.config()).walk_revisions()}
    if not known or not set(heads) <= revisions:
        raise EventosError("La copia es de una versión más nueva del programa. Actualice el programa y vuelva a intentarlo.")
    for name, entry in entries.items():
        path = folder / name
        if not _NAMED.fullmatch(name) or path.is_symlink() or not path.is_file():
            raise EventosError(f"A la copia le falta {name}. No se restauró nada.")
        if _entry(path) != {"sha256": entry.get("sha256"), "size": entry.get("size")}:
            raise EventosError(f"{name} cambió desde que se hizo la copia. No se restauró nada.")
    if KEY_FILE not in entries:
        raise EventosError("A la copia le faltan las llaves. No se restauró nada.")
    return entries


def _refuse_strangers(settings: Settings, entries: dict[str, dict[str, Any]]) -> None:
    """What is in the folder already must be of this same backup."""
    for name, path in _sources(settings):
        if name not in entries or _entry(path)["sha256"] != entries[name]["sha256"]:
            raise EventosError(f"La carpeta {settings.data_dir} no está vacía ({name}). Restaure en una nueva.")


def _target(settings: Settings, name: str) -> Path | None:
    kind, _, rest = name.partition("/")
    return settings.data_dir / FILES / rest if kind == FILES else _mails(settings) / rest if kind == MAILS else None


def _refuse_other_keys(settings: Settings, source: Path) -> None:
    """Settings that give keys must give one of the copy's, or nothing that was sent would open."""
    if settings.secret_keys and not set(json.loads(source.read_text(encoding="utf-8"))["llaves"]) & set(settings.secret_keys):
        raise EventosError(
            f"Las llaves de EVENTOS_SECRET_KEYS no son las de la copia: los QR ya enviados no abrirían. Agregue las de {source}, al final. "
            "No se restauró nada."
        )


def _restore_keys(settings: Settings, source: Path) -> None:
    """The keys of the copy, unless the settings give keys; those of an installation that never opened its doors are kept aside."""
    if settings.secret_keys:
        return
    target = settings.data_dir / KEY_FILE
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.exists() and target.read_bytes() != source.read_bytes():
        target.replace(target.with_name("llaves-anteriores.json"))
    _place(source, target)


# --- bytes -----------------------------------------------------------------------------------------------------------------------


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as source:
        return {"sha256": hashlib.file_digest(source, "sha256").hexdigest(), "size": path.stat().st_size}


def _copy(source: Path, target: Path) -> dict[str, Any]:
    """Copy, readable by its owner alone and on disk before it is counted; answers what the copy is known by."""
    with source.open("rb") as read, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write:
        shutil.copyfileobj(read, write, 1024 * 1024)
        write.flush()
        os.fsync(write.fileno())
    return _entry(target)


def _place(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    _copy(source, temporary)
    temporary.replace(target)


def _write(path: Path, words: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(words)
        out.flush()
        os.fsync(out.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
