"""When this installation was last backed up, remembered beside its data so that pages and `doctor` can say it."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from eventos.kernel import clock
from eventos.kernel.tokens import KEY_FILE

MARK_FILE = "respaldo.json"
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """How the backups stand. `made_at` is None when there was never one; `is_stale` once 7 days passed without."""

    made_at: datetime | None
    folder: str
    is_stale: bool


def remember(data_dir: Path, *, made_at: datetime, folder: Path) -> None:
    """Write down that a backup was made; whole or not at all."""
    temporary = data_dir / f".{MARK_FILE}.{os.getpid()}"
    temporary.write_text(json.dumps({"hecho": made_at.isoformat(), "carpeta": str(folder)}, ensure_ascii=False), encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(data_dir / MARK_FILE)


def standing(data_dir: Path, now: datetime) -> Standing:
    """The last backup; before the first one, the seven days count from the day the keys were made."""
    mark = _read(data_dir / MARK_FILE)
    made_at = _moment(mark.get("hecho"))
    if made_at is not None:
        return Standing(made_at, str(mark.get("carpeta", "")), now - made_at > STALE)
    began = _moment(_read(data_dir / KEY_FILE).get("creadas"))
    return Standing(None, "", began is None or now - began > STALE)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _moment(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=clock.BOGOTA)
