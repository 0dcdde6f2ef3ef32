"""A real server with the demonstration for each module of these tests: made once for the test run, copied for each module."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import scene
from tests.browser.office import Office
from tests.support.server import Server


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with the demonstration and an administrator, and a cookie of theirs; to be copied."""
    folder = tmp_path_factory.mktemp("demonstration")
    return folder, scene.load_demo(folder)


@pytest.fixture(scope="module")
def office(demonstration: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server with its worker on the demonstration, where an administrator is signed in."""
    master, cookie = demonstration
    folder = tmp_path_factory.mktemp("office") / "var"
    shutil.copytree(master, folder)
    server = Server(folder)
    yield Office(server, cookie)
    server.stop()
