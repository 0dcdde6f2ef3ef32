"""A private PostgreSQL for the tests: in a temporary folder, on a Unix socket alone, gone with the test run."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.presence import missing

USER = "eventos"
# Nothing here must survive a crash, so nothing waits for the disk.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


def find_programs() -> Path | None:
    """The folder of the newest initdb on this machine, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0))
    usable = [folder for folder in folders if (folder / "initdb").exists()]
    if usable:
        return usable[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Server:
    """One running server; `create` gives empty databases and `copy` copies of a template."""

    def __init__(self) -> None:
        programs = find_programs()
        if programs is None:
            missing("PostgreSQL (initdb)")
        self._programs = programs
        self._names = (f"prueba_{number}" for number in count(1))
        self.folder = Path(tempfile.mkdtemp(prefix="eventos-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in OPTIONS.items())
        self._run("pg_ctl", "-D", data, "-w", "-s", "-l", self.folder / "log", "-o", f"-k {self.folder} {options}", "start")

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs; as root they refuse to work, so they run as the user postgres."""
        command = [str(self._programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def _execute(self, statement: sql.Composed, *, after: sql.SQL | None = None) -> None:
        """Run a statement; what comes `after` it is for PostgreSQL 15 and newer."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            is_new = connection.info.server_version >= 150000
            connection.execute(statement + after if after and is_new else statement)

    def create(self) -> str:
        """The URL of a new, empty database."""
        return self.copy("template0")

    def copy(self, template: str) -> str:
        """The URL of a new database that starts as a copy of `template`, which nobody may be connected to."""
        name = next(self._names)
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)),
            after=sql.SQL(" STRATEGY FILE_COPY"),  # twice as fast as writing everything to the log too, where there is a choice
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database_of(url))))

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def database_of(url: str) -> str:
    """The name of the database in a URL of ours."""
    return url.split("/")[3].split("?")[0]
