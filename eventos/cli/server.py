"""The web server: granian around the application, with the worker beside it, started together and stopped together."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.common import AbstractServer

from eventos.app import create_app
from eventos.jobs import bell
from eventos.kernel import links
from eventos.kernel.db import transaction
from eventos.kernel.settings import BadSettings, Settings

Certificate = tuple[Path | None, Path | None]


def with_address(settings: Settings, *, host: str | None, port: int | None, tls: Certificate = (None, None)) -> Settings:
    """The settings with what the command line said, checked again; TLS is for what no proxy stands before."""
    changed = replace(settings, host=host or settings.host, port=port if port is not None else settings.port)
    changed.check()
    if any(tls):
        _check_certificate(*tls)
        if not (changed.public_url and changed.is_secure):
            raise BadSettings("con --tls-cert hace falta EVENTOS_PUBLIC_URL (https://…)")
    return changed


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    """Half a pair would serve without TLS, and a broken one would end in a trace."""
    if certificate is None or key is None:
        raise BadSettings("--tls-cert y --tls-key van juntos")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise BadSettings(f"--tls-cert y --tls-key: no se pueden usar {certificate} y {key} ({error.strerror or error})") from error


def serve(app: Flask, settings: Settings, *, tls: Certificate, with_worker: bool, say: Callable[[str], None]) -> int:
    """Serve until Ctrl-C or SIGTERM; answers the exit status. Prints the address and, before there is an administrator, the first link."""
    os.environ.update(EVENTOS_HOST=settings.host, EVENTOS_PORT=str(settings.port), EVENTOS_DATA_DIR=str(settings.data_dir))
    _refuse_a_taken_port(settings)
    say(f"Eventos atiende en {settings.url}")
    if link := _first_link(app):
        say(f"Primer ingreso (una sola vez, dura 60 minutos): {link}")
    keeper = WorkerKeeper() if with_worker else None
    if keeper:
        keeper.start()
    server = web_server(settings, tls=tls)
    try:
        server.serve()
    finally:
        if keeper:
            keeper.stop()
    return 0


def web_server(
    settings: Settings, *, tls: Certificate = (None, None), target: str = "eventos.cli.server:web_process"
) -> AbstractServer[Any]:
    """The server as this house runs it; `target` makes the application in its process."""
    return Granian(
        target,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        log_level=LogLevels.error,
        ssl_cert=tls[0],
        ssl_key=tls[1],
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )


def web_process() -> Flask:
    """The application in granian's web process, which ends with the process that started it: a killed `serve` leaves no door open.

    Ctrl-C reaches every process of a terminal. Granian's own then gets SIGINT and, from its parent, SIGTERM at the same moment, which now
    and then left it waiting for the kill timeout; so only the parent listens to Ctrl-C.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    bell.leave_with(os.getppid())
    return create_app()


def _refuse_a_taken_port(settings: Settings) -> None:
    """Granian shares its port (SO_REUSEPORT), so a second service on it would silently get half of the visitors."""
    if settings.port == 0:
        return
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise BadSettings(f"EVENTOS_HOST: «{settings.host}» no es una dirección de esta máquina") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise BadSettings(f"no se puede escuchar en {settings.host}:{settings.port} ({error.strerror}); use otro puerto") from error


def _first_link(app: Flask) -> str | None:
    from eventos.accounts import service

    with app.app_context(), transaction() as db:
        token = service.first_admin_link(db)
    return links.absolute(f"/primer-ingreso/{token}") if token else None


class WorkerKeeper:
    """Keeps one worker process alive beside the web process, and ends it with it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving = threading.Event()

    def start(self) -> None:
        self._spawn()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._leaving.set()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "eventos", "worker", "--leave-with", str(os.getpid())]
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own interpreter and module

    def _watch(self) -> None:
        while not self._leaving.wait(2):
            if self._process and self._process.poll() is not None:
                self._spawn()
