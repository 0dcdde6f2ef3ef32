"""The folder where mails that came in are dropped: what waits in it, and what could not be read, set apart with its reason."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SETTLED_S = 2.0  # whoever is still writing a file gets this long after its last byte
REFUSED = "no-leidos"
REASON = ".motivo.txt"
SHOWN = 20


@dataclass(frozen=True)
class SetApart:
    """A file that could not be read, and why."""

    name: str
    why: str


def waiting(folder: Path) -> list[Path]:
    """Files, oldest first, and only files: a link could lead anywhere."""
    if not folder.is_dir():
        return []
    settled = time.time() - SETTLED_S
    found = [(path.stat(follow_symlinks=False).st_mtime, path.name, path) for path in _emails(folder)]
    return [path for changed, _name, path in sorted(found) if changed <= settled]


def _emails(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.suffix.lower() == ".eml" and not path.name.startswith(".") and path.is_file() and not path.is_symlink():
            yield path


def content_of(path: Path, *, most: int) -> bytes:
    """Its bytes, one more than `most` at the longest. Raises OSError."""
    with path.open("rb") as file:
        return file.read(most + 1)


def set_apart(path: Path, why: str) -> bool:
    """Put a file beside, with the reason in a file of its own. False when the folder does not let it be moved."""
    folder = path.parent / REFUSED
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        target = _free(folder, path.name)
        path.replace(target)
    except OSError:
        return False
    with suppress(OSError):
        target.with_name(target.name + REASON).write_text(f"{why}\n", encoding="utf-8")
    return True


def _free(folder: Path, name: str) -> Path:
    """A name nobody has there yet: an earlier file of that name stays."""
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{number}-{name}"
    return target


def refused(folder: Path) -> tuple[list[SetApart], int]:
    """The last files that were set apart, each with its reason, and how many there are."""
    apart = folder / REFUSED
    if not apart.is_dir():
        return [], 0
    files = [(path.stat(follow_symlinks=False).st_ctime, path) for path in _emails(apart)]
    last = [path for _when, path in sorted(files, reverse=True)[:SHOWN]]
    return [SetApart(os.fsencode(path.name).decode("utf-8", "replace"), _reason(path)) for path in last], len(files)


def _reason(path: Path) -> str:
    try:
        return path.with_name(path.name + REASON).read_text(encoding="utf-8", errors="replace")[:300].strip()
    except OSError:
        return "No quedó escrito el motivo."
