"""A real `python -m eventos serve` on a free loopback port, with a data folder of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from tests.support.databases import ROOT, environment
from tests.support.ports import free_port
from tests.support.smtp import Mailbox


class Server:
    """One running web process, with its worker unless `worker=False`. Its words go to `log_file`."""

    def __init__(self, data_dir: Path, *, worker: bool = True, port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = data_dir / "prueba.log"
        self.mailbox = Mailbox(data_dir / "correo")
        data_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "eventos", "serve", "--port", str(self.port), *(["--with-worker"] if worker else [])]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(data_dir=data_dir, **settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def _wait(self, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the server did not answer in {timeout} s:\n{self.log()}")

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")[-6000:]

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C or systemd would, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"the server did not stop when asked:\n{self.log()}") from None
        self._sweep()
        return self.process.returncode

    def kill(self) -> None:
        """Pull the plug: SIGKILL to it and whatever it started."""
        self._sweep()
        self.process.wait(15)

    def _sweep(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
