"""Work that every application of a test run would repeat, done once: compiling its templates, its routes and its SQL.

Each test has an application and a database of its own; the templates, the routes and the statements are the same for all of
them. What is kept is looked up by what it was made from, so whatever differs is compiled anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from eventos.kernel.db import database

Builder = Callable[..., tuple[str, str]]


class Compiled(BytecodeCache):
    """The compiled templates of one Jinja configuration, in memory, by name and by the checksum of their source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Compiled()
STATEMENTS: LRUCache[Any, Any] = LRUCache(4000)


def share(app: Flask) -> None:
    """Let an application take its templates, and on SQLite its SQL, from those that came before it."""
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context():
        if isinstance(database.engine.dialect, SQLiteDialect_pysqlite):
            database.engine.update_execution_options(compiled_cache=STATEMENTS)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Meanwhile routes written alike share the function that builds their address, and all SQLite engines speak one dialect.

    SQLAlchemy keeps compiled SQL by dialect, and makes one for each engine; those of our engines differ in nothing.
    """
    builders: dict[tuple[Any, ...], Builder] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Builder:
        made_from = (rule.rule, *rule._trace, repr(rule.defaults), append_unknown)
        if made_from not in builders:
            builders[made_from] = compile_builder(rule, append_unknown)
        return builders[made_from]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda dialect, other: type(dialect) is type(other))
        yield
