"""The project's own text files, as the house's rules look at them."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".jpg", ".jpeg", ".webp", ".woff2", ".docx", ".xlsx", ".pdf", ".ico"}


@cache
def files(*patterns: str) -> list[Path]:
    """The files git knows or would add (not what .gitignore names) that match the patterns, e.g. `eventos/**/*.py`."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            *(f":(glob){p}" for p in patterns),
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = sorted({ROOT / name for name in listed.split("\0") if name})
    return [file for file in found if file.is_file() and file.suffix not in BINARY]


@cache
def text(file: Path) -> str:
    """What it says; a sample in another encoding (an office's Latin-1 list) is read as far as it goes."""
    return file.read_text(encoding="utf-8", errors="replace")


def name(file: Path) -> str:
    """The path as a person says it, from the project's root."""
    return file.relative_to(ROOT).as_posix()


def lines_with(pattern: str, found: list[Path]) -> list[str]:
    """Each `file:line: text` in which the regular expression occurs."""
    expression = re.compile(pattern)
    return [
        f"{name(file)}:{number}: {line.strip()}"
        for file in found
        for number, line in enumerate(text(file).splitlines(), 1)
        if expression.search(line)
    ]
