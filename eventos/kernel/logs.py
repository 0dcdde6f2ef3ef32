"""Structured logs: one JSON object a line, with allow-listed fields only, so no personal data, token or query gets in."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

_FIELDS = ("endpoint", "method", "path", "status", "ms", "job", "job_name", "attempts", "statements")
_SECRET_PATH = re.compile(
    r"^/(i|q|invitacion|privado|mis-eventos|restablecer|primer-ingreso|inscripcion/recibida|correo|convocatoria|acreditacion/vincular|verificar"
    r"|escritorio/eventos/[^/]+/constancias|llegada/[^/]+)/"
    r"(?!escarapelas|reexpedir|revocar)[^/]+"
)


def masked(path: str) -> str:
    """A path without the token some routes carry, or the code of a constancia, which tells whose it is."""
    return _SECRET_PATH.sub(r"/\1/***", path)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        line |= {"logger": record.name, "message": record.getMessage()}
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _frames(record)
        return json.dumps(line, ensure_ascii=False)


def _frames(record: logging.LogRecord) -> list[str]:
    """Where it happened, file and line only: messages of exceptions may quote what somebody typed."""
    frames = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-2]}/{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]


def configure(level: str) -> None:
    """Send every log line of the process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    for noisy in ("huey", "alembic", "werkzeug", "weasyprint", "weasyprint.progress", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
