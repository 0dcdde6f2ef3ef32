"""Files kept by what they contain: uploads, flyers, informes and annexes are found again by their SHA-256 and by nothing else."""

import contextlib
import hashlib
import io
import math
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from eventos.kernel.errors import NotFound

_KEY = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024
STAGED = "por-entrar"


class FileMissing(NotFound):
    """No file is kept under this key, or the key is no key."""

    code = "file_missing"
    message = "El archivo ya no está disponible."


class FileAltered(FileMissing):
    """The bytes under a key are not the ones it names: somebody or some disk changed them."""

    code = "file_altered"
    message = "El archivo guardado cambió desde que se creó y no se puede entregar."


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file is known by: the lower-case hexadecimal SHA-256 of its bytes, and how many they are."""

    sha256: str
    size: int


class Folder:
    """A folder of files laid out as `ab/cd/<sha256>`; directories 0700, files 0600, each written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._root = path

    def put(self, data: bytes | BinaryIO) -> Stored:
        """Keep a file and say what it is known by; the same bytes are kept once. Raises OSError when the disk refuses."""
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        self._make(self._root)
        temporary = self._root / f".{secrets.token_hex(16)}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            stored = Stored(digest.hexdigest(), size)
            target = self._place(stored.sha256)
            self._make(target.parent.parent)
            self._make(target.parent)
            # Replacing mends a file that a disk altered; readers hold either the old or the new one, never a half.
            temporary.replace(target)
            _sync_directory(target.parent)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise
        return stored

    def path(self, sha256: str) -> Path:
        """Where a kept file is; raises FileMissing."""
        target = self._place(sha256)
        if not target.is_file():
            raise FileMissing
        return target

    def exists(self, sha256: str) -> bool:
        return _KEY.fullmatch(sha256) is not None and self._place(sha256).is_file()

    def open(self, sha256: str) -> io.BufferedReader:
        """The file, open for reading; the caller closes it. Raises FileMissing."""
        try:
            return self._place(sha256).open("rb")
        except (FileNotFoundError, IsADirectoryError) as fault:
            raise FileMissing from fault

    def read(self, sha256: str, *, verify: bool = False) -> bytes:
        """The bytes of a file; with `verify`, hashed again first. Raises FileMissing or FileAltered."""
        with self.open(sha256) as source:
            content = source.read()
        if verify and hashlib.sha256(content).hexdigest() != sha256:
            raise FileAltered(detail=sha256)
        return content

    def verify(self, sha256: str) -> bool:
        """Whether the bytes still are what their key says; raises FileMissing."""
        with self.open(sha256) as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == sha256

    def forget(self, sha256: str) -> None:
        """Remove a file whose time is over; nobody else may point at it."""
        self._place(sha256).unlink(missing_ok=True)

    def forget_before(self, moment: datetime) -> int:
        """Remove what was last put before a moment; gives how many."""
        old = [key for key in self.keys() if self._put_at(key) < moment.timestamp()]
        for key in old:
            self.forget(key)
        return len(old)

    def _put_at(self, sha256: str) -> float:
        try:
            return self._place(sha256).stat().st_mtime
        except FileNotFoundError:  # somebody else was faster
            return math.inf

    def keys(self) -> Iterator[str]:
        """Every key that is kept, in order, for backups and checks."""
        for target in sorted(self._root.glob("??/??/*")):
            if _KEY.fullmatch(target.name):
                yield target.name

    def _place(self, sha256: str) -> Path:
        if not _KEY.fullmatch(sha256):
            raise FileMissing(detail="malformed key")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _make(self, directory: Path) -> None:
        if not directory.is_dir():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_directory(directory.parent)


def _sync_directory(directory: Path) -> None:
    """A rename survives a power cut only once the directory that names it is on disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_shelf: list[Folder] = []
_staged: list[Folder] = []
STAGED_LIFE = timedelta(hours=4)  # what was brought and not decided about by then is swept


def configure(path: Path) -> None:
    """Say where this process keeps its files (the roof does, once); what waits for a decision lies beside them."""
    _shelf[:] = [Folder(path)]
    _staged[:] = [Folder(path.with_name(STAGED))]


def staged() -> Folder:
    """The folder of what somebody brought and has not decided about: nothing points at it, it is in no backup, and it is swept."""
    return _staged[0]


def shelf() -> Folder:
    """The folder this process keeps its files in."""
    return _shelf[0]
