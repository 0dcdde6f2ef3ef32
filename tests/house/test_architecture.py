"""Down by import, up by promise: the import contracts, the one commit point, the size of files."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, lines_with, name, text

LONGEST = 350
COMMIT_POINTS = {"eventos/kernel/db.py", "eventos/kernel/outbox.py"}
# Alembic runs a migration in a transaction of its own, outside any request or job.
NOT_BUSINESS = "eventos/migrations/"
# Alembic writes these; a person reads them once.
GENERATED = "eventos/migrations/versions/"


def check_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--config", str(ROOT / "setup.cfg"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.slow
def test_import_contracts_are_kept() -> None:
    done = check_contracts(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


BREACHES = {
    "a room imports one above it": ("entities/service.py", "from eventos.people import models\n", "Down by import"),
    "a service imports a door of its room": ("people/service.py", "from eventos.people import web\n", "In a room"),
    "a rule imports a query": ("people/rules.py", "from eventos.people import queries\n", "In a room"),
    "a service imports Flask": ("people/service.py", "import flask\n", "know neither Flask"),
    "a service sends mail": ("people/service.py", "from eventos.adapters import mail\n", "never speak to the outside"),
    "a rule knows the database": ("people/rules.py", "from sqlalchemy import select\n", "Rules are pure"),
    "a room names the queue": ("people/tasks.py", "import huey\n", "Only eventos.jobs names Huey"),
    "a room opens another's door": ("agenda/web.py", "from eventos.people import web\n", "Only the roof opens doors"),
    "two kernel modules need each other": ("kernel/db.py", "from eventos.kernel import vocabulary\n", "No cycles"),
    "an adapter knows a room": ("adapters/mail.py", "from eventos.people import models\n", "Down by import"),
    "a room without a place": ("helpers/__init__.py", "", "Down by import"),
}


@pytest.mark.slow
@pytest.mark.parametrize("breach", BREACHES)
def test_each_import_contract_notices_its_breach(breach: str, tmp_path: Path) -> None:
    for folder, modules in {
        "kernel": "db vocabulary",
        "adapters": "mail",
        "jobs": "runner",
        "entities": "service",
        "people": "web tasks service rules queries models",
        "agenda": "web",
    }.items():
        for module in ["__init__", *modules.split()]:
            file = tmp_path / "eventos" / folder / f"{module}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")
    for roof in ("__init__", "app", "cli", "demo"):
        (tmp_path / "eventos" / f"{roof}.py").write_text("")
    (tmp_path / "eventos/kernel/vocabulary.py").write_text("from eventos.kernel import db\n")
    (tmp_path / "eventos/kernel/vocabulary.py").write_text("from eventos.kernel import db\n" if "kernel" in breach else "")
    assert check_contracts(tmp_path).returncode == 0 or "kernel" in breach

    where, statement, contract = BREACHES[breach]
    file = tmp_path / "eventos" / where
    file.parent.mkdir(exist_ok=True)
    file.write_text(statement)

    done = check_contracts(tmp_path)
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line]
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(contract in line for line in broken), done.stdout


def test_only_two_modules_commit() -> None:
    python = [file for file in files("eventos/**/*.py") if name(file) not in COMMIT_POINTS and not name(file).startswith(NOT_BUSINESS)]
    assert lines_with(r"\.commit\(", python) == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    written = [file for file in files("eventos/**/*.py", "tests/**/*.py", "scripts/*") if not name(file).startswith(GENERATED)]
    lengths = {name(file): len(text(file).splitlines()) for file in written}
    assert {file: length for file, length in lengths.items() if length > LONGEST} == {}


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name(file)
        for file in files("eventos/**/*.py", "tests/**/*.py")
        if text(file).strip() and not ast.get_docstring(ast.parse(text(file)))
    ]
    assert silent == []


def test_no_drawer_for_what_has_no_name() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [name(file) for file in files("eventos/**/*.py") if drawers & {file.stem, file.parent.name}] == []


def test_the_pdf_engine_is_loaded_by_who_draws_alone() -> None:
    """It takes a quarter of a second and Pango, which whoever only answers pages or sends mails does not need."""
    early = [
        file for file in files("eventos/**/*.py") if name(file) != "eventos/adapters/pdf.py" and not name(file).startswith("eventos/demo/")
    ]
    loaded = r"^from eventos\.adapters import .*\bpdf\b|^from eventos\.adapters\.pdf |^(from|import) weasyprint"
    assert lines_with(loaded, early) == []
    assert lines_with(loaded, files("eventos/adapters/pdf.py", "eventos/demo/*.py")) != []
