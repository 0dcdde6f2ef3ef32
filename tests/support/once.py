"""Work that every application of a test run would repeat, done once: compiling its templates, its routes and its SQL.

Each test has an application and a database of its own; the templates, the routes and the statements are the same for all of
them. What is kept is looked up by what it was made from, so whatever differs is compiled anew.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from operator import attrgetter
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory

from eventos.kernel.db import database


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
    """Let an application take its templates, and on SQLite its SQL, from those that came before it.

    Its SQLite does not wait for the disk either, like the PostgreSQL of the tests: nothing here must survive the machine.
    """
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context():
        if isinstance(database.engine.dialect, SQLiteDialect_pysqlite):
            database.engine.update_execution_options(compiled_cache=STATEMENTS)
            event.listen(database.engine, "connect", _hurry)


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class Routes:
    """Maps of routes, compiled once: an application only tells its rules, and takes what was made before from rules written alike.

    Stands in for `Map.add` and `Map.update`; werkzeug calls the second before it looks anything up.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Map] = {}
        self._told: WeakKeyDictionary[Map, list[Rule]] = WeakKeyDictionary()
        self._add, self._update = Map.add, Map.update

    def add(self, routes: Map, factory: RuleFactory) -> None:
        self._told.setdefault(routes, []).extend(factory.get_rules(routes))
        routes._remap = True

    def update(self, routes: Map) -> None:
        with routes._remap_lock:
            if not routes._remap:
                return
            told = self._told.get(routes, [])
            key = (routes.host_matching, *routes.converters.items(), *(_written(rule) for rule in told))
            if key not in self._made:
                self._made[key] = self._make(routes, told)
            made = self._made[key]
            routes._matcher, routes._rules_by_endpoint = made._matcher, made._rules_by_endpoint
            routes._remap = False

    def _make(self, routes: Map, told: list[Rule]) -> Map:
        made = Map(host_matching=routes.host_matching, converters=routes.converters)
        for rule in told:
            fresh = copy(rule)  # as it was told: bound to no map
            self._add(made, fresh)
        self._update(made)
        return made


_TOLD = attrgetter(
    *("rule", "endpoint", "subdomain", "host", "build_only", "alias", "websocket", "redirect_to", "strict_slashes", "merge_slashes"),
    "provide_automatic_options",
)


def _written(rule: Rule) -> tuple[Any, ...]:
    """What two rules written alike have in common."""
    return *_TOLD(rule), frozenset(rule.methods or ()), repr(rule.defaults)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Meanwhile applications with the same routes share their compiled map, and all SQLite engines speak one dialect.

    SQLAlchemy keeps compiled SQL by dialect, and makes one for each engine; those of our engines differ in nothing.
    """
    routes = Routes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Map, "add", lambda self, factory: routes.add(self, factory))
        patch.setattr(Map, "update", lambda self: routes.update(self))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda dialect, other: type(dialect) is type(other))
        yield
