"""What a test needs from the machine: without it a test is skipped by name, and fails where everything must be there (CI=true)."""

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test that asked, naming what is missing; under CI=true fail instead."""
    message = f"{what} is missing: `make test` installs it, or says how"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
