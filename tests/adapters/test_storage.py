"""A folder of files gives back exactly what was put in, to those who know its SHA-256, and nothing else."""

import hashlib
import io
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from eventos.adapters.storage import FileAltered, FileMissing, Folder, Stored
from eventos.kernel.errors import NotFound

CONTENT = "Feria & <b> niñez".encode()
KEY = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "archivos")


@pytest.mark.parametrize("source", [CONTENT, io.BytesIO(CONTENT)])
def test_what_is_put_in_is_read_back(folder: Folder, source: bytes | BinaryIO) -> None:
    assert folder.put(source) == Stored(KEY, len(CONTENT))
    assert folder.read(KEY, verify=True) == CONTENT
    with folder.open(KEY) as opened:
        assert opened.read() == CONTENT
    assert folder.exists(KEY)
    assert folder.verify(KEY)


def test_layout_is_two_levels_and_private(folder: Folder, tmp_path: Path) -> None:
    folder.put(CONTENT)
    root = tmp_path / "archivos"
    assert folder.path(KEY) == root / KEY[:2] / KEY[2:4] / KEY
    assert stat.S_IMODE(folder.path(KEY).stat().st_mode) == 0o600
    assert {stat.S_IMODE(place.stat().st_mode) for place in (root, root / KEY[:2], root / KEY[:2] / KEY[2:4])} == {0o700}


def test_same_bytes_are_kept_once_and_no_leftovers_stay(folder: Folder, tmp_path: Path) -> None:
    folder.put(CONTENT)
    folder.put(CONTENT)
    assert list(folder.keys()) == [KEY]
    assert [place for place in (tmp_path / "archivos").rglob("*") if place.is_file()] == [folder.path(KEY)]


def test_source_that_breaks_leaves_nothing_behind(folder: Folder, tmp_path: Path) -> None:
    class Breaks(io.RawIOBase):
        def __init__(self) -> None:
            self.asked = 0

        def read(self, size: int = -1, /) -> bytes:
            self.asked += 1
            if self.asked > 1:
                raise ConnectionError("the person went away")
            return b"half"

    with pytest.raises(ConnectionError):
        folder.put(Breaks())  # type: ignore[arg-type]
    assert [place for place in (tmp_path / "archivos").rglob("*") if place.is_file()] == []


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "/" + "a" * 63, "..", "٣" * 64]
)
def test_what_is_no_key_finds_nothing(folder: Folder, key: str) -> None:
    assert not folder.exists(key)
    for look in (folder.path, folder.open, folder.read, folder.verify):
        with pytest.raises(FileMissing):
            look(key)


def test_unknown_key_is_not_found(folder: Folder) -> None:
    with pytest.raises(NotFound, match="ya no está disponible"):
        folder.read("0" * 64)


def test_altered_file_is_noticed_and_mended_by_putting_it_again(folder: Folder) -> None:
    folder.put(CONTENT)
    folder.path(KEY).write_bytes(b"otra cosa")
    assert not folder.verify(KEY)
    assert folder.read(KEY) == b"otra cosa"
    with pytest.raises(FileAltered):
        folder.read(KEY, verify=True)
    folder.put(CONTENT)
    assert folder.read(KEY, verify=True) == CONTENT
