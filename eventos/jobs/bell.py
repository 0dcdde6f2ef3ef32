"""The bell: Huey wakes a worker when a transaction wrote jobs. Losing a ring loses nothing: the outbox is swept every minute."""

import os
import sqlite3
import threading
from collections.abc import Callable

from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from eventos.jobs import runner
from eventos.kernel.settings import BadSettings, Settings


def make_huey(settings: Settings) -> SqliteHuey:
    """The queue in its own file, apart from the data: it holds rings, never facts. Raises BadSettings when there is no place for it."""
    try:
        settings.queue_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return SqliteHuey("eventos", filename=str(settings.queue_path), fsync=False, results=False)
    except (OSError, sqlite3.Error) as error:
        raise BadSettings(f"EVENTOS_QUEUE_URL: no se puede usar el archivo {settings.queue_path} ({error})") from error


def ringer(settings: Settings) -> Callable[[], None]:
    """What the web process calls after a commit that wrote jobs: one ring waiting is enough."""
    huey = make_huey(settings)
    ring = huey.task(name="ring")(lambda: None)

    def ring_once() -> None:
        if huey.pending_count() == 0:
            ring()

    return ring_once


def consumer(app: Flask, settings: Settings) -> Consumer:
    """The worker process: rings run what is due at once, and a sweep every minute finds the rest."""
    huey = make_huey(settings)
    ring = huey.task(name="ring")(lambda: runner.run_all(app))
    ring()  # What waited while nobody was here starts now, not at the next minute.
    huey.periodic_task(crontab(minute="*"), name="sweep")(lambda: runner.sweep(app))
    return huey.create_consumer(
        workers=settings.worker_threads, worker_type="thread", initial_delay=0.05, max_delay=0.5, check_worker_health=True
    )


def leave_with(parent: int) -> None:
    """End this process when its parent is gone, so a killed `serve` leaves no worker behind."""

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
