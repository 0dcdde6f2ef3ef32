"""The application of `make bench`: the product's own, and beside it a bare Flask with three views, the floors it is measured against.

Both stand in one granian process, with the same threads and the same database engine, so that a ratio compares nothing but the work of
the product: its gate, headers, log lines, queries, templates.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, redirect, request
from sqlalchemy import Column, Integer, MetaData, Table, Text, UniqueConstraint, insert
from werkzeug.wrappers import Response

from eventos.app import create_app
from eventos.cli import server
from eventos.jobs import bell
from eventos.kernel.db import database
from eventos.kernel.settings import Settings

FLOOR = "/_floor/"
TYPED = ("given_names", "family_names", "email", "phone", "municipio", "entity", "dependency", "post", "link_kind", "consent")

metadata = MetaData()
notes = Table("bench_note", metadata, Column("id", Integer, primary_key=True), Column("words", Text))
people = Table(
    "bench_registration",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, unique=True),
    Column("document_type", Text),
    Column("document_number", Text),
    *(Column(name, Text) for name in TYPED),
    UniqueConstraint("document_type", "document_number"),
)


def bare(product: Flask) -> Flask:
    """A Flask with nothing on it but the floors."""
    app = Flask("bench_floor")
    with product.app_context():
        engine = database.engine

    @app.get(f"{FLOOR}page")
    def page() -> str:
        return "<!doctype html><title>bare</title><p>bare"

    @app.post(f"{FLOOR}insert")
    def insert_word() -> str:
        """One insert, committed with the pragmas of every connection of the house."""
        with engine.execution_options(eventos_writes=True).begin() as connection:
            connection.execute(insert(notes).values(words="bare"))
        return "ok"

    @app.post(f"{FLOOR}write")
    def write() -> Response:
        """The least a registration can be: read the form, keep one row of it, nobody twice, under a code that cannot be guessed."""
        code, typed = secrets.token_hex(16), {name: request.form[name] for name in ("document_type", "document_number", *TYPED)}
        with engine.execution_options(eventos_writes=True).begin() as connection:
            connection.execute(insert(people).values(code=code, **typed))
        return redirect(f"{FLOOR}received/{code}", 303)

    return app


def web_process() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The floors at /_floor/, the product everywhere else."""
    bell.leave_with(os.getppid())
    product = create_app()
    floors = bare(product)

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chosen = floors if environ["PATH_INFO"].startswith(FLOOR) else product
        return chosen(environ, start_response)

    return choose


if __name__ == "__main__":
    server.web_server(Settings.from_environ(), target="scripts.bench_app:web_process").serve()
