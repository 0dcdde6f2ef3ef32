"""The fixtures every test may ask for: an application on a fresh, migrated database, its mail, a real server, a browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.kernel import clock
from eventos.kernel import db as database
from eventos.kernel.settings import Settings
from tests.support import once
from tests.support.databases import Databases
from tests.support.smtp import Mailbox

pytest_plugins = ["tests.support.fixtures"]

Opened = Callable[[], AbstractContextManager[Session]]

# What the developer's own shell says about eventos must not reach the tests.
for name in [name for name in os.environ if name.startswith("EVENTOS_") and not name.startswith("EVENTOS_TEST_")]:
    del os.environ[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what they ask for, before -m chooses. What is slow comes first, so that no long module is left alone for the end."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"postgres_url"}:
            item.add_marker(pytest.mark.postgres)
        if asked & {"whole_browser"}:
            item.add_marker(pytest.mark.browser)
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where fresh databases come from, one source for each worker of the test run."""
    source = Databases(tmp_path_factory.mktemp("databases"))
    yield source
    source.close()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """sqlite, or postgres for tests marked so; tests marked `both_databases` run once on each."""
    wanted: str | None = getattr(request, "param", None)
    return wanted or ("postgres" if request.node.get_closest_marker("postgres") else "sqlite")


@pytest.fixture
def database_url(databases: Databases, backend: str) -> Iterator[str]:
    """A fresh, migrated database of the test's own."""
    url = databases.fresh(backend)
    yield url
    databases.discard(url)


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[str]:
    """An empty PostgreSQL database, for what migrates it itself."""
    url = databases.server.create()
    yield url
    databases.discard(url)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings.from_environ({"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_DATABASE_URL": database_url})


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application, in this process. Its mail goes to a folder (`mailbox`), its jobs wait for `outbox_run`."""
    from eventos.app import create_app

    application = create_app(settings, ring=lambda: None)
    application.testing = True
    once.share(application)
    yield application
    with application.app_context():
        database.database.engine.dispose()


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    """A visitor. Beside it use `writing` and `looking`: the open transaction of `db` would hold the writer's lock against it."""
    if "db" in request.fixturenames:
        pytest.fail("`client` and `db` in one test wait for each other: use `writing()` instead of `db`", pytrace=False)
    return app.test_client()


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    """One open transaction for the whole test, rolled back at its end: for services, rules, queries and models."""
    with app.app_context(), database.transaction() as session:
        yield session
        session.rollback()


@pytest.fixture
def writing(app: Flask) -> Opened:
    """`with writing() as db:` commits at the end of the block."""

    @contextmanager
    def opened() -> Iterator[Session]:
        with app.app_context(), database.transaction() as session:
            yield session

    return opened


@pytest.fixture
def looking(app: Flask) -> Opened:
    """`with looking() as db:` sees what is committed."""

    @contextmanager
    def opened() -> Iterator[Session]:
        with app.app_context(), database.reading() as session:
            yield session

    return opened


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    """`clock_at(moment)` holds the clock there until the test ends, or until it is called again."""
    with ExitStack() as frozen:
        yield lambda moment: frozen.enter_context(clock.freeze(moment))


@pytest.fixture
def mailbox(settings: Settings) -> Mailbox:
    return Mailbox(settings.data_dir / "correo")
