"""The service as a person runs it: it answers, stops when asked, and a killed one leaves nothing running."""

import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.databases import ROOT, run_eventos
from tests.support.server import Server

pytestmark = pytest.mark.slow


def children(pid: int) -> set[int]:
    """The processes that this one started and that still run."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found |= {int(child) for child in task.read_text().split()}
    return found


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_it_is_ready_and_stops_when_asked(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
        assert answer.status == 200
    assert server.stop() == 0


def test_ctrl_c_in_a_terminal_reaches_every_process_and_stops_them_at_once(server: Server) -> None:
    started = children(server.process.pid)
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(8) == 0, "slower than granian's kill timeout means it was killed"
    assert not any(is_running(pid) for pid in started)


def test_a_killed_server_leaves_no_process_behind(server: Server) -> None:
    started = children(server.process.pid)
    assert len(started) >= 2, "a web process and a worker"
    os.kill(server.process.pid, 9)
    server.process.wait(5)
    deadline = time.monotonic() + 10
    while (left := {pid for pid in started if is_running(pid)}) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == set()


def test_a_second_service_on_the_same_port_is_refused(server: Server, database_url: str) -> None:
    with pytest.raises(RuntimeError, match="use otro puerto"):
        run_eventos("serve", "--port", str(server.port), data_dir=server.data_dir, database_url=database_url, timeout=20)


def test_make_help_names_the_verbs() -> None:
    words = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    verbs = {line.split()[1] for line in words.splitlines()}
    assert {"run", "worker", "test", "test-fast", "test-full", "bench", "lint", "types", "screenshots", "migrate", "lock", "clean"} <= verbs
